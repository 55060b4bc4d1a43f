"""The one line, as the browser reads it. TypeScript types are generated from these."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from flyte_widgets.run.line.parts import LineButton, LineState, LineStyle, Sentence, Summary


class LinePart(NamedTuple):
    """A part of a sentence."""

    text: str
    style: LineStyle
    since_ms: float | None
    """Epoch ms: the text is how long ago that is, and goes on counting. None: it is as it stands."""


class Line(TypedDict):
    """The one line that answers, in the forms in which it is shown."""

    state: LineState
    phase: str
    """Whose glyph stands before it."""
    text: str
    """All of it as text."""
    sentence: list[LinePart]
    tail: list[str]
    """More to say. Parts that find no room are left out, from the end."""
    answer: list[LinePart]
    """The first of the two lines of a narrow view."""
    place: list[LinePart]
    """The second."""
    compact: list[LinePart]
    """In a row of many runs."""
    action: str
    """The action that it is about; "": none."""
    buttons: list[LineButton]


def summary_dict(line: Summary) -> Line:
    """Give the line with all its forms."""
    return {
        "state": line.state,
        "phase": line.phase.value,
        "text": str(line),
        "sentence": _parts(line.sentence),
        "tail": list(line.tail),
        "answer": _parts(line.answer),
        "place": _parts(line.place),
        "compact": _parts(line.compact),
        "action": line.action,
        "buttons": list(line.buttons),
    }


def _parts(sentence: Sentence) -> list[LinePart]:
    return [LinePart(part.text, part.style, part.since_ms) for part in sentence]
