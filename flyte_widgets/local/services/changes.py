"""Tells watchers that something changed, from any thread to any loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from flyte_widgets.tasks import within


class Wakeup:
    """What a stream sleeps on. It is woken by a change, by its client going away, and by the server stopping."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.is_over = False
        """The client is gone, or the server stops: the stream should end."""

    def wake(self, *, over: bool = False) -> None:
        """Wake the stream. Safe from any thread."""
        self.is_over = self.is_over or over
        with suppress(RuntimeError):  # the loop is closed: nobody is left to wake
            self._loop.call_soon_threadsafe(self._event.set)

    async def sleep(self, timeout_s: float | None = None) -> bool:
        """Wait for the next wake-up, or at most so long. Returns False when the stream should end."""
        if not self.is_over:
            with suppress(TimeoutError):
                await within(timeout_s, self._event.wait())
            self._event.clear()
        return not self.is_over


current_wakeup: ContextVar[Wakeup] = ContextVar("current_wakeup")
"""The wake-up of the request that is being served. The ASGI layer sets it, and wakes it when the client goes away."""


class Changes:
    """Who waits for changes of what. Keys are any hashable; `None` stands for every change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Any, set[Wakeup]] = {}

    def watch(self, key: Any) -> Subscription:
        """Let the current request be woken by changes of `key`, inside a `with` block."""
        return Subscription(self, key, current_wakeup.get())

    def add(self, key: Any, wakeup: Wakeup) -> None:
        """Start waking `wakeup` on changes of `key`."""
        with self._lock:
            self._waiting.setdefault(key, set()).add(wakeup)

    def remove(self, key: Any, wakeup: Wakeup) -> None:
        """Stop it."""
        with self._lock:
            waiting = self._waiting.get(key, set())
            waiting.discard(wakeup)
            if not waiting:
                self._waiting.pop(key, None)

    def notify(self, key: Any) -> None:
        """Wake those who wait for `key`, and those who wait for anything."""
        with self._lock:
            waiting = [*self._waiting.get(key, ()), *self._waiting.get(None, ())]
        for wakeup in waiting:
            wakeup.wake()

    def is_watched(self, key: Any) -> bool:
        """Whether a stream waits for `key` itself."""
        with self._lock:
            return key in self._waiting

    @property
    def watcher_count(self) -> int:
        """How many streams are open."""
        with self._lock:
            return sum(map(len, self._waiting.values()))


class Subscription:
    """The time during which one stream is woken by one key."""

    def __init__(self, changes: Changes, key: Any, wakeup: Wakeup) -> None:
        self._changes, self._key, self._wakeup = changes, key, wakeup

    def __enter__(self) -> Wakeup:
        self._changes.add(self._key, self._wakeup)
        return self._wakeup

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._changes.remove(self._key, self._wakeup)
