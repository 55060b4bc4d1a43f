"""The state of one run, folded from messages: the last message wins. Pure; not thread-safe for writers.

Messages come late, doubled, reordered or not at all. So folding never fails, never assumes an order, and creates
whatever a message names. What a message does not say (ListActions has no task names) is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from flyte_widgets.api.messages import Action, ActionDetails, ActionMetadata, ActionStatus, EnrichedAction
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.timeline import (
    AttemptHistory,
    Segment,
    attempts_of,
    continued_segments,
    observed_segments,
)
from flyte_widgets.run.times import Milliseconds, parse_ms
from flyte_widgets.untrusted import shortened

ROOT = "a0"
"""The id of a run's root action."""

KINDS = ("task", "trace", "condition")
"""What an action can be; the position is its number in the columns."""

_CACHE_HIT = ("CACHE_HIT", 2)
#: Characters of names and groups that are kept: they are somebody's, and go into every snapshot.
_NAME_LIMIT = 500
#: Phase changes remembered per action. More means a flapping backend; the newest are kept.
_SEEN_LIMIT = 64


class PhaseChange(NamedTuple):
    """One action was seen in another phase, attempt or for the first time (`previous` is None)."""

    action: str
    name: str
    previous: ActionPhase | None
    phase: ActionPhase | None
    attempt: int
    at_ms: Milliseconds
    """When it was seen, epoch ms of the backend's clock as far as that is known."""


@dataclass(slots=True)
class ActionState:
    """What is known of one action. `created_ms` is when it was queued, not when user code began."""

    index: int
    id: str
    name: str = ""
    kind: int = 0
    parent: str = ""
    group: str = ""
    phase: ActionPhase | None = None
    created_ms: Milliseconds | None = None
    ended_ms: Milliseconds | None = None
    attempts: int = 0
    cache_hit: bool = False
    has_history: bool = False
    segments: tuple[Segment, ...] = ()
    #: Phase changes seen since its history was read, or since ever: phase, when it was seen, attempt.
    seen: list[tuple[ActionPhase, Milliseconds, int]] = field(default_factory=list)
    history: tuple[Segment, ...] = ()
    history_key: tuple[ActionPhase | None, int, Milliseconds | None] | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether its phase is a final one."""
        return self.phase is not None and self.phase.is_terminal

    @property
    def status_key(self) -> tuple[ActionPhase | None, int, Milliseconds | None]:
        """What a history must have been read for to be still whole."""
        return (self.phase, self.attempts, self.ended_ms)

    @property
    def needs_history(self) -> bool:
        """Whether its phase transitions were never read, or have changed since."""
        return self.history_key != self.status_key

    @property
    def has_gaps(self) -> bool:
        """Whether its name was never told, or it has ended without that an attempt was heard of."""
        return self.name == self.id or (self.is_terminal and self.attempts == 0)


class RunState:
    """All actions of a run, in order of first sight. `dirty` collects the rows that changed since it was last taken."""

    def __init__(self) -> None:
        self.actions: list[ActionState] = []
        self.by_id: dict[str, ActionState] = {}
        self.counts: Counter[ActionPhase] = Counter()
        self.dirty: set[int] = set()
        self.changes: list[PhaseChange] = []
        self._orphans: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.actions)

    def __iter__(self) -> Iterator[ActionState]:
        return iter(self.actions)

    @property
    def root(self) -> ActionState | None:
        """The root action, once it was heard of."""
        return self.by_id.get(ROOT)

    @property
    def active_count(self) -> int:
        """Actions that have not ended."""
        return sum(1 for action in self.actions if not action.is_terminal)

    def parent_index(self, action: ActionState) -> int:
        """Row of the parent; -1 where there is none, or it was not heard of yet."""
        parent = self.by_id.get(action.parent) if action.parent else None
        return parent.index if parent is not None and parent is not action else -1

    def fold_enriched(self, actions: Iterable[EnrichedAction], now_ms: Milliseconds) -> None:
        """Take a message of WatchActions: whole actions."""
        for enriched in actions:
            self._fold(enriched.action.id.name, enriched.action.metadata, enriched.action.status, now_ms)

    def fold_listed(self, actions: Iterable[Action], now_ms: Milliseconds) -> None:
        """Take a page of ListActions: status, parent and group, but no names."""
        for action in actions:
            self._fold(action.id.name, action.metadata, action.status, now_ms)

    def fold_details(self, details: ActionDetails, now_ms: Milliseconds) -> list[AttemptHistory]:
        """Take an answer of GetActionDetails or WatchActionDetails: the one source of phase times."""
        attempts = attempts_of(details)
        most = max((history.attempt for history in attempts), default=0)
        action = self._fold(details.id.name or ROOT, details.metadata, details.status, now_ms, least_attempts=most)
        if action is None:
            return attempts
        segments = tuple(segment for history in attempts for segment in history.segments)
        was_whole, action.history_key = not action.needs_history, action.status_key
        if segments:
            # Also where only the flag changes that says whether the history is whole.
            if segments != action.segments or not (action.has_history and was_whole):
                self.dirty.add(action.index)
            action.segments = action.history = segments
            action.has_history = True
            action.seen.clear()
        return attempts

    def take_dirty(self) -> set[int]:
        """Give the rows that changed since the last call."""
        rows, self.dirty = self.dirty, set()
        return rows

    def take_changes(self) -> list[PhaseChange]:
        """Give the phase changes since the last call."""
        changes, self.changes = self.changes, []
        return changes

    def _fold(
        self,
        action_id: str,
        metadata: ActionMetadata,
        status: ActionStatus,
        now_ms: Milliseconds,
        *,
        least_attempts: int = 0,
    ) -> ActionState | None:
        if not action_id:
            return None
        action = self.by_id.get(action_id) or self._add(action_id)
        changed = self._fold_metadata(action, metadata)
        created_ms, ended_ms = parse_ms(status.start_time), parse_ms(status.end_time)
        if created_ms is not None and created_ms != action.created_ms:
            action.created_ms, changed = created_ms, True
        cache_hit = status.cache_status in _CACHE_HIT
        if cache_hit and not action.cache_hit:
            action.cache_hit, changed = True, True
        phase = ActionPhase.of(status.phase) or action.phase
        # An end belongs to a terminal phase: a retried root keeps its first end_time while it runs again.
        is_over = phase is not None and phase.is_terminal
        ended_ms = (ended_ms if ended_ms is not None else action.ended_ms) if is_over else None
        if ended_ms != action.ended_ms:
            action.ended_ms, changed = ended_ms, True
        # The counter is reset by the backend at times; an attempt that was seen, was.
        attempts = max(status.attempts, least_attempts, action.attempts)
        if phase is not action.phase or attempts != action.attempts:
            self._move(action, phase, attempts, now_ms)
            changed = True
        if changed:
            if action.has_history:
                action.segments = continued_segments(action.history, action.seen, action.ended_ms)
            else:
                action.segments = observed_segments(action.created_ms, action.ended_ms, action.seen)
            self.dirty.add(action.index)
        return action

    def _add(self, action_id: str) -> ActionState:
        action = ActionState(len(self.actions), action_id, name=action_id)
        self.actions.append(action)
        self.by_id[action_id] = action
        # Children that came first have a parent now: their rows point to it.
        self.dirty.update(self._orphans.pop(action_id, ()))
        self.dirty.add(action.index)
        return action

    def _fold_metadata(self, action: ActionState, metadata: ActionMetadata) -> bool:
        name, kind = _name_and_kind(metadata)
        before = (action.name, action.kind, action.parent, action.group)
        if name:
            action.name, action.kind = shortened(name, _NAME_LIMIT), kind
        if metadata.parent and metadata.parent != action.parent:
            action.parent = metadata.parent
            if metadata.parent not in self.by_id:
                self._orphans.setdefault(metadata.parent, []).append(action.index)
        if metadata.group:
            action.group = shortened(metadata.group, _NAME_LIMIT)
        return before != (action.name, action.kind, action.parent, action.group)

    def _move(self, action: ActionState, phase: ActionPhase | None, attempts: int, now_ms: Milliseconds) -> None:
        self.changes.append(PhaseChange(action.id, action.name, action.phase, phase, attempts, now_ms))
        if action.phase is not None:
            self.counts[action.phase] -= 1
        if phase is not None:
            self.counts[phase] += 1
            action.seen.append((phase, now_ms, attempts))
            del action.seen[:-_SEEN_LIMIT]
        action.phase, action.attempts = phase, attempts


def _name_and_kind(metadata: ActionMetadata) -> tuple[str, int]:
    """Name and number of the kind; "" where the message has no spec (ListActions)."""
    if metadata.task is not None:
        return metadata.task.short_name or metadata.task.id.name or metadata.funtion_name, 0
    if metadata.trace is not None:
        return metadata.trace.name or "trace", 1
    if metadata.condition is not None:
        return metadata.condition.name or "condition", 2
    return "", 0
