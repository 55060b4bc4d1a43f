"""What the one line is made of: words, and the forms in which it is shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.untrusted import one_line, shortened

LineState = Literal["failed", "error", "waiting", "overdue", "estimate", "ended"]
LineStyle = Literal["", "strong", "mono"]
LineButton = Literal["show", "logs", "report", "compare", "path"]

_NAME_LIMIT: Final = 60


class Words(NamedTuple):
    """A part of a sentence. `since_ms` (epoch): the text is how long ago that is, and goes on counting."""

    text: str
    style: LineStyle = ""
    since_ms: Milliseconds | None = None


Sentence = tuple[Words, ...]


@dataclass(frozen=True)
class Summary:
    """One line that answers. `str()` gives it as text."""

    state: LineState
    phase: ActionPhase
    """Whose glyph stands before it."""
    sentence: Sentence
    """Who or what, and the answer (strong)."""
    tail: tuple[str, ...] = ()
    """What else there is to say. Where there is no room it goes, from its end."""
    answer: Sentence = ()
    """The first of two lines, where there is little room."""
    place: Sentence = ()
    """The second of them."""
    compact: Sentence = ()
    """The line in a row of many runs."""
    action: str = ""
    """Id of the action that it is about; "" for none."""
    buttons: tuple[LineButton, ...] = ()
    progress: str = field(default="", compare=False)
    """How many actions are done, "37 of 50", of a run that goes on: said first where no strip shows it."""

    def __str__(self) -> str:
        text = self.text
        return f"{self.progress}, {text[:1].lower()}{text[1:]}" if self.progress else text

    @property
    def text(self) -> str:
        """The line without how many actions are done, for where that is shown beside it."""
        said = "".join(f"({part.text})" if part.style == "mono" else part.text for part in self.sentence)
        return " · ".join([said, *self.tail])


def short_name(name: str) -> str:
    """Give a name as the line has it: it is somebody else's, and there is one line."""
    return shortened(one_line(name), _NAME_LIMIT)


def progress_of(state: RunState) -> str:
    """Say how many actions are done: "37 of 50"."""
    return f"{len(state) - state.active_count:,} of {len(state):,}"
