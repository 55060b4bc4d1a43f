"""Times of the backend: RFC 3339 text to epoch milliseconds. Pure.

`datetime.fromisoformat` reads neither nanoseconds nor, before Python 3.11, the "Z"; and a run has many times.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

Milliseconds = float

_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d):([0-5]\d|60)(\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


@lru_cache(maxsize=4096)
def _minute_ms(text: str) -> float:
    """Epoch milliseconds of "2026-11-23T14:33"."""
    return datetime.strptime(text.upper() + "Z", "%Y-%m-%dT%H:%M%z").timestamp() * 1000


def parse_ms(text: str | None) -> Milliseconds | None:
    """Read a protojson timestamp. None for what is absent, zero (protobuf's and Go's) or not an instant."""
    found = _TIME.fullmatch(text) if text else None
    if found is None:
        return None
    minute, seconds, fraction, sign, hours, minutes = found.groups()
    try:
        ms = _minute_ms(minute)
    except ValueError:  # no such day
        return None
    ms += (int(seconds) + float(fraction or 0)) * 1000
    if sign is not None:
        offset_ms = (int(hours) * 60 + int(minutes)) * 60_000
        ms += -offset_ms if sign == "+" else offset_ms
    return ms if ms > 0 else None
