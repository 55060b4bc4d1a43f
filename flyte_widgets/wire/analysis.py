"""Where the time went, as the browser reads it. TypeScript types are generated from these.

Times are epoch milliseconds of the backend's clock, lengths milliseconds, shares from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final, NamedTuple, TypedDict

from flyte_widgets.run.by_task import TaskTime
from flyte_widgets.run.compare import ComparedAction
from flyte_widgets.run.critical_path import PathPiece
from flyte_widgets.run.times import exact_ms
from flyte_widgets.watch.comparing import Compared

_MOST_GONE: Final = 50


class PathPart(NamedTuple):
    """A stretch of the critical path."""

    action: str
    phase: int
    """Wire number; 0: the backend reported no phase."""
    from_ms: float
    to_ms: float


class TaskRow(TypedDict):
    """How long the actions of one task took."""

    task: str
    actions: int
    totalMs: float
    medianMs: float | None
    """None for fewer than 3 actions."""
    p95Ms: float | None
    """None for fewer than 20 actions."""
    longestMs: float
    waiting: float | None
    """Share of their time that they waited for resources. None where no action's phases were read."""
    onPath: float
    """Their part of the critical path."""


class ComparedRow(NamedTuple):
    """An action beside the one of the other run that has its place."""

    action: str
    other_start_ms: float | None
    """From the start of the other run; None: the action is new."""
    other_ms: float | None
    """How long the other took."""
    difference_ms: float | None
    """Positive: slower. None where that is not known."""


class GoneTask(NamedTuple):
    """Actions of one name that the other run had, and this one has not."""

    name: str
    actions: int
    from_ms: float
    """When the first of them was queued, from the start of the other run."""
    to_ms: float
    """When the last of them ended."""


class Comparison(TypedDict):
    """A run beside an earlier one of the same task."""

    other: str
    startedMs: float | None
    """When the other was queued; None where it is no earlier success of this task."""
    durationMs: float | None
    verdict: str
    """"46s slower"."""
    because: str
    """"most of it in square +31s and train_model +12s"; may be empty."""
    rows: list[ComparedRow]
    gone: list[GoneTask]
    """The first to begin comes first; 50 at most."""
    earlier: list[str]
    """Earlier successes, the newest first."""


def comparison_dict(found: Compared) -> Comparison:
    """Give a comparison."""
    other, comparison = found.other, found.comparison
    return {
        "other": found.name,
        "startedMs": other.started_ms if other is not None else None,
        "durationMs": other.duration_ms if other is not None else None,
        "verdict": comparison.verdict,
        "because": comparison.because,
        "rows": [
            ComparedRow(row.action, _opt_ms(row.other_start), _opt_ms(row.other_duration), _opt_ms(row.difference))
            for row in comparison.rows
            if row.change != "gone"
        ],
        "gone": _gone_tasks(comparison.rows),
        "earlier": [run.name for run in found.earlier],
    }


def _gone_tasks(rows: Iterable[ComparedAction]) -> list[GoneTask]:
    gone: dict[str, GoneTask] = {}
    for row in rows:
        if row.change == "gone" and row.other_start is not None and row.other_duration is not None:
            from_ms = _ms(row.other_start)
            to_ms = from_ms + _ms(row.other_duration)
            same = gone.get(row.name, GoneTask(row.name, 0, from_ms, to_ms))
            first_ms, last_ms = min(same.from_ms, from_ms), max(same.to_ms, to_ms)
            gone[row.name] = GoneTask(row.name, same.actions + 1, first_ms, last_ms)
    return sorted(gone.values(), key=lambda task: (task.from_ms, task.name))[:_MOST_GONE]


def _opt_ms(length: timedelta | None) -> float | None:
    return None if length is None else _ms(length)


def path_parts(pieces: Sequence[PathPiece]) -> list[PathPart]:
    """Give the critical path."""
    return [
        PathPart(p.action, p.phase.number if p.phase is not None else 0, exact_ms(p.start), exact_ms(p.end))
        for p in pieces
    ]


def task_rows(rows: Sequence[TaskTime]) -> list[TaskRow]:
    """Give the time by task."""
    return [
        {
            "task": row.task,
            "actions": row.actions,
            "totalMs": _ms(row.total),
            "medianMs": None if row.median is None else _ms(row.median),
            "p95Ms": None if row.p95 is None else _ms(row.p95),
            "longestMs": _ms(row.longest),
            "waiting": row.waiting,
            "onPath": row.on_path,
        }
        for row in rows
    ]


def _ms(length: timedelta) -> float:
    return length / timedelta(milliseconds=1)
