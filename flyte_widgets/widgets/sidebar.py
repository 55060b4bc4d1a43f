"""`w.sidebar()`: the run in a panel of JupyterLab or Notebook 7, beside the cells.

Python only asks: which host shows the widget, and whether that has a sidebar, is known in the browser alone
(js/src/hosts/sidebar.ts), and the kernel is busy with the very cell that asks. So the call returns at once, and its
output tells how it went as soon as the front end has answered.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any, Final, Literal

from comm import DummyComm

from flyte_widgets.errors import ConfigError, FlyteWidgetsError
from flyte_widgets.untrusted import printable
from flyte_widgets.widgets.outputs import Output, has_cells, is_terminal
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.static_view.notebook import StaticViewMethods

logger = logging.getLogger(__name__)

Side = Literal["right", "left", "main"]

_PLACES: Final[dict[str, str]] = {
    "right": "in the right sidebar",
    "left": "in the left sidebar",
    "main": "beside the notebook",
}
_MESSAGE_LIMIT: Final = 500


@dataclass
class Call:
    """One call of `sidebar()`, until a front end has opened the panel."""

    number: int
    side: str
    output: Output | None
    sent: bool = False
    refused: bool = False


@dataclass(frozen=True)
class Answer:
    """What a front end said to the calls up to this one."""

    number: int
    message: str
    """Why not; "": it has opened the panel."""
    views: int
    """How many views of the widget that front end shows."""


class SidebarView(StaticViewMethods):
    """The part of a RunWidget that is about its panel."""

    def __init__(self, **traits: Any) -> None:
        self._calls_lock = threading.Lock()
        self._calls: list[Call] = []
        self._answers: list[Answer] = []
        self._call_count = 0
        self._asks_again = False
        super().__init__(**traits)

    def sidebar(self, side: Side = "right") -> None:
        """Show the run in a panel of its own, in JupyterLab and in Notebook 7.

        side: "right", "left", or "main": a tab beside the notebook (JupyterLab only).

        A run has one panel: another call shows it again, or moves it. It lives on when the cell's output is cleared;
        closing it ends nothing else. Returns at once, and says in the cell how it went. Where the notebook has no
        sidebar, the widget stays in the cell and says so. Raises ConfigError for any other `side`, FlyteWidgetsError in
        a terminal or script, and when the widget is closed.
        """
        if side not in _PLACES:
            raise ConfigError(f"side={side!r} is no place for a panel.", hint='Give "right", "left" or "main".')
        if self.comm is None:
            raise FlyteWidgetsError("This RunWidget is closed.", hint=f"Make a new one: {self.reference}.")
        if is_terminal() or isinstance(self.comm, DummyComm):
            raise FlyteWidgetsError(
                "There is no sidebar without a notebook.",
                hint=f"In a terminal, `flyte-widgets watch {self.run_name}` shows the run.",
            )
        output = Output() if has_cells() else None
        if output is not None:
            output.show(_text(f"Asked the notebook to show run {self.run_name} {_PLACES[side]}."))
        with self._calls_lock:
            self._call_count += 1
            self._calls.append(Call(self._call_count, side, output))
        publisher().wake(self)

    def _ask_again(self) -> None:
        """Ask a page that has only just begun to listen."""
        with self._calls_lock:
            self._asks_again = True
        publisher().wake(self)

    def _on_sidebar_answer(self, content: dict[str, Any]) -> None:
        """Take note; on whatever thread. What a handler displays is lost, so the publisher does."""
        number, views = content.get("call"), content.get("views")
        answer = Answer(
            number if isinstance(number, int) else 0,
            printable(str(content.get("refusal") or "")[:_MESSAGE_LIMIT]),
            views if isinstance(views, int) else 0,
        )
        with self._calls_lock:
            self._answers.append(answer)
        publisher().wake(self)

    def _publish_sidebar(self) -> None:
        """On the publisher's thread: ask what was not asked yet, and tell what was answered."""
        with self._calls_lock:
            answers, self._answers = self._answers, []
            news = [(answer, self._take(answer)) for answer in answers]
            again, self._asks_again = self._asks_again, False
            waiting = [call for call in self._calls if not call.refused and (again or not call.sent)]
            for call in waiting:
                call.sent = True
        for answer, calls in news:
            for call in calls:
                self._tell(answer, call, calls[-1].side)
        if waiting:  # the last one counts
            self.send({"kind": "sidebar", "call": waiting[-1].number, "side": waiting[-1].side})

    def _take(self, answer: Answer) -> list[Call]:
        """Give the calls for which an answer is news: one front end may refuse, and another one open the panel."""

        def is_news(call: Call) -> bool:
            if call.number == answer.number:
                return not (call.refused and answer.message)
            return call.number < answer.number and not call.refused

        told = [call for call in self._calls if is_news(call)]
        for call in told:
            call.refused = bool(answer.message)
        self._calls = [
            call for call in self._calls if call.number >= answer.number and (call.refused or call not in told)
        ]
        return told

    def _tell(self, answer: Answer, call: Call, side: str) -> None:
        """`side`: of the last call. Those before it, which had no answer, were overtaken."""
        if answer.message:
            # No louder: it would come out in red below what is told here.
            logger.info("sidebar(side=%r) of %s: %s", call.side, self.run_name, answer.message)
        if call.output is None:
            return
        if not answer.message:
            call.output.replace(_text(f"Run {self.run_name} was opened {_PLACES[side]}."))
        elif answer.views or self._static_view.is_shown:
            call.output.replace(_text(answer.message))
        else:  # shown nowhere, so this is its cell; the view says why
            call.output.replace(*self._live_bundle())


def _text(text: str) -> dict[str, Any]:
    return {"text/plain": text}
