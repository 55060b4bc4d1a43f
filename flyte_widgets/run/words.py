"""Lengths of time and numbers in words, as js/src/core/format.ts says them (tests/vectors/words.json). Pure.

Halves are rounded up, as in JavaScript: Python's `round` would round them to the even neighbour.
"""

from __future__ import annotations

import math
from typing import Final

from flyte_widgets.run.times import Milliseconds

_UNITS: Final = ((1e9, "B"), (1e6, "M"), (1e3, "K"))
_LEAST: Final = 0.9995
"""From this share of a unit on, a count would be rounded to the unit itself."""


def rounded(number: float) -> int:
    """Round to a whole number, halves up."""
    return math.floor(number + 0.5)


def duration(ms: Milliseconds) -> str:
    """Say a length: "80ms", "0.6s", "42s", "1m 28s", "2h 05m", "3d 04h". Negative counts as 0."""
    ms = max(0.0, ms)
    if ms < 99.5:
        return f"{rounded(ms)}ms" if ms >= 1 else "0s"
    if ms < 9_950:
        tenths = rounded(ms / 100)
        return f"{tenths // 10}.{tenths % 10}s"
    seconds = rounded(ms / 1000)
    minutes, hours = seconds // 60, seconds // 3600
    if seconds < 60:
        return f"{seconds}s"
    if hours < 1:
        return f"{minutes}m {seconds % 60:02}s"
    if hours < 24:
        return f"{hours}h {minutes % 60:02}m"
    return f"{hours // 24}d {hours % 24:02}h"


def plural(number: int, noun: str) -> str:
    """Say "1 action", "2,000 actions"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def brief(number: int) -> str:
    """Say a count in at most four letters: "999", "1.2K", "12K", "1.5M"."""
    size, unit = next(((size, unit) for size, unit in _UNITS if number >= size * _LEAST), (1, ""))
    tenths = rounded(number * 10 / size)
    if unit and tenths < 100 and tenths % 10:
        return f"{tenths // 10}.{tenths % 10}{unit}"
    return f"{rounded(number / size)}{unit}"


def bytes_words(count: int) -> str:
    """Say a size: "340 B", "4.1 MB"."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError
