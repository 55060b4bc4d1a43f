"""The one background thread with the one asyncio loop that all watchers of this process share.

A notebook's own loop cannot do this: it stands still while a cell runs.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from flyte_widgets.forking import PerProcess
from flyte_widgets.tasks import cancel_others
from flyte_widgets.threads import start_thread
from flyte_widgets.watch.tools import patience

T = TypeVar("T")

THREAD_NAME = "flyte-widgets"
_SHUTDOWN_S = 1.0

logger = logging.getLogger(__name__)


class BackgroundLoop:
    """An asyncio loop on a daemon thread of its own. Started by the first use."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._stopping = False
        try:
            self._thread = start_thread(self._run, THREAD_NAME)
        except BaseException:
            self.loop.close()
            raise

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.close()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on this loop's thread."""
        return threading.current_thread() is self._thread

    def submit(self, coro: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the loop, from any thread."""
        return asyncio.run_coroutine_threadsafe(coro, self.loop)

    def awaitable(self, coro: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Run a coroutine on the loop, to be awaited on the caller's own."""
        return asyncio.wrap_future(self.submit(coro))

    def soon(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call a function on the loop, from any thread. Nothing happens where the loop has ended or was left behind."""
        if self._thread.is_alive():  # not in a child that was forked off
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(function, *arguments)

    def call(self, coro: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
        """Run a coroutine on the loop and wait for its result, from any other thread.

        An interrupt (Ctrl-C, the notebook's stop button) cancels it. Raises `concurrent.futures.TimeoutError`, which
        comes soon where completion or an inspector is looking (`tools`).
        """
        if self.is_current:
            coro.close()
            raise RuntimeError("A blocking call was made on the thread of flyte-widgets itself. Use the async form.")
        left = threading.Event()
        limit_s = patience.limit(timeout_s)
        future = self.submit(_while_awaited(coro, left))
        began_s = time.monotonic()
        try:
            return future.result(limit_s)
        except concurrent.futures.CancelledError:
            if self._stopping:
                raise SystemExit from None  # the interpreter ends: a thread that waits here does so without a word
            raise
        except BaseException:
            left.set()
            future.cancel()
            raise
        finally:
            if limit_s != timeout_s:
                patience.spend(time.monotonic() - began_s)

    def stop(self) -> None:
        """Cancel everything and end the thread."""
        if self.loop.is_closed():
            return
        self._stopping = True
        with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError, RuntimeError):
            self.submit(cancel_others()).result(_SHUTDOWN_S)
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_SHUTDOWN_S)


async def _while_awaited(coro: Coroutine[Any, Any, T], left: threading.Event) -> T:
    """Await it. An error that comes when nobody waits any more is nobody's: asyncio would print it after the prompt."""
    try:
        return await coro
    except Exception:
        if left.is_set():
            raise asyncio.CancelledError from None
        raise


_background: Final = PerProcess(BackgroundLoop)


def background() -> BackgroundLoop:
    """Give the process's background loop; the first call starts it."""
    return _background.get()


def _stop_at_exit() -> None:
    if _background.existing is not None:
        _background.existing.stop()


atexit.register(_stop_at_exit)
