"""What a process keeps one of, and a forked child must not take over from its parent."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerProcess(Generic[T]):
    """One object a process, made by its first use. A forked child makes its own: threads do not survive a fork.

    The lock is renewed in the child, too: another thread of the parent may have held it.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._value: T | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def get(self) -> T:
        """Give the object of this process, from any thread."""
        with self._lock:
            if self._value is None:
                self._value = self._make()
            return self._value

    @property
    def existing(self) -> T | None:
        """The object of this process; None while nobody has asked for it."""
        return self._value

    def _forget(self) -> None:
        self._value, self._lock = None, threading.Lock()
