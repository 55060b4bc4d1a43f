"""When the list of all actions is read again: often while much happens, seldom while nothing does, never too often."""

from __future__ import annotations

import pytest

from flyte_widgets.watch.schedule import AFTER_BURST_S, BURST, FASTEST_S, SHARE, SHARE_IN_BURSTS, SLOWEST_S
from flyte_widgets.watch.schedule import ReconcileSchedule as Schedule


def read(schedule: Schedule, begun_s: float, took_s: float = 0.01, *, agreed: bool = True) -> None:
    schedule.note_reconciled(begun_s=begun_s, now_s=begun_s + took_s, agreed=agreed)


def test_while_messages_come_it_is_a_clock() -> None:
    """A change now and then: every five seconds, for any of them may have been lost."""
    schedule, now_s = Schedule(0.0), 0.0
    for _ in range(5):
        schedule.note_changes(1, now_s + 1)
        assert schedule.due_s == now_s + FASTEST_S
        now_s = schedule.due_s
        read(schedule, now_s)


def test_silence_is_asked_less_and_less() -> None:
    """Nothing comes, and all agrees: twice as long each time, up to half a minute; a change begins anew."""
    schedule, now_s, waited = Schedule(0.0), 0.0, []
    for _ in range(5):
        waited.append(schedule.due_s - now_s)
        now_s = schedule.due_s
        read(schedule, now_s)
    assert waited == [FASTEST_S, 2 * FASTEST_S, 4 * FASTEST_S, SLOWEST_S, SLOWEST_S]
    schedule.note_changes(1, now_s + 1)
    assert schedule.due_s == now_s + FASTEST_S


def test_a_burst_is_followed_by_a_read() -> None:
    """More than fifty changes in a second: read two seconds later, and again while it lasts."""
    schedule = Schedule(0.0)
    schedule.note_changes(BURST, 1.0)
    assert schedule.due_s == FASTEST_S
    schedule.note_changes(1, 1.5)
    assert schedule.due_s == 1.5 + AFTER_BURST_S
    schedule.note_changes(100, 3.0)
    assert schedule.due_s == 1.5 + AFTER_BURST_S
    read(schedule, schedule.due_s)
    assert schedule.due_s > 1.5 + 2 * AFTER_BURST_S
    schedule.note_changes(BURST + 1, 4.0)
    assert schedule.due_s == 4.0 + AFTER_BURST_S


def test_reading_takes_but_a_share_of_the_time() -> None:
    """A run so large that its list takes a second: at most five per cent of the time, in bursts a third."""
    schedule = Schedule(0.0)
    read(schedule, 0.0, took_s=1.0)
    schedule.note_changes(1, 1.5)
    assert schedule.due_s == pytest.approx(1 + 1 / SHARE)
    schedule.note_changes(BURST, 1.6)
    assert schedule.due_s == pytest.approx(1 + 1 / SHARE_IN_BURSTS)


def test_where_updates_are_lost_any_change_is_a_reason() -> None:
    """A stream that is known to lose updates, or none: five seconds, or two after a change."""
    schedule = Schedule(0.0)
    schedule.hurried = True
    read(schedule, 0.0)
    read(schedule, 5.0)
    assert schedule.due_s == 5.0 + FASTEST_S
    schedule.note_changes(1, 6.0)
    assert schedule.due_s == 6.0 + AFTER_BURST_S


def test_a_read_that_is_asked_for_comes_at_once() -> None:
    """Asked for, it is due; done, it is not."""
    schedule = Schedule(0.0)
    schedule.asked = True
    assert schedule.due_s == 0.0
    read(schedule, 0.5)
    assert schedule.due_s > 5.0
