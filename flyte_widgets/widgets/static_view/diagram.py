"""The state diagram of the static view: the third table of shared/diagram.json. Pure.

Nodes are 20 high (outcomes 18), the time stands under the node. As in the live one a line begins 2 off its node and
ends 4 before the next, where the arrowhead fills it. Lines that are rare are drawn only where they were taken.
"""

from __future__ import annotations

from typing import Final

from flyte_widgets.phases import PHASE_TABLE, ActionPhase
from flyte_widgets.run.words import brief, duration
from flyte_widgets.shared import table
from flyte_widgets.widgets.static_view.lines import Line, path_data
from flyte_widgets.widgets.static_view.model import Snapshot
from flyte_widgets.widgets.static_view.paths import Edge, Path, edges_to_draw, path_of
from flyte_widgets.widgets.static_view.sheet import code
from flyte_widgets.widgets.static_view.svg import chip, glyph, num, rect, text

P = ActionPhase
Box = tuple[float, float, float, float]
"""x, y, width, height."""

_TABLE: Final = table("diagram")["static"]
WIDTH, HEIGHT = _TABLE["sizePx"]
_ACTIVE: Final[Box] = tuple(_TABLE["active"])
_TERMINAL: Final[Box] = tuple(_TABLE["terminal"])
_START_X, _MAIN_Y = _TABLE["start"]
_ABORT: Final[tuple[float, float]] = tuple(_TABLE["abort"])
_NODES: Final[dict[ActionPhase, Box]] = {
    P(value): tuple(box) for value, box in _TABLE["nodes"].items() if value != "unknown"
}
_UNKNOWN: Final[Box] = tuple(_TABLE["nodes"]["unknown"])
"""For a phase that the table does not have, once one is met."""
_END_X: Final = _NODES[P.SUCCEEDED][0] - 4


def _edge(name: str) -> Edge:
    start, end = name.split(" > ")
    return None if start == "start" else P(start), P(end)


_TO_ABORTED: Final = "active > aborted"
_ABORT_LINE: Final[Line] = _TABLE["lines"][_TO_ABORTED]
_LINES: Final[dict[Edge, Line]] = {_edge(name): line for name, line in _TABLE["lines"].items() if name != _TO_ABORTED}
_RARE: Final = frozenset(_edge(name) for name in _TABLE["rare"])
_SHORT: Final = {P.WAITING_FOR_RESOURCES: PHASE_TABLE[P.WAITING_FOR_RESOURCES].short_label}
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
_CORNER_PX: Final = 5
_TIME_PX: Final = 19
"""Height of the time under a node, and the room of the arrowhead."""
_LANES_Y: Final = (56, 61, 51)
"""Free between the two rows of the active group, for transitions that the model does not have."""


def diagram(snapshot: Snapshot) -> str:
    """Draw where the run is, how it got there and how long it stayed; and how many actions are in each state."""
    root = snapshot.root
    path = path_of(root, snapshot.end_ms) if root is not None else Path()
    edges, odd = edges_to_draw(snapshot, path)
    parts = [rect(*_ACTIVE, "panel", 8), rect(*_TERMINAL, "panel", 8)]
    parts += [_drawn(line, taken=False) for edge, line in _LINES.items() if edge not in edges and edge not in _RARE]
    aborted = any(edge[1] is P.ABORTED for edge in edges)
    parts.append(_drawn(_ABORT_LINE, taken=aborted))
    parts.append(_dot(*_ABORT, 2.5, on=aborted))
    parts += [_drawn(_odd_line(edge, lane), taken=True, dashed=True) for lane, edge in enumerate(odd)]
    parts += [_drawn(line, taken=True) for edge, line in _LINES.items() if edge in edges]
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
    room_px = w - 21 - 6 - (_DIGIT_PX * len(brief(count)) + 4 if phase.is_terminal and count else 0)
    label_px = min(room_px, _LABEL_PX.get(phase, _LABEL_PX[P.RECOVERED]) * (1.05 if current else 1))
    parts.append(_pressed(text(x + 21, middle + 4, name, weight), label_px))
    spent_ms = path.spent_ms.get(phase)
    if phase.is_terminal:
        if count:
            parts.append(text(x + w - 6, middle + 4, brief(count), "k b" if current else "k m", end=True))
        return "".join(parts)
    below = [brief(count)] if count else []
    below += [duration(spent_ms)] if spent_ms is not None else []
    if below:
        below_text = text(x + 4.5, y + 33, " · ".join(below), "s fg2 halo")
        parts.append(_pressed(below_text, _BELOW_PX) if len(" · ".join(below)) > _BELOW_LETTERS else below_text)
    return "".join(parts)


def _pressed(words: str, px: float) -> str:
    """Press a text into a width."""
    return words.replace("<text", f'<text textLength="{num(px)}" lengthAdjust="spacingAndGlyphs"', 1)


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
        away: Line = [(_START_X, _MAIN_Y + 6.5), (_START_X, lane_y)]
    elif start.is_terminal:
        box = _NODES[start]
        y = box[1] + box[3] / 2 + 4
        away = [(box[0] - 2, y), (beside, y), (beside, lane_y)]
    else:
        box = _NODES.get(start, _UNKNOWN)
        x = box[0] + box[2] / 2 + aside
        away = [(x, box[1] + box[3] + 2 if box[1] < lane_y else box[1] - 2), (x, lane_y)]
    if end.is_terminal:
        middle = home[1] + home[3] / 2
        return [*away, (beside, lane_y), (beside, middle), (_END_X, middle)]
    x = home[0] + home[2] / 2 - aside
    # From below a line ends at the time that stands under the node.
    return [*away, (x, lane_y), (x, home[1] + home[3] + _TIME_PX if home[1] < lane_y else home[1] - 4)]


def _dot(x: float, y: float, r: float, *, on: bool) -> str:
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{r}" class="{"headon" if on else "head"}"/>'


def _drawn(line: Line, *, taken: bool, dashed: bool = False) -> str:
    (x0, y0), (x1, y1) = line[-2:]
    kind = ("edgeon dash" if dashed else "edgeon") if taken else "edge"
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    head = (
        f"M{num(x1 + 4 * dx)} {num(y1 + 4 * dy)}"
        f"L{num(x1 - 3.5 * dx - 3.2 * dy)} {num(y1 - 3.5 * dy - 3.2 * dx)}"
        f"L{num(x1 - 3.5 * dx + 3.2 * dy)} {num(y1 - 3.5 * dy + 3.2 * dx)}z"
    )
    width = 1.75 if taken else 1.25
    return (
        f'<path d="{path_data(line, _CORNER_PX)}" class="{kind}" stroke-width="{width}"/>'
        f'<path d="{head}" class="{"headon" if taken else "head"}"/>'
    )
