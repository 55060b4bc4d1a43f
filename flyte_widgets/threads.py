"""Starts the threads of this package."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.in_browser import NO_THREADS

T = TypeVar("T")


def start_thread(target: Callable[[], None], name: str) -> threading.Thread:
    """Start a daemon thread. FlyteWidgetsError where Python cannot start any: in a browser, or at a limit."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise FlyteWidgetsError(
            f"flyte-widgets could not start a thread: {error}.",
            hint=f"{NO_THREADS} There, a limit on processes or memory was reached.",
        ) from None
    return thread


async def on_thread(function: Callable[[], T], name: str) -> T:
    """Call a function on a daemon thread of its own, which the end of the process does not wait for."""
    done: Future[T] = Future()

    def work() -> None:
        done.set_running_or_notify_cancel()
        try:
            done.set_result(function())
        except BaseException as error:  # noqa: BLE001 - it is raised where it belongs, at the caller
            done.set_exception(error)

    start_thread(work, name)
    return await asyncio.wrap_future(done)
