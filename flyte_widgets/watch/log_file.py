"""Writes the whole log of an attempt to a file: also what is no longer kept in memory."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Final

from flyte_widgets.run.logs import LogBuffer
from flyte_widgets.watch.watcher import Watcher

QUIET_S: Final = 3.0
"""After so long without a line a log that goes on is written as far as it is."""


async def save_log(watcher: Watcher, action: str, attempt: int, path: Path) -> tuple[Path, int]:
    """Read the log anew (TailLogs) and write it to `path`, an existing file included. Gives the path and the lines.

    On the background loop. Raises ApiError, OSError.
    """
    buffer = LogBuffer()
    count = 0
    stream = watcher.client.data.tail_logs(watcher.run_id, action, attempt)
    file = await asyncio.to_thread(path.open, "w", encoding="utf-8")
    try:
        async with aclosing(stream):
            while True:
                reading = asyncio.ensure_future(anext(stream, None))
                await asyncio.wait({reading}, timeout=QUIET_S)
                if not reading.done():
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
                    break
                message = reading.result()
                if message is None:
                    break
                fresh = buffer.feed(message)
                lines = buffer.slice(buffer.total - fresh, buffer.total)
                await asyncio.to_thread(file.writelines, [f"{line.text}\n" for line in lines])
                count += fresh
    finally:
        await asyncio.to_thread(file.close)
    return path, count
