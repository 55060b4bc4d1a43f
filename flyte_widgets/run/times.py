"""Times of the backend: RFC 3339 text to epoch milliseconds. Pure.

`datetime.fromisoformat` reads neither nanoseconds nor, before Python 3.11, the "Z"; and a run has many times.
"""

from __future__ import annotations

import calendar
from functools import lru_cache

Milliseconds = float

_PLAIN_LENGTH = len("2026-11-23T14:33:17")


@lru_cache(maxsize=4096)
def _minute_ms(text: str) -> int:
    """Epoch milliseconds of "2026-11-23T14:33"."""
    year, month, day = int(text[0:4]), int(text[5:7]), int(text[8:10])
    return calendar.timegm((year, month, day, int(text[11:13]), int(text[14:16]), 0, 0, 0, 0)) * 1000


def parse_ms(text: str | None) -> Milliseconds | None:
    """Read a protojson timestamp. None for what is absent, zero (protobuf's and Go's) or not a time."""
    if not text or len(text) < _PLAIN_LENGTH:
        return None
    try:
        ms = _minute_ms(text[:16]) + int(text[17:19]) * 1000.0
        tail = text[_PLAIN_LENGTH:]
        if tail and tail[-1] not in "zZ":
            sign = max(tail.rfind("+"), tail.rfind("-"))
            if sign < 0:
                return None
            hours, _, minutes = tail[sign + 1 :].partition(":")
            offset_ms = (int(hours) * 60 + int(minutes or 0)) * 60_000
            ms += -offset_ms if tail[sign] == "+" else offset_ms
            tail = tail[:sign]
        fraction = tail.rstrip("zZ")
        if fraction:
            ms += float(fraction) * 1000.0
    except ValueError:
        return None
    return ms if ms > 0 else None
