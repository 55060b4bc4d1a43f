"""Measuring side by side: repeats, medians, spread, ratios, targets, growth; one table and one JSON file."""

from __future__ import annotations

import gc
import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

REPEATS = 5


@dataclass(frozen=True)
class Row:
    """One thing measured. `ratio` is how many times what is ours is better than this; None for what is ours."""

    measure: str
    subject: str
    median: float
    low: float
    high: float
    unit: str
    ratio: float | None = None

    @property
    def amount(self) -> str:
        return f"{_number(self.median)} {self.unit}"


@dataclass(frozen=True)
class Target:
    """What was promised of what is ours: `limit` at most (or at least), `factor` times better than `peer`, or both.

    With neither it only stands beside `peer`.
    """

    number: int
    """The measure's, in the issue that set the targets."""
    ours: Row
    limit: float | None = None
    peer: Row | None = None
    factor: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool:
        if self.limit is not None and (
            self.ours.median < self.limit if self.at_least else self.ours.median > self.limit
        ):
            return False
        return self.factor is None or (self.peer is not None and (self.peer.ratio or 0) >= self.factor)

    @property
    def wanted(self) -> str:
        limit = "" if self.limit is None else f"{'≥' if self.at_least else '≤'} {_number(self.limit)} {self.ours.unit}"
        factor = "" if self.factor is None else f"≥ {_number(self.factor)} × better"
        return ", ".join(filter(None, (limit, factor)))


@dataclass(frozen=True)
class Growth:
    """How a cost of ours grows: `points` are (how many, cost), the smallest number first."""

    cost: str
    by: str
    """What there is more of: "actions", "runs", "views"."""
    unit: str
    points: tuple[tuple[int, float], ...]

    @property
    def exponent(self) -> float:
        """0 is flat, 1 is proportional: the slope from the first point to the last, both axes logarithmic."""
        (few, least), (many, most) = self.points[0], self.points[-1]
        return math.log(max(most, 1e-9) / max(least, 1e-9)) / math.log(many / few)


Finding = Row | Target | Growth
"""What a measure gives: any of these, in any order."""


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Time `work`, after one run to warm up."""
    work()
    taken = []
    for _ in range(repeats):
        gc.collect()
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return taken


def compare(measure: str, unit: str, scale: float, subjects: dict[str, Callable[[], object]]) -> list[Row]:
    """Time all subjects in one go; the first is ours, the others are compared with it."""
    values = {subject: [value * scale for value in seconds(work)] for subject, work in subjects.items()}
    return beside(measure, unit, values)


def beside(
    measure: str, unit: str, values: dict[str, list[float]], *, more_is_better: bool = False, at: float = 0.5
) -> list[Row]:
    """Lay what was measured of each subject side by side; the first is ours, the others are compared with it.

    `at` is the quantile that is compared: the median, unless told.
    """
    rows: list[Row] = []
    for subject, measured in values.items():
        middle = statistics.median(measured) if at == 0.5 else quantile(measured, at)
        ratio = None
        if rows:
            ours = rows[0].median
            ratio = _ratio(ours, middle) if more_is_better else _ratio(middle, ours)
        rows.append(Row(measure, subject, middle, min(measured), max(measured), unit, ratio))
    return rows


def quantile(values: Sequence[float], at: float) -> float:
    """Give the value that a part `at` of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(at * len(ordered)) - 1)]


def show(findings: Sequence[Finding]) -> str:
    """Lay all out as Markdown: what was measured, how costs grow, and what of the targets is met."""
    parts = [_grid(("measure", "subject", "median", "spread", "times ours"), _rows(findings))]
    growths = [finding for finding in findings if isinstance(finding, Growth)]
    if growths:
        parts.append(_grid(("cost", "with", "grows", "exponent (0 flat, 1 proportional)"), map(_growth, growths)))
    if any(isinstance(finding, Target) for finding in findings):
        parts.append(show_targets(findings))
    return "\n\n".join(parts)


def show_targets(findings: Sequence[Finding]) -> str:
    """Lay the targets out as Markdown, a line each."""
    targets = sorted((found for found in findings if isinstance(found, Target)), key=lambda target: target.number)
    head = ("#", "measure", "ours", "beside", "ratio", "target", "met")
    return _grid(head, ([str(target.number), *_target(target)] for target in targets))


def show_lines(targets: Sequence[Target]) -> str:
    """Lay some targets out as Markdown, without what was promised."""
    rows = [_target(target)[:3] for target in targets]
    return _grid(("measured by `make bench`", "ours", "beside it"), rows)


def save(findings: Sequence[Finding], machine: str, file: Path) -> None:
    """Write all as JSON."""
    kinds: dict[str, list[dict[str, object]]] = {"Row": [], "Target": [], "Growth": []}
    for finding in findings:
        more = {"met": finding.met, "wanted": finding.wanted} if isinstance(finding, Target) else {}
        kinds[type(finding).__name__].append({**asdict(finding), **more})
    told = {
        "machine": machine,
        "measured": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "rows": kinds["Row"],
        "targets": kinds["Target"],
        "growth": kinds["Growth"],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=1) + "\n")


def _rows(findings: Sequence[Finding]) -> list[list[str]]:
    rows = [finding for finding in findings if isinstance(finding, Row)]
    return [
        [
            row.measure,
            row.subject,
            row.amount,
            f"{_number(row.low)} to {_number(row.high)}",
            "" if row.ratio is None else _number(row.ratio),
        ]
        for row in rows
    ]


def _growth(growth: Growth) -> list[str]:
    points = ", ".join(f"{many:,}: {_number(cost)} {growth.unit}" for many, cost in growth.points)
    return [growth.cost, growth.by, points, f"{growth.exponent:.2f}"]


def _target(target: Target) -> list[str]:
    peer = target.peer
    return [
        target.ours.measure,
        target.ours.amount,
        "" if peer is None else f"{peer.subject}: {peer.amount}",
        "" if peer is None or peer.ratio is None else f"{_number(peer.ratio)} ×",
        target.wanted,
        ("yes" if target.met else "**no**") if target.wanted else "",
    ]


def _grid(head: Sequence[str], lines: object) -> str:
    cells = [list(head), ["---"] * len(head), *lines]  # type: ignore[misc]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def _ratio(above: float, below: float) -> float:
    return above / below if below else math.inf


def _number(value: float) -> str:
    """Three digits, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
