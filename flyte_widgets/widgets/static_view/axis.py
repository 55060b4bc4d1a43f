"""The time axis of the static view: pixels of a moment, and where ticks stand. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

from flyte_widgets.run.times import Milliseconds

_SECOND: Final = 1_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_STEPS_MS: Final = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 30, 90, 365)),
)
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
        step_ms = next((step for step in _STEPS_MS if step / per_px >= _LEAST_TICK_PX), None)
        if step_ms is None:
            return [(self.x0, "0:00")]
        length_ms = self.to_ms - self.from_ms
        return [
            (self.x(self.from_ms + n * step_ms), label(n * step_ms, step_ms))
            for n in range(int(length_ms // step_ms) + 1)
        ]


def label(ms: Milliseconds, step_ms: Milliseconds) -> str:
    """Say "1:05", "1:05:00", or with tenths and less where the step is under a second."""
    seconds = int(ms // _SECOND)
    tail = f".{int(ms % _SECOND):03}"[: 4 if step_ms < 10 else 3 if step_ms < 100 else 2] if step_ms < _SECOND else ""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{seconds % 60:02}{tail}"
