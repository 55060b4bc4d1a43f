"""Runs in a list: one row each, which of them are wanted, and the words for their times. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

from flyte_widgets.api.messages_runs import Run
from flyte_widgets.errors import ConfigError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.times import Milliseconds, epoch_ms

PhaseLike = ActionPhase | str
ACTIVE: Final = tuple(phase for phase in ActionPhase if not phase.is_terminal)

_SINCE: Final = re.compile(r"(\d+)\s*([mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY: Final = timedelta(days=1)


class RunRow(NamedTuple):
    """One run of a list, as ListRuns gives it. Times are epoch milliseconds of the backend's clock."""

    name: str
    project: str
    domain: str
    task: str
    """Whole name of its task, "env.main"; "" where the backend does not say."""
    phase: ActionPhase | None
    created_ms: Milliseconds | None
    ended_ms: Milliseconds | None
    owner: str
    """Who started it, readable; the trigger where one did; "" where the backend does not say."""
    subject: str
    """The same as the backend's identifier of the person; "" where it does not say."""

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended."""
        return self.phase is not None and self.phase.is_terminal

    @property
    def order(self) -> tuple[Milliseconds, str]:
        """Sorts the newest first; what has no time comes last."""
        return (-(self.created_ms or 0.0), self.name)


def row_of(run: Run) -> RunRow:
    """Read a row from the message."""
    action, metadata = run.action, run.action.metadata
    user = metadata.executed_by.user if metadata.executed_by else None
    return RunRow(
        name=run.name,
        project=action.id.run.project,
        domain=action.id.run.domain,
        task=(metadata.task.id.name or metadata.task.short_name) if metadata.task else "",
        phase=ActionPhase.of(action.status.phase),
        created_ms=epoch_ms(action.status.start_time),
        ended_ms=epoch_ms(action.status.end_time),
        owner=metadata.trigger_name or run.owner,
        subject=user.id.subject if user and user.id else "",
    )


@dataclass(frozen=True)
class RunChoice:
    """Which runs are wanted. What is empty does not restrict."""

    task: str = ""
    """Whole name of a task, "env.main", or the part behind the last dot."""
    phases: tuple[ActionPhase, ...] = ()
    waiting: bool = False
    """Only runs in which a condition waits for its signal."""
    mine: bool = False
    since: datetime | None = None
    search: str = ""
    """Part of the name of the run or of its task, in any case."""

    def takes(self, row: RunRow) -> bool:
        """Check what a row says of itself: task, phase and search."""
        return self.takes_task(row) and (not self.phases or row.phase in self.phases) and self._is_found(row)

    def takes_task(self, row: RunRow) -> bool:
        """Check the task alone."""
        return not self.task or row.task == self.task or row.task.endswith(f".{self.task}")

    def _is_found(self, row: RunRow) -> bool:
        wanted = self.search.casefold()
        return not wanted or wanted in row.name.casefold() or wanted in row.task.casefold()


def run_choice(
    task: Any = None,
    phase: PhaseLike | Iterable[PhaseLike] | None = None,
    *,
    mine: bool = False,
    since: str | timedelta | datetime | None = None,
    search: str = "",
    now: datetime | None = None,
) -> RunChoice:
    """Read what a user may give.

    task: a name, or a task of the SDK. phase: one or several, as values ("failed"); "active" stands for all that have
    not ended, "paused" for the runs in which a condition waits. since: "30m", "24h", "7d", "2w", a timedelta, a
    datetime with a zone, or None for no limit. Raises ConfigError for anything else.
    """
    name = task if isinstance(task, str) else str(getattr(task, "name", "") or "") if task is not None else ""
    if task is not None and not name:
        raise ConfigError(f"task={task!r} is no task.", hint='Give its name, "env.main", or the task itself.')
    phases, waiting = _phases(phase)
    if not isinstance(search, str | None):
        raise ConfigError(f"search={search!r} is no text.", hint="Give a part of the name of a run or of its task.")
    return RunChoice(name, phases, waiting, mine, since_time(since, now), (search or "").strip())


def checked_limit(limit: int | None) -> int | None:
    """Give the limit. Raises ConfigError for what is no number of runs."""
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise ConfigError(
            f"limit={limit!r} is no number of runs.", hint="Give a whole number from 1 on, or None for all."
        )
    return limit


def since_time(since: str | timedelta | datetime | None, now: datetime | None = None) -> datetime | None:
    """Give the moment that `since` stands for. Raises ConfigError."""
    now = now or datetime.now(timezone.utc)
    accepted = 'Give "30m", "24h", "7d", "2w", a timedelta, a datetime with a zone, or None for all runs.'
    if isinstance(since, datetime):
        if since.tzinfo is None:
            raise ConfigError(f"since={since!r} has no time zone.", hint=accepted)
        return since
    if isinstance(since, timedelta):
        if since < timedelta(0):
            raise ConfigError(f"since={since!r} lies in the future.", hint=accepted)
        return _before(now, since)
    if since is None or since in ("", "all"):
        return None
    found = _SINCE.fullmatch(since.strip()) if isinstance(since, str) else None
    if found is None:
        raise ConfigError(f"since={since!r} is no length of time.", hint=accepted)
    try:
        length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError:
        return None
    return _before(now, length)


def _before(now: datetime, length: timedelta) -> datetime | None:
    """None: that is before the calendar begins, so there is no limit."""
    try:
        return now - length
    except OverflowError:
        return None


def since_words(since: datetime | None, now: datetime) -> str:
    """Say a limit: "in the last 7 days", "in the last 24 hours"; "" where there is none."""
    if since is None:
        return ""
    length = now - since
    days = round(length / _DAY)
    if days >= 2:
        return f"in the last {days} days"
    hours = round(length / timedelta(hours=1))
    if hours >= 1:
        return "in the last hour" if hours == 1 else f"in the last {hours} hours"
    return f"in the last {max(1, round(length / timedelta(minutes=1)))} minutes"


def _phases(phase: PhaseLike | Iterable[PhaseLike] | None) -> tuple[tuple[ActionPhase, ...], bool]:
    if phase is None or phase in ("", "all"):
        return (), False
    wanted = list(phase) if isinstance(phase, Iterable) and not isinstance(phase, str) else [phase]
    found: list[ActionPhase] = []
    for one in wanted:
        name = one.strip().lower().replace(" ", "_") if isinstance(one, str) else ""  # "Timed out", as it is shown
        if name == "active":
            found += ACTIVE
        elif name in tuple(ActionPhase):
            found.append(ActionPhase(name))
        else:
            accepted = ", ".join(known.value for known in ActionPhase)
            raise ConfigError(f"phase={one!r} is no phase.", hint=f"Give one or several of: active, {accepted}.")
    if found == [ActionPhase.PAUSED]:
        return (), True
    return tuple(dict.fromkeys(found)), False
