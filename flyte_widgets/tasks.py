"""One way to end asyncio tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


async def cancel_all(tasks: Iterable[asyncio.Future[Any] | None]) -> None:
    """Cancel tasks of the running loop and wait until they have ended. What they raise is dropped."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def cancel_others() -> None:
    """Cancel every task of the running loop but the caller's, and wait until they have ended."""
    await cancel_all(asyncio.all_tasks() - {asyncio.current_task()})
