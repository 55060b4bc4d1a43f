"""Writes the whole log of an attempt to a file: also what is no longer kept in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Final

from flyte_widgets.errors import TransportError
from flyte_widgets.run.logs import LogBuffer, LogLine
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.watcher import Watcher

FIRST_S: Final = 30.0
"""How long the first lines are waited for."""
QUIET_S: Final = 3.0
"""After so long without a line a log that goes on is written as far as it is."""


async def save_log(watcher: Watcher, action: str, attempt: int, path: Path) -> tuple[Path, int]:
    """Read the log anew (TailLogs) and write it to `path`, an existing file included. Gives the path and the lines.

    Where reading fails, no file is left. On the background loop. Raises ApiError, OSError.
    """
    part = path.with_name(f"{path.name}.part")
    count = 0
    file = await asyncio.to_thread(part.open, "w", encoding="utf-8", errors="replace")
    try:
        async with aclosing(_lines_so_far(watcher, action, attempt)) as batches:
            async for lines in batches:
                await asyncio.to_thread(file.writelines, [f"{line.text}\n" for line in lines])
                count += len(lines)
        file.close()
        await asyncio.to_thread(part.replace, path)
    finally:
        file.close()
        await asyncio.to_thread(part.unlink, missing_ok=True)
    return path, count


async def _lines_so_far(watcher: Watcher, action: str, attempt: int) -> AsyncGenerator[list[LogLine], None]:
    buffer = LogBuffer(max_line=None)
    is_heard = False
    async with aclosing(watcher.client.data.tail_logs(watcher.run_id, action, attempt)) as stream:
        while True:
            reading = asyncio.ensure_future(anext(stream, None))
            try:
                await asyncio.wait({reading}, timeout=QUIET_S if is_heard else FIRST_S)
                is_silent = not reading.done()
            finally:  # cancelled, too: the stream cannot be closed while it is read
                if not reading.done():
                    await cancel_all([reading])
            if is_silent:
                if not is_heard:
                    raise TransportError(f"{watcher.client.host} sent nothing of the log within {FIRST_S:g} s.")
                return
            message = reading.result()
            if message is None:
                return
            is_heard = True
            fresh = buffer.feed(message)
            yield buffer.slice(buffer.total - fresh, buffer.total)
