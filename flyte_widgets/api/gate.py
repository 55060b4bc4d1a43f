"""Spaces out the requests of all who use a backend, while it does not answer: many watchers must make no storm."""

from __future__ import annotations

import asyncio
import time
from typing import Final, NamedTuple

from flyte_widgets.errors import ApiError, FirstMessageTimeoutError, RpcError, UnauthenticatedError, UnimplementedError

INTERVAL_S: Final = 1.0
"""While a backend is down, one request is made in this time, whoever makes it."""
MOST_RETRY_AFTER_S: Final = 300.0
"""A longer Retry-After is not believed."""


class Outage(NamedTuple):
    """A backend does not answer: why, and in how many seconds it is asked again, by whomever."""

    error: ApiError
    next_try_s: float


class Gate:
    """Open while the backend answers. When it does not, one request a second passes, until the first answer opens it.

    Lives on one event loop.
    """

    def __init__(self) -> None:
        self._error: ApiError | None = None
        """Why it is closed; None while it is open."""
        self._closed_at_s = self._next_at_s = 0.0
        self._changed: asyncio.Event = asyncio.Event()

    @property
    def outage(self) -> Outage | None:
        """Why nobody passes, once that has lasted for a second: a first hiccup is often over by then."""
        now_s = time.monotonic()
        if self._error is None or now_s - self._closed_at_s < INTERVAL_S:
            return None
        return Outage(self._error, max(0.0, self._next_at_s - now_s))

    async def pass_through(self) -> None:
        """Return at once while the gate is open, else when it is this caller's turn."""
        while self._error is not None:
            now_s = time.monotonic()
            if now_s >= self._next_at_s:
                self._next_at_s = now_s + INTERVAL_S
                return
            waiter = asyncio.ensure_future(self._changed.wait())
            try:
                await asyncio.wait({waiter}, timeout=self._next_at_s - now_s)
            finally:
                waiter.cancel()

    def answered(self) -> None:
        """Take note of an answer: all may pass."""
        self._error = None
        self._wake()

    def failed(self, error: ApiError) -> None:
        """Take note of an error. What only Flyte itself can have said is an answer as good as any."""
        if isinstance(error, FirstMessageTimeoutError):
            return  # silence is usual
        is_anyones = error.transient or isinstance(error, (UnauthenticatedError, UnimplementedError))
        if isinstance(error, RpcError) and not is_anyones:
            self.answered()
            return
        if self._error is None:
            self._closed_at_s = time.monotonic()
        self._error = error
        if error.retry_after_s:
            wait_s = min(error.retry_after_s, MOST_RETRY_AFTER_S)
            self._next_at_s = max(self._next_at_s, time.monotonic() + wait_s)

    def hurry(self) -> None:
        """Let the next one through at once: a person waits for it."""
        self._next_at_s = 0.0
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
