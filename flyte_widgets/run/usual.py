"""How long a run usually takes, from earlier successful runs of the same task, and when this one may end. Pure.

Durations vary by a share of themselves more than by seconds, so they are looked at as logarithms. The range is where
about nine of ten further runs end (Student's t: few earlier runs give a wide range).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from typing import Final, NamedTuple

from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.words import duration

FEWEST: Final = 3
"""Fewer earlier runs say nothing."""
MOST: Final = 20
"""Earlier runs that count: the newest."""
_WIDEST: Final = 1_000
"""Runs whose range is wider than this, the end by its beginning, were of too different inputs: nothing is usual."""
_LEAST_SPREAD: Final = 0.03
"""Runs that all took the same time may still differ by so much."""
#: Student's t, two-sided 92 %, for 2 to 19 degrees of freedom.
_T: Final = (3.32, 2.61, 2.33, 2.19, 2.1, 2.05, 2.0, 1.97, 1.95, 1.93, 1.91, 1.9, 1.89, 1.88, 1.87, 1.86, 1.86, 1.85)


class Usual(NamedTuple):
    """What earlier successful runs took; milliseconds."""

    durations_ms: tuple[Milliseconds, ...]
    """In order of length."""
    median_ms: Milliseconds
    low_ms: Milliseconds
    """Nine of ten runs end between this and `high_ms`."""
    high_ms: Milliseconds

    @property
    def runs(self) -> int:
        """From how many runs it is."""
        return len(self.durations_ms)

    @property
    def longest_ms(self) -> Milliseconds:
        """The longest of them."""
        return self.durations_ms[-1]

    def left_ms(self, elapsed_ms: Milliseconds) -> Milliseconds | None:
        """Estimate how long a run goes on that has taken so long. None: longer than any of the earlier ones."""
        longer = [ms for ms in self.durations_ms if ms > elapsed_ms]
        if not longer:
            return None
        return (self.median_ms if self.median_ms > elapsed_ms else statistics.median(longer)) - elapsed_ms


def usual_of(durations_ms: Iterable[Milliseconds]) -> Usual | None:
    """Read the durations of earlier successful runs, the newest first.

    None for fewer than 3, and where they differ so much that a range would say nothing ("0s to 3d").
    """
    known = sorted([ms for ms in durations_ms if ms > 0][:MOST])
    if len(known) < FEWEST:
        return None
    logs = [math.log(ms) for ms in known]
    spread = max(statistics.stdev(logs), _LEAST_SPREAD)
    reach = _T[len(known) - FEWEST] * spread * math.sqrt(1 + 1 / len(known))
    if 2 * reach > math.log(_WIDEST):
        return None
    middle = statistics.fmean(logs)
    return Usual(tuple(known), statistics.median(known), math.exp(middle - reach), math.exp(middle + reach))


def roughly(ms: Milliseconds) -> str:
    """Say a length as coarsely as an estimate is: "40s", "2m 30s", "25m", "3h 10m"."""
    seconds = ms / 1000
    step = 10 if seconds < 55 else 30 if seconds < 570 else 60 if seconds < 7_000 else 600
    words = duration(max(1, round(seconds / step)) * step * 1000)
    return words.replace("m 00s", "m").replace("h 00m", "h")
