"""What is told of a watch, and to whom. On the background loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Protocol

from flyte_widgets.run.action import PhaseChange
from flyte_widgets.run.state import RunState
from flyte_widgets.watch.status import AbortStatus, Connection

logger = logging.getLogger(__name__)


@dataclass
class Update:
    """What one round of messages changed."""

    rows: set[int] = field(default_factory=set)
    details: set[str] = field(default_factory=set)
    changes_of: Callable[[], list[PhaseChange]] = list

    @cached_property
    def changes(self) -> list[PhaseChange]:
        """Phase changes, in order; written out for whoever asks: few listeners do, and a run has many."""
        return self.changes_of()


class Listener(Protocol):
    """Is told of updates, on the background loop: it must be quick, and only hand over."""

    def run_updated(self, update: Update) -> None:
        """Take note of changed rows, phases, details, connection or abort."""


PUBLISH_EVERY_S = 0.01
"""What streams tell is passed on at most this often; the first news after a pause at once."""


class Board:
    """Tells listeners, which it holds weakly, what was folded into a state, and how the watch stands."""

    def __init__(self) -> None:
        self.state = RunState()
        self.connection = Connection()
        self.abort_status = AbortStatus()
        self._listeners: weakref.WeakSet[Any] = weakref.WeakSet()
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}
        self._published_s = 0.0
        self._soon: asyncio.TimerHandle | None = None

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` of all updates from now on."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Tell it no more."""
        self._listeners.discard(listener)

    def publish_soon(self) -> None:
        """Have `publish` called, once for all that comes until then."""
        if self._soon is None:
            loop = asyncio.get_running_loop()
            self._soon = loop.call_at(max(loop.time(), self._published_s + PUBLISH_EVERY_S), self.publish)

    def publish(self, details: Iterable[str] = ()) -> None:
        """Tell the listeners what was folded since the last call."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        self._published_s = time.monotonic()
        update = Update(self.state.take_dirty(), set(details), partial(self.state.changes_of, self.state.take_news()))
        for waiter, holds in self._waiting.items():
            if not waiter.done() and holds():
                waiter.set_result(None)
        for listener in list(self._listeners):
            try:
                listener.run_updated(update)
            except Exception:
                logger.exception("a listener failed")

    def show(self, **changes: Any) -> None:
        """Change what is said of the connection."""
        changed = replace(self.connection, **changes)
        if changed != self.connection:
            self.connection = changed
            self.publish()

    def show_abort(self, status: AbortStatus) -> None:
        """Change what is said of the abort."""
        self.abort_status = status
        self.publish()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until that holds. It is asked after every update: to wake a task for each costs far more."""
        while not holds():
            await self._until_told(holds)

    async def until_changed(self, timeout_s: float | None = None) -> None:
        """Wait for the next update, or for the time to run out."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._until_told(lambda: True), timeout_s)

    async def _until_told(self, holds: Callable[[], bool]) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = holds
        try:
            await waiter
        finally:
            del self._waiting[waiter]
