"""Time by task: counts, lengths, shares, for the whole run and for a stretch of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.run.by_task import TaskTime, by_task, percentile
from flyte_widgets.run.state import RunState
from tests.run_messages import attempt, details, enriched, ms, status


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def a_run() -> RunState:
    """A root of 100 s; four squares beside each other, each waiting half of its time; then one train of 40 s."""
    state = RunState()
    state.fold_enriched([enriched("a0", "SUCCEEDED", 0, 100, name="main")], ms(0))
    for i in range(4):
        waits = attempt(1, "SUCCEEDED", ("WAITING_FOR_RESOURCES", 10, 20 + i), ("RUNNING", 20 + i, 30 + 2 * i))
        told = status("SUCCEEDED", 10, 30 + 2 * i)
        state.fold_details(details(f"s{i}", told, waits, parent="a0", name="square"), ms(100))
    state.fold_enriched([enriched("t", "SUCCEEDED", 50, 90, parent="a0", name="train")], ms(100))
    return state


def test_a_whole_run() -> None:
    """Tasks by their share of the path; a median from 3 actions on; no share of waiting where phases were not read."""
    assert by_task(a_run(), ms(100)) == [
        TaskTime("train", 1, s(40), None, None, s(40), None, 0.4),
        TaskTime("main", 1, s(100), None, None, s(100), None, 0.34),
        TaskTime("square", 4, s(92), s(23), None, s(26), 0.5, 0.26),
    ]


def test_a_stretch_of_a_run() -> None:
    """Only what lies in the stretch counts: actions that were there, their time in it, its own path."""
    rows = {row.task: row for row in by_task(a_run(), ms(100), (ms(15), ms(35)))}
    assert rows["square"] == TaskTime("square", 4, s(71), s(18), None, s(20), 26 / 71, pytest.approx(1.0))
    assert rows["main"].total == s(20)
    assert "train" not in rows
    assert by_task(a_run(), ms(100), (ms(200), ms(300))) == []


def test_twenty_actions_have_a_95th_percentile() -> None:
    """The nearest rank: 19 of 20 took no longer."""
    state = RunState()
    state.fold_enriched([enriched("a0", "SUCCEEDED", 0, 100, name="main")], ms(0))
    state.fold_enriched([enriched(f"s{i}", "SUCCEEDED", 0, i, parent="a0", name="s") for i in range(1, 21)], ms(0))
    row = next(row for row in by_task(state, ms(100)) if row.task == "s")
    assert (row.median, row.p95, row.longest) == (s(10.5), s(19), s(20))


@given(st.lists(st.integers(0, 50), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_what_so_many_do_not_exceed(values: list[int], share: float) -> None:
    """At least this share of the values is no larger, and of no smaller value that is so."""
    found = percentile(sorted(values), share)
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    below = [value for value in values if value < found]
    assert len(below) < share * len(values) + 1e-9


def test_a_run_that_goes_on_counts_so_far() -> None:
    """An open action counts up to now."""
    state = RunState()
    state.fold_enriched(
        [enriched("a0", "RUNNING", 0, name="m"), enriched("a1", "RUNNING", 4, name="t", parent="a0")], 0
    )
    assert [(row.task, row.total, row.on_path) for row in by_task(state, ms(10))] == [
        ("t", s(6), 0.6),
        ("m", s(10), 0.4),
    ]
