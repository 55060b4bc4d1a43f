"""A fold's strip: the share of its members in each phase over time, as js/src/run/timeline/time/strip.ts. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from flyte_widgets.phases import STACK_ORDER, ActionPhase
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.widgets.static_view.axis import Axis
from flyte_widgets.widgets.static_view.model import KnownAction, Snapshot
from flyte_widgets.widgets.static_view.spans import attempts_of
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
    known = [(life, weight) for member, weight in drawn if (life := _life(member, snapshot))]
    if not known:
        return "", axis.x0
    x0 = axis.x(min(life[0][1] for life, _ in known))
    going = any(not member.is_terminal for member in members)
    x1 = max(axis.x(snapshot.end_ms if going else max(life[-1][1] for life, _ in known)), x0 + step_px)
    steps = max(1, math.ceil((x1 - x0) / step_px))
    counts = [[0] * (steps + 1) for _ in range(_SLOTS)]
    for life, weight in known:
        for (phase, from_ms), (_, to_ms) in zip(life, [*life[1:], (None, math.inf)], strict=True):
            a = max(0, math.ceil((axis.x(from_ms) - x0) / step_px - 0.5))
            b = steps if to_ms == math.inf else min(steps, math.ceil((axis.x(to_ms) - x0) / step_px - 0.5))
            if a < b:
                counts[stack_place(phase)][a] += weight
                counts[stack_place(phase)][b] -= weight
    for slot in counts:
        for step in range(1, steps + 1):
            slot[step] += slot[step - 1]
    tops = _tops(counts, steps, sum(weight for _, weight in drawn))
    ground = rect(x0, y, x1 - x0, STRIP_PX, "hover", 2)
    return ground + _areas(tops, steps, x0, x1, y, step_px), x1


def _sample(members: Sequence[KnownAction]) -> list[tuple[KnownAction, int]]:
    """Choose from very many, evenly, and say for how many each stands. Failures are all there, each for itself."""
    stride = len(members) // _MOST_MEMBERS + 1
    if stride == 1:
        return [(member, 1) for member in members]
    failed = [member for member in members if member.phase is ActionPhase.FAILED]
    others = [member for member in members if member.phase is not ActionPhase.FAILED]
    return [*((member, 1) for member in failed), *((member, stride) for member in others[::stride])]


def _life(action: KnownAction, snapshot: Snapshot) -> list[tuple[ActionPhase | None, Milliseconds]]:
    """Give the phases of an action, each with its beginning; the last one lasts."""
    life: list[tuple[ActionPhase | None, Milliseconds]] = []
    for attempt in attempts_of(action, snapshot):
        # Where only the end is known, it was not in that phase all the time.
        life += [(span.phase, span.start_ms) for span in attempt.spans if not span.phase.is_terminal]
        life += [(attempt.outcome, attempt.end_ms)] if attempt.outcome is not None else []
    return sorted(life, key=lambda entry: entry[1])


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
