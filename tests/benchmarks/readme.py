"""The figures in docs/benchmarks.md, and five lines of them in the README: `make bench` writes both, between marks."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.table import REPEATS, Finding, Target, show_lines, show_targets

ROOT = Path(__file__).parents[2]
README, PAGE = ROOT / "README.md", ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
IN_README = (
    "messages, 1,000 actions",
    "event to pixel, idle kernel, median",
    "threads, 200 runs",
    "scroll, 100,000 actions",
    "new packages beside JupyterLab and ipywidgets",
)
"""The measures that the README keeps."""


def renew(findings: Sequence[Finding], machine: str, readme: Path = README, page: Path = PAGE) -> None:
    """Put these figures in the place of those that the two files have."""
    _put(page, f"{_measured(machine)}\n\n{show_targets(findings)}")
    chosen = [one for one in findings if isinstance(one, Target) and one.ours.measure in IN_README]
    _put(readme, show_lines(chosen))


def _put(file: Path, section: str) -> None:
    text = file.read_text(encoding="utf-8")
    whole = f"{BEGIN}\n{section}\n{END}"
    renewed, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: whole, text, flags=re.DOTALL)
    if count != 1:
        raise AssertionError(f"{file.name} should have one section between {BEGIN} and {END}, it has {count}")
    file.write_text(renewed, encoding="utf-8")


def _measured(machine: str) -> str:
    return (
        f"Measured {time.strftime('%Y-%m-%d')} by `make bench` on {machine}; medians of {REPEATS} repeats or more. "
        '"Ratio" says how many times better ours is.'
    )
