"""Carries phase changes from the background loop to the loop of whoever watches."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from flyte_widgets.errors import copy_error
from flyte_widgets.run.action import PhaseChange
from flyte_widgets.watch.model import RunModel
from flyte_widgets.watch.status import NEEDS_USER
from flyte_widgets.watch.updates import Update


class ChangeQueue:
    """Iterates over the phase changes of a run until that is over: first where every action stands, then what moves.

    Made on the reader's loop. `open` and `run_updated` belong to the background loop. Iterating raises the ApiError
    that only a person can mend (no login, no such run).
    """

    def __init__(self, model: RunModel) -> None:
        self._model = model
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Sequence[PhaseChange | Exception | None]] = asyncio.Queue()

    async def open(self) -> None:
        """Subscribe, and put in where every action stands at that moment."""
        now_ms = self._model.now_ms()
        self._model.updates.subscribe(self)
        self._put(
            [
                PhaseChange(action.id, action.name, None, action.phase, action.attempts, now_ms)
                for action in self._model.state
            ]
        )
        self.run_updated(Update())

    def run_updated(self, update: Update) -> None:
        """Take the phase changes of an update, and the end."""
        items: list[PhaseChange | Exception | None] = [*update.changes]
        if self._model.is_over:
            items.append(None)
        elif self._model.last_error is not None and self._model.connection.state in NEEDS_USER:
            items.append(copy_error(self._model.last_error))
        self._put(items)

    def _put(self, items: Sequence[PhaseChange | Exception | None]) -> None:
        """Hand over all at once: each time wakes the reader's loop."""
        if items:
            with contextlib.suppress(RuntimeError):  # the reader's loop was closed
                self._loop.call_soon_threadsafe(self._queue.put_nowait, items)

    async def __aiter__(self) -> AsyncIterator[PhaseChange]:
        while True:
            for item in await self._queue.get():
                if item is None:
                    return
                if isinstance(item, Exception):
                    raise item
                yield item
