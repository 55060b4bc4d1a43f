"""What is known of an action's times, made whole for drawing; as js/src/run/timeline/time/times.ts. Pure.

What was not read stays unsaid: an action of which only the status is known is one bar in the colour of its phase.
Both languages are held together by tests/vectors/runs.json.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.timeline import Segment, SegmentFlag
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.widgets.static_view.model import KnownAction, Snapshot

_OUTLIVE_MS: Final = 3_600_000
"""Actions may outlive their run by as much: their abort takes its time."""


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
    start_inferred: bool = False
    end_inferred: bool = False
    spans: list[Span] = field(default_factory=list)


def drawn_attempts(action: KnownAction, snapshot: Snapshot) -> list[Attempt]:
    """Give an action's attempts, each with a start and an end. What is open ends where the snapshot does."""
    limit_ms = _limit_ms(action, snapshot)
    segments = action.segments
    attempts: list[Attempt] = []
    number = -1
    for place, segment in enumerate(segments):
        start_ms = believed(segment.start_ms, snapshot)
        following = segments[place + 1] if place + 1 < len(segments) else None
        end_ms = segment.end_ms
        if end_ms is None:
            end_ms = following.start_ms if following is not None else limit_ms
        end_ms = max(start_ms, believed(end_ms, snapshot))
        if not attempts or segment.attempt != number:
            number = segment.attempt
            attempts.append(Attempt(start_ms, end_ms, start_inferred=bool(segment.flags & SegmentFlag.START_INFERRED)))
        attempt = attempts[-1]
        attempt.end_ms = max(attempt.end_ms, end_ms)
        attempt.end_inferred = _is_end_inferred(action, segment, end_ms, snapshot, is_last=following is None)
        if segment.phase.is_terminal:
            attempt.outcome = segment.phase
        # A terminal phase has no length, but where it is all that is known, it stands for the whole.
        if not segment.phase.is_terminal or end_ms > start_ms:
            attempt.spans.append(Span(segment.phase, start_ms, end_ms))
    for attempt in attempts[:-1]:
        # The backend never says that a retried attempt failed: the next one just starts.
        if attempt.outcome is None:
            attempt.outcome, attempt.end_inferred = ActionPhase.FAILED, True
    if attempts and attempts[-1].outcome is None and action.is_terminal:
        attempts[-1].outcome = action.phase
    return attempts or _from_status(action, limit_ms, snapshot)


def ended_at_ms(action: KnownAction, snapshot: Snapshot) -> Milliseconds:
    """Give when an ended action ended, of which no attempt is known."""
    limit_ms = _limit_ms(action, snapshot)
    return limit_ms if action.created_ms is None else max(believed(action.created_ms, snapshot), limit_ms)


def believed(ms: Milliseconds, snapshot: Snapshot) -> Milliseconds:
    """Give a time as it can be: nothing has happened after now, nor long after the run's end.

    What claims to counts as then, so that one year 9999 does not make all the rest invisible.
    """
    if ms > snapshot.end_ms and (not snapshot.is_terminal or _is_absurd(ms, snapshot)):
        return snapshot.end_ms
    return ms


def _is_absurd(ms: Milliseconds | None, snapshot: Snapshot) -> bool:
    return ms is not None and ms > snapshot.end_ms + _OUTLIVE_MS


def _is_end_inferred(
    action: KnownAction, segment: Segment, end_ms: Milliseconds, snapshot: Snapshot, *, is_last: bool
) -> bool:
    """Tell whether the end of an attempt whose latest segment this is, is anything but the backend's word."""
    # An action's end is the backend's word even where its phases were only seen.
    seen = bool(segment.flags & SegmentFlag.OBSERVED) and not (
        action.ended_ms is not None and end_ms >= action.ended_ms
    )
    unended = segment.end_ms is None and is_last and not segment.phase.is_terminal
    absurd = _is_absurd(segment.end_ms, snapshot) or (action.is_terminal and _is_absurd(action.ended_ms, snapshot))
    return bool(segment.flags & SegmentFlag.END_INFERRED) or seen or absurd or (unended and action.is_terminal)


def _from_status(action: KnownAction, limit_ms: Milliseconds, snapshot: Snapshot) -> list[Attempt]:
    """Give the one attempt of an ended action of which nothing else is known. A recovered one was never executed."""
    if action.created_ms is None or not action.is_terminal or action.phase in (None, ActionPhase.RECOVERED):
        return []
    start_ms = believed(action.created_ms, snapshot)
    end_ms = max(start_ms, limit_ms)
    inferred = action.ended_ms is None or _is_absurd(action.ended_ms, snapshot)
    return [Attempt(start_ms, end_ms, action.phase, False, inferred, [Span(action.phase, start_ms, end_ms)])]


def _limit_ms(action: KnownAction, snapshot: Snapshot) -> Milliseconds:
    """Give when what is open in this action ends."""
    if action.ended_ms is not None:
        return believed(action.ended_ms, snapshot)
    if not action.is_terminal:
        return snapshot.end_ms
    # It has ended, and nobody says when: the latest time that is known of it.
    known = [ms for segment in action.segments for ms in (segment.start_ms, segment.end_ms) if ms is not None]
    created = [action.created_ms] if action.created_ms is not None else []
    return believed(max([*known, *created], default=snapshot.end_ms), snapshot)
