"""What `fw.Run` tells of where the time went: reads what that still needs, and hands it to the pure parts in run/.

On any thread but the background loop's. Each read has a bound, in actions and in seconds: what was not read by then is
left out, and marked as not known.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final, TypeVar

from flyte_widgets.api.messages import ActionDetails
from flyte_widgets.errors import ApiError, FlyteWidgetsError, RunFailedError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.by_task import TaskTime, by_task
from flyte_widgets.run.causes import FAILURES, first_causes
from flyte_widgets.run.compare import Comparison, compare
from flyte_widgets.run.critical_path import PathPiece, critical_path, path_stretches
from flyte_widgets.run.frames import ActionRow, SegmentRow, action_rows, run_dict, segment_rows
from flyte_widgets.run.line.parts import Summary
from flyte_widgets.run.times import exact_ms
from flyte_widgets.run.trace_export import chrome_trace
from flyte_widgets.watch.access import RunHandle
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.watcher import Watcher

READ_LIMIT_S: Final = 20.0
"""How long one call reads at most."""
HISTORIES: Final = 500
"""Actions whose phases or errors one call reads at most."""
_AT_ONCE: Final = 8


def run_summary(handle: RunHandle) -> Summary | None:
    """Give the one line."""
    watcher = handle.ensure_whole()
    with contextlib.suppress(concurrent.futures.TimeoutError):
        return background().call(watcher.analyst.settled(), READ_LIMIT_S)
    return watcher.analyst.line


def run_failures(handle: RunHandle) -> list[ActionState]:
    """Give the causes of a run's failure, the first one first."""
    run_summary(handle)
    watcher = handle.watcher
    with watcher.lock:
        return first_causes(watcher.state, watcher.analyst.details())


def run_path(handle: RunHandle) -> list[PathPiece]:
    """Give the critical path with its phases."""
    watcher = handle.ensure_whole()
    _read(read_path(watcher))
    with watcher.lock:
        return critical_path(watcher.state, watcher.now_ms())


def run_by_task(handle: RunHandle, start: datetime | None, end: datetime | None) -> list[TaskTime]:
    """Give the time by task, between these times."""
    watcher = handle.ensure_whole()
    _read(read_histories(watcher))
    now_ms = watcher.now_ms()
    between = None
    if start is not None or end is not None:
        between = (_ms(start, 0.0), _ms(end, now_ms))
    with watcher.lock:
        return by_task(watcher.state, now_ms, between)


def run_comparison(handle: RunHandle, other: RunHandle) -> Comparison:
    """Set one run beside another."""
    ours, theirs = handle.ensure_whole(), other.ensure_whole()
    name = theirs.run_id.name
    if theirs is ours:
        return compare(ours.state, ours.now_ms(), ours.state, ours.now_ms(), name)
    with ours.lock, theirs.lock:
        return compare(ours.state, ours.now_ms(), theirs.state, theirs.now_ms(), name)


def run_rows(handle: RunHandle) -> list[ActionRow]:
    """Give all actions as rows."""
    watcher = handle.ensure_whole()
    errors = _read(read_errors(watcher)) or {}
    _read(read_histories(watcher))
    details = {**errors, **watcher.analyst.details()}
    with watcher.lock:
        return action_rows(watcher.state, watcher.now_ms(), details)


def run_segments(handle: RunHandle) -> list[SegmentRow]:
    """Give all phase segments as rows."""
    watcher = handle.ensure_whole()
    _read(read_histories(watcher))
    with watcher.lock:
        return segment_rows(watcher.state)


def run_as_dict(handle: RunHandle) -> dict[str, Any]:
    """Give the run as JSON's values."""
    watcher, rows = handle.ensure_whole(), run_rows(handle)
    root = rows[0] if rows else None
    line = run_summary(handle)
    segments = run_segments(handle)
    run_id = watcher.run_id
    return run_dict(
        run_id.name,
        root.name if root is not None else "",
        rows,
        segments,
        project=run_id.project,
        domain=run_id.domain,
        phase=root.phase if root is not None else "",
        summary=str(line) if line is not None else "",
    )


def run_trace(handle: RunHandle) -> dict[str, Any]:
    """Give the run as a Chrome trace."""
    watcher = handle.ensure_whole()
    _read(read_histories(watcher))
    with watcher.lock:
        return chrome_trace(watcher.state, watcher.now_ms(), watcher.run_id.name)


def failure_of(handle: RunHandle) -> RunFailedError | None:
    """Give the error for a run that has ended and did not succeed, with the one line; None for any other."""
    watcher = handle.ensure_read()
    phase = watcher.phase
    if phase is None or not phase.is_terminal or phase in (ActionPhase.SUCCEEDED, ActionPhase.RECOVERED):
        return None
    line = run_summary(handle)
    said = f": {line}" if line is not None else "."
    url = watcher.client.console_url(watcher.run_id, tracked=bool(watcher.tracked))
    return RunFailedError(
        f"Run {watcher.run_id.name} {phase.label.lower()}{said}", hint=f"Its page: {url}" if url else ""
    )


# --- what is read, on the background loop ----------------------------------------------------------------------------


async def read_path(watcher: Watcher) -> None:
    """Read the phases of the actions on the critical path."""
    stretches = path_stretches(watcher.state, watcher.now_ms())
    await _read_each(watcher, lambda: [action for action, _, _ in stretches if action.needs_history])


async def read_histories(watcher: Watcher) -> None:
    """Read the phases of actions, those on the critical path first."""
    await read_path(watcher)
    await _read_each(watcher, lambda: [action for action in watcher.state.actions if action.needs_history])


async def read_errors(watcher: Watcher) -> dict[str, ActionDetails]:
    """Read the details of the actions that failed."""
    return await _read_each(watcher, lambda: [a for a in watcher.state.actions if a.phase in FAILURES])


async def _read_each(watcher: Watcher, choose: Callable[[], list[ActionState]]) -> dict[str, ActionDetails]:
    found: dict[str, ActionDetails] = {}
    waiting = iter(dict.fromkeys(action.id for action in choose()[:HISTORIES]))

    async def read() -> None:
        for action in waiting:
            with contextlib.suppress(ApiError):  # what is not kept any more stays unknown
                found[action] = await watcher.read_action(action)

    await asyncio.gather(*(read() for _ in range(_AT_ONCE)))
    return found


R = TypeVar("R")


def _read(reading: Coroutine[Any, Any, R]) -> R | None:
    with contextlib.suppress(concurrent.futures.TimeoutError):
        return background().call(reading, READ_LIMIT_S)
    return None


def _ms(time: datetime | None, otherwise_ms: float) -> float:
    if time is None:
        return otherwise_ms
    if not isinstance(time, datetime):
        raise TypeError(
            f"A time is a datetime, got {type(time).__name__}. Give one such as run.started, or leave it out."
        )
    if time.tzinfo is None:
        raise FlyteWidgetsError(
            f"A time without a time zone: {time.isoformat()}.",
            hint="Give one that has it, as in run.started, or add tzinfo=datetime.timezone.utc.",
        )
    return exact_ms(time)
