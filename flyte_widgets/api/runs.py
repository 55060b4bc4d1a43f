"""Lists of runs, and who the caller is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

from flyte_widgets.api.connect import UNARY_TIMEOUT_S, ConnectTransport
from flyte_widgets.api.messages_runs import (
    ListRunsResponse,
    Run,
    UserInfo,
)
from flyte_widgets.api.services import IDENTITY_SERVICE, MAX_PAGE, project_id, run_service
from flyte_widgets.errors import InvalidArgumentError, ProtocolError
from flyte_widgets.phases import ActionPhase

OWNER_FIELDS: Final = ("created_by", "created_by_subject")
"""What the owner of a run is called: by hosted backends (and the SDK), by open-source ones."""
_MOST_WITHOUT_NEW: Final = 10
"""Pages in a row that may bring nothing new: many runs may have been created in one instant."""


class RunFilter(NamedTuple):
    """`common.Filter`: a field, a function of `Filter.Function`, values. Several must all hold.

    Open-source backends know the fields project, domain, run_name, phase, action_type, run_source, created_by_subject,
    trigger_name, task_name, task_version, function_name, created_at, updated_at, ended_at and duration_ms, and answer
    InvalidArgumentError to others.
    """

    field: str
    function: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class RunQuery:
    """Which runs of a project and domain are listed. What is left empty does not restrict."""

    project: str = ""
    domain: str = ""
    task: str = ""
    """The task's whole name, as in "env.main"."""
    phases: tuple[ActionPhase, ...] = ()
    owner: str = ""
    """The subject of whoever started the run: `UserInfo.subject`."""
    since: datetime | None = None
    until: datetime | None = None
    """Created within these times."""
    name_contains: str = ""
    """Part of the run's name, in any case. Backends take "%" and "_" in it, which no name has, for wildcards."""
    paused_only: bool = False
    """Only runs in which a condition waits for its signal."""
    filters: tuple[RunFilter, ...] = field(default=())
    """More of them."""

    def wire_filters(self, owner_field: str) -> list[RunFilter]:
        """Give the filters as they are sent."""
        found = list(self.filters)
        if self.task:
            found.append(RunFilter("task_name", "EQUAL", (self.task,)))
        if self.phases:
            numbers = tuple(str(phase.number) for phase in self.phases)
            # VALUE_IN with a single value breaks open-source backends.
            found.append(RunFilter("phase", "VALUE_IN" if len(numbers) > 1 else "EQUAL", numbers))
        if self.owner:
            found.append(RunFilter(owner_field, "EQUAL", (self.owner,)))
        if self.since is not None:
            found.append(RunFilter("created_at", "GREATER_THAN_OR_EQUAL", (_rfc3339(self.since),)))
        if self.until is not None:
            found.append(RunFilter("created_at", "LESS_THAN_OR_EQUAL", (_rfc3339(self.until),)))
        if self.name_contains:
            found.append(RunFilter("run_name", "CONTAINS_CASE_INSENSITIVE", (self.name_contains,)))
        return found


class RunPage(NamedTuple):
    """Runs, newest first, and where the page after them begins: None after the last one."""

    runs: list[Run]
    next_page: PageStart | None


class PageStart(NamedTuple):
    """Where a page begins: at runs created before this time. `token` only where one instant has more than a page."""

    created_before: datetime | None = None
    token: str = ""


class RunsApi:
    """Lists of runs. Reach it as `FlyteClient.runs`. Errors are those of `FlyteClient`."""

    def __init__(self, transport: ConnectTransport, org: str, project: str, domain: str) -> None:
        self._transport = transport
        self._org, self.project, self.domain = org, project, domain
        self._owner_field: str | None = None
        """What the backend calls the owner, once it has accepted one of the names."""

    async def list_runs(
        self,
        query: RunQuery = RunQuery(),
        *,
        limit: int = MAX_PAGE,
        start: PageStart = PageStart(),  # noqa: B008 - likewise
        tracked: bool = False,
        timeout_s: float = UNARY_TIMEOUT_S,
    ) -> RunPage:
        """ListRuns: one page, newest first, of `limit` runs (200 at most).

        The following page begins at the creation time of this one's last run, because the backend's own tokens are
        offsets, and shift while runs arrive. So runs may come twice: tell them apart by name, or use `iterate`.

        InvalidArgumentError: the backend does not know a field. The owner's field is tried under both its names, and
        the accepted one is remembered.
        """
        limit = max(1, min(limit, MAX_PAGE))
        answer = await self._page(query, limit, start, tracked=tracked, timeout_s=timeout_s)
        return RunPage(list(answer.runs), _following(answer, start))

    async def iterate(
        self,
        query: RunQuery = RunQuery(),
        *,
        limit: int | None = None,
        tracked: bool = False,
    ) -> AsyncIterator[Run]:
        """ListRuns, page after page, each run once, `limit` of them at most."""
        start: PageStart | None = PageStart()
        seen: set[str] = set()
        without_new = 0
        while start is not None and (limit is None or len(seen) < limit):
            size = MAX_PAGE if limit is None else limit - len(seen) + (1 if seen else 0)
            page = await self.list_runs(query, limit=size, start=start, tracked=tracked)
            without_new = 0 if any(run.name not in seen for run in page.runs) else without_new + 1
            for run in page.runs:
                if run.name not in seen and (limit is None or len(seen) < limit):
                    seen.add(run.name)
                    yield run
            if page.next_page == start or without_new > _MOST_WITHOUT_NEW:
                raise ProtocolError(
                    f"{self._transport.host} gives the same page of a list again and again.",
                    hint="Tell whoever runs the backend: its list has no end.",
                )
            start = page.next_page

    async def user_info(self) -> UserInfo:
        """UserInfo: who the caller is. UnauthenticatedError where the backend has no identities (a devbox)."""
        return await self._transport.unary(IDENTITY_SERVICE, "UserInfo", {}, UserInfo)

    async def _page(
        self, query: RunQuery, limit: int, start: PageStart, *, tracked: bool, timeout_s: float
    ) -> ListRunsResponse:
        names = (self._owner_field,) if self._owner_field or not query.owner else OWNER_FIELDS
        refusal: InvalidArgumentError | None = None
        for name in names:
            request = self._request(query, limit, start, name or OWNER_FIELDS[0])
            try:
                answer = await self._transport.unary(
                    run_service(tracked), "ListRuns", request, ListRunsResponse, timeout_s=timeout_s
                )
            except InvalidArgumentError as error:
                if not query.owner:
                    raise
                refusal = refusal or error
            else:
                if query.owner:
                    self._owner_field = name
                return answer
        assert refusal is not None
        raise refusal

    def _request(self, query: RunQuery, limit: int, start: PageStart, owner_field: str) -> dict[str, Any]:
        filters = query.wire_filters(owner_field)
        if start.created_before is not None:
            filters.append(RunFilter("created_at", "LESS_THAN_OR_EQUAL", (_rfc3339(start.created_before),)))
        request: dict[str, Any] = {
            "limit": limit,
            "token": start.token,
            "filters": [wanted._asdict() for wanted in filters],
            "sortByFields": [{"key": "created_at", "direction": "DESCENDING"}],
        }
        return {
            "projectId": project_id(self._org, query.project or self.project, query.domain or self.domain),
            "request": request,
            **({"pausedActionsOnly": True} if query.paused_only else {}),
        }


def _following(answer: ListRunsResponse, start: PageStart) -> PageStart | None:
    """Give where the next page begins; None if this was the last."""
    if not answer.token or not answer.runs:
        return None
    created = answer.runs[-1].action.status.start_time
    # Times are read to the microsecond, and the backend may know more of them.
    before = None if created is None else created + timedelta(microseconds=1)
    if before is None or before == start.created_before:
        return PageStart(start.created_before, answer.token)
    return PageStart(before)


def _rfc3339(time: datetime) -> str:
    return time.astimezone(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
