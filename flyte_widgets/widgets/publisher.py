"""The one thread that sends to front ends. Whoever has news wakes it; it sends at a bounded rate.

Apart from the background loop on purpose: observers of a trait run on the thread that sets it, and a slow one, or one
that calls `abort()`, must not hold up the watching.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import weakref
from typing import Final, Protocol

from flyte_widgets.forking import PerProcess
from flyte_widgets.threads import start_thread

logger = logging.getLogger(__name__)

THREAD_NAME = "flyte-widgets-publisher"


class Publishing(Protocol):
    """Something that sends when its turn has come."""

    def publish(self, now_s: float) -> float | None:
        """Send what is due; give when to be called again (monotonic seconds), or None: not before the next wake."""


class Publisher:
    """Calls `publish()` of what was woken, on a daemon thread of its own. Holds everything weakly."""

    def __init__(self) -> None:
        self._due: weakref.WeakKeyDictionary[Publishing, float] = weakref.WeakKeyDictionary()
        self._condition = threading.Condition()
        self._flushes: weakref.WeakKeyDictionary[Publishing, list[threading.Event]] = weakref.WeakKeyDictionary()
        self._thread = start_thread(self._run, THREAD_NAME)

    def wake(self, target: Publishing, at_s: float = 0.0) -> None:
        """Have `target` called at `at_s` (monotonic), or at once. From any thread."""
        with self._condition:
            if at_s < self._due.get(target, math.inf):
                self._due[target] = at_s
                self._condition.notify()

    def flush(self, target: Publishing, timeout_s: float = 2.0) -> None:
        """Have `target` called now, and wait until it was: for those who leave the notebook to others (papermill)."""
        if threading.current_thread() is self._thread:
            return
        done = threading.Event()
        with self._condition:
            self._flushes.setdefault(target, []).append(done)
        self.wake(target)
        done.wait(timeout_s)

    def _run(self) -> None:
        while True:
            target = self._next()
            with self._condition:
                flushes = self._flushes.pop(target, [])
            try:
                again_s = target.publish(time.monotonic())
            except Exception:
                logger.exception("publishing failed")
                again_s = None
            for done in flushes:
                done.set()
            if again_s is not None:
                self.wake(target, again_s)
            del target  # not kept alive while waiting

    def _next(self) -> Publishing:
        with self._condition:
            while True:
                entry = min(self._due.items(), key=lambda item: item[1], default=None)
                wait_s = None if entry is None else entry[1] - time.monotonic()
                if entry is not None and wait_s is not None and wait_s <= 0:
                    del self._due[entry[0]]
                    return entry[0]
                entry = None
                self._condition.wait(wait_s)


_publisher: Final = PerProcess(Publisher)


def publisher() -> Publisher:
    """Give the process's publisher; the first call starts it."""
    return _publisher.get()
