"""The state diagram of the static view, 520 × 123: the third table of look.md §6. Pure.

Nodes are 20 high (outcomes 18), the time stands under the node. As in the live one a line begins 2 off its node and
ends 4 before the next, where the arrowhead fills it. Lines that are rare are drawn only where they were taken.
"""

from __future__ import annotations

from typing import Final

from flyte_widgets.phases import TERMINAL_PHASES, ActionPhase
from flyte_widgets.widgets.static_view.model import Snapshot
from flyte_widgets.widgets.static_view.paths import Edge, Path, edges_to_draw, path_of
from flyte_widgets.widgets.static_view.sheet import code
from flyte_widgets.widgets.static_view.svg import chip, glyph, num, rect, text
from flyte_widgets.widgets.static_view.words import duration

WIDTH: Final = 520
HEIGHT: Final = 123
P = ActionPhase
Box = tuple[float, float, float, float]
"""x, y, width, height."""
Line = tuple[float, ...]
"""x, y, x, y, ..."""

_ACTIVE: Final[Box] = (14, 0.5, 364, 95)
_TERMINAL: Final[Box] = (398.5, 0.5, 121, 120)
_MAIN_Y: Final = 17
_TRUNK_X: Final = 370
_START_X: Final = 5
_ABORT: Final = (378, 61)
_END_X: Final = 402
_NODES: Final[dict[ActionPhase, Box]] = {
    P.QUEUED: (22, 7, 70, 20),
    P.WAITING_FOR_RESOURCES: (104, 7, 72, 20),
    P.INITIALIZING: (188, 7, 88, 20),
    P.RUNNING: (288, 7, 74, 20),
    P.PAUSED: (288, 65, 74, 20),
    **{phase: (406, 8 + 22 * i, 106, 18) for i, phase in enumerate(TERMINAL_PHASES)},
}
_UNKNOWN: Final[Box] = (188, 65, 88, 20)
"""For a phase that the table does not have, once one is met."""
_FROM_PAUSED: Final[Line] = (364, 75, _TRUNK_X, 75)
_LINES: Final[dict[Edge, Line]] = {
    (None, P.QUEUED): (_START_X + 6.5, _MAIN_Y, 18, _MAIN_Y),
    (P.QUEUED, P.WAITING_FOR_RESOURCES): (94, _MAIN_Y, 100, _MAIN_Y),
    (P.WAITING_FOR_RESOURCES, P.INITIALIZING): (178, _MAIN_Y, 184, _MAIN_Y),
    (P.INITIALIZING, P.RUNNING): (278, _MAIN_Y, 284, _MAIN_Y),
    (P.RUNNING, P.PAUSED): (347, 29, 347, 61),
    (P.PAUSED, P.RUNNING): (357, 63, 357, 31),
    (P.RUNNING, P.SUCCEEDED): (364, _MAIN_Y, _END_X, _MAIN_Y),
    (P.RUNNING, P.FAILED): (364, _MAIN_Y, _TRUNK_X, _MAIN_Y, _TRUNK_X, 39, _END_X, 39),
    (P.RUNNING, P.TIMED_OUT): (364, _MAIN_Y, _TRUNK_X, _MAIN_Y, _TRUNK_X, 83, _END_X, 83),
    (None, P.RECOVERED): (_START_X, _MAIN_Y + 6.5, _START_X, 105, _END_X, 105),
}
_RARE_LINES: Final[dict[Edge, Line]] = {
    (P.PAUSED, P.SUCCEEDED): (*_FROM_PAUSED, _TRUNK_X, _MAIN_Y, _END_X, _MAIN_Y),
    (P.PAUSED, P.FAILED): (*_FROM_PAUSED, _TRUNK_X, 39, _END_X, 39),
    (P.PAUSED, P.TIMED_OUT): (*_FROM_PAUSED, _TRUNK_X, 83, _END_X, 83),
    (P.INITIALIZING, P.FAILED): (260, 29, 260, 50, _TRUNK_X, 50, _TRUNK_X, 39, _END_X, 39),
}
_SHORT: Final = {P.WAITING_FOR_RESOURCES: "Waiting"}
#: Widths in the font of the look, at 12 px. Other fonts are pressed into them: a drawing cannot measure its words.
_LABEL_PX: Final = {
    P.QUEUED: 40,
    P.WAITING_FOR_RESOURCES: 39,
    P.INITIALIZING: 54,
    P.RUNNING: 42,
    P.PAUSED: 38,
    P.SUCCEEDED: 58,
    P.FAILED: 32,
    P.ABORTED: 42,
    P.TIMED_OUT: 51,
    P.RECOVERED: 54,
}
_DIGIT_PX: Final = 7.6
_BELOW_PX: Final = 50
_BELOW_LETTERS: Final = 9
_CORNER: Final = 5
_LANES_Y: Final = (54, 60, 48)
"""Free between the two rows of the active group, for transitions that the model does not have."""


def diagram(snapshot: Snapshot) -> str:
    """Draw where the run is, how it got there and how long it stayed; and how many actions are in each state."""
    root = snapshot.root
    path = path_of(root, snapshot.end_ms) if root is not None else Path()
    edges, odd = edges_to_draw(snapshot, path)
    parts = [rect(*_ACTIVE, "panel", 8), rect(*_TERMINAL, "panel", 8)]
    parts += [_drawn(line, taken=False) for edge, line in _LINES.items() if edge not in edges]
    aborted = any(edge[1] is P.ABORTED for edge in edges)
    parts.append(_drawn((_ABORT[0] + 2.5, _ABORT[1], _END_X, _ABORT[1]), taken=aborted))
    parts.append(_dot(*_ABORT, 2.5, on=aborted))
    parts += [_drawn(_odd_line(edge, lane), taken=True, dashed=True) for lane, edge in enumerate(odd)]
    parts += [_drawn(line, taken=True) for edge, line in (_RARE_LINES | _LINES).items() if edge in edges]
    parts.append(_dot(_START_X, _MAIN_Y, 4.5, on=True))
    reached = {*path.visits, *(phase for edge in edges for phase in edge), *snapshot.counts}
    parts += [_node(snapshot, phase, box, path, visited=phase in reached) for phase, box in _NODES.items()]
    unknown = _unknown(snapshot, path)
    if unknown is not None:
        parts.append(_node(snapshot, unknown, _UNKNOWN, path, visited=True))
    return "".join(parts)


def _node(snapshot: Snapshot, phase: ActionPhase, box: Box, path: Path, *, visited: bool) -> str:
    x, y, w, h = box
    current = snapshot.phase is phase
    count = snapshot.counts.get(phase, 0)
    kind = f"c{code(phase)}" if current else f"r{code(phase)}" if visited else "node"
    stroke = 2.5 if current else 1.5 if visited else 1
    inset = stroke / 2
    frame = rect(x + inset, y + inset, w - stroke, h - stroke, kind, 3.5)
    parts = [frame.replace("/>", f' stroke-width="{stroke:g}"/>')]
    middle = y + h / 2
    parts.append(chip(phase, x + 4, middle - 6, 12) if visited else glyph(phase, x + 10, middle, 11, "n"))
    name = "Unknown" if not phase.is_known else _SHORT.get(phase, phase.label)
    weight = "k b" if current else "k m" if visited else "k fg3"
    room_px = w - 21 - 6 - (_DIGIT_PX * len(_brief(count)) + 4 if phase.is_terminal and count else 0)
    label_px = min(room_px, _LABEL_PX.get(phase, _LABEL_PX[P.RECOVERED]) * (1.05 if current else 1))
    parts.append(_pressed(text(x + 21, middle + 4, name, weight), label_px))
    spent_ms = path.spent_ms.get(phase)
    if phase.is_terminal:
        if count:
            parts.append(text(x + w - 6, middle + 4, _brief(count), "k b" if current else "k m", end=True))
        return "".join(parts)
    below = [_brief(count)] if count else []
    below += [duration(spent_ms)] if spent_ms is not None else []
    if below:
        said = text(x + 4.5, y + 33, " · ".join(below), "s fg2")
        parts.append(_pressed(said, _BELOW_PX) if len(" · ".join(below)) > _BELOW_LETTERS else said)
    return "".join(parts)


def _pressed(words: str, px: float) -> str:
    """Press a text into a width."""
    return words.replace("<text", f'<text textLength="{num(px)}" lengthAdjust="spacingAndGlyphs"', 1)


def _brief(count: int) -> str:
    """Say a count in at most four letters; the words above the diagram say it exactly."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{unit}" if count < 10 * size else f"{count // size}{unit}"
    return str(count)


def _unknown(snapshot: Snapshot, path: Path) -> ActionPhase | None:
    """Choose the unknown phase that takes the one place there is for such: the current one, else the fullest."""
    met = [phase for phase in {**snapshot.counts, **path.visits} if not phase.is_known]
    return max(met, key=lambda phase: (phase is snapshot.phase, snapshot.counts.get(phase, 0)), default=None)


def _odd_line(edge: Edge, lane: int) -> Line:
    """Lead a transition that the model does not have through the free space between the rows."""
    start, end = edge
    lane_y = _LANES_Y[lane % len(_LANES_Y)]
    aside = 14 + 5 * (lane % len(_LANES_Y))
    beside = _TERMINAL[0] - 8
    home = _NODES.get(end, _UNKNOWN)
    if start is None:
        away: Line = (_START_X, _MAIN_Y + 6.5, _START_X, lane_y)
    elif start.is_terminal:
        box = _NODES[start]
        away = (box[0] - 2, box[1] + box[3] / 2 + 4, beside, box[1] + box[3] / 2 + 4, beside, lane_y)
    else:
        box = _NODES.get(start, _UNKNOWN)
        x = box[0] + box[2] / 2 + aside
        away = (x, box[1] + box[3] + 2 if box[1] < lane_y else box[1] - 2, x, lane_y)
    if end.is_terminal:
        middle = home[1] + home[3] / 2
        return (*away, beside, lane_y, beside, middle, _END_X, middle)
    x = home[0] + home[2] / 2 - aside
    return (*away, x, lane_y, x, home[1] + home[3] + 4 if home[1] < lane_y else home[1] - 4)


def _dot(x: float, y: float, r: float, *, on: bool) -> str:
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{r}" class="{"headon" if on else "head"}"/>'


def _drawn(line: Line, *, taken: bool, dashed: bool = False) -> str:
    points = list(zip(line[::2], line[1::2], strict=True))
    d = [f"M{num(points[0][0])} {num(points[0][1])}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(at, before), _towards(at, after)
        d.append(f"L{num(near[0])} {num(near[1])}Q{num(at[0])} {num(at[1])} {num(far[0])} {num(far[1])}")
    (x0, y0), (x1, y1) = points[-2:]
    d.append(f"L{num(x1)} {num(y1)}")
    kind = ("edgeon dash" if dashed else "edgeon") if taken else "edge"
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    head = (
        f"M{num(x1 + 4 * dx)} {num(y1 + 4 * dy)}"
        f"L{num(x1 - 3.5 * dx - 3.2 * dy)} {num(y1 - 3.5 * dy - 3.2 * dx)}"
        f"L{num(x1 - 3.5 * dx + 3.2 * dy)} {num(y1 - 3.5 * dy + 3.2 * dx)}z"
    )
    width = 1.75 if taken else 1.25
    return (
        f'<path d="{"".join(d)}" class="{kind}" stroke-width="{width}"/>'
        f'<path d="{head}" class="{"headon" if taken else "head"}"/>'
    )


def _towards(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Give the point where the corner at `a` begins, on the way to `b`."""
    length = abs(b[0] - a[0]) + abs(b[1] - a[1])
    share = min(_CORNER, length / 2) / length if length else 0
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
