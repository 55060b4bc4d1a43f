"""What a run usually takes, against simulated histories of which one run is held out."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from flyte_widgets.run.usual import FEWEST, roughly, usual_of

Drawn = Callable[[random.Random], float]

HISTORIES: dict[str, Drawn] = {
    "steady": lambda rng: 190_000 + rng.gauss(0, 3_000),
    "noisy": lambda rng: max(1_000.0, rng.gauss(190_000, 40_000)),
    "long tail": lambda rng: 60_000 * rng.lognormvariate(0, 0.5),
    "short": lambda rng: 400 + rng.random() * 300,
    "cluster wait": lambda rng: 120_000 + rng.gammavariate(2, 30_000),
}


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("runs", [3, 5, 8, 20])
def test_nine_of_ten_held_out_runs_end_in_the_stated_range(name: str, runs: int) -> None:
    """Of 2,000 simulated histories the next run lies in the range that the earlier ones state, in 9 of 10."""
    rng = random.Random(f"{name} {runs}")
    stated = within = 0
    for _ in range(2_000):
        usual = usual_of([HISTORIES[name](rng) for _ in range(runs)])
        if usual is not None:
            stated += 1
            within += usual.low_ms <= HISTORIES[name](rng) <= usual.high_ms
    assert within >= 0.9 * stated
    assert stated >= 1_850  # three runs may differ by chance so much that nothing is stated


@pytest.mark.parametrize("runs", [3, 20])
def test_runs_of_seconds_and_of_days_say_nothing(runs: int) -> None:
    """One task tried with little data and run with all: a range from "0s" to "3d 20h" was called an estimate."""
    assert usual_of(([400.0, 36_000_000.0, 2_000.0] * 7)[:runs]) is None


@pytest.mark.parametrize("runs", range(FEWEST))
def test_fewer_than_three_runs_say_nothing(runs: int) -> None:
    """There is no estimate from two runs, nor from runs without a length."""
    assert usual_of([1000.0] * runs) is None
    assert usual_of([1000.0] * runs + [0.0, -5.0]) is None


def test_what_is_left_depends_on_how_long_it_has_run() -> None:
    """Up to the median that counts; then the longer ones do; beyond the longest nothing can be said."""
    usual = usual_of([100_000, 110_000, 90_000, 160_000, 140_000])
    assert usual is not None
    assert (usual.median_ms, usual.longest_ms, usual.runs) == (110_000, 160_000, 5)
    assert [usual.left_ms(ms) for ms in (0, 100_000, 120_000, 150_000, 160_000)] == [
        110_000,
        10_000,
        30_000,
        10_000,
        None,
    ]


def test_only_the_newest_count() -> None:
    """Of many earlier runs the first twenty, which are the newest."""
    usual = usual_of([1000.0] * 20 + [9000.0] * 20)
    assert usual is not None
    assert (usual.runs, usual.longest_ms) == (20, 1000)


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (400, "10s"),
        (14_000, "10s"),
        (52_000, "50s"),
        (58_000, "1m"),
        (100_000, "1m 30s"),
        (3_540_000, "59m"),
        (11_000_000, "3h"),
    ],
)
def test_estimates_are_said_coarsely(ms: float, words: str) -> None:
    """No second is promised that nobody can know."""
    assert roughly(ms) == words
