"""The shapes of the ten phases in a 16 box: those of js/src/ui/icons.ts (a test compares them). Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

from flyte_widgets.phases import ActionPhase

P = ActionPhase


class Shape(NamedTuple):
    """A path: a line of `stroke` px with round ends, or filled where `stroke` is 0."""

    d: str
    stroke: float = 0


def _circle(cx: float, cy: float, r: float) -> str:
    return f"M{cx:g} {cy - r:g}a{r:g} {r:g} 0 1 1 0 {2 * r:g}a{r:g} {r:g} 0 1 1 0 {-2 * r:g}z"


def _ring(r: float, stroke: float) -> Shape:
    return Shape(_circle(8, 8, r), stroke)


_BAR: Final = "h1.2a.8.8 0 0 1 .8.8v9.2a.8.8 0 0 1-.8.8{}a.8.8 0 0 1-.8-.8V3.4a.8.8 0 0 1 .8-.8z"
GLYPHS: Final[dict[ActionPhase, tuple[Shape, ...]]] = {
    P.QUEUED: (_ring(5.1, 1.8),),
    P.WAITING_FOR_RESOURCES: (_ring(5.1, 1.8), Shape("M8 8V2.9A5.1 5.1 0 0 1 13.1 8z")),
    P.INITIALIZING: (_ring(5.1, 1.8), Shape("M8 2.9a5.1 5.1 0 0 1 0 10.2z")),
    P.RUNNING: (Shape(_circle(8, 8, 6)),),
    P.PAUSED: (Shape("M4.7 2.6" + _BAR.format("H4.7") + "M10.1 2.6" + _BAR.format("h-1.2")),),
    P.SUCCEEDED: (Shape("M2.9 8.9 6.4 12.1 13.1 4.4", 2.1),),
    P.FAILED: (Shape("M3.9 3.9 12.1 12.1M12.1 3.9 3.9 12.1", 2.1),),
    P.ABORTED: (_ring(5.15, 1.7), Shape("M4.5 11.5 11.5 4.5", 1.7)),
    P.TIMED_OUT: (Shape(_circle(8, 9.1, 4.5), 1.7), Shape("M6.1 1.9h3.8M8 6.8v2.5l1.6 1.2", 1.6)),
    P.RECOVERED: (
        Shape("M2.9 8.6a5.1 5.1 0 1 0 5.1-5.1 5.6 5.6 0 0 0-3.8 1.5L2.7 6.3", 1.8),
        Shape("M2.7 2.7v3.6h3.6", 1.8),
    ),
}
UNKNOWN: Final = (Shape("M8 2.2 13.8 8 8 13.8 2.2 8z", 1.7), Shape(_circle(8, 8, 1.4)))
"""For a phase that the table does not have: a diamond, which no known phase is."""


def shapes(phase: ActionPhase | None) -> tuple[Shape, ...]:
    """Give the shapes of a phase's glyph."""
    return GLYPHS.get(phase, UNKNOWN) if phase is not None else UNKNOWN
