"""What is known of an action's times, made whole for drawing; as js/src/run/timeline/time/times.ts. Pure.

What was not read stays unsaid: an action of which only the status is known is one bar in the colour of its phase.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.timeline import Segment, SegmentFlag
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.widgets.static_view.model import KnownAction, Snapshot
from flyte_widgets.widgets.static_view.paths import by_attempt


class Span(NamedTuple):
    """A stretch of one phase."""

    phase: ActionPhase
    start_ms: Milliseconds
    end_ms: Milliseconds


@dataclass
class Attempt:
    """One attempt. `outcome` is the phase that it ended in, None while it goes on or where nobody knows."""

    start_ms: Milliseconds
    end_ms: Milliseconds
    outcome: ActionPhase | None = None
    end_inferred: bool = False
    spans: list[Span] = field(default_factory=list)


def attempts_of(action: KnownAction, snapshot: Snapshot) -> list[Attempt]:
    """Give an action's attempts, each with a start and an end. What is open ends where the snapshot does."""
    limit_ms = _limit_ms(action, snapshot)
    groups = by_attempt(action.segments)
    attempts = [_attempt(group, limit_ms, is_last=group is groups[-1]) for group in groups]
    for attempt in attempts[:-1]:
        # The backend never says that a retried attempt failed: the next one just starts.
        if attempt.outcome is None:
            attempt.outcome, attempt.end_inferred = ActionPhase.FAILED, True
    if attempts and attempts[-1].outcome is None and action.is_terminal:
        attempts[-1].outcome = action.phase
    if not attempts and action.created_ms is not None and action.is_terminal and action.phase is not None:
        end_ms = max(action.created_ms, limit_ms)
        span = Span(action.phase, action.created_ms, end_ms)
        attempts.append(Attempt(action.created_ms, end_ms, action.phase, action.ended_ms is None, [span]))
    return attempts


def _attempt(group: list[Segment], limit_ms: Milliseconds, *, is_last: bool) -> Attempt:
    attempt = Attempt(group[0].start_ms, group[0].start_ms)
    for segment in group:
        end_ms = max(segment.start_ms, limit_ms if segment.end_ms is None else segment.end_ms)
        attempt.end_ms = max(attempt.end_ms, end_ms)
        attempt.end_inferred = bool(segment.flags & SegmentFlag.END_INFERRED)
        if segment.phase.is_terminal:
            attempt.outcome = segment.phase
        # A terminal phase has no length, but where it is all that is known, it stands for the whole.
        if not segment.phase.is_terminal or end_ms > segment.start_ms:
            attempt.spans.append(Span(segment.phase, segment.start_ms, end_ms))
    if group[-1].end_ms is None and not is_last:
        attempt.end_inferred = True
    return attempt


def _limit_ms(action: KnownAction, snapshot: Snapshot) -> Milliseconds:
    """Give when what is open in this action ends."""
    if action.ended_ms is not None:
        return action.ended_ms
    if not action.is_terminal:
        return snapshot.end_ms
    # It has ended, and nobody says when: the latest time that is known of it.
    known = [ms for segment in action.segments for ms in (segment.start_ms, segment.end_ms) if ms is not None]
    return max([*known, *([action.created_ms] if action.created_ms is not None else [])], default=snapshot.end_ms)
