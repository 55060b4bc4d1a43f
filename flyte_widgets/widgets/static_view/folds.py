"""A fold's strip: the share of its members in each phase over time, as js/src/run/timeline/time/strip.ts. Pure.

The counts are held together by tests/vectors/runs.json.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

from flyte_widgets.phases import STACK_ORDER, ActionPhase
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.widgets.static_view.axis import Axis
from flyte_widgets.widgets.static_view.model import KnownAction, Snapshot
from flyte_widgets.widgets.static_view.spans import drawn_attempts, ended_at_ms
from flyte_widgets.widgets.static_view.svg import bar_classes, num, rect
from flyte_widgets.widgets.static_view.words import stack_place

STRIP_PX: Final = 10
_FAILED_LEAST_PX: Final = 1.5
_MOST_MEMBERS: Final = 300
"""A strip is 10 px high: more members than this do not show."""
_SLOTS: Final = len(STACK_ORDER) + 1
_FAILED: Final = STACK_ORDER.index(ActionPhase.FAILED)


def fold_strip(
    members: Sequence[KnownAction], y: float, snapshot: Snapshot, axis: Axis, step_px: float
) -> tuple[str, float]:
    """Draw the strip with its top at `y`; gives it, and where it ends. Steps of `step_px`, each as in its middle."""
    drawn = _sample(members)
    known = [(life, weight) for member, weight in drawn if (life := life_of(member, snapshot))]
    if not known:
        return "", axis.x0
    x0 = axis.x(min(start_ms for life, _ in known for _, start_ms, _ in life))
    going = any(not member.is_terminal for member in members)
    ends = [start_ms if end_ms == math.inf else end_ms for life, _ in known for _, start_ms, end_ms in life]
    x1 = max(axis.x(snapshot.end_ms if going else max(ends)), x0 + step_px)
    steps = max(1, math.ceil((x1 - x0) / step_px))
    counted = Counts(x0, step_px, steps)
    for life, weight in known:
        for phase, start_ms, end_ms in life:
            counted.add(phase, axis.x(start_ms), math.inf if end_ms == math.inf else axis.x(end_ms), weight)
    tops = _tops(counted.finish(), steps, sum(weight for _, weight in drawn))
    ground = rect(x0, y, x1 - x0, STRIP_PX, "hover", 2)
    return ground + _areas(tops, steps, x0, x1, y, step_px), x1


class Counts:
    """How many members are in which phase, step by step; each step as it is in its middle. As `Binner` in bins.ts."""

    def __init__(self, origin: float, step: float, steps: int) -> None:
        self._origin, self._step, self._steps = origin, step, steps
        self._slots = [[0] * (steps + 1) for _ in range(_SLOTS)]

    def add(self, phase: ActionPhase | None, start: float, end: float, weight: int = 1) -> None:
        """Count a stretch of a phase, in the unit of the origin."""
        first = max(0, math.ceil((start - self._origin) / self._step - 0.5))
        last = self._steps
        if end < math.inf:
            last = min(last, math.ceil((end - self._origin) / self._step - 0.5))
        if first < last:
            self._slots[stack_place(phase)][first] += weight
            self._slots[stack_place(phase)][last] -= weight

    def finish(self) -> list[list[int]]:
        """Give the counts by slot (the stack order, then phases that the table does not have) and step."""
        return [list(itertools.accumulate(slot))[: self._steps] for slot in self._slots]


def _sample(members: Sequence[KnownAction]) -> list[tuple[KnownAction, int]]:
    """Choose from very many, evenly, and say for how many each stands. Failures are all there, each for itself."""
    stride = len(members) // _MOST_MEMBERS + 1
    if stride == 1:
        return [(member, 1) for member in members]
    failed = [member for member in members if member.phase is ActionPhase.FAILED]
    others = [member for member in members if member.phase is not ActionPhase.FAILED]
    return [*((member, 1) for member in failed), *((member, stride) for member in others[::stride])]


def life_of(action: KnownAction, snapshot: Snapshot) -> list[tuple[ActionPhase | None, Milliseconds, float]]:
    """Give the phases of an action, each with its start and end; the outcome, and what is open, lasts for ever."""
    life: list[tuple[ActionPhase | None, Milliseconds, float]] = []
    attempts = drawn_attempts(action, snapshot)
    for attempt in attempts:
        # Where only the end is known, it was not in that phase all the time.
        life += [(span.phase, span.start_ms, span.end_ms) for span in attempt.spans if not span.phase.is_terminal]
    if action.is_terminal:
        ended_ms = max((attempt.end_ms for attempt in attempts), default=ended_at_ms(action, snapshot))
        life.append((action.phase, ended_ms, math.inf))
    elif life and not snapshot.is_terminal and action.segments[-1].end_ms is None:
        life[-1] = (*life[-1][:2], math.inf)
    return life


def _tops(counts: list[list[int]], steps: int, members: int) -> list[list[float]]:
    """Give the top of each slot at each step, from the strip's top; what a failure is drawn larger, all others give."""
    tops = [[float(STRIP_PX)] * steps for _ in range(_SLOTS)]
    for step in range(steps):
        failed_px = counts[_FAILED][step] / members * STRIP_PX
        drawn_px = max(_FAILED_LEAST_PX, failed_px) if failed_px > 0 else 0.0
        shrink = (STRIP_PX - drawn_px) / (STRIP_PX - failed_px) if failed_px < STRIP_PX else 1.0
        at = float(STRIP_PX)
        for slot in range(_SLOTS):
            share_px = counts[slot][step] / members * STRIP_PX
            at = max(0.0, at - (drawn_px if slot == _FAILED else share_px * shrink))
            tops[slot][step] = at
    return tops


def _areas(tops: list[list[float]], steps: int, x0: float, x1: float, y: float, step_px: float) -> str:
    """Write one path a phase, from the top of the stack to its bottom, each down to the floor: no seam shows."""
    parts = []
    for slot in reversed(range(_SLOTS)):
        below = tops[slot - 1] if slot else [float(STRIP_PX)] * steps
        if all(top >= floor for top, floor in zip(tops[slot], below, strict=True)):
            continue
        d = [f"M{num(x0)} {num(y + STRIP_PX)}"]
        last = ""
        for step, top in enumerate(tops[slot]):
            if num(y + top) != last:
                last = num(y + top)
                d.append(f"H{num(min(x1, x0 + step * step_px))}V{last}" if step else f"V{last}")
        d.append(f"H{num(x1)}V{num(y + STRIP_PX)}z")
        phase = STACK_ORDER[slot] if slot < len(STACK_ORDER) else None
        layers = bar_classes(phase)
        parts += [f'<path d="{"".join(d)}" class="{name}"/>' for name in layers]
    return "".join(parts)
