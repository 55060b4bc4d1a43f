"""A circuit breaker for the requests of all who use a backend: many watchers must make no storm while it is down.

While it is open, it is at once half-open: one request a second is let through as a probe, whoever makes it, and the
first answer closes it. Nothing fails by it: requests wait for their turn.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final, NamedTuple

from flyte_widgets.errors import ApiError, FirstMessageTimeoutError, RpcError, UnauthenticatedError, UnimplementedError

INTERVAL_S: Final = 1.0
"""While a backend is down, one request is made in this time, whoever makes it."""
MAX_RETRY_AFTER_S: Final = 300.0
"""A longer Retry-After is not believed."""


class Outage(NamedTuple):
    """A backend does not answer: why, and in how many seconds it is asked again, by whomever."""

    error: ApiError
    next_try_s: float


class CircuitBreaker:
    """Closed while the backend answers: all requests pass. Half-open else: one a second does. Lives on one loop."""

    def __init__(self) -> None:
        self._error: ApiError | None = None
        """Why it is open; None while it is closed."""
        self._opened_at_s = self._next_at_s = 0.0
        self._changed: asyncio.Event = asyncio.Event()

    @property
    def outage(self) -> Outage | None:
        """Why requests wait, once that has lasted for a second: a first failure is often over by then."""
        now_s = time.monotonic()
        if self._error is None or now_s - self._opened_at_s < INTERVAL_S:
            return None
        return Outage(self._error, max(0.0, self._next_at_s - now_s))

    async def wait_turn(self) -> None:
        """Return at once while the breaker is closed, else when it is this caller's turn to probe."""
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

    def note_answer(self) -> None:
        """Close: the backend has answered."""
        self._error = None
        self._wake()

    def note_failure(self, error: ApiError) -> None:
        """Open the breaker. An error that only Flyte itself can have sent counts as an answer."""
        if isinstance(error, FirstMessageTimeoutError):
            return  # silence is usual
        is_anyones = error.transient or isinstance(error, (UnauthenticatedError, UnimplementedError))
        if isinstance(error, RpcError) and not is_anyones:
            self.note_answer()
            return
        if self._error is None:
            self._opened_at_s = time.monotonic()
        self._error = error
        if error.retry_after_s:
            wait_s = min(error.retry_after_s, MAX_RETRY_AFTER_S)
            self._next_at_s = max(self._next_at_s, time.monotonic() + wait_s)

    def hurry(self) -> None:
        """Let the next request through at once: a person waits for it."""
        self._next_at_s = 0.0
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
