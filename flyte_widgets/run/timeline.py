"""Attempts and phase segments of an action, from what the backend reports. Pure.

The backend leaves much open (docs/backend-facts.md): a retried attempt never ends, the last phase has no end, times
step back by a second. Here every open end is closed where something later proves that it ended, and marked as inferred:
the view must not show a guess as a fact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from flyte_widgets.api.messages import ActionAttempt, ActionDetails, ErrorInfo
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.times import Milliseconds, epoch_ms
from flyte_widgets.run.tracebacks import exception_line
from flyte_widgets.shared import table
from flyte_widgets.untrusted import without_colours

#: Some stamps have whole seconds: a phase may seem to begin before the one that it follows.
_ROUNDING_MS = 1_000


_FLAGS: Final[dict[str, int]] = table("columns")["segmentFlags"]


class SegmentFlag:
    """Bits of `Segment.flags`; `Seg` in TypeScript."""

    START_INFERRED: Final = _FLAGS["StartInferred"]
    END_INFERRED: Final = _FLAGS["EndInferred"]
    OBSERVED: Final = _FLAGS["Observed"]
    """Times are those at which this client saw the phase."""
    STATUS_ONLY: Final = _FLAGS["StatusOnly"]
    """One segment for the whole life: nothing else is known."""


class Segment(NamedTuple):
    """A stretch of one phase in one attempt. Epoch milliseconds; `end_ms` None = still open.

    The terminal phase of an attempt is a segment, too, of no length, at its end.
    """

    attempt: int
    phase: ActionPhase
    start_ms: Milliseconds
    end_ms: Milliseconds | None
    flags: int = 0


class AttemptHistory(NamedTuple):
    """One attempt with its segments in order of time. `phase` is its outcome, or where it is now."""

    attempt: int
    phase: ActionPhase | None
    start_ms: Milliseconds | None
    end_ms: Milliseconds | None
    end_inferred: bool
    segments: tuple[Segment, ...]
    source: ActionAttempt


def attempts_of(details: ActionDetails) -> list[AttemptHistory]:
    """Read the attempts of `details`, by number. `attempts[].phase_transitions` is the source of all times."""
    status_end = epoch_ms(details.status.end_time)
    outcome = ActionPhase.of(details.status.phase)
    ended = outcome if outcome is not None and outcome.is_terminal else None
    ordered = sorted(details.attempts, key=lambda attempt: attempt.attempt)
    histories: list[AttemptHistory] = []
    for i, attempt in enumerate(ordered):
        following = ordered[i + 1] if i + 1 < len(ordered) else None
        if following is not None:
            # Retried: the next attempt is the proof that this one failed, and by when.
            histories.append(_attempt(attempt, _start_of(following), ActionPhase.FAILED))
        else:
            histories.append(_attempt(attempt, status_end if ended else None, ended))
    return histories


def _start_of(attempt: ActionAttempt) -> Milliseconds | None:
    starts = [epoch_ms(attempt.start_time), *(epoch_ms(t.start_time) for t in attempt.phase_transitions)]
    known = [ms for ms in starts if ms is not None]
    return min(known, default=None)


def _attempt(
    source: ActionAttempt, ended_by_ms: Milliseconds | None, outcome_if_open: ActionPhase | None
) -> AttemptHistory:
    """Read one attempt; `ended_by_ms` and `outcome_if_open` say what proves its end where it has none."""
    phase = ActionPhase.of(source.phase)
    start_ms, end_ms = _start_of(source), epoch_ms(source.end_time)
    is_over = phase is not None and phase.is_terminal
    end_inferred = False
    if not is_over and outcome_if_open is not None:
        phase, is_over, end_inferred = outcome_if_open, True, True
    if is_over and end_ms is None:
        last = max((ms for t in source.phase_transitions if (ms := epoch_ms(t.start_time)) is not None), default=None)
        proofs = (ended_by_ms, last, start_ms) if end_inferred else (last, ended_by_ms, start_ms)
        end_ms = next((ms for ms in proofs if ms is not None), None)
        end_inferred = end_inferred or last is None
    if end_ms is not None and start_ms is not None:
        end_ms = max(end_ms, start_ms)
    segments = tuple(_segments(source, phase if is_over else None, start_ms, end_ms, end_inferred=end_inferred))
    return AttemptHistory(source.attempt, phase, start_ms, end_ms, end_inferred, segments, source)


def _segments(
    source: ActionAttempt,
    outcome: ActionPhase | None,
    start_ms: Milliseconds | None,
    end_ms: Milliseconds | None,
    *,
    end_inferred: bool,
) -> Iterable[Segment]:
    steps: list[tuple[Milliseconds, Milliseconds | None, ActionPhase]] = []
    for t in source.phase_transitions:
        from_ms, phase = epoch_ms(t.start_time), ActionPhase.of(t.phase)
        if from_ms is None or phase is None:
            continue
        if steps and 0 < steps[-1][0] - from_ms < _ROUNDING_MS:
            from_ms = steps[-1][0]
        steps.append((from_ms, epoch_ms(t.end_time), phase))
    # By time, not by enum order (hosted backends report WAITING before QUEUED); equal times keep their order.
    steps.sort(key=lambda step: step[0])
    active = [step for step in steps if not step[2].is_terminal]
    number, inferred = source.attempt, SegmentFlag.END_INFERRED if end_inferred else 0
    # An attempt without a phase has left its last one by its reported end. For which phase, and when, is not known.
    left = 0 if ActionPhase.of(source.phase) or outcome else SegmentFlag.END_INFERRED
    if not active and start_ms is not None and (whole := outcome or ActionPhase.of(source.phase)) is not None:
        yield Segment(number, whole, start_ms, end_ms, SegmentFlag.STATUS_ONLY | inferred)
        return
    closed_ms = end_ms
    for i, (from_ms, to_ms, phase) in enumerate(active):
        following = active[i + 1][0] if i + 1 < len(active) else None
        flags = 0
        if to_ms is None and following is not None:
            to_ms, flags = following, SegmentFlag.END_INFERRED
        elif to_ms is None:
            to_ms, flags = end_ms, inferred
        else:
            to_ms, flags = (to_ms, left) if following is None else (min(to_ms, following), 0)
        closed_ms = None if to_ms is None else max(from_ms, to_ms)
        yield Segment(number, phase, from_ms, closed_ms, flags)
    if outcome is not None and end_ms is not None and closed_ms is not None:
        at_ms = max(end_ms, closed_ms)
        yield Segment(number, outcome, at_ms, at_ms, inferred)


def observed_segments(
    created_ms: Milliseconds | None,
    ended_ms: Milliseconds | None,
    seen: Iterable[tuple[ActionPhase, Milliseconds, int]],
) -> tuple[Segment, ...]:
    """Segments of an action whose history was not read: from its status and when its phases were seen to change.

    `seen` has (phase, seen at, attempt). The backend reports only creation and end; all between them is marked.
    """
    steps = list(seen)
    if not steps:
        return ()
    phase, at_ms, attempt = steps[0]
    if len(steps) == 1:
        return (Segment(attempt, phase, *whole_life(created_ms, ended_ms, phase, at_ms)),)
    from_ms, latest_ms = at_ms if created_ms is None else created_ms, math.inf
    over, _, last_attempt = steps[-1]
    if over.is_terminal and ended_ms is not None:
        latest_ms = max(from_ms, ended_ms)
        steps[-1] = (over, latest_ms, last_attempt)
    segments: list[Segment] = []
    for next_phase, seen_ms, next_attempt in steps[1:]:
        to_ms = min(max(from_ms, seen_ms), latest_ms)
        segments.append(Segment(attempt, phase, from_ms, to_ms, SegmentFlag.OBSERVED))
        phase, from_ms, attempt = next_phase, to_ms, next_attempt
    segments.append(Segment(attempt, phase, from_ms, from_ms if over.is_terminal else None, SegmentFlag.OBSERVED))
    return tuple(segments)


def whole_life(
    created_ms: Milliseconds | None, ended_ms: Milliseconds | None, phase: ActionPhase, seen_ms: Milliseconds
) -> tuple[Milliseconds, Milliseconds | None, int]:
    """Start, end and flags of the one segment of an action that was only seen in this phase, from `seen_ms` on."""
    flags = SegmentFlag.STATUS_ONLY
    if created_ms is None:
        created_ms, flags = seen_ms, flags | SegmentFlag.START_INFERRED
    if not phase.is_terminal:
        return created_ms, None, flags
    if ended_ms is None:
        ended_ms, flags = seen_ms, flags | SegmentFlag.END_INFERRED
    return created_ms, max(created_ms, ended_ms), flags


def continued_segments(
    history: tuple[Segment, ...],
    seen: Iterable[tuple[ActionPhase, Milliseconds, int]],
    ended_ms: Milliseconds | None,
) -> tuple[Segment, ...]:
    """Carry a history on with phases that were seen to change after it was read."""
    segments = list(history)
    for phase, at_ms, attempt in seen:
        last = segments[-1]
        if last.phase is phase and last.attempt == attempt:
            continue
        from_ms = ended_ms if phase.is_terminal and ended_ms is not None else at_ms
        from_ms = max(from_ms, last.start_ms if last.end_ms is None else last.end_ms)
        if last.end_ms is None:
            segments[-1] = last._replace(end_ms=from_ms, flags=last.flags | SegmentFlag.OBSERVED)
        segments.append(Segment(attempt, phase, from_ms, from_ms if phase.is_terminal else None, SegmentFlag.OBSERVED))
    return tuple(segments)


def lost_segments(segments: tuple[Segment, ...], by_ms: Milliseconds) -> tuple[Segment, ...]:
    """Close the last segment of an action that had ended by then, as nobody knows when: its end is inferred."""
    if not segments or segments[-1].phase.is_terminal:
        return segments
    last = segments[-1]
    end_ms = max(last.start_ms, by_ms) if last.end_ms is None else last.end_ms
    return (*segments[:-1], last._replace(end_ms=end_ms, flags=last.flags | SegmentFlag.END_INFERRED))


def split_error(error: ErrorInfo | None) -> tuple[str, str]:
    """Give the exception's class name, where the text names one, and the whole message; neither with colours."""
    if error is None:
        return "", ""
    text = without_colours(error.message)
    name, _ = exception_line(text)
    return name or (error.code if error.code.isidentifier() else ""), text
