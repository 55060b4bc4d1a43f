"""The README's section of figures: written by `make bench` itself, between two marks, with the day and the command."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.table import REPEATS, Finding, show_targets

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"


def renew(findings: Sequence[Finding], machine: str, readme: Path = README) -> None:
    """Put these figures in the place of those that the section has."""
    text = readme.read_text(encoding="utf-8")
    section = f"{BEGIN}\n{_section(findings, machine)}\n{END}"
    renewed, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: section, text, flags=re.DOTALL)
    if count != 1:
        raise AssertionError(f"{readme.name} should have one section between {BEGIN} and {END}, it has {count}")
    readme.write_text(renewed, encoding="utf-8")


def _section(findings: Sequence[Finding], machine: str) -> str:
    return (
        f"Measured {time.strftime('%Y-%m-%d')} by `make bench` on {machine}; medians of {REPEATS} repeats or more. "
        f'"Ratio" says how many times better ours is.\n\n{show_targets(findings)}'
    )
