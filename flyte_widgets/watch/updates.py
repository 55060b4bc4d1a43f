"""Tells others what has changed in the model of a run: listeners, and coroutines that wait for something.

On the background loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

from flyte_widgets.run.action import PhaseChange
from flyte_widgets.tasks import within

logger = logging.getLogger(__name__)

PUBLISH_EVERY_S: Final = 0.01
"""What streams say is passed on at most this often. The first news after a pause is passed on at once."""


@dataclass
class Update:
    """What one round of messages changed."""

    rows: set[int] = field(default_factory=set)
    details: set[str] = field(default_factory=set)
    changes_of: Callable[[], list[PhaseChange]] = list

    @cached_property
    def changes(self) -> list[PhaseChange]:
        """Phase changes, in order. Written out on demand: few listeners ask, and a run has many."""
        return self.changes_of()


class Listener(Protocol):
    """Receives updates on the background loop. It must be quick, and only hand over."""

    def run_updated(self, update: Update) -> None:
        """Take note of changed rows, phases, details, connection or abort."""


class Updates:
    """Passes updates on. It holds its listeners weakly. `collect` gives what has changed since its last call."""

    def __init__(self, collect: Callable[[], Update]) -> None:
        self._collect = collect
        self._listeners: weakref.WeakSet[Any] = weakref.WeakSet()
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}
        self._published_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def subscribe(self, listener: Listener) -> None:
        """Send `listener` all updates from now on."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Send it no more."""
        self._listeners.discard(listener)

    @property
    def listener_count(self) -> int:
        """How many listeners there are."""
        return len(self._listeners)

    def publish_soon(self) -> None:
        """Have `publish` called, once for all that comes until then."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._published_s + PUBLISH_EVERY_S), self.publish)

    def publish(self) -> None:
        """Pass on what has changed since the last call."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._published_s = time.monotonic()
        update = self._collect()
        for waiter, holds in self._waiting.items():
            if not waiter.done() and holds():
                waiter.set_result(None)
        for listener in list(self._listeners):
            try:
                listener.run_updated(update)
            except Exception:
                logger.exception("a listener failed")

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()`. It is called after every update: to wake a task for each costs far more."""
        while not holds():
            await self._next_update(holds)

    async def until_changed(self, timeout_s: float | None = None) -> None:
        """Wait for the next update, or until the time has run out."""
        with contextlib.suppress(TimeoutError):
            await within(timeout_s, self._next_update(lambda: True))

    async def _next_update(self, holds: Callable[[], bool]) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = holds
        try:
            await waiter
        finally:
            del self._waiting[waiter]
