"""Awaiting for a time: what ends it, and that a cancellation always does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Coroutine
from typing import Any

import pytest

from flyte_widgets.tasks import within


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def test_what_comes_in_time_is_given() -> None:
    """Also where it is there already, and without a limit."""

    async def main() -> None:
        assert await within(60, asyncio.sleep(0, "done")) == "done"
        assert await within(None, asyncio.sleep(0, "done")) == "done"
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        ready.set_result("there")
        assert await within(0, ready) == "there"

    run(main())


@pytest.mark.parametrize("timeout_s", [-1, 0, 0.01])
def test_what_does_not_come_is_ended(timeout_s: float) -> None:
    """With a TimeoutError, and without a task left behind."""

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await within(timeout_s, asyncio.Event().wait())
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_an_error_goes_through() -> None:
    async def fail() -> None:
        raise ValueError("no")

    async def main() -> None:
        with pytest.raises(ValueError, match="no"):
            await within(60, fail())

    run(main())


def test_a_cancellation_is_not_lost_as_the_wait_is_over() -> None:
    """The event comes, and in the same turn of the loop the task is cancelled: it ends, and does not wait anew."""

    async def main() -> None:
        event = asyncio.Event()

        async def follow() -> None:
            while True:
                await within(60, event.wait())
                event.clear()

        task = asyncio.create_task(follow())
        await asyncio.sleep(0)
        event.set()
        task.cancel()
        await asyncio.wait({task}, timeout=10)
        assert task.cancelled()

    run(main())


_LEAVES_A_GENERATOR = """
import asyncio, threading
from flyte_widgets.watch.loop import background

begun = threading.Event()

async def numbers():
    try:
        yield 1
    finally:
        await asyncio.sleep(60)

async def read():
    async for _ in numbers():
        begun.set()
        await asyncio.sleep(3600)

background().submit(read())
begun.wait()
"""


def test_a_process_ends_without_a_word_of_generators() -> None:
    """One that a cancelled task leaves is closed by a task of its own, which asyncio reports where it is left, too."""
    command = [sys.executable, "-c", _LEAVES_A_GENERATOR]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
