"""When to try again: growing delays with jitter, and one gate per backend so that many watchers make no storm."""

from __future__ import annotations

import asyncio
import random

FIRST_DELAY_S = 0.5
#: Low, so that a run is right again within seconds after its backend is back; the gate keeps the load down.
LONGEST_DELAY_S = 4.0
#: While a backend is down, all watchers together try at most this often.
GATE_INTERVAL_S = 1.0


class Backoff:
    """Delays 0.5, 1, 2, 4, 4 … s, each times 0.8–1.2. `reset()` after any message."""

    def __init__(self, *, first_s: float = FIRST_DELAY_S, longest_s: float = LONGEST_DELAY_S) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self.failures = 0

    def reset(self) -> None:
        """Begin again with the shortest delay."""
        self.failures = 0

    def next_delay_s(self, retry_after_s: float | None = None) -> float:
        """Count a failure and give the delay before the next try; never less than the backend asked for."""
        delay_s = min(self._longest_s, self._first_s * 2.0 ** min(self.failures, 16))
        self.failures += 1
        return max(delay_s * random.uniform(0.8, 1.2), retry_after_s or 0.0)  # noqa: S311 (jitter, not a secret)


class Gate:
    """Spaces out the tries of all watchers of one backend while that backend is down."""

    def __init__(self, interval_s: float = GATE_INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._down = False
        self._next_at_s = 0.0

    def report(self, *, up: bool) -> None:
        """Say whether the backend answered just now."""
        self._down = not up

    async def wait_turn(self) -> None:
        """Return at once while the backend is up, else when it is this caller's turn."""
        if not self._down:
            return
        loop = asyncio.get_running_loop()
        at_s = max(loop.time(), self._next_at_s)
        self._next_at_s = at_s + self._interval_s
        await asyncio.sleep(at_s - loop.time())
