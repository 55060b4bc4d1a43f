"""The logs of one run that are looked at. On the background loop."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.log_reader import LogReader
from flyte_widgets.watch.log_tail import LogTail
from flyte_widgets.watch.source import RunSource

KEPT_LOGS: Final = 8
"""Logs that are kept after nobody looks at them any more: to come back to one is quick."""


class LogTails:
    """The logs of one run that are looked at. Two who look at one share it. What nobody looks at is not read."""

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._tails: OrderedDict[tuple[str, int], LogTail] = OrderedDict()
        self._readers: dict[tuple[str, int], tuple[int, asyncio.Task[None]]] = {}

    def acquire(self, action: str, attempt: int) -> LogTail:
        """Begin to look at a log. Undo it by `release`."""
        key = (action, attempt)
        tail = self._tails.pop(key, None) or LogTail(action, attempt)
        self._tails[key] = tail
        count, task = self._readers.get(key, (0, None))
        if task is None or task.done():
            tail.begin()
            task = asyncio.create_task(LogReader(self._source, tail).run(), name=f"log of {action}, attempt {attempt}")
        self._readers[key] = (count + 1, task)
        return tail

    def release(self, tail: LogTail) -> None:
        """Look at it no more. Its lines are kept for a while."""
        key = (tail.action, tail.attempt)
        count, task = self._readers.get(key, (0, None))
        if task is None:
            return
        if count > 1:
            self._readers[key] = (count - 1, task)
            return
        task.cancel()
        del self._readers[key]
        unused = [key for key in self._tails if key not in self._readers]
        for old in unused[:-KEPT_LOGS]:
            del self._tails[old]

    async def close(self) -> None:
        """End all."""
        tasks = [task for _, task in self._readers.values()]
        self._readers.clear()
        await cancel_all(tasks)
