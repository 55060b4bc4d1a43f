"""How far the backend's clock is from this machine's, from the Date header of its answers."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

#: The header has whole seconds and travels: below this, the clocks are taken to agree.
_TOLERANCE_MS = 3_000.0


class ServerClock:
    """Estimates the backend's clock. `offset_ms` is what to add to this machine's; 0 while they seem to agree."""

    def __init__(self) -> None:
        self.offset_ms = 0.0

    def note(self, date: str | None) -> None:
        """Take a Date header of an answer that has just come."""
        if not date:
            return
        try:
            served_s = parsedate_to_datetime(date).timestamp()
        except ValueError:
            return
        offset_ms = (served_s + 0.5 - time.time()) * 1000
        self.offset_ms = offset_ms if abs(offset_ms) > _TOLERANCE_MS else 0.0

    def now_ms(self) -> float:
        """Now by the backend's clock, epoch milliseconds."""
        return time.time() * 1000 + self.offset_ms
