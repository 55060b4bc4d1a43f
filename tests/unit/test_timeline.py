"""Attempts and segments: every open end is closed by what proves that it ended, and marked where that is inferred."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.api.messages import ActionAttempt, ActionStatus, ErrorInfo
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.timeline import (
    Segment,
    SegmentFlag,
    attempts_of,
    continued_segments,
    observed_segments,
    split_error,
)
from tests.run_messages import attempt, details, ms, status

INFERRED = SegmentFlag.END_INFERRED
WHOLE = SegmentFlag.STATUS_ONLY
OBSERVED = SegmentFlag.OBSERVED


def shape(segments: tuple[Segment, ...]) -> list[tuple[object, ...]]:
    """Segments as phase, start and end in seconds from the beginning, and flags where there are any."""
    return [
        (
            s.phase,
            (s.start_ms - ms(0)) / 1000,
            None if s.end_ms is None else (s.end_ms - ms(0)) / 1000,
            *([s.flags] if s.flags else []),
        )
        for s in segments
    ]


def segments_of(action_status: ActionStatus, *attempts: ActionAttempt) -> list[list[tuple[object, ...]]]:
    return [shape(history.segments) for history in attempts_of(details("a1", action_status, *attempts))]


def test_a_whole_life() -> None:
    """Phases follow each other without gaps, and the outcome stands at the end, without length."""
    life = attempt(
        1, "SUCCEEDED", ("QUEUED", 0, 1), ("INITIALIZING", 1, 3), ("RUNNING", 3, 9), ("SUCCEEDED", 9, 9), end=9
    )
    [history] = attempts_of(details("a1", status("SUCCEEDED", 0, 9), life))
    assert shape(history.segments) == [
        (P.QUEUED, 0, 1),
        (P.INITIALIZING, 1, 3),
        (P.RUNNING, 3, 9),
        (P.SUCCEEDED, 9, 9),
    ]
    assert (history.attempt, history.phase, history.start_ms, history.end_ms) == (1, P.SUCCEEDED, ms(0), ms(9))
    assert not history.end_inferred
    assert history.source is life


def test_a_running_attempt_is_open() -> None:
    """The last phase of what goes on has no end."""
    running = attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 1, None))
    assert segments_of(status("RUNNING"), running) == [[(P.QUEUED, 0, 1), (P.RUNNING, 1, None)]]


def test_a_retry_without_failed() -> None:
    """The backend leaves a retried attempt RUNNING: the next attempt proves that it failed, and by when."""
    first = attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 1, None))
    second = attempt(2, "RUNNING", ("QUEUED", 5, 6), ("RUNNING", 6, None))
    histories = attempts_of(details("a1", status("RUNNING"), first, second))
    assert [(h.attempt, h.phase, h.end_inferred) for h in histories] == [(1, P.FAILED, True), (2, P.RUNNING, False)]
    assert shape(histories[0].segments) == [(P.QUEUED, 0, 1), (P.RUNNING, 1, 5, INFERRED), (P.FAILED, 5, 5, INFERRED)]
    assert shape(histories[1].segments) == [(P.QUEUED, 5, 6), (P.RUNNING, 6, None)]


def test_a_retry_with_failed_is_the_backends_word() -> None:
    """Where the retried attempt has its end, nothing is inferred; the pause before the next attempt stays a gap."""
    first = attempt(1, "FAILED", ("RUNNING", 0, 3), ("FAILED", 3, 3), end=3)
    second = attempt(2, "RUNNING", ("RUNNING", 5, None))
    assert segments_of(status("RUNNING"), first, second) == [
        [(P.RUNNING, 0, 3), (P.FAILED, 3, 3)],
        [(P.RUNNING, 5, None)],
    ]


@pytest.mark.parametrize("numbers", [(1, 4), (0, 1), (2, 3), (0, 7)])
def test_attempts_with_holes_or_zero(numbers: tuple[int, int]) -> None:
    """Attempts keep the backend's numbers and come in their order, whatever the order of the message."""
    first = attempt(numbers[0], "RUNNING", ("RUNNING", 0, None))
    second = attempt(numbers[1], "SUCCEEDED", ("RUNNING", 4, 6), ("SUCCEEDED", 6, 6), end=6)
    histories = attempts_of(details("a1", status("SUCCEEDED", 0, 6), second, first))
    assert [history.attempt for history in histories] == list(numbers)
    assert [history.phase for history in histories] == [P.FAILED, P.SUCCEEDED]
    assert {segment.attempt for segment in histories[0].segments} == {numbers[0]}


def test_gaps_are_shown() -> None:
    """Time that the backend assigns to no phase is in no segment."""
    told = attempt(1, "RUNNING", ("QUEUED", 0, 2), ("RUNNING", 5, None))
    assert segments_of(status("RUNNING"), told) == [[(P.QUEUED, 0, 2), (P.RUNNING, 5, None)]]


def test_a_missing_end_is_the_next_start() -> None:
    """A phase without an end ended when the next one began; that is marked as inferred."""
    told = attempt(1, "RUNNING", ("QUEUED", 0, None), ("RUNNING", 5, None))
    assert segments_of(status("RUNNING"), told) == [[(P.QUEUED, 0, 5, INFERRED), (P.RUNNING, 5, None)]]


def test_negative_durations_are_none() -> None:
    """Times step back by up to a second (whole-second stamps): no segment is shorter than nothing."""
    told = attempt(
        1, "SUCCEEDED", ("QUEUED", 0.7, 0.2), ("RUNNING", 4.9, 4.0), ("SUCCEEDED", 4.0, 4.0), start=0.7, end=4.0
    )
    assert segments_of(status("SUCCEEDED", 0.7, 4.0), told) == [
        [(P.QUEUED, 0.7, 0.7), (P.RUNNING, 4.9, 4.9), (P.SUCCEEDED, 4.9, 4.9)]
    ]


def test_rounded_times_do_not_swap_phases() -> None:
    """A stamp in whole seconds may lie before the phase that it follows: the backend's order then holds."""
    told = attempt(1, "RUNNING", ("QUEUED", 4.9, 4), ("INITIALIZING", 4, 6), ("RUNNING", 6, None))
    assert segments_of(status("RUNNING"), told) == [
        [(P.QUEUED, 4.9, 4.9), (P.INITIALIZING, 4.9, 6), (P.RUNNING, 6, None)]
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_waiting_before_queued(order: tuple[int, int, int]) -> None:
    """Hosted backends report WAITING_FOR_RESOURCES first: time decides, not the enum, nor the order of the message."""
    steps = [("WAITING_FOR_RESOURCES", 0, 2), ("QUEUED", 2, 3), ("RUNNING", 3, None)]
    told = attempt(1, "RUNNING", *(steps[i] for i in order), start=0)
    assert segments_of(status("RUNNING"), told) == [
        [(P.WAITING_FOR_RESOURCES, 0, 2), (P.QUEUED, 2, 3), (P.RUNNING, 3, None)]
    ]


def test_equal_times_keep_the_backends_order() -> None:
    """WAITING_FOR_RESOURCES gets the very time of QUEUED: both are kept, the first one without length."""
    told = attempt(1, "RUNNING", ("QUEUED", 0, 0), ("WAITING_FOR_RESOURCES", 0, 4), ("RUNNING", 4, None))
    assert segments_of(status("RUNNING"), told) == [
        [(P.QUEUED, 0, 0), (P.WAITING_FOR_RESOURCES, 0, 4), (P.RUNNING, 4, None)]
    ]


def test_a_cache_hit_is_its_outcome_alone() -> None:
    """A cache hit reports [SUCCEEDED] only: one segment for it."""
    told = attempt(1, "SUCCEEDED", ("SUCCEEDED", 2, 2), end=2)
    assert segments_of(status("SUCCEEDED", 0, 2), told) == [[(P.SUCCEEDED, 2, 2, WHOLE)]]


def test_queued_to_succeeded() -> None:
    """A task too fast to be seen running goes from QUEUED to SUCCEEDED."""
    told = attempt(1, "SUCCEEDED", ("QUEUED", 0, 1), ("SUCCEEDED", 1, 1), end=1)
    assert segments_of(status("SUCCEEDED", 0, 1), told) == [[(P.QUEUED, 0, 1), (P.SUCCEEDED, 1, 1)]]


def test_an_abort_closes_what_was_left_running() -> None:
    """After an abort the last attempt may stay RUNNING for ever: the action's own end closes it."""
    told = attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 1, None))
    [history] = attempts_of(details("a1", status("ABORTED", 0, 8), told))
    assert (history.phase, history.end_ms, history.end_inferred) == (P.ABORTED, ms(8), True)
    assert shape(history.segments) == [(P.QUEUED, 0, 1), (P.RUNNING, 1, 8, INFERRED), (P.ABORTED, 8, 8, INFERRED)]


def test_an_end_before_the_last_phase() -> None:
    """An abort is stamped before the executor reports RUNNING: segments still stand in order."""
    told = attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 9, None))
    assert segments_of(status("ABORTED", 0, 8), told) == [
        [(P.QUEUED, 0, 1), (P.RUNNING, 9, 9, INFERRED), (P.ABORTED, 9, 9, INFERRED)]
    ]


def test_an_attempt_that_ended_otherwise_than_the_action() -> None:
    """After an abort the attempt may still SUCCEED: the attempt keeps its own outcome."""
    told = attempt(1, "SUCCEEDED", ("RUNNING", 1, 5), ("SUCCEEDED", 5, 5), end=5)
    [history] = attempts_of(details("a1", status("ABORTED", 0, 4), told))
    assert (history.phase, history.end_ms) == (P.SUCCEEDED, ms(5))


def test_an_end_without_a_time() -> None:
    """An action that has ended is not drawn as going on, even where nobody says when it ended."""
    told = attempt(1, "RUNNING", ("QUEUED", 0, 1), ("RUNNING", 1, None))
    assert segments_of(status("FAILED", 0, None), told) == [
        [(P.QUEUED, 0, 1), (P.RUNNING, 1, 1, INFERRED), (P.FAILED, 1, 1, INFERRED)]
    ]


def test_a_reported_end_without_a_time_is_that_of_the_last_transition() -> None:
    """A terminal attempt without an end ended with its terminal transition."""
    told = attempt(1, "FAILED", ("RUNNING", 1, 6), ("FAILED", 6, 6))
    [history] = attempts_of(details("a1", status("FAILED", 0, 9), told))
    assert (history.end_ms, history.end_inferred) == (ms(6), False)


def test_no_attempts() -> None:
    """Traces, conditions and validation failures have none."""
    assert attempts_of(details("a1", status("PAUSED"))) == []


def test_an_attempt_without_transitions_is_one_segment() -> None:
    """Where only the attempt's own times are known, one marked segment stands for all of it."""
    told = attempt(1, "RUNNING", start=2)
    assert segments_of(status("RUNNING"), told) == [[(P.RUNNING, 2, None, WHOLE)]]
    assert segments_of(status("ABORTED", 0, 7), told) == [[(P.ABORTED, 2, 7, WHOLE | INFERRED)]]


def test_unknown_phases_have_segments_too() -> None:
    """A phase that only a newer backend knows is a segment like any other."""
    told = attempt(1, 11, ("QUEUED", 0, 1), (11, 1, None))
    assert segments_of(status(11), told) == [[(P.QUEUED, 0, 1), (P.of(11), 1, None)]]


def test_zero_and_absent_times() -> None:
    """Transitions without a time, or at the year 1, are no segments; nothing fails."""
    told = ActionAttempt(attempt=1, phase="RUNNING", start_time=datetime(1, 1, 1, tzinfo=timezone.utc))
    assert segments_of(ActionStatus(phase="RUNNING"), told) == [[]]


PHASES = st.sampled_from(
    ["QUEUED", "WAITING_FOR_RESOURCES", "INITIALIZING", "RUNNING", "PAUSED", "SUCCEEDED", "FAILED"]
)
TIMES = st.none() | st.integers(0, 20)
ATTEMPTS = st.lists(
    st.builds(
        lambda number, phase, transitions, start, end: attempt(number, phase, *transitions, start=start, end=end),
        st.integers(0, 4),
        st.none() | PHASES,
        st.lists(st.tuples(PHASES, TIMES, TIMES), max_size=5),
        TIMES,
        TIMES,
    ),
    max_size=4,
)


@given(st.none() | PHASES, TIMES, TIMES, ATTEMPTS)
def test_segments_never_overlap(
    phase: str | None, start: int | None, end: int | None, told: list[ActionAttempt]
) -> None:
    """Whatever a backend reports: in an attempt segments are in order, do not overlap and are not negative.

    Only the last one is open, and none of a retried attempt, or of an action that has ended.
    """
    histories = attempts_of(details("a1", status(phase, start, end), *told))
    is_over = phase in ("SUCCEEDED", "FAILED")
    for i, history in enumerate(histories):
        assert all(s.end_ms is None or s.end_ms >= s.start_ms for s in history.segments)
        assert all(left.end_ms is not None for left in history.segments[:-1])
        assert all((left.end_ms or 0) <= right.start_ms for left, right in pairwise(history.segments))
        if history.segments and (is_over or i + 1 < len(histories)):
            assert history.segments[-1].end_ms is not None


SEEN = st.lists(st.tuples(PHASES.map(P.of), st.integers(0, 30).map(ms), st.integers(0, 3)), max_size=6)


@given(st.none() | st.integers(0, 30).map(ms), st.none() | st.integers(0, 30).map(ms), SEEN)
def test_observed_segments_never_overlap(
    created: float | None, ended: float | None, seen: list[tuple[P, float, int]]
) -> None:
    """What was seen makes segments in order, without overlap, each marked as not the backend's word."""
    segments = observed_segments(created, ended, seen)
    assert len(segments) == len(seen)
    assert all(s.end_ms is None or s.end_ms >= s.start_ms for s in segments)
    assert all(left.end_ms is not None and left.end_ms <= right.start_ms for left, right in pairwise(segments))
    assert all(s.flags & (OBSERVED | WHOLE) for s in segments)
    if segments:
        assert (segments[-1].end_ms is not None) == segments[-1].phase.is_terminal


@given(SEEN, st.none() | st.integers(0, 30).map(ms))
def test_continued_segments_never_overlap(seen: list[tuple[P, float, int]], ended: float | None) -> None:
    """A history carried on by what was seen stays in order, and what the backend had said stays as it was."""
    history = (Segment(1, P.QUEUED, ms(5), ms(8)), Segment(1, P.RUNNING, ms(8), None))
    segments = continued_segments(history, seen, ended)
    assert segments[0] == history[0]
    assert segments[1].start_ms == ms(8)
    assert all(left.end_ms is not None and left.end_ms <= right.start_ms for left, right in pairwise(segments))


def test_observed_life() -> None:
    """Without a history, creation and end are the backend's word, and what lies between was seen."""
    seen = [(P.QUEUED, ms(1), 1), (P.RUNNING, ms(4), 1), (P.SUCCEEDED, ms(10), 1)]
    assert shape(observed_segments(ms(0), ms(9), seen)) == [
        (P.QUEUED, 0, 4, OBSERVED),
        (P.RUNNING, 4, 9, OBSERVED),
        (P.SUCCEEDED, 9, 9, OBSERVED),
    ]


def test_seen_only_once() -> None:
    """One status alone is one segment for the whole life, marked so."""
    assert shape(observed_segments(ms(0), ms(9), [(P.FAILED, ms(20), 1)])) == [(P.FAILED, 0, 9, WHOLE)]
    assert shape(observed_segments(ms(0), None, [(P.RUNNING, ms(20), 1)])) == [(P.RUNNING, 0, None, WHOLE)]
    no_end = observed_segments(None, None, [(P.FAILED, ms(20), 1)])
    assert shape(no_end) == [(P.FAILED, 20, 20, WHOLE | INFERRED | SegmentFlag.START_INFERRED)]


def test_a_history_goes_on_by_what_is_seen() -> None:
    """Until it is read again, a history is continued: its open end closes, the new phase begins when it was seen."""
    history = (Segment(1, P.QUEUED, ms(0), ms(1)), Segment(1, P.RUNNING, ms(1), None))
    assert continued_segments(history, [(P.RUNNING, ms(3), 1)], None) == history
    assert shape(continued_segments(history, [(P.PAUSED, ms(5), 1), (P.SUCCEEDED, ms(9), 1)], ms(8))) == [
        (P.QUEUED, 0, 1),
        (P.RUNNING, 1, 5, OBSERVED),
        (P.PAUSED, 5, 8, OBSERVED),
        (P.SUCCEEDED, 8, 8, OBSERVED),
    ]


def test_a_seen_retry_begins_after_the_failure() -> None:
    """A failed attempt that is followed by another: the outcome stays, the new attempt begins when it was seen."""
    history = (Segment(1, P.RUNNING, ms(0), ms(4)), Segment(1, P.FAILED, ms(4), ms(4)))
    assert shape(continued_segments(history, [(P.RUNNING, ms(6), 2)], None)) == [
        (P.RUNNING, 0, 4),
        (P.FAILED, 4, 4),
        (P.RUNNING, 6, None, OBSERVED),
    ]


@pytest.mark.parametrize(
    ("message", "code", "title"),
    [
        ("ValueError: no such column", "", "ValueError"),
        ("Traceback (most recent call last):\n  File x\nmod.MyError: broken: badly\n", "", "MyError"),
        ("it broke", "OOMKilled", "OOMKilled"),
        ("it broke", "not an identifier", ""),
        ("http://example.com: refused", "", ""),
        ("", "", ""),
    ],
)
def test_errors_have_a_title(message: str, code: str, title: str) -> None:
    """The exception's class is the title where the text names one, else the code; the message stays whole."""
    assert split_error(ErrorInfo(message=message, code=code)) == (title, message)
    assert split_error(None) == ("", "")
