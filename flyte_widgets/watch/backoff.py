"""When to try again: growing delays with jitter. That many watchers make no storm is for `api.circuit_breaker`."""

from __future__ import annotations

import random

FIRST_DELAY_S = 0.5
#: Low, so that a run is right again within seconds after its backend is back; the circuit breaker keeps the load down.
LONGEST_DELAY_S = 4.0


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
