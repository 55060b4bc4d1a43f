"""Carries phase changes from the background loop to the loop of whoever watches."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from flyte_widgets.errors import afresh
from flyte_widgets.run.state import PhaseChange
from flyte_widgets.watch.board import Update
from flyte_widgets.watch.status import STANDING
from flyte_widgets.watch.watcher import Watcher


class Inbox:
    """Iterates over the phase changes of a run until that is over: first where every action stands, then what moves.

    Made on the reader's loop; `open` and `run_updated` belong to the background loop. The iteration raises the
    ApiError that only a person can mend (no login, no such run).
    """

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[PhaseChange | Exception | None] = asyncio.Queue()

    async def open(self) -> None:
        """Subscribe, and put in where every action stands at that moment."""
        now_ms = self._watcher.now_ms()
        self._watcher.subscribe(self)
        for action in self._watcher.state:
            self._put(PhaseChange(action.id, action.name, None, action.phase, action.attempts, now_ms))
        self.run_updated(Update())

    def run_updated(self, update: Update) -> None:
        """Take the phase changes of an update, and the end."""
        for change in update.changes:
            self._put(change)
        if self._watcher.over.is_set():
            self._put(None)
        elif self._watcher.last_error is not None and self._watcher.connection.state in STANDING:
            self._put(afresh(self._watcher.last_error))

    def _put(self, item: PhaseChange | Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the reader's loop was closed
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)

    async def __aiter__(self) -> AsyncIterator[PhaseChange]:
        while (item := await self._queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
