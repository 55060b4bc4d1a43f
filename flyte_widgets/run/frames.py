"""A run as data to take away: rows of actions and of phase segments, a dict, a pandas DataFrame. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from flyte_widgets.api.messages import ActionDetails
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.causes import error_of, error_words
from flyte_widgets.run.critical_path import end_of, path_stretches, start_of, told_phase
from flyte_widgets.run.state import RunState
from flyte_widgets.run.timeline import SegmentFlag
from flyte_widgets.run.times import Milliseconds, moment

P = ActionPhase
_SPENT: Final = (P.QUEUED, P.WAITING_FOR_RESOURCES, P.INITIALIZING, P.RUNNING)


class ActionRow(NamedTuple):
    """One action. Times are UTC, lengths are timedeltas; None where the backend did not tell, or not yet."""

    id: str
    name: str
    parent: str
    group: str
    phase: str
    """Value of its `ActionPhase`, "" where it has none."""
    attempt: int
    started: datetime | None
    """When it was queued (`status.start_time`)."""
    ended: datetime | None
    duration: timedelta | None
    """From queued to ended; up to now, where it goes on."""
    queued: timedelta | None
    """Time in this phase, over all attempts. None where its phases were not read; likewise the next three."""
    waiting: timedelta | None
    initializing: timedelta | None
    running: timedelta | None
    cache: bool
    """Whether its result came from the cache."""
    error: str
    """The error in one line, where it was read."""
    on_critical_path: bool


class SegmentRow(NamedTuple):
    """A stretch of one phase in one attempt of an action. Times are UTC; no end: it goes on."""

    action: str
    name: str
    attempt: int
    phase: str
    start: datetime
    end: datetime | None
    inferred: bool
    """Whether start or end is not the backend's word, but seen or concluded."""


def action_rows(state: RunState, now_ms: Milliseconds, details: Mapping[str, ActionDetails]) -> list[ActionRow]:
    """Give all actions in the order in which they were first heard of. Hold the lock of the state's owner."""
    on_path = {action.id for action, _, _ in path_stretches(state, now_ms)}
    return [_row(action, now_ms, details.get(action.id), on_path) for action in state.actions]


def _row(action: ActionState, now_ms: Milliseconds, details: ActionDetails | None, on_path: set[str]) -> ActionRow:
    spent = dict.fromkeys(_SPENT, 0.0)
    is_told = False
    for segment in action.segments:
        phase = told_phase(segment)
        if phase is None:
            continue
        is_told = True
        if phase in spent:
            spent[phase] += (now_ms if segment.end_ms is None else segment.end_ms) - segment.start_ms
    error = error_of(details) if details is not None else None
    queued, waiting, initializing, running = (
        timedelta(milliseconds=max(0.0, spent[phase])) if is_told else None for phase in _SPENT
    )
    ended_ms = action.ended_ms
    return ActionRow(
        action.id,
        action.name,
        action.parent,
        action.group,
        action.phase.value if action.phase is not None else "",
        action.attempts,
        _moment(action.created_ms),
        _moment(ended_ms),
        duration_of(action, now_ms),
        queued,
        waiting,
        initializing,
        running,
        action.cache_hit,
        error_words(error).what if error is not None else "",
        action.id in on_path,
    )


def duration_of(action: ActionState, now_ms: Milliseconds) -> timedelta | None:
    """Give how long an action took, or has taken so far. None where the backend does not say when it began or ended."""
    if action.created_ms is None or action.lost_by_ms is not None:
        return None
    return timedelta(milliseconds=max(0.0, end_of(action, now_ms) - start_of(action)))


def segment_rows(state: RunState) -> list[SegmentRow]:
    """Give the segments of all actions, action by action. An attempt's outcome is one, too, of no length."""
    inferred = SegmentFlag.START_INFERRED | SegmentFlag.END_INFERRED | SegmentFlag.OBSERVED | SegmentFlag.STATUS_ONLY
    return [
        SegmentRow(
            action.id,
            action.name,
            segment.attempt,
            segment.phase.value,
            moment(segment.start_ms),
            _moment(segment.end_ms),
            bool(segment.flags & inferred),
        )
        for action in state.actions
        for segment in action.segments
    ]


def _moment(ms: Milliseconds | None) -> datetime | None:
    return None if ms is None else moment(ms)


def run_dict(name: str, task: str, rows: list[ActionRow], segments: list[SegmentRow], **more: Any) -> dict[str, Any]:
    """Give a run as plain values for JSON: times as ISO 8601 in UTC, lengths in seconds."""
    return {
        "name": name,
        "task": task,
        **more,
        "actions": [_plain(row) for row in rows],
        "segments": [_plain(row) for row in segments],
    }


def _plain(row: ActionRow | SegmentRow) -> dict[str, Any]:
    return {field: plain_value(value) for field, value in row._asdict().items()}


def plain_value(value: Any) -> Any:
    """Give a time as ISO 8601, a length in seconds, and anything else as it is."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def data_frame(rows: list[ActionRow]) -> Any:
    """Give rows as a pandas DataFrame: times as datetime64 in UTC, lengths as timedelta64.

    Raises FlyteWidgetsError where pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - an optional dependency, and slow to import
    except ImportError:
        raise FlyteWidgetsError(
            "to_pandas() needs pandas, which is not installed.",
            hint="Run `pip install pandas`, or use run.to_dict().",
        ) from None
    frame = pd.DataFrame(rows, columns=list(ActionRow._fields))
    for column in ("started", "ended"):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    for column in ("duration", "queued", "waiting", "initializing", "running"):
        frame[column] = pd.to_timedelta(frame[column])
    return frame
