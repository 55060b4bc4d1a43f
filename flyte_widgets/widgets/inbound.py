"""The inbound part of a widget: requests from front ends, and who handles them. Each is answered exactly once.

A request comes in on whatever thread the kernel chose: the main one, between two cells, or a subshell's, while a cell
runs. So a plain handler only hands over. What takes its time is an `async` handler: it runs on the background loop, and
its request is answered when it is done.
"""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.wire.requests import Handshake, Request

logger = logging.getLogger(__name__)

_COMMANDS_REMEMBERED: Final = 1_000


@dataclass(frozen=True)
class Answer:
    """What a request is answered with, beside ok. Give it back from a handler; None stands for an empty one."""

    payload: Any = None
    """JSON, or what msgspec can make of a Struct."""
    buffers: Sequence[bytes] = ()


R = TypeVar("R", bound=Request)
_Outcome = concurrent.futures.Future["Answer | None"]
Handler = Callable[[R], "Answer | Awaitable[Answer | None] | None"]


@dataclass(frozen=True)
class _Entry:
    kind: type[Request]
    handler: Handler[Any]
    once: bool


_commands: OrderedDict[int, _Outcome] = OrderedDict()
"""Outcomes of commands, by the request's id, which no other page has. A page that heard no answer sends the same one
again: also after a reload, and to a widget that was made anew meanwhile."""


class Inbound:
    """A table of requests and their handlers."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._table: dict[str, _Entry] = {}
        self._lock = threading.RLock()
        self._running: set[_Outcome] = set()
        self._cell_threads = {threading.main_thread().ident, threading.get_ident()}

    def handle(self, kind: type[R], handler: Handler[R], *, once: bool = False) -> None:
        """Have `handler` called with each request of this kind.

        A plain function runs at once, on any thread, and only hands over. An `async` one runs on the background loop.
        It gives an `Answer` or None. A FlyteWidgetsError is answered with its message and hint; any other error is
        logged as well. once: it is a command. One that is sent again, with the same id, gets the same answer.
        """
        tag = str(kind.__struct_config__.tag)
        self._table[tag] = _Entry(kind, handler, once)

    def receive(self, content: Any) -> None:
        """Take a message of a front end, on any thread. What has no id is no request."""
        request = content.get("id") if isinstance(content, dict) else None
        if not isinstance(request, int) or isinstance(request, bool):
            return
        kind = content.get("kind")
        entry = self._table.get(kind) if isinstance(kind, str) else None
        if entry is None and kind != "handshake":
            self._outbound.refuse(
                request, f"This widget knows no request {kind!r}.", "Reload the page: its script may be older."
            )
            return
        try:
            if entry is None:
                self._outbound.handshake(
                    request, msgspec.convert(content, Handshake), can_interrupt=self._comes_beside_cells()
                )
            else:
                self._do(entry, request, msgspec.convert(content, entry.kind))
        except msgspec.ValidationError as error:
            self._outbound.refuse(request, f"The request {kind!r} cannot be read: {error}", "Reload the page.")

    def close(self) -> None:
        """Cancel what still runs, but for commands: nobody is there any more for its answer."""
        with self._lock:
            running = list(self._running)
        for outcome in running:
            outcome.cancel()

    def _comes_beside_cells(self) -> bool:
        return threading.get_ident() not in self._cell_threads

    def _do(self, entry: _Entry, request: int, content: Request) -> None:
        with self._lock:
            outcome = _commands.get(request) if entry.once else None
            if outcome is None:
                outcome = _begin(entry.handler, content)
                if not entry.once:
                    self._running.add(outcome)
                else:
                    _commands[request] = outcome
                    while len(_commands) > _COMMANDS_REMEMBERED:
                        _commands.popitem(last=False)
        outcome.add_done_callback(lambda done: self._answer(request, done))

    def _answer(self, request: int, outcome: _Outcome) -> None:
        with self._lock:
            self._running.discard(outcome)
        if outcome.cancelled():
            return
        error = outcome.exception()
        if error is None:
            answer = outcome.result() or Answer()
            self._outbound.reply(request, msgspec.to_builtins(answer.payload), answer.buffers)
        elif isinstance(error, FlyteWidgetsError):
            self._outbound.refuse(request, error.message, error.hint)
        else:
            logger.error("a request failed", exc_info=error)
            self._outbound.refuse(request, f"{type(error).__name__}: {error}", "Its traceback is in the log.")


def _begin(handler: Handler[Any], content: Request) -> _Outcome:
    outcome = _Outcome()
    try:
        answer = handler(content)
    except Exception as error:  # noqa: BLE001 - it is the answer
        outcome.set_exception(error)
        return outcome
    if isinstance(answer, Awaitable):
        return background().submit(_awaited(answer))
    outcome.set_result(answer)
    return outcome


async def _awaited(answer: Awaitable[Answer | None]) -> Answer | None:
    return await answer
