"""Folding messages into the state of a run: the last message wins, what it does not say is kept, nothing fails."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest

from flyte_widgets.api.messages import Action, ActionDetails, ActionStatus
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.state import RunState
from flyte_widgets.run.timeline import SegmentFlag
from tests.run_messages import attempt, details, enriched, listed, ms, status


def folded(*messages: object, state: RunState | None = None, now: float = 50) -> RunState:
    """A state after these messages, seen at `now` seconds: streams', and answers of reads that began after the last."""
    state = RunState() if state is None else state
    for message in messages:
        if isinstance(message, ActionDetails):
            state.fold_details(message, ms(now), state.changes)
        elif isinstance(message, Action):
            state.fold_listed([message], ms(now), state.changes)
        else:
            state.fold_enriched([message], ms(now))  # type: ignore[list-item]
    return state


def counts(state: RunState) -> dict[P, int]:
    return {phase: count for phase, count in state.counts.items() if count}


def recount(state: RunState) -> dict[P, int]:
    return dict(Counter(action.phase for action in state if action.phase is not None))


def only(state: RunState, action: str = "a0") -> ActionState:
    return state.by_id[action]


def test_an_action_is_what_the_message_says() -> None:
    """Id, name, kind, parent, group, phase, times and attempts are taken from a message of WatchActions."""
    state = folded(
        enriched("a0", "RUNNING", 0, name="main"),
        enriched("a1", "SUCCEEDED", 1, 4, 2, parent="a0", group="squares", name="square"),
    )
    action = only(state, "a1")
    assert (action.name, action.kind, action.group, action.phase) == ("square", 0, "squares", P.SUCCEEDED)
    assert (action.created_ms, action.ended_ms, action.attempts) == (ms(1), ms(4), 2)
    assert state.parent_index(action) == 0
    assert state.root is only(state, "a0")
    assert state.active_count == 1


@pytest.mark.parametrize(("kind", "number"), [("task", 0), ("trace", 1), ("condition", 2)])
def test_kinds(kind: str, number: int) -> None:
    """Tasks, traces and conditions are told apart by the spec that their message carries."""
    state = folded(enriched("a1", "RUNNING", name="x", kind=kind))
    assert (only(state, "a1").name, only(state, "a1").kind) == ("x", number)


def test_the_last_read_wins() -> None:
    """A read replaces what was known before it began, also against the usual order of phases."""
    state = folded(enriched("a0", "RUNNING"), listed("a0", "QUEUED"))
    assert only(state).phase is P.QUEUED
    state = folded(enriched("a0", "SUCCEEDED", 0, 5), listed("a0", "ABORTED", 0, 5))
    assert (only(state).phase, only(state).ended_ms) == (P.ABORTED, ms(5))


def test_what_is_not_said_is_kept() -> None:
    """ListActions has no names, some messages no times or phase: what was known stays."""
    state = folded(
        enriched("a1", "SUCCEEDED", 1, 3, name="square", kind="trace", parent="a0", group="g"),
        listed("a1", "SUCCEEDED", None, None),
        listed("a1", None, None, None),
    )
    action = only(state, "a1")
    assert (action.name, action.kind, action.parent, action.group) == ("square", 1, "a0", "g")
    assert (action.phase, action.created_ms, action.ended_ms) == (P.SUCCEEDED, ms(1), ms(3))


def test_the_id_stands_in_for_a_name() -> None:
    """An action that only ListActions told of is called by its id."""
    assert only(folded(listed("a7", "RUNNING")), "a7").name == "a7"


def test_orphans_find_their_parent() -> None:
    """A child may come before its parent: it has none until then, and its row is told anew when it has."""
    state = folded(enriched("a2", "RUNNING", parent="a1"), enriched("a3", "RUNNING", parent="a1"))
    assert state.parent_index(only(state, "a2")) == -1
    state.take_dirty()
    folded(enriched("a1", "RUNNING", parent="a0"), state=state)
    assert state.parent_index(only(state, "a2")) == 2
    assert state.take_dirty() == {0, 1, 2}


def test_nobody_is_its_own_parent() -> None:
    """An action that names itself as its parent has none."""
    state = folded(enriched("a1", "RUNNING", parent="a1"))
    assert state.parent_index(only(state, "a1")) == -1


def test_nameless_actions_are_left_out() -> None:
    """A message without an id, of an action that cannot be named, is no row."""
    assert len(folded(enriched("", "RUNNING"))) == 0


@pytest.mark.parametrize("order", list(permutations(("a1 known", "a2 new", "a3 new", "a3 again"))))
def test_a_message_tells_of_new_and_known_actions(order: tuple[str, ...]) -> None:
    """Whatever is told together, and in whatever order, each action has one row, and no phase goes back."""
    state = folded(enriched("a0", "RUNNING"), enriched("a1", "QUEUED"))
    told = {
        "a1 known": enriched("a1", "RUNNING"),
        "a2 new": enriched("a2", "QUEUED"),
        "a3 new": enriched("a3", "QUEUED"),
        "a3 again": enriched("a3", "FAILED", 0, 1),
    }
    state.fold_enriched([told[what] for what in order], ms(1))
    new = list(dict.fromkeys(what[:2] for what in order if what != "a1 known"))
    assert [action.id for action in state] == ["a0", "a1", *new]
    assert [action.index for action in state] == [0, 1, 2, 3]
    assert all(state.by_id[action.id] is action for action in state)
    assert [only(state, name).phase for name in ("a0", "a1", "a2", "a3")] == [P.RUNNING, P.RUNNING, P.QUEUED, P.FAILED]
    assert counts(state) == recount(state)


def test_duplicates_change_nothing() -> None:
    """The same message again, in any form, makes no row dirty and no phase change."""
    told = details("a0", status("RUNNING"), attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 1, None)), name="m")
    messages = [enriched("a0", "RUNNING", name="m"), enriched("a1", 11, parent="a0", name="x"), told]
    state = folded(*messages)
    state.take_dirty()
    state.changes_of(state.take_news())
    folded(*messages, listed("a0", "RUNNING"), listed("a1", 11), state=state, now=99)
    assert (state.take_dirty(), state.changes_of(state.take_news())) == (set(), [])


def test_dirty_rows_are_those_that_changed() -> None:
    """Only what changed is told, and once."""
    state = folded(*(enriched(f"a{i}", "QUEUED") for i in range(5)))
    assert state.take_dirty() == {0, 1, 2, 3, 4}
    folded(enriched("a3", "RUNNING"), state=state)
    assert (state.take_dirty(), state.take_dirty()) == ({3}, set())


def test_phase_changes_are_told_in_order() -> None:
    """Every change of phase or attempt is told once, with what was before."""
    state = folded(
        enriched("a0", "QUEUED", name="main"), enriched("a0", "RUNNING"), enriched("a0", "RUNNING", 0, None, 2), now=7
    )
    changes = state.changes_of(state.take_news())
    assert [(c.previous, c.phase, c.attempt) for c in changes] == [
        (None, P.QUEUED, 1),
        (P.QUEUED, P.RUNNING, 1),
        (P.RUNNING, P.RUNNING, 2),
    ]
    assert {(c.action, c.name, c.at_ms) for c in changes} == {("a0", "main", ms(7))}


def test_the_counter_of_attempts_never_falls() -> None:
    """The backend resets it to 0 at times; an attempt that was seen, was. Details know of more than the counter."""
    state = folded(enriched("a1", "RUNNING", 0, None, 2), enriched("a1", "RUNNING", 0, None, 0))
    assert only(state, "a1").attempts == 2
    folded(details("a1", status("RUNNING", attempts=0), attempt(3, "RUNNING", ("RUNNING", 1, None))), state=state)
    assert only(state, "a1").attempts == 3


def test_a_retried_root_is_not_over() -> None:
    """A tracked run reports FAILED between two attempts of its root, and keeps that end while it runs again."""
    state = folded(enriched("a0", "RUNNING"), enriched("a0", "FAILED", 0, 5), enriched("a0", "RUNNING", 0, 5, 2))
    assert not only(state).is_terminal
    assert only(state).ended_ms is None
    folded(enriched("a0", "SUCCEEDED", 0, 9, 2), state=state)
    assert (only(state).phase, only(state).ended_ms, counts(state)) == (P.SUCCEEDED, ms(9), {P.SUCCEEDED: 1})


def test_counts_are_a_recount() -> None:
    """After any message the counts are what counting would give."""
    state = RunState()
    phases = ["QUEUED", "RUNNING", "FAILED", "RUNNING", 11, "ABORTED", "ACTION_PHASE_NEW", None, "SUCCEEDED"]
    for i, phase in enumerate(phases * 3):
        folded(listed(f"a{i % 4}", phase), state=state)
        assert counts(state) == recount(state)


def test_a_history_is_the_backends_own() -> None:
    """Once details were read, segments are those of the attempts, and the history needs no reading."""
    state = folded(enriched("a0", "RUNNING"))
    assert only(state).needs_history
    folded(details("a0", status("RUNNING"), attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 1, None))), state=state)
    assert [segment.phase for segment in only(state).segments] == [P.QUEUED, P.RUNNING]
    assert only(state).has_history
    assert not only(state).needs_history


def test_a_history_goes_on_by_observation() -> None:
    """What changes after a history was read is added as observed, until it is read again."""
    first = attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 1, None))
    state = folded(details("a0", status("RUNNING"), first))
    folded(enriched("a0", "SUCCEEDED", 0, 9), state=state)
    action = only(state)
    assert [(s.phase, s.end_ms, s.flags) for s in action.segments[1:]] == [
        (P.RUNNING, ms(9), SegmentFlag.OBSERVED),
        (P.SUCCEEDED, ms(9), SegmentFlag.OBSERVED),
    ]
    assert action.needs_history
    whole = attempt(1, "SUCCEEDED", ("QUEUED", 0, 1), ("RUNNING", 1, 9), ("SUCCEEDED", 9, 9), end=9)
    folded(details("a0", status("SUCCEEDED", 0, 9), whole), state=state)
    assert [(s.phase, s.flags) for s in action.segments] == [(P.QUEUED, 0), (P.RUNNING, 0), (P.SUCCEEDED, 0)]
    assert not action.needs_history


def test_a_history_read_again_is_told_even_where_its_segments_are_the_same() -> None:
    """A row says whether its history is whole: reading it again changes the row, though no segment changed."""
    told = attempt(1, "FAILED", ("RUNNING", 1, 8), ("FAILED", 8, 8), end=8)
    state = folded(details("a0", status("FAILED", 0, 8), told), enriched("a0", "FAILED", 0, 8.5))
    assert only(state).needs_history
    state.take_dirty()
    folded(details("a0", status("FAILED", 0, 8.5), told), state=state)
    assert state.take_dirty() == {0}


@pytest.mark.parametrize("kind", ["trace", "condition"])
def test_what_has_no_attempts_has_one_segment(kind: str) -> None:
    """Traces and conditions report no attempts: their status is all there is, and is not asked for again."""
    told = details("a1", status("PAUSED", 2, attempts=0), name="gate", kind=kind)
    state = folded(enriched("a1", "PAUSED", 2, None, 0, name="gate", kind=kind), told)
    action = only(state, "a1")
    assert [(s.phase, s.start_ms, s.flags) for s in action.segments] == [(P.PAUSED, ms(2), SegmentFlag.STATUS_ONLY)]
    assert (action.needs_history, action.has_history) == (False, False)


def test_details_without_an_id_are_the_roots() -> None:
    """GetRunDetails may leave the id out: it is about the root."""
    state = folded(ActionDetails(status=status("RUNNING")))
    assert only(state, "a0").phase is P.RUNNING


def test_a_message_that_says_nothing_is_an_action_without_a_phase() -> None:
    """An action of which only the id is known is counted nowhere, has no segments, and is not over."""
    state = folded(ActionDetails(status=ActionStatus()))
    assert (only(state).phase, only(state).segments, counts(state)) == (None, (), {})
    assert not only(state).is_terminal


def test_cache_hits_stay() -> None:
    """A cache hit is told by the status; a message without it takes nothing back."""
    hit = ActionStatus(phase="SUCCEEDED", cache_status="CACHE_HIT")
    state = folded(ActionDetails(status=hit), ActionDetails(status=ActionStatus(phase="SUCCEEDED")))
    assert only(state).cache_hit


def test_a_flapping_backend_costs_bounded_memory() -> None:
    """Phases that change without end are remembered up to a limit: the newest."""
    state = RunState()
    for i in range(1000):
        folded(listed("a0", "RUNNING" if i % 2 else "QUEUED"), state=state, now=i)
    assert len(only(state).segments) <= 64
    assert only(state).segments[-1].phase is P.RUNNING


def test_an_end_that_nobody_told_is_taken_from_a_read_after_the_root_has_ended() -> None:
    """No phase then means "not known": before the root's end, or from a stream, it means nothing."""
    state = folded(enriched("a0", "RUNNING"), enriched("a1", "RUNNING", 1, parent="a0"), listed("a1", None, 1))
    assert (only(state, "a1").phase, state.active_count) == (P.RUNNING, 2)
    folded(enriched("a0", "SUCCEEDED", 0, 9), enriched("a1", None, 1), state=state)
    assert (only(state, "a1").phase, state.take_doubted()) == (P.RUNNING, {"a1"})
    folded(listed("a1", None, 1), state=state, now=70)
    lost = only(state, "a1")
    assert (lost.phase, lost.ended_ms, lost.is_terminal) == (None, None, True)
    assert (counts(state), recount(state), state.active_count) == ({P.SUCCEEDED: 1}, recount(state), 0)
    assert lost.segments[-1][1:4] == (P.RUNNING, ms(1), ms(9))
    assert lost.segments[-1].flags & SegmentFlag.END_INFERRED
    # An old message does not make it run again; a late report is read, and then counts.
    folded(enriched("a1", "RUNNING", 1), state=state)
    assert (lost.phase, state.take_doubted()) == (None, {"a1"})
    folded(listed("a1", "FAILED", 1, 8), state=state)
    assert (lost.phase, lost.ended_ms, state.active_count, state.lost_ends) == (P.FAILED, ms(8), 0, 0)


def test_an_action_that_never_had_a_phase_ends_with_its_run() -> None:
    """A run that is first read after its end: nothing more is waited for."""
    state = folded(enriched("a0", "FAILED", 0, 9), enriched("a1", None, 1, parent="a0"))
    assert state.active_count == 1
    for _ in range(2):
        folded(listed("a1", None, 1), state=state)
        assert (state.active_count, state.lost_ends, only(state, "a1").segments) == (0, 1, ())
