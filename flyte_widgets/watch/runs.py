"""Runs: the runs of a project, newest first, read page by page as they are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar, overload

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.listing import PhaseLike, RunChoice, RunRow, checked_limit, run_choice
from flyte_widgets.run.times import moment
from flyte_widgets.watch.backends import Backend, backend_of, default_backend
from flyte_widgets.watch.by_itself import display_as_widget
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.runs_list import RunList
from flyte_widgets.watch.runs_poll import ACTIVE_S, IDLE_S

T = TypeVar("T")

_COLUMNS: Final = ("name", "task", "phase", "started", "ended", "duration", "owner", "project", "domain")


class RunChange(NamedTuple):
    """What `Runs.watch()` gives: a run at first sight, then each time its phase changes."""

    run: Run
    phase: ActionPhase | None
    """Where it is now; None where the backend says none."""
    before: ActionPhase | None
    """Where it was; None at first sight."""


class Runs:
    """The runs of a project and domain, newest first.

    task: a task's name ("env.main"; "main" takes it in any environment), or the task.
    phase: one or several: "failed", ActionPhase.FAILED, ["failed", "timed_out"]; "active": all that have not ended;
        "paused": those in which a condition waits for an answer.
    mine: only those that you started; raises UnauthenticatedError where the backend does not know who you are.
    since: "30m", "24h", "7d", "2w", a timedelta, a datetime with a zone, or None for all.
    search: part of the name of the run or of its task, in any case. It is looked for in the runs that are read.
    limit: so many at most. client, project, domain: as for `Run`.

    It reads pages of 200 runs (ListRuns) as they are needed, and keeps them: make it anew, or `watch()`, for what came
    since. `len()` reads all pages. Raises ConfigError for what it does not understand, ApiError as the backend does.
    """

    def __init__(
        self,
        task: Any = None,
        phase: PhaseLike | Iterable[PhaseLike] | None = None,
        *,
        mine: bool = False,
        since: str | timedelta | datetime | None = "7d",
        search: str = "",
        project: str = "",
        domain: str = "",
        limit: int | None = None,
        client: FlyteClient | None = None,
    ) -> None:
        choice = run_choice(task, phase, mine=mine, since=since, search=search)
        backend = default_backend() if client is None else backend_of(client)
        self._place = RunsPlace(backend, choice, project, domain, checked_limit(limit))
        self._list: RunList | None = None

    def __repr__(self) -> str:
        place, known = self._place, self._list
        client = place.backend.client
        where = f"{place.project or client.project}/{place.domain or client.domain}"
        if known is None:
            return f"Runs({where})"
        return f"Runs({where}, {len(known.rows)}{' or more' if known.has_older else ''})"

    def _ipython_display_(self, **_options: Any) -> None:
        """Show the list live where a cell ends with it."""
        display_as_widget(self)

    @property
    def __runs_place__(self) -> RunsPlace:
        """For the package itself."""
        return self._place

    @property
    def notes(self) -> list[str]:
        """What to know of how the list came about: filters that the backend does not have."""
        return self._known.notes

    def __iter__(self) -> Iterator[Run]:
        at = 0
        while self._read(at + 1):
            yield self._run(self._known.rows[at])
            at += 1

    def __len__(self) -> int:
        while self._known.has_older:
            self._read(len(self._known.rows) + 1)
        return len(self._rows())

    def __bool__(self) -> bool:
        return self._read(1)

    @overload
    def __getitem__(self, at: int) -> Run: ...

    @overload
    def __getitem__(self, at: slice) -> list[Run]: ...

    def __getitem__(self, at: int | slice) -> Run | list[Run]:
        """Give the run at a place, 0 being the newest, or those of a slice. Reads as many pages as that takes."""
        if isinstance(at, slice):
            ends = (at.start or 0, len(self) if at.stop is None else at.stop)
            if min(ends) < 0 or (at.step or 1) < 0:
                len(self)
            else:
                self._read(ends[1])
            return [self._run(row) for row in self._rows()[at]]
        if not isinstance(at, int):
            raise TypeError(f"Runs are taken by place: runs[0], runs[:5]. The run of a name is fw.Run({at!r}).")
        if (len(self) < -at) if at < 0 else not self._read(at + 1):
            raise IndexError(f"There are {len(self._rows())} runs.")
        return self._run(self._rows()[at])

    async def watch(self) -> AsyncIterator[RunChange]:
        """Follow the list for ever: the newest runs first, then each new run and each change of phase, by polling.

        Asks every 2 s while a run goes on, else every 15 s. Raises ApiError where the list cannot be read; what passes
        by itself (a backend that does not answer for a while) is waited out.
        """
        runs = self._place.new_list()
        phases: dict[str, ActionPhase | None] = {}
        turn = 0
        while True:
            try:
                rows = await background().awaitable(_next_read(runs, turn))
            except FlyteWidgetsError as error:
                if not runs.is_read or not getattr(error, "transient", False):
                    raise
                rows = []
            turn += 1
            for row in sorted(rows, key=lambda row: row.order, reverse=True):
                if row.name not in phases or phases[row.name] != row.phase:
                    before, phases[row.name] = phases.get(row.name), row.phase
                    yield RunChange(self._run(row), row.phase, before)
            await asyncio.sleep(ACTIVE_S if any(not row.is_terminal for row in runs.rows) else IDLE_S)

    def to_dict(self) -> list[dict[str, Any]]:
        """Give all runs as values of JSON, one dict each; times are ISO 8601 in UTC, `duration` is in seconds."""
        found = []
        for values in self._values():
            started, ended, length = values["started"], values["ended"], values["duration"]
            texts = {
                "started": started.isoformat() if started else None,
                "ended": ended.isoformat() if ended else None,
                "duration": length.total_seconds() if length is not None else None,
            }
            found.append({**values, **texts})
        return found

    def to_pandas(self) -> Any:
        """Give a pandas DataFrame with one row a run.

        Its columns are name, task, phase, started, ended, duration, owner, project and domain.
        Times are UTC, `duration` is a timedelta, up to now where the run goes on. Reads all pages. Raises
        FlyteWidgetsError where pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - an optional dependency, and slow to import
        except ImportError:
            raise FlyteWidgetsError(
                "to_pandas() needs pandas, which is not installed.",
                hint="Run `pip install pandas`, or use runs.to_dict().",
            ) from None
        frame = pd.DataFrame(self._values(), columns=list(_COLUMNS))
        for column in ("started", "ended"):
            frame[column] = pd.to_datetime(frame[column], utc=True)
        frame["duration"] = pd.to_timedelta(frame["duration"])
        return frame

    def _values(self) -> list[dict[str, Any]]:
        len(self)
        now_ms = self._place.backend.client.now_ms
        return [_values_of(row, now_ms) for row in self._rows()]

    @property
    def _known(self) -> RunList:
        if self._list is None:
            self._list = self._place.new_list()
        return self._list

    def _rows(self) -> list[RunRow]:
        return self._known.rows[: self._place.limit]

    def _read(self, count: int) -> bool:
        """Read until so many runs are known. False: there are fewer."""
        limit = self._place.limit
        if limit is not None and count > limit:
            self._read(limit)
            return False
        known = self._known
        while len(known.rows) < count and known.has_older:
            background().call(known.read_older(count - len(known.rows)))
        return len(known.rows) >= count

    def _run(self, row: RunRow) -> Run:
        return Run(row.name, client=self._place.backend.client, project=row.project, domain=row.domain)


def _next_read(runs: RunList, turn: int) -> Coroutine[Any, Any, list[RunRow]]:
    if runs.unsure:
        return runs.read_unsure()
    return runs.read_active() if turn % 3 == 2 else runs.read_newest()


class RunsPlace(NamedTuple):
    """Where runs are listed, and which."""

    backend: Backend
    choice: RunChoice
    project: str
    domain: str
    limit: int | None

    def new_list(self, choice: RunChoice | None = None) -> RunList:
        """Make a list of which nothing was read."""
        chosen = self.choice if choice is None else choice
        return RunList(self.backend.client, chosen, self.project, self.domain, self.limit)


def _values_of(row: RunRow, now_ms: float) -> dict[str, Any]:
    end_ms = row.ended_ms if row.ended_ms is not None else None if row.is_terminal else now_ms
    known = row.created_ms is not None and end_ms is not None
    return {
        "name": row.name,
        "task": row.task,
        "phase": row.phase.value if row.phase is not None else None,
        "started": moment(row.created_ms) if row.created_ms is not None else None,
        "ended": moment(row.ended_ms) if row.ended_ms is not None else None,
        "duration": timedelta(milliseconds=end_ms - row.created_ms) if known else None,  # type: ignore[operator]
        "owner": row.owner,
        "project": row.project,
        "domain": row.domain,
    }
