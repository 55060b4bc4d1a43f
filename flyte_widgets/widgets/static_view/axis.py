"""The time axis of the static view: pixels of a moment, and where ticks stand. Pure.

The steps and their labels are those of the live view (tests/vectors/words.json).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.words import rounded
from flyte_widgets.shared import table

_SECOND: Final = 1_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_STEPS_MS: Final[list[int]] = table("axis")["stepsMs"]
_LEAST_TICK_PX: Final = 62


class Axis(NamedTuple):
    """Linear from `from_ms` at `x0` to `to_ms` at `x1`."""

    from_ms: Milliseconds
    to_ms: Milliseconds
    x0: float
    x1: float

    def x(self, ms: Milliseconds) -> float:
        """Give the place of a moment; what lies outside is put on the border."""
        share = (ms - self.from_ms) / (self.to_ms - self.from_ms)
        return self.x0 + (self.x1 - self.x0) * min(1.0, max(0.0, share))

    def ticks(self) -> list[tuple[float, str]]:
        """Give place and label of each tick; the labels count from the start."""
        per_px = (self.to_ms - self.from_ms) / (self.x1 - self.x0)
        step_ms = nice_step(_LEAST_TICK_PX * per_px)
        length_ms = self.to_ms - self.from_ms
        return [
            (self.x(self.from_ms + n * step_ms), axis_time(n * step_ms, step_ms))
            for n in range(int(length_ms // step_ms) + 1)
        ]


def nice_step(wanted_ms: Milliseconds) -> Milliseconds:
    """Choose the smallest step of a time axis that is at least `wanted_ms`: 15 s, not 20 s."""
    return next((step for step in _STEPS_MS if step >= wanted_ms), _STEPS_MS[-1])


def axis_time(ms: Milliseconds, step_ms: Milliseconds) -> str:
    """Say a place on an axis of elapsed time: "1:05", "1:05:00", "2d 06h"; as fine as its steps are apart."""
    digits = 3 if step_ms < 10 else 2 if step_ms < 100 else 1 if step_ms < _SECOND else 0
    size = abs(ms)
    # In the smallest unit that is shown, so that no carry is lost.
    units = rounded(size / 10 ** (3 - digits)) if digits else math.floor(size / _SECOND + 1e-6)
    seconds, rest = divmod(units, 10**digits)
    tail = f".{rest:0{digits}}" if digits else ""
    sign = "−" if ms < 0 else ""
    days, hours = seconds // 86_400, seconds // 3600
    minute, second = seconds // 60 % 60, f"{seconds % 60:02}{tail}"
    if step_ms >= _DAY:
        return f"{sign}{days}d"
    if hours >= 48:
        if step_ms >= _HOUR:
            return f"{sign}{days}d {hours % 24:02}h"
        return f"{sign}{days}d {hours % 24:02}:{minute:02}" + ("" if step_ms >= _MINUTE else f":{second}")
    return sign + (f"{hours}:{minute:02}" if hours else f"{minute}") + f":{second}"
