"""A list of runs on a backend, newest first: read page by page, and kept true by small reads. On the background loop.

Open-source and hosted backends know different filters. One that a backend refuses is remembered, and done here instead:
over the runs that were read, which `notes` says.
"""

from __future__ import annotations

import bisect
import dataclasses
from typing import Final, Literal

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.messages_runs import UserInfo
from flyte_widgets.api.runs import PageStart, RunFilter, RunPage, RunQuery
from flyte_widgets.api.services import MAX_PAGE
from flyte_widgets.errors import ApiError, InvalidArgumentError, UnauthenticatedError
from flyte_widgets.run.listing import ACTIVE, RunChoice, RunRow, row_of
from flyte_widgets.run.times import exact_ms

Refusable = Literal["owner", "phase", "task"]

NEWEST: Final = 100
"""Runs that one look at the newest reads."""
_NAMES_AT_ONCE: Final = 50
_MOST_PAGES: Final = 20
"""Pages that one call reads at most in search of runs that match."""


class RunList:
    """The runs of one project and domain that a choice takes, as far as they were read. Raises as `FlyteClient`."""

    def __init__(self, client: FlyteClient, choice: RunChoice, project: str, domain: str, limit: int | None) -> None:
        self.client, self.choice, self.limit = client, choice, limit
        self.project, self.domain = project or client.project, domain or client.domain
        self.rows: list[RunRow] = []
        """Newest first, those that match."""
        self.waiting: set[str] = set()
        """Names of runs in which a condition waits for its signal."""
        self.looked_through = 0
        """How many runs were read, whether they match or not."""
        self.user: UserInfo | None = None
        """Who the caller is; None: not asked, or the backend knows no identities."""
        self.unsure: list[str] = []
        """Names of runs that were active and are not among the active ones any more: `read_unsure` says why."""
        self.is_read = False
        self._by_name: dict[str, RunRow] = {}
        self._next: PageStart | None = PageStart()
        self._refused: set[Refusable] = set()

    @property
    def listed(self) -> list[RunRow]:
        """The newest rows, no more than asked for: pages may bring more."""
        return self.rows[: self.limit]

    @property
    def has_older(self) -> bool:
        """Whether there may be more runs, older than those that were read."""
        return self._next is not None and (self.limit is None or len(self.rows) < self.limit)

    @property
    def notes(self) -> list[str]:
        """What a reader should know of how this list came about."""
        names = {"owner": "the owner", "phase": "the phase", "task": "the task"}
        return [
            f"The backend does not filter by {names[one]}: done over the {self.looked_through:,} runs read so far."
            for one in sorted(self._refused)
        ]

    def __getitem__(self, name: str) -> RunRow:
        return self._by_name[name]

    def get(self, name: str) -> RunRow | None:
        """Give the row of a run; None for one that was not read."""
        return self._by_name.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    async def read_older(self, wanted: int = 1) -> list[RunRow]:
        """Read on until that many new runs match, or there are no more. Gives the new ones."""
        found: list[RunRow] = []
        for _ in range(_MOST_PAGES):
            if not self.has_older or len(found) >= wanted:
                break
            assert self._next is not None
            page = await self._page(await self._query(), MAX_PAGE, self._next)
            if page.next_page == self._next:  # the same page for ever
                self._next = None
            else:
                self._next = page.next_page
            found += self._take(page)
        self.is_read = True
        return found

    async def read_newest(self) -> list[RunRow]:
        """Look at the newest runs. Gives those that are new or have changed."""
        page = await self._page(await self._query(), NEWEST, PageStart())
        if not self.is_read:
            self._next = page.next_page
            self.is_read = True
        return self._take(page)

    async def read_active(self) -> list[RunRow]:
        """Look at all runs that have not ended. Those that were active and are not among them are `unsure`."""
        query = dataclasses.replace(await self._query(), phases=() if "phase" in self._refused else ACTIVE)
        page = await self._page(query, MAX_PAGE, PageStart())
        changed = self._take(page)
        active = {run.name for run in page.runs}
        if page.next_page is None:
            self.unsure = [row.name for row in self.rows if not row.is_terminal and row.name not in active]
        return changed

    async def read_unsure(self) -> list[RunRow]:
        """Read `unsure` runs anew. Gives those that have changed. Those that do not come are gone."""
        names, self.unsure = self.unsure[:_NAMES_AT_ONCE], self.unsure[_NAMES_AT_ONCE:]
        by_name = RunFilter("run_name", "VALUE_IN" if len(names) > 1 else "EQUAL", tuple(names))
        query = RunQuery(project=self.project, domain=self.domain, filters=(by_name,))
        page = await self.client.runs.list_runs(query, limit=MAX_PAGE)
        there = {run.name for run in page.runs}
        for name in names:
            if name not in there and (lost := self._by_name.pop(name, None)) is not None:
                self._remove(lost)
        return self._take(page)

    async def read_waiting(self) -> set[str]:
        """Find out in which runs a condition waits for its signal. Gives the names of those for which that changed."""
        query = dataclasses.replace(await self._query(), phases=(), paused_only=True)
        page = await self._page(query, MAX_PAGE, PageStart())
        waiting = {run.name for run in page.runs}
        changed = waiting ^ self.waiting
        self.waiting = waiting
        self._take(page)
        return changed

    async def _query(self) -> RunQuery:
        choice = self.choice
        filters: tuple[RunFilter, ...] = ()
        whole = choice.task if "." in choice.task else ""
        if choice.task and not whole and "task" not in self._refused:
            filters = (RunFilter("task_name", "CONTAINS", (choice.task,)),)
        return RunQuery(
            project=self.project,
            domain=self.domain,
            task="" if "task" in self._refused else whole,
            phases=() if "phase" in self._refused else choice.phases,
            owner="" if "owner" in self._refused else await self._owner(),
            since=choice.since,
            paused_only=choice.waiting,
            filters=filters,
        )

    async def _owner(self) -> str:
        if not self.choice.mine:
            return ""
        if self.user is None:
            self.user = await self.client.runs.user_info()
            if not self.user.subject:
                raise UnauthenticatedError(
                    "The backend does not say who you are, so it cannot tell which runs are yours."
                )
        return self.user.subject

    async def learn_user(self) -> None:
        """Ask who the caller is. A backend without identities leaves `user` at None."""
        try:
            user = await self.client.runs.user_info()
        except ApiError:
            return
        self.user = user if user.subject else None

    async def _page(self, query: RunQuery, limit: int, start: PageStart) -> RunPage:
        try:
            return await self.client.runs.list_runs(query, limit=limit, start=start)
        except InvalidArgumentError:
            refused = await self._refused_by_backend(query)
            if not refused:
                raise
            self._refused |= refused
        return await self.client.runs.list_runs(_without(query, self._refused), limit=limit, start=start)

    async def _refused_by_backend(self, query: RunQuery) -> set[Refusable]:
        """Try the filters one by one: the error does not say in a stable way which one it is about."""
        alone = RunQuery(project=query.project, domain=query.domain)
        tries: list[tuple[Refusable, RunQuery]] = []
        if query.owner:
            tries.append(("owner", dataclasses.replace(alone, owner=query.owner)))
        if query.phases:
            tries.append(("phase", dataclasses.replace(alone, phases=query.phases)))
        if query.task or query.filters:
            tries.append(("task", dataclasses.replace(alone, task=query.task, filters=query.filters)))
        refused: set[Refusable] = set()
        for name, one in tries:
            try:
                await self.client.runs.list_runs(one, limit=1)
            except InvalidArgumentError:
                refused.add(name)
        return refused

    def _take(self, page: RunPage) -> list[RunRow]:
        """Put what was read into its place. Gives what is new or other than it was."""
        changed: list[RunRow] = []
        for run in page.runs:
            row = row_of(run)
            known = self._by_name.get(row.name)
            if known == row:
                continue
            if known is None:
                self.looked_through += 1
            else:
                self._remove(known)
            self._by_name[row.name] = row
            if self._matches(row):
                bisect.insort(self.rows, row, key=lambda one: one.order)
                changed.append(row)
            elif known is not None:
                changed.append(row)
        return changed

    def _remove(self, row: RunRow) -> None:
        at = bisect.bisect_left(self.rows, row.order, key=lambda one: one.order)
        if at < len(self.rows) and self.rows[at].name == row.name:
            del self.rows[at]

    def _matches(self, row: RunRow) -> bool:
        if not self.choice.takes(row):
            return False
        since, created_ms = self.choice.since, row.created_ms
        if since is not None and created_ms is not None and created_ms < exact_ms(since):
            return False
        # Where the backend filters by owner, its word counts: it may leave the owner out of what it lists.
        return "owner" not in self._refused or self.user is None or row.subject == self.user.subject


def _without(query: RunQuery, refused: set[Refusable]) -> RunQuery:
    if "owner" in refused:
        query = dataclasses.replace(query, owner="")
    if "phase" in refused:
        query = dataclasses.replace(query, phases=())
    if "task" in refused:
        query = dataclasses.replace(query, task="", filters=())
    return query
