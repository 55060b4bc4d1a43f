"""The critical path: which actions, one after the other, decided how long a run took. Pure.

Flyte records no dependencies between actions, so the path is found from times alone. The walk goes backwards from the
end of the root. From each moment it goes on in the child that ended last before that moment. What lies between that
child's end and the moment is the action's own time. A child is walked in the same way, from its end to its start. So
the pieces lie end to end and cover the whole run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.state import RunState
from flyte_widgets.run.timeline import Segment, SegmentFlag
from flyte_widgets.run.times import Milliseconds, exact_ms, moment

Stretch = tuple[ActionState, datetime, datetime]
"""An action, and from when to when the run waited for it."""

_LOOKS: Final = 8
"""So often children are looked through, without that there are far fewer then, before they are sorted."""
_TAKEN: Final = datetime.min.replace(tzinfo=timezone.utc)
"""Stands for the end of a child that was taken: it is before all others."""


class PathPiece(NamedTuple):
    """A stretch of the critical path: the run waited for this action, which was in this phase. Times are UTC."""

    action: str
    name: str
    phase: ActionPhase | None
    """None where the backend told of no phase for that time, or where the action's phases were not read."""
    start: datetime
    end: datetime

    @property
    def duration(self) -> timedelta:
        """How long it took."""
        return self.end - self.start


def critical_path(state: RunState, now_ms: Milliseconds) -> list[PathPiece]:
    """Give the pieces of the path in the order of time. They cover the run; one that goes on, up to `now_ms`.

    [] where no root is known. Hold the lock of the state's owner.
    """
    pieces: list[PathPiece] = []
    for action, start, end in path_stretches(state, now_ms):
        for phase, from_ms, to_ms in phases_between(action.segments, exact_ms(start), exact_ms(end)):
            pieces.append(PathPiece(action.id, action.name, phase, moment(from_ms), moment(to_ms)))
    return pieces


def path_stretches(state: RunState, now_ms: Milliseconds) -> list[Stretch]:
    """Give the path without its phases, in the order of time: that needs no action's history."""
    root = state.root
    if root is None:
        return []
    now = moment(now_ms)
    children: defaultdict[str, list[ActionState]] = defaultdict(list)
    for action in state.actions:
        children[action.metadata.parent].append(action)
    start = moment(start_of(root))
    end = max(start, _end(root, now))
    stretches: list[Stretch] = []
    # Each entry: an action, from when it is walked, up to where the walk has come, its children that may come next.
    walk = [(root, start, end, _Children(children[root.id], now))]
    while walk:
        action, start, end, rest = walk.pop()
        found = rest.take_latest(start, end)
        if found is None:
            stretches.append((action, start, end))
            continue
        child, child_end = found
        if child is root:  # a backend might name a parent of the root: the walk would go in a circle
            walk.append((action, start, end, rest))
            continue
        child_start = min(max(moment(start_of(child)), start), child_end)
        stretches.append((action, child_end, end))
        walk.append((action, start, child_start, rest))
        if child.id in children:
            walk.append((child, child_start, child_end, _Children(children[child.id], now)))
        else:
            stretches.append((child, child_start, child_end))
    return [stretch for stretch in reversed(stretches) if stretch[2] > stretch[1]]


class _Children:
    """The children of an action that may still be on the path.

    A run may have 100,000 of them, and few are on the path. To look through them a few times is faster than to sort
    them, where they ran at the same time. Where they ran one after the other, they are sorted.
    """

    def __init__(self, children: list[ActionState], now: datetime) -> None:
        self._children = children
        # Nearly all have ended and say when: those cost no call.
        self._ends = [
            end if (end := child.status.end_time) and child.phase and child.phase.is_terminal else _end(child, now)
            for child in children
        ]
        self._rows: Sequence[int] = range(len(children))
        self._sorted: list[int] | None = None
        """Those that are left, the last to end at the end; None until they are sorted."""
        self._looks_left = _LOOKS

    def take_latest(self, after: datetime, until: datetime) -> tuple[ActionState, datetime] | None:
        """Give the child that ended last in this stretch, and forget it; of several the first that was heard of."""
        row = self._latest_of_all(until) if self._sorted is None else self._latest_of_sorted(self._sorted, until)
        end = _TAKEN if row is None else self._ends[row]
        if row is None or end <= after:
            return None
        self._ends[row] = _TAKEN
        return self._children[row], end

    def _latest_of_all(self, until: datetime) -> int | None:
        ends, rows = self._ends, self._rows
        row = max(rows, key=ends.__getitem__, default=None)
        if row is None or ends[row] <= until:
            self._looks_left -= 1
        else:
            self._rows = [row for row in rows if ends[row] <= until]
            self._looks_left -= len(self._rows) * 2 > len(rows)
            row = max(self._rows, key=ends.__getitem__, default=None)
        if not self._looks_left:
            self._sorted = list(reversed(self._rows))  # of equal ends the first that was heard of is taken first
            self._sorted.sort(key=ends.__getitem__)
            return self._latest_of_sorted(self._sorted, until)
        return row

    def _latest_of_sorted(self, rows: list[int], until: datetime) -> int | None:
        while rows and self._ends[rows[-1]] > until:
            rows.pop()
        return rows.pop() if rows else None


def phases_between(
    segments: Sequence[Segment], start_ms: Milliseconds, end_ms: Milliseconds
) -> list[tuple[ActionPhase | None, Milliseconds, Milliseconds]]:
    """Cut a stretch of an action by its phases; neighbours of one phase are one."""
    pieces: list[tuple[ActionPhase | None, Milliseconds, Milliseconds]] = []

    def add(phase: ActionPhase | None, from_ms: Milliseconds, to_ms: Milliseconds) -> None:
        if pieces and pieces[-1][0] is phase:
            from_ms = pieces.pop()[1]
        pieces.append((phase, from_ms, to_ms))

    reached_ms = start_ms
    for segment in segments:
        from_ms = max(segment.start_ms, reached_ms)
        to_ms = end_ms if segment.end_ms is None else min(segment.end_ms, end_ms)
        if to_ms > from_ms:
            if from_ms > reached_ms:
                add(None, reached_ms, from_ms)
            add(told_phase(segment), from_ms, to_ms)
            reached_ms = to_ms
    if end_ms > reached_ms:
        add(None, reached_ms, end_ms)
    return pieces


def told_phase(segment: Segment) -> ActionPhase | None:
    """Give the phase that an action was in; None where only its end is known, not what it did until then."""
    return None if segment.flags & SegmentFlag.STATUS_ONLY and segment.phase.is_terminal else segment.phase


def start_of(action: ActionState) -> Milliseconds:
    """Give when it was queued; where the backend says no time, when it was first heard of."""
    created_ms = action.created_ms
    if created_ms is not None:
        return created_ms
    segments = action.segments
    return segments[0].start_ms if segments else action.first_seen_ms


def end_of(action: ActionState, now_ms: Milliseconds) -> Milliseconds:
    """Give when it ended; `now_ms` for one that goes on."""
    if not action.is_terminal:
        return now_ms
    ended_ms = action.ended_ms
    if ended_ms is not None:
        return ended_ms
    segments = action.segments
    last_ms = segments[-1].end_ms if segments else None
    return action.first_seen_ms if last_ms is None else last_ms


def _end(action: ActionState, now: datetime) -> datetime:
    return moment(end_of(action, exact_ms(now)))
