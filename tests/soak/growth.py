"""Whether what a process holds stays as it is. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WARM_UP_MINUTES: Final = 10
"""From then on nothing may grow; of a short soak, from a third on."""


@dataclass(frozen=True)
class Sample:
    """What a process held at the end of a minute."""

    minute: int
    memory_mb: float
    """What it would give back if it ended (USS)."""
    threads: int
    sockets: int
    tasks: int
    """Of asyncio, on the background loop."""
    files: int
    objects: int
    """All that the garbage collector tracks."""

    @property
    def values(self) -> dict[str, float]:
        """What must not grow, by name."""
        names = ("memory_mb", "threads", "sockets", "tasks", "files", "objects")
        return {name: float(getattr(self, name)) for name in names}


ALLOWED: Final = {"memory_mb": (0.10, 8.0), "objects": (0.10, 5_000.0)}
"""How much of it may come on top: a share, and an amount. Of all others a tenth, and two: a run more is under way."""
_ALLOWED_ELSE: Final = (0.10, 2.0)


@dataclass(frozen=True)
class Growth:
    """What became of one quantity: medians of the first and the last third after the warm-up."""

    name: str
    early: float
    late: float
    an_hour: float
    """The slope of all samples after the warm-up."""

    @property
    def is_flat(self) -> bool:
        """Whether no more came on top than noise."""
        share, amount = ALLOWED.get(self.name, _ALLOWED_ELSE)
        return self.late <= self.early * (1 + share) + amount


def growths(samples: Sequence[Sample]) -> list[Growth]:
    """Judge all quantities. ValueError for less than three samples after the warm-up."""
    warm = min(WARM_UP_MINUTES, len(samples) // 3)
    steady = samples[warm:]
    third = len(steady) // 3
    if not third:
        raise ValueError(f"{len(samples)} minutes are too few to judge by")
    found = []
    for name in steady[0].values:
        values = [sample.values[name] for sample in steady]
        slope, _ = statistics.linear_regression([sample.minute for sample in steady], values)
        early, late = statistics.median(values[:third]), statistics.median(values[-third:])
        found.append(Growth(name, early, late, slope * 60))
    return found


def table(samples: Sequence[Sample]) -> str:
    """Lay samples and verdicts out as Markdown."""
    names = list(samples[0].values)
    lines = [["minute", *names], ["---"] * (len(names) + 1)]
    lines += [[str(sample.minute), *(f"{value:,.0f}" for value in sample.values.values())] for sample in samples]
    judged = [["", "early", "late", "an hour", "flat"], ["---"] * 5]
    for one in growths(samples):
        flat = "yes" if one.is_flat else "**no**"
        judged.append([one.name, f"{one.early:,.0f}", f"{one.late:,.0f}", f"{one.an_hour:+,.1f}", flat])
    return "\n\n".join("\n".join("| " + " | ".join(line) + " |" for line in part) for part in (lines, judged))
