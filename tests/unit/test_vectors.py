"""What Python and TypeScript both compute of a run: the vectors that js/test/*-vectors.test.ts read, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flyte_widgets.phases import PHASE_TABLE
from flyte_widgets.widgets.static_view.colours import DARK, LIGHT
from flyte_widgets.widgets.static_view.lines import path_data
from tests.vectors import runs

FOLDER = Path(runs.__file__).parent
RUNS = json.loads(runs.FILE.read_text("utf-8"))["cases"]
DRAWING = json.loads((FOLDER / "drawing.json").read_text("utf-8"))


@pytest.mark.parametrize("case", RUNS, ids=[case["name"] for case in RUNS])
def test_a_run_is_read_as_in_the_live_view(case: dict[str, Any]) -> None:
    """Times with inferred ends, rows in their order, counts of the strip, paths of the diagram."""
    made = runs.results(case["nowMs"], case["actions"], over=case["over"])
    assert made == {key: case[key] for key in made}


def test_the_vectors_are_those_of_their_cases() -> None:
    """The file is as its script writes it."""
    assert runs.FILE.read_text("utf-8") == runs.text()


def test_lines_have_the_corners_of_the_live_diagram() -> None:
    """Corners are rounded, less on short stretches, and coordinates have one digit, halves rounded up."""
    assert [[line, path_data(line, 6)] for line, _ in DRAWING["lines"]] == DRAWING["lines"]


def test_colours_are_derived_as_in_the_live_view() -> None:
    """Glyphs, rings and grounds of all phases in both schemes."""
    for name, scheme in (("light", LIGHT), ("dark", DARK)):
        derived = {
            phase.value if phase else "unknown": [
                scheme.fill(phase),
                scheme.on(phase),
                scheme.ink(phase),
                scheme.ring(phase),
            ]
            for phase in (*PHASE_TABLE, None)
        }
        assert derived == DRAWING["colours"][name]
