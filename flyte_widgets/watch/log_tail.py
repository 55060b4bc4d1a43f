"""The log of one attempt as it is so far: its lines, how it stands, and who wants to know."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any, Protocol
from weakref import WeakSet

from flyte_widgets.api.messages_data import ContainerLogs
from flyte_widgets.run.logs import LogBuffer, LogLine
from flyte_widgets.run.tracebacks import Fold
from flyte_widgets.tasks import within
from flyte_widgets.watch.log_status import FINAL_STATES, TROUBLED, LogStatus

logger = logging.getLogger(__name__)


class LogListener(Protocol):
    """Called at each change of a log. It must be quick, and only hand over."""

    def log_changed(self, tail: LogTail) -> None:
        """Take note of new lines, or of another status."""


class LogTail:
    """The log of one attempt: its lines so far, how it stands, and who wants to know."""

    def __init__(self, action: str, attempt: int) -> None:
        self.action, self.attempt = action, attempt
        self.status = LogStatus()
        self._buffer = LogBuffer()
        self._lock = threading.Lock()
        """For the buffer: other threads read it."""
        self._changed = asyncio.Event()
        self._listeners: WeakSet[Any] = WeakSet()

    @property
    def extent(self) -> tuple[int, int]:
        """Number of the oldest line that is kept, and how many lines there were in all. On any thread."""
        with self._lock:
            return self._buffer.first, self._buffer.total

    @property
    def total(self) -> int:
        """How many lines there were in all. On the background loop."""
        return self._buffer.total

    def slice(self, start: int, end: int) -> list[LogLine]:
        """Give the lines numbered `start` to `end` (not included), as far as they are kept. On any thread."""
        with self._lock:
            return self._buffer.slice(start, end)

    @property
    def folds(self) -> list[Fold]:
        """Give what may be folded of the lines that are kept. On any thread."""
        with self._lock:
            return [fold for fold in self._buffer.tracebacks.folds if fold.start >= self._buffer.first]

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self.status.state in FINAL_STATES

    def subscribe(self, listener: LogListener) -> None:
        """Call `listener.log_changed(self)` after every change. It is held weakly."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: LogListener) -> None:
        """Call it no more."""
        self._listeners.discard(listener)

    async def until_changed(self, timeout_s: float | None = None) -> bool:
        """Wait for the next change. False where the time ran out."""
        changed = self._changed
        try:
            await within(timeout_s, changed.wait())
        except TimeoutError:
            return False
        return True

    async def next_lines(self, position: int) -> tuple[list[LogLine], int]:
        """Wait for lines from number `position` on. Gives them and the next position.

        No lines: the log has ended, or is refused.
        """
        while self._buffer.total <= position and not self.is_final and self.status.state != "refused":
            await self.until_changed()
        return self.slice(position, self._buffer.total), self._buffer.total

    # --- for who reads it: on the background loop --------------------------------------------------------------------

    def begin(self) -> None:
        """Note that somebody reads it from now on: earlier trouble is forgotten."""
        if self.status.state in TROUBLED:
            self.status = LogStatus()

    def reopen(self) -> None:
        """Note that the stream was opened again: what comes first has been here before."""
        self._buffer.reopen()

    def feed(self, message: tuple[ContainerLogs, ...]) -> bool:
        """Take in a message of TailLogs. Gives whether any line of it is new."""
        with self._lock:
            return bool(self._buffer.feed(message))

    def show(self, status: LogStatus) -> None:
        """Tell all who want to know that it stands so, and perhaps has new lines."""
        self.status = status
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in list(self._listeners):
            try:
                listener.log_changed(self)
            except Exception:
                logger.exception("a listener failed")
