"""Reads the phase transitions of actions on screen: GetActionDetails, a few at a time, each only when it changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from flyte_widgets.errors import ApiError
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.source import RunSource

logger = logging.getLogger(__name__)

AT_ONCE: Final = 4
WAITING_LIMIT: Final = 500
"""Requests kept at most. The oldest are dropped: those rows have been scrolled away."""


class HistoryReader:
    """A bounded queue of actions whose history somebody looks at. Lives on the background loop."""

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._waiting: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def request(self, actions: Iterable[str]) -> None:
        """Read the history of those that are known and whose history is not."""
        if not self._source.may_call("GetActionDetails"):
            return
        for action in actions:
            known = self._source.model.state.by_id.get(action)
            if known is not None and known.needs_history:
                self._waiting[action] = None
        while len(self._waiting) > WAITING_LIMIT:
            del self._waiting[next(iter(self._waiting))]
        while self._waiting and len(self._tasks) < AT_ONCE:
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until all requests were answered, or failed."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Drop all requests."""
        self._waiting.clear()
        await cancel_all(self._tasks)

    async def _work(self) -> None:
        while self._waiting:
            action = next(iter(self._waiting))
            del self._waiting[action]
            try:
                await self._source.read_action(action)
            except ApiError as error:
                logger.debug("history of %s: %s", action, error)
                return  # the next request tries again; the streams report the error
