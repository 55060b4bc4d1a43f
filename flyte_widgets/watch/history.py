"""Reads the phase transitions of actions on screen: GetActionDetails, a few at a time, each only when it changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flyte_widgets.errors import ApiError

if TYPE_CHECKING:
    from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

AT_ONCE = 4
WAITING_LIMIT = 500
"""Wishes kept at most. The oldest are dropped: those rows have been scrolled away."""


class HistoryReader:
    """A bounded queue of actions whose history somebody looks at. Lives on the background loop."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._waiting: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def want(self, actions: Iterable[str]) -> None:
        """Read the history of those that are known and whose history is not."""
        for action in actions:
            known = self._watcher.state.by_id.get(action)
            if known is not None and known.needs_history:
                self._waiting[action] = None
        while len(self._waiting) > WAITING_LIMIT:
            del self._waiting[next(iter(self._waiting))]
        while self._waiting and len(self._tasks) < AT_ONCE:
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until all that was wished for was read, or could not be."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def close(self) -> list[asyncio.Task[Any]]:
        """Forget all wishes and give the tasks to cancel."""
        self._waiting.clear()
        return list(self._tasks)

    async def _work(self) -> None:
        while self._waiting:
            action = next(iter(self._waiting))
            del self._waiting[action]
            try:
                await self._watcher.read_action(action)
            except ApiError as error:
                logger.debug("history of %s: %s", action, error)
                return  # the next wish tries again; the streams tell of the trouble
