"""The critical path, against a walk that goes back in time step by step and shares nothing with the code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.critical_path import critical_path, path_stretches
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import moment
from tests.run_messages import at, attempt, details, enriched, ms, status

NOW_S = 40
"""When the runs that go on are looked at, in seconds from the beginning."""

Told = list[tuple[int, int, int | None]]
"""Actions but for the root: number of the parent, start and end in seconds. No end: it goes on."""


def run_of(root_end: int | None, told: Told) -> RunState:
    state = RunState()
    messages = [enriched("a0", "SUCCEEDED" if root_end is not None else "RUNNING", 0, root_end, name="main")]
    for i, (parent, start, end) in enumerate(told, 1):
        phase = "SUCCEEDED" if end is not None else "RUNNING"
        messages.append(enriched(f"a{i}", phase, start, end, parent=f"a{parent}", name=f"t{i}"))
    state.fold_enriched(messages, ms(0))
    return state


def walked(root_end: int | None, told: Told) -> list[str]:
    """Walk back from the end, a second at a time, and note whose each second is; the first second comes first."""
    start = {"a0": 0} | {f"a{i}": start for i, (_, start, _) in enumerate(told, 1)}
    end = {"a0": NOW_S if root_end is None else root_end}
    end |= {f"a{i}": NOW_S if end is None else end for i, (_, _, end) in enumerate(told, 1)}
    parent = {f"a{i}": f"a{parent}" for i, (parent, _, _) in enumerate(told, 1)}
    second, seconds, entered = max(end["a0"], 0), [], set()
    inside = [("a0", 0)]
    while inside:
        action, begun = inside[-1]
        if second == begun:
            inside.pop()
            continue
        ends_now = [child for child, of in parent.items() if of == action and end[child] == second]
        child = next((child for child in ends_now if child not in entered), None)
        if child is not None:
            entered.add(child)
            inside.append((child, min(max(start[child], begun), second)))
            continue
        seconds.append(action)
        second -= 1
    return seconds[::-1]


@st.composite
def runs(draw: Any) -> tuple[int | None, Told]:
    told: Told = []
    for i in range(draw(st.integers(0, 14))):
        start = draw(st.integers(0, 30))
        end = draw(st.none() | st.integers(0, 34))
        told.append((draw(st.integers(0, i)), start, end))
    return draw(st.none() | st.integers(0, 34)), told


@settings(max_examples=1000, deadline=None)
@given(runs())
def test_it_is_what_a_walk_back_in_time_finds(run: tuple[int | None, Told]) -> None:
    """Second for second the same actions, for trees of any shape, ends in any order, and actions that go on."""
    stretches = path_stretches(run_of(*run), ms(NOW_S))
    assert [
        action.id for action, start, end in stretches for _ in range(round((end - start) / timedelta(seconds=1)))
    ] == walked(*run)


@settings(max_examples=200, deadline=None)
@given(runs())
def test_it_covers_the_run_without_gaps(run: tuple[int | None, Told]) -> None:
    """The pieces lie end to end from the root's start to its end, and add up to its duration, to the microsecond."""
    pieces = critical_path(run_of(*run), ms(NOW_S))
    until_s = NOW_S if run[0] is None else run[0]
    assert sum((piece.duration for piece in pieces), timedelta()) == timedelta(seconds=until_s)
    edges = [at(0), *(piece.end for piece in pieces)]
    assert [piece.start for piece in pieces] == edges[:-1]
    assert edges[-1] == at(until_s)


def test_many_children_take_either_way() -> None:
    """Children one after the other, and all at the same time: both are found among a thousand."""
    chain = run_of(3000, [(0, 3 * i, 3 * i + 2) for i in range(1000)])
    stretches = path_stretches(chain, ms(0))
    assert len({action.id for action, _, _ in stretches}) == 1001
    beside = run_of(3000, [(0, i % 7, 1000 + i) for i in range(1000)])
    assert [action.id for action, _, _ in path_stretches(beside, ms(0))] == ["a0", "a1000", "a0"]


def test_pieces_have_the_phases_of_their_action() -> None:
    """Waiting and running are pieces of their own; what no phase was told for has none."""
    state = run_of(20, [(0, 2, 12)])
    waits = attempt(1, "SUCCEEDED", ("WAITING_FOR_RESOURCES", 3, 8), ("RUNNING", 8, 12), end=12)
    state.fold_details(details("a1", status("SUCCEEDED", 2, 12), waits, parent="a0"), ms(20))
    pieces = critical_path(state, ms(20))
    assert [(piece.action, piece.phase, piece.duration.total_seconds()) for piece in pieces] == [
        ("a0", None, 2),
        ("a1", None, 1),
        ("a1", P.WAITING_FOR_RESOURCES, 5),
        ("a1", P.RUNNING, 4),
        ("a0", None, 8),
    ]
    assert pieces[0].start == moment(ms(0))
    assert pieces[0].start.utcoffset() == timedelta()


def test_a_run_that_goes_on_is_covered_so_far() -> None:
    """An open root ends now, and so does its open child."""
    pieces = critical_path(run_of(None, [(0, 5, None)]), ms(30))
    assert [(piece.action, piece.duration.total_seconds()) for piece in pieces] == [("a0", 5), ("a1", 25)]
    assert [piece.phase for piece in pieces] == [P.RUNNING, P.RUNNING]


@pytest.mark.parametrize("parents", [("a1", "a0"), ("a0", "a0"), ("a2", "a1")])
def test_parents_in_a_circle_do_no_harm(parents: tuple[str, str]) -> None:
    """A backend that names parents in a circle is answered, and the run is covered."""
    state = RunState()
    state.fold_enriched(
        [
            enriched("a0", "SUCCEEDED", 0, 9, name="main", parent=parents[0]),
            enriched("a1", "SUCCEEDED", 1, 5, name="t", parent=parents[1]),
            enriched("a2", "SUCCEEDED", 1, 5, name="t", parent="a2"),
        ],
        ms(0),
    )
    assert sum((p.duration for p in critical_path(state, ms(9))), timedelta()) == timedelta(seconds=9)


def test_nothing_known_has_no_path() -> None:
    """Without a root there is none."""
    assert critical_path(RunState(), ms(0)) == []
