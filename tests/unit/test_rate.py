"""How often a widget sends: three a second, five at most, and what a reader waits for at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.widgets.rate import EVERY_S, MOST_A_SECOND, Rate


def test_the_first_goes_at_once_and_the_next_in_a_third_of_a_second() -> None:
    """After a pause nothing waits."""
    rate = Rate()
    assert rate.regular_s <= 100.0
    rate.note(100.0)
    assert rate.regular_s == 100.0 + EVERY_S
    assert rate.urgent_s <= 100.0


def test_what_a_reader_waits_for_holds_up_nothing_and_is_not_held_up() -> None:
    """A phase goes out between two messages of rows, and the next rows as they would have."""
    rate = Rate()
    rate.note(100.0)
    assert rate.urgent_s <= 100.1
    rate.note(100.1, urgent=True)
    assert rate.regular_s == 100.0 + EVERY_S


def test_rows_leave_room_for_what_a_reader_waits_for() -> None:
    """A phase three times in a second, and rows with each: more than five. It is the rows that wait."""
    rate, now_s = Rate(), 100.0
    for _ in range(20):
        assert rate.urgent_s <= now_s
        rate.note(now_s, urgent=True)
        rows_s = max(now_s + 0.01, rate.regular_s)
        now_s += 0.35
        if rows_s <= now_s:
            rate.note(rows_s)


def test_a_history_leaves_room_for_the_next_phase() -> None:
    """Each phase is followed by its history and by rows, seven messages a second in all: it is those that wait."""
    rate, now_s = Rate(), 100.0
    for _ in range(40):
        assert rate.urgent_s <= now_s
        rate.note(now_s, urgent=True)
        next_s = now_s + 0.35
        if (rows_s := max(now_s + 0.01, rate.regular_s)) <= next_s:
            rate.note(rows_s)
        if (history_s := max(now_s + 0.06, rows_s, rate.soon_s)) <= next_s:
            rate.note(history_s, urgent=True)
        now_s = next_s


def test_rows_are_not_kept_out_for_good() -> None:
    """Where there is always something that a reader waits for, rows still have their turn."""
    rate, rows_s = Rate(), 100.0
    rate.note(rows_s)
    for step in range(1, 40):
        now_s = 100.0 + step * 0.25
        if rate.regular_s <= now_s:
            rate.note(now_s)
            rows_s = now_s
        elif rate.urgent_s <= now_s:
            rate.note(now_s, urgent=True)
        assert now_s - rows_s <= 2.0


def test_an_answer_takes_the_place_of_the_next_rows_but_never_holds_them_up_for_long() -> None:
    """Answers go at once, so rows wait for them: their own pace for each, a second in all. Urgent ones do not."""
    rate = Rate()
    rate.note(100.0)
    rate.note_answer(100.1)
    assert rate.regular_s == pytest.approx(100.0 + 2 * EVERY_S)
    for _ in range(100):
        rate.note_answer(100.2)
    assert rate.regular_s == 101.2
    assert rate.urgent_s <= 100.2


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 0.6)), max_size=60))
def test_no_second_holds_more_than_five(wishes: list[tuple[bool, float]]) -> None:
    """Whatever is wished for and when, the limit holds, and nothing waits for more than a second."""
    rate, now_s, sent = Rate(), 100.0, []
    for urgent, pause_s in wishes:
        now_s += pause_s
        due_s = rate.urgent_s if urgent else rate.regular_s
        assert due_s <= now_s + 1.0
        now_s = max(now_s, due_s)
        rate.note(now_s, urgent=urgent)
        sent.append(now_s)
    assert all(sum(start <= at < start + 1 for at in sent) <= MOST_A_SECOND for start in sent)


def test_pushes_keep_their_own_pace_beside_rows_and_answers() -> None:
    """Three a second beside rows, which have the fourth place, though requests are answered; the fifth stays free."""
    rate, pushed, rows = Rate(), list[float](), list[float]()
    for step in range(1_000):
        now_s = 100.0 + step / 100
        if rate.push_s <= now_s:
            rate.note_push(now_s)
            pushed.append(now_s)
        if rate.regular_s <= now_s:
            rate.note(now_s)
            rows.append(now_s)
        if step % 150 == 0:
            rate.note_answer(now_s)
    sent = sorted(pushed + rows)
    assert all(sum(start <= at < start + 1 for at in sent) <= MOST_A_SECOND for start in sent)
    assert len(pushed) >= 29
    assert len(rows) >= 5
