"""What is known of one action: small, and mostly in the backend's own words. Pure.

Messages name an action far more often than anybody looks at it. So a message is kept as it was decoded, and is read
when somebody asks. Folding 100,000 actions then makes one object for each.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from flyte_widgets.api.messages import ActionMetadata, ActionStatus
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.timeline import Segment, continued_segments, lost_segments, observed_segments
from flyte_widgets.run.times import Milliseconds, epoch_ms
from flyte_widgets.untrusted import shortened

_CACHE_HIT: Final = ("CACHE_HIT", 2)
#: Characters of names and groups that are shown: they are somebody's, and go into every snapshot.
_NAME_LIMIT: Final = 500
#: Phase changes remembered per action. More means a flapping backend; the newest are kept.
_SEEN_LIMIT: Final = 64

StatusKey = tuple[ActionPhase | None, int, Milliseconds | None]


class PhaseChange(NamedTuple):
    """One action was seen in another phase, attempt or for the first time (`previous` is None)."""

    action: str
    name: str
    previous: ActionPhase | None
    phase: ActionPhase | None
    attempt: int
    at_ms: Milliseconds
    """When it was seen, epoch ms of the backend's clock as far as that is known."""


class ActionState(msgspec.Struct, eq=False, gc=False):
    """What is known of one action. A struct, as that is made in a fraction of the time that a class takes."""

    index: int
    id: str
    metadata: ActionMetadata
    """What all messages together have reported: a later one replaces what it names."""
    status: ActionStatus
    """Likewise."""
    phase: ActionPhase | None
    first_seen_ms: Milliseconds
    """When its first phase was seen."""
    seen: list[tuple[ActionPhase, Milliseconds, int]] | None = None
    """Phases seen since its history was read, or since ever: phase, when, attempt. None: its first one, no other."""
    changed_at: int = 0
    """Number of the change (`RunState.changes`) that gave it its phase and attempt."""
    has_moved_back: bool = False
    """Whether the backend has moved it back within an attempt: its messages can then no longer be put in order."""
    lost_by_ms: Milliseconds | None = None
    """By when it had ended, where the backend does not know how and when: the end of its run. It has no phase then."""
    has_history: bool = False
    history: tuple[Segment, ...] = ()
    history_key: StatusKey | None = None

    @property
    def name(self) -> str:
        """The task's short name, or that of the trace or condition; its id until a name was reported."""
        task = self.metadata.task
        if task is not None and 0 < len(name := task.short_name) <= _NAME_LIMIT:
            return name  # as nearly always
        return shortened(name_and_kind(self.metadata)[0] or self.id, _NAME_LIMIT)

    @property
    def kind(self) -> int:
        """Number of its kind (`KINDS`)."""
        return 0 if self.metadata.task is not None else name_and_kind(self.metadata)[1]

    @property
    def parent(self) -> str:
        """Id of the action that started it; "" for none."""
        return self.metadata.parent

    @property
    def group(self) -> str:
        """The group it is in; "" for none."""
        return shortened(self.metadata.group, _NAME_LIMIT)

    @property
    def attempts(self) -> int:
        """Number of its latest attempt, from 1; 0 before the first."""
        attempts = self.status.attempts
        return max(0, attempts)

    @property
    def cache_hit(self) -> bool:
        """Whether its result was taken from the cache."""
        cache_status = self.status.cache_status
        return cache_status is not None and cache_status in _CACHE_HIT

    @property
    def created_ms(self) -> Milliseconds | None:
        """When it was queued, not when user code began."""
        return epoch_ms(self.status.start_time)

    @property
    def ended_ms(self) -> Milliseconds | None:
        """When it ended. An end belongs to a terminal phase: a retried root keeps its first one while it runs again."""
        phase = self.phase
        return epoch_ms(self.status.end_time) if phase is not None and phase.is_terminal else None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Its life in phases: its history, where that was read, carried on by what was seen since."""
        if self.has_history:
            segments = continued_segments(self.history, self.seen, self.ended_ms) if self.seen else self.history
        else:
            segments = observed_segments(self.created_ms, self.ended_ms, self._steps())
        return segments if self.lost_by_ms is None else lost_segments(segments, self.lost_by_ms)

    @property
    def is_terminal(self) -> bool:
        """Whether its phase is a final one, or it has ended and nobody knows how."""
        return self.lost_by_ms is not None if self.phase is None else self.phase.is_terminal

    @property
    def status_key(self) -> StatusKey:
        """What a history must have been read for to be still whole."""
        return (self.phase, self.attempts, self.ended_ms)

    @property
    def needs_history(self) -> bool:
        """Whether its phase transitions were never read, or have changed since."""
        return self.history_key is None or self.history_key != self.status_key

    @property
    def is_nameless(self) -> bool:
        """Whether no message has reported its name."""
        return self.name == self.id

    @property
    def has_gaps(self) -> bool:
        """Whether its name is not known, or it has ended and no message has named an attempt."""
        return self.is_nameless or (self.is_terminal and self.attempts == 0)

    def take_metadata(self, reported: ActionMetadata) -> bool:
        """Keep what a message reports; what it leaves out stays as it was. Gives whether anything is new."""
        had = self.metadata
        spec = reported if name_and_kind(reported)[0] else had
        merged = ActionMetadata(
            reported.parent or had.parent,
            reported.group or had.group,
            spec.task,
            spec.trace,
            spec.condition,
            spec.funtion_name,
        )
        if merged == had:
            return False
        self.metadata = merged
        return True

    def take_status(self, reported: ActionStatus, phase: ActionPhase | None, now_ms: Milliseconds) -> bool:
        """Likewise; `phase` is that of the message, or what was known before."""
        had, had_phase, had_attempts = self.status, self.phase, self.attempts
        before = (self.created_ms, self.ended_ms, self.cache_hit) if phase is had_phase else None
        had_end = had.end_time if self.is_terminal else None
        end = had_end if epoch_ms(reported.end_time) is None else reported.end_time
        self.status = ActionStatus(
            had.phase if reported.phase is None else reported.phase,
            had.start_time if epoch_ms(reported.start_time) is None else reported.start_time,
            end if phase is not None and phase.is_terminal else None,
            max(reported.attempts, had.attempts),  # the backend resets it at times; an attempt that was seen, was
            had.cache_status if self.cache_hit else reported.cache_status,
        )
        if phase is not had_phase or self.attempts != had_attempts:
            self._see(phase, had_attempts, now_ms)
            return True
        return before != (self.created_ms, self.ended_ms, self.cache_hit)

    def lose_end(self, by_ms: Milliseconds) -> None:
        """Note that it had ended by then; when and how is not known. The phases that were seen before stay."""
        if not self.has_history:
            self.seen = self._steps()
        # A late message may still report its end. Only a read is believed then: an old message reports a phase, too.
        self.phase, self.lost_by_ms, self.has_moved_back = None, by_ms, True
        self.status = replace(self.status, phase=None, end_time=None)

    def take_history(self, segments: tuple[Segment, ...]) -> None:
        """Have these segments stand for all that was seen so far."""
        self.history, self.has_history, self.seen = segments, True, None

    def _see(self, phase: ActionPhase | None, had_attempts: int, now_ms: Milliseconds) -> None:
        if phase is not None:
            if self.phase is None and not self.has_history:
                self.first_seen_ms = now_ms
            else:
                if self.seen is None:
                    self.seen = self._steps(had_attempts)
                self.seen.append((phase, now_ms, self.attempts))
                if len(self.seen) > _SEEN_LIMIT:
                    del self.seen[0]
        self.phase = phase
        if phase is not None:
            self.lost_by_ms = None

    def _steps(self, attempts: int | None = None) -> list[tuple[ActionPhase, Milliseconds, int]]:
        if self.seen is not None or self.has_history or self.phase is None:
            return self.seen or []
        return [(self.phase, self.first_seen_ms, self.attempts if attempts is None else attempts)]


def name_and_kind(metadata: ActionMetadata) -> tuple[str, int]:
    """Name and number of the kind; "" where the message has no spec (ListActions)."""
    if metadata.task is not None:
        return metadata.task.short_name or metadata.task.id.name or metadata.funtion_name, 0
    if metadata.trace is not None:
        return metadata.trace.name or "trace", 1
    if metadata.condition is not None:
        return metadata.condition.name or "condition", 2
    return "", 0
