"""Measuring side by side: repeats, medians, spread, ratios; one table and one JSON file."""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
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


def beside(measure: str, unit: str, values: dict[str, list[float]], *, more_is_better: bool = False) -> list[Row]:
    """Lay what was measured of each subject side by side; the first is ours, the others are compared with it."""
    rows: list[Row] = []
    for subject, measured in values.items():
        median = statistics.median(measured)
        ratio = None
        if rows:
            ours = rows[0].median
            ratio = ours / median if more_is_better else median / ours
        rows.append(Row(measure, subject, median, min(measured), max(measured), unit, ratio))
    return rows


def show(rows: list[Row]) -> str:
    """Lay the rows out as Markdown."""
    lines = [
        (
            f"Measured {time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores, {platform.machine()}, Python"
            f" {platform.python_version()}; median of {REPEATS} (lowest to highest)."
        ),
        "",
        "| measure | subject | median | spread | times ours |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}"
        spread = f"{row.low:.3g} to {row.high:.3g}"
        lines.append(f"| {row.measure} | {row.subject} | {row.median:.3g} {row.unit} | {spread} | {ratio} |")
    return "\n".join(lines)


def save(rows: list[Row], file: Path) -> None:
    """Write the rows as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
