"""Carries phase changes from the background loop to another one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from flyte_widgets.run.state import PhaseChange
from flyte_widgets.watch.watcher import Update, Watcher


class Inbox:
    """Hands phase changes from the background loop to the loop of whoever iterates."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[PhaseChange | None] = asyncio.Queue()

    def run_updated(self, update: Update) -> None:
        """Take the phase changes of an update."""
        for change in update.changes:
            self.put(change)

    def put(self, change: PhaseChange | None) -> None:
        """Hand over one change, from any thread; None ends the iteration."""
        with contextlib.suppress(RuntimeError):  # the reader's loop was closed
            self._loop.call_soon_threadsafe(self._queue.put_nowait, change)

    async def __aiter__(self) -> AsyncIterator[PhaseChange]:
        while (change := await self._queue.get()) is not None:
            yield change


async def begin(watcher: Watcher, inbox: Inbox) -> list[PhaseChange]:
    """Subscribe, and give where every action stands at that moment."""
    watcher.subscribe(inbox)
    now_ms = watcher.now_ms()

    async def close_at_end() -> None:
        await watcher.over.wait()
        inbox.put(None)

    watcher.spawn(close_at_end())
    return [
        PhaseChange(action.id, action.name, None, action.phase, action.attempts, now_ms) for action in watcher.state
    ]
