"""Awaiting for a time, and ending tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def within(timeout_s: float | None, awaitable: Awaitable[T]) -> T:
    """Await something for so many seconds at most; None is for ever. Raises TimeoutError.

    Before Python 3.12 `asyncio.wait_for` loses a cancellation that comes as the awaited thing is done, and a task
    that should end goes on. Here it is never lost.
    """
    with anyio.fail_after(timeout_s):
        return await awaitable


async def cancel_all(tasks: Iterable[asyncio.Future[Any] | None]) -> None:
    """Cancel tasks of the running loop and wait until they have ended. What they raise is dropped."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def cancel_others() -> None:
    """Cancel every task of the running loop but the caller's, and wait until they have ended.

    An asynchronous generator that one of them leaves is closed by a new task, which is ended likewise.
    """
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await cancel_all(others)
        del others
        await asyncio.sleep(0)
