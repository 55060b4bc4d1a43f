"""Where the time of a run went, task by task: how long its actions took, waited, and decided. Pure."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.critical_path import end_of, path_stretches, start_of, told_phase
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds, all_epoch_ms, exact_ms

_MEDIAN_FROM: Final = 3
_P95_FROM: Final = 20
"""Fewer actions have no meaningful median or 95th percentile."""


class TaskTime(NamedTuple):
    """How long the actions of one task took. Shares are from 0 to 1."""

    task: str
    """Name of the task, trace or condition."""
    actions: int
    total: timedelta
    """The durations of all its actions together, from queued to ended."""
    median: timedelta | None
    """None for fewer than 3 actions."""
    p95: timedelta | None
    """The duration that 95 of 100 actions did not exceed. None for fewer than 20."""
    longest: timedelta
    waiting: float | None
    """Share of their time that they waited for resources. None where no action's phases were read."""
    on_path: float
    """Share of the run's duration that they decided: their part of the critical path."""


class _Sums:
    """What is added up for one task; milliseconds."""

    def __init__(self) -> None:
        self.durations: list[Milliseconds] = []
        self.told_ms = self.waiting_ms = self.path_ms = 0.0

    def add_phases(self, action: ActionState, from_ms: Milliseconds, to_ms: Milliseconds) -> None:
        """Add what is known of its phases. Of one that was seen in one phase only, what it did before is not."""
        for segment in action.segments:
            if told_phase(segment) is None:
                continue
            end_ms = to_ms if segment.end_ms is None else min(segment.end_ms, to_ms)
            spent_ms = max(0.0, end_ms - max(segment.start_ms, from_ms))
            self.told_ms += spent_ms
            if segment.phase is ActionPhase.WAITING_FOR_RESOURCES:
                self.waiting_ms += spent_ms


def by_task(
    state: RunState, now_ms: Milliseconds, between_ms: tuple[Milliseconds, Milliseconds] | None = None
) -> list[TaskTime]:
    """Add up the time of a run by task, the largest share of the critical path first.

    between_ms: count this stretch of time only, epoch ms: actions that were there, and how long of it they took.
    An action that goes on counts up to `now_ms`. Hold the lock of the state's owner.
    """
    first_ms, last_ms = between_ms or (-math.inf, math.inf)
    tasks: defaultdict[str, _Sums] = defaultdict(_Sums)
    actions = state.actions
    # As `start_of` and `end_of` have it, without a call for each of those that have ended and say when.
    starts = all_epoch_ms([action.status.start_time for action in actions])
    ends = all_epoch_ms(
        [action.status.end_time if action.phase and action.phase.is_terminal else None for action in actions]
    )
    for action, started_ms, ended_ms in zip(actions, starts, ends, strict=True):
        start_ms = start_of(action) if started_ms is None else started_ms
        end_ms = end_of(action, now_ms) if ended_ms is None else ended_ms
        from_ms = max(first_ms, start_ms)
        to_ms = max(start_ms, end_ms)
        to_ms = min(to_ms, last_ms)
        if from_ms <= to_ms:
            sums = tasks[action.name]
            sums.durations.append(to_ms - from_ms)
            if action.has_history or action.seen is not None:
                sums.add_phases(action, from_ms, to_ms)
    whole_ms = 0.0
    for action, start, end in path_stretches(state, now_ms):
        spent_ms = min(exact_ms(end), last_ms) - max(exact_ms(start), first_ms)
        if spent_ms > 0:
            whole_ms += spent_ms
            tasks[action.name].path_ms += spent_ms
    rows = [_row(task, sums, whole_ms) for task, sums in tasks.items()]
    return sorted(rows, key=lambda row: (-row.on_path, -row.total, row.task))


def _row(task: str, sums: _Sums, whole_ms: Milliseconds) -> TaskTime:
    durations = sorted(sums.durations)
    return TaskTime(
        task,
        len(durations),
        _length(math.fsum(durations)),
        _length(statistics.median(durations)) if len(durations) >= _MEDIAN_FROM else None,
        _length(percentile(durations, 0.95)) if len(durations) >= _P95_FROM else None,
        _length(durations[-1] if durations else 0.0),
        sums.waiting_ms / sums.told_ms if sums.told_ms else None,
        sums.path_ms / whole_ms if whole_ms else 0.0,
    )


def percentile(ascending: Sequence[float], share: float) -> float:
    """Give the smallest value that this share of the values does not exceed (nearest rank)."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


def _length(ms: Milliseconds) -> timedelta:
    return timedelta(milliseconds=ms)
