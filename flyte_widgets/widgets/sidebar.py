"""Calls of `w.sidebar()`: the widget in a panel of JupyterLab or Notebook 7, beside the cells.

Python only asks: which host shows the widget, and whether that has a sidebar, is known in the browser alone
(js/src/hosts/sidebar.ts), and the kernel is busy with the very cell that asks. So the call returns at once, and its
output says how it went as soon as the front end has answered.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from comm import DummyComm

from flyte_widgets.errors import ConfigError, FlyteWidgetsError
from flyte_widgets.untrusted import printable
from flyte_widgets.widgets.inbound import Inbound
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.widgets.outputs import Bundle, Output, has_cells, is_terminal
from flyte_widgets.wire.messages import SidebarCall
from flyte_widgets.wire.requests import PendingSidebarCalls, SidebarAnswer

logger = logging.getLogger(__name__)

Side = Literal["right", "left", "main"]

_PLACES: Final[dict[str, str]] = {
    "right": "in the right sidebar",
    "left": "in the left sidebar",
    "main": "beside the notebook",
}
_MESSAGE_LIMIT: Final = 500


class Shown(Protocol):
    """Where the widget is shown in cells."""

    @property
    def is_shown(self) -> bool:
        """Whether the widget was displayed in a cell."""


@dataclass
class Call:
    """One call of `sidebar()`, until a front end has opened the panel."""

    number: int
    side: str
    output: Output | None
    focus: bool = False
    """The keyboard goes to the panel, too."""
    sent: bool = False
    refused: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a front end answered to the calls up to this one."""

    number: int
    refusal: str
    """Why not; "": it has opened the panel."""
    views: int
    """How many views of the widget that front end shows."""


def require_notebook(comm: Any, kind: str, again: str, in_terminal: str) -> None:
    """Raise FlyteWidgetsError for a widget that is closed, and where there is no notebook.

    kind: "RunWidget". again: code that makes a new one. in_terminal: the command that shows the same there.
    """
    if comm is None:
        raise FlyteWidgetsError(f"This {kind} is closed.", hint=f"Make a new one: {again}.")
    if is_terminal() or isinstance(comm, DummyComm):
        raise FlyteWidgetsError("There is no sidebar without a notebook.", hint=in_terminal)


class SidebarCalls:
    """The calls of one widget, and what became of them."""

    def __init__(
        self, name: str, outbound: Outbound, cells: Shown, live_view: Callable[[], tuple[Bundle, Bundle]]
    ) -> None:
        """`name`: what is shown, in words ("run r4p2"). `live_view`: the output of a cell that shows it."""
        self._name, self._outbound, self._cells, self._live_view = name, outbound, cells, live_view
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._outcomes: list[Outcome] = []
        self._count = 0
        self._asks_again = False
        outbound.before_sending(self._send)

    def register(self, inbound: Inbound) -> None:
        """Handle what pages say about calls."""
        inbound.handle(PendingSidebarCalls, self._ask_again)
        inbound.handle(SidebarAnswer, self._on_answer)

    def call(self, side: str, *, focus: bool = False) -> None:
        """Ask the pages to open a panel. `focus`: the keyboard goes there, too.

        Raises ConfigError where `side` is none that there is.
        """
        if side not in _PLACES:
            raise ConfigError(f"side={side!r} is no place for a panel.", hint='Give "right", "left" or "main".')
        output = Output() if has_cells() else None
        if output is not None:
            output.show(_text(f"Asked the notebook to show {self._name} {_PLACES[side]}."))
        with self._lock:
            self._count += 1
            self._calls.append(Call(self._count, side, output, focus))
        self._outbound.wake()

    @property
    def pending(self) -> int:
        """How many calls no page has answered with a panel."""
        with self._lock:
            return len(self._calls)

    def _ask_again(self, _request: PendingSidebarCalls) -> None:
        """Ask a page that has only just begun to listen."""
        with self._lock:
            self._asks_again = True
        self._outbound.wake()

    def _on_answer(self, answer: SidebarAnswer) -> None:
        """Take note. What a handler displays is lost, so the publisher does it."""
        outcome = Outcome(answer.call, printable(answer.refusal[:_MESSAGE_LIMIT]), answer.views)
        with self._lock:
            self._outcomes.append(outcome)
        self._outbound.wake()

    def _send(self) -> None:
        """On the publisher's thread: ask what was not asked yet, and say what was answered."""
        with self._lock:
            outcomes, self._outcomes = self._outcomes, []
            news = [(outcome, self._take(outcome)) for outcome in outcomes]
            again, self._asks_again = self._asks_again, False
            waiting = [call for call in self._calls if not call.refused and (again or not call.sent)]
            for call in waiting:
                call.sent = True
        for outcome, calls in news:
            for call in calls:
                self._report(outcome, call, calls[-1].side)
        if waiting:  # the last one counts
            last = waiting[-1]
            side: Any = last.side
            self._outbound.channel.send(SidebarCall(call=last.number, side=side, focus=last.focus))

    def _take(self, outcome: Outcome) -> list[Call]:
        """Give the calls for which an outcome is news: one front end may refuse, and another one open the panel."""

        def is_news(call: Call) -> bool:
            if call.number == outcome.number:
                return not (call.refused and outcome.refusal)
            return call.number < outcome.number and not call.refused

        affected = [call for call in self._calls if is_news(call)]
        for call in affected:
            call.refused = bool(outcome.refusal)
        self._calls = [
            call for call in self._calls if call.number >= outcome.number and (call.refused or call not in affected)
        ]
        return affected

    def _report(self, outcome: Outcome, call: Call, side: str) -> None:
        """Say in the call's cell how it went. `side`: of the last call, which replaced those before it."""
        if outcome.refusal:
            # No louder: it would come out in red below what is said here.
            logger.info("sidebar(side=%r) of %s: %s", call.side, self._name, outcome.refusal)
        if call.output is None:
            return
        if not outcome.refusal:
            call.output.replace(_text(f"{self._name[:1].upper()}{self._name[1:]} was opened {_PLACES[side]}."))
        elif outcome.views or self._cells.is_shown:
            call.output.replace(_text(outcome.refusal))
        else:  # shown nowhere, so this is its cell; the view says why
            call.output.replace(*self._live_view())


def _text(text: str) -> dict[str, Any]:
    return {"text/plain": text}
