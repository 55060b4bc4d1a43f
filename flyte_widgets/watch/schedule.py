"""When ListActions is due. Pure: all times are monotonic seconds, given by the caller.

A backend loses its own notifications, so streams alone leave actions wrong for ever. The list is read

* every FASTEST_S while the stream sends changes, and once more as soon after it fell silent; then, while all agrees,
  after twice as long each time, up to SLOWEST_S;
* AFTER_BURST_S after a second with more than BURST changes, for then the backend drops most;
* while the stream is known to lose updates, or is not there, every FASTEST_S, and AFTER_BURST_S after any change;

but never so often that reading takes more than a share of the time.
"""

from __future__ import annotations

from typing import Final

FASTEST_S: Final = 5.0
SLOWEST_S: Final = 30.0
BURST: Final = 50
AFTER_BURST_S: Final = 2.0
SHARE: Final = 0.05
"""Share of the time that regular reads may take."""
SHARE_IN_BURSTS: Final = 1 / 3
"""Likewise in bursts, and where updates are lost."""


class ReconcileSchedule:
    """Decides when to reconcile. `hurried`: updates are lost, or there is no stream. `asked`: as soon as can be."""

    def __init__(self, now_s: float) -> None:
        self.hurried = self.asked = False
        self._begun_s = self._done_s = now_s
        self._interval_s = FASTEST_S
        self._burst_s: float | None = None
        self._second_began_s = now_s
        self._in_second = 0

    def note_changes(self, count: int, now_s: float) -> None:
        """Take note that the stream sent so many changes."""
        if count <= 0:
            return
        self._interval_s = FASTEST_S
        if now_s - self._second_began_s >= 1.0:
            self._second_began_s, self._in_second = now_s, 0
        self._in_second += count
        if self._burst_s is None and (self.hurried or self._in_second > BURST):
            self._burst_s = now_s

    def note_reconciled(self, *, begun_s: float, now_s: float, agreed: bool) -> None:
        """Take note of a reconcile; `agreed` if it brought nothing new."""
        self._begun_s, self._done_s = begun_s, now_s
        self.asked = False
        self._interval_s = min(self._interval_s * 2, SLOWEST_S) if agreed else FASTEST_S
        if self._burst_s is not None and self._burst_s <= begun_s:
            self._burst_s = None
        if self._second_began_s <= begun_s:
            self._in_second = 0

    @property
    def due_s(self) -> float:
        """When to reconcile next."""
        took_s = self._done_s - self._begun_s
        soonest_s = self._done_s + took_s / SHARE_IN_BURSTS
        if self.asked:
            return soonest_s
        if self.hurried:
            due_s = max(self._begun_s + FASTEST_S, soonest_s)
        else:
            due_s = max(self._begun_s + self._interval_s, self._done_s + took_s / SHARE)
        return due_s if self._burst_s is None else min(due_s, max(self._burst_s + AFTER_BURST_S, soonest_s))
