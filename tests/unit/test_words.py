"""Lengths of time and labels of the axis: the vectors that the TypeScript suite reads, too."""

from __future__ import annotations

import json
from pathlib import Path

from flyte_widgets.run.words import brief, duration
from flyte_widgets.widgets.static_view.axis import axis_time, nice_step

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/words.json").read_text("utf-8"))


def test_durations_are_those_of_the_live_view() -> None:
    """Each length of the vectors has its words, ties rounded up."""
    assert [[ms, duration(ms)] for ms, _ in VECTORS["durations"]] == VECTORS["durations"]


def test_counts_in_short_are_those_of_the_live_view() -> None:
    """Each count of the vectors has its few letters."""
    assert [[n, brief(n)] for n, _ in VECTORS["counts"]] == VECTORS["counts"]


def test_axis_steps_and_labels_are_those_of_the_live_view() -> None:
    """Each place of the vectors has its label, and no two neighbours at the deepest zoom have the same."""
    assert [[wanted, nice_step(wanted)] for wanted, _ in VECTORS["steps"]] == VECTORS["steps"]
    assert [[ms, step, axis_time(ms, step)] for ms, step, _ in VECTORS["axisTimes"]] == VECTORS["axisTimes"]
    labels = [axis_time(n * 5, 5) for n in range(1_000)]
    assert len(set(labels)) == len(labels)
