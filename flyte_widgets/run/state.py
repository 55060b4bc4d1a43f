"""The state of one run, folded from messages. Pure; not thread-safe for writers.

Messages come late, twice, in another order or not at all. So folding never fails, and creates whatever a message names.
What a message does not say (ListActions has no task names) is kept. A phase never goes back because an old message
comes late: what moves it back is not folded but put into `doubted`, and a unary read that begins after that decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from flyte_widgets.api.messages import (
    Action,
    ActionDetails,
    ActionIdentifier,
    ActionMetadata,
    ActionStatus,
    EnrichedAction,
)
from flyte_widgets.phases import PHASE_OF_WIRE, TERMINAL_PHASES, ActionPhase
from flyte_widgets.run.action import ActionState, PhaseChange
from flyte_widgets.run.order import moves_forward
from flyte_widgets.run.timeline import attempts_of
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.shared import table

ROOT: Final[str] = table("columns")["root"]
"""Id of a run's root action."""

KINDS: Final = tuple(name.lower() for name in table("columns")["kinds"])
"""What an action can be; the position is its number in the columns."""

News = list[PhaseChange | tuple[Milliseconds, Sequence[Action]]]
"""What was folded, as cheap to note as can be: phase changes, and actions that were new, with when they were seen."""


class RunState:
    """All actions of a run, in order of first sight. `dirty` collects the rows that changed since it was last taken.

    `read_from` of the fold methods is the value of `changes` when the unary read began; None for a stream's message.
    """

    def __init__(self) -> None:
        self.actions: list[ActionState] = []
        self.by_id: dict[str, ActionState] = {}
        self.counts: Counter[ActionPhase] = Counter()
        self.dirty: set[int] = set()
        self.changes = 0
        """How many changes of phase or attempt were folded: the clock by which messages are put in order."""
        self.retold = 0
        """How often an action that was known got another name, parent or group."""
        self.doubted: set[str] = set()
        """Actions of which a message said what may be old. Read again, they are right."""
        self.lost_ends = 0
        """Actions that have ended with the run, and nobody knows how: they have no phase (`ActionState.lost_by_ms`)."""
        self._news: News = []
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
        return len(self.actions) - sum(self.counts[phase] for phase in TERMINAL_PHASES) - self.lost_ends

    @property
    def has_ended(self) -> bool:
        """Whether the root has ended, as far as is known."""
        return self.root is not None and self.root.is_terminal

    def parent_index(self, action: ActionState) -> int:
        """Row of the parent; -1 where there is none, or it was not heard of yet."""
        parent = self.by_id.get(action.parent) if action.parent else None
        return parent.index if parent is not None and parent is not action else -1

    def fold_enriched(self, actions: Iterable[EnrichedAction], now_ms: Milliseconds) -> None:
        """Take a message of WatchActions: whole actions."""
        self.fold_listed([enriched.action for enriched in actions], now_ms)

    def fold_listed(self, actions: Sequence[Action], now_ms: Milliseconds, read_from: int | None = None) -> None:
        """Take actions of ListActions (status, parent and group, but no names) or of any other message."""
        ids = [action.id.name for action in actions]
        # Most messages tell either of actions that are new, all of them, or of such as are known.
        if ids and ids[0] not in self.by_id and all(ids) and self._add(actions, ids, now_ms):
            return
        for action_id, action in zip(ids, actions, strict=True):
            known = self.by_id.get(action_id)
            if known is not None:
                self._fold(known, action.metadata, action.status, now_ms, read_from)
            elif action_id:
                self._add([action], [action_id], now_ms)

    def fold_details(self, details: ActionDetails, now_ms: Milliseconds, read_from: int | None = None) -> bool:
        """Take an answer of GetActionDetails or WatchActionDetails: the one source of phase times.

        False where it may be old: nothing of it was taken.
        """
        attempts = attempts_of(details)
        # The details list an attempt: so there was one, whatever the counter says.
        most = max((history.attempt for history in attempts), default=0)
        status = details.status if details.status.attempts >= most else replace(details.status, attempts=most)
        action_id = details.id.name or ROOT
        self.fold_listed([Action(ActionIdentifier(action_id), details.metadata, status)], now_ms, read_from)
        action = self.by_id[action_id]
        if ActionPhase.of(status.phase) not in (None, action.phase):
            return False  # it is doubted
        segments = tuple(segment for history in attempts for segment in history.segments)
        was_whole, action.history_key = not action.needs_history, action.status_key
        if segments:
            # Also where only the flag changes that says whether the history is whole.
            if segments != action.segments or not (action.has_history and was_whole):
                self.dirty.add(action.index)
            action.take_history(segments)
        return True

    def take_dirty(self) -> set[int]:
        """Give the rows that changed since the last call."""
        rows, self.dirty = self.dirty, set()
        return rows

    def take_doubted(self) -> set[str]:
        """Give the actions to read again, since the last call."""
        doubted, self.doubted = self.doubted, set()
        return doubted

    def take_news(self) -> News:
        """Give what `changes_of` makes the phase changes of: those since the last call."""
        news, self._news = self._news, []
        return news

    def changes_of(self, news: News) -> list[PhaseChange]:
        """Write out phase changes, in order."""
        changes: list[PhaseChange] = []
        for item in news:
            if isinstance(item, PhaseChange):
                changes.append(item)
                continue
            seen_ms, actions = item
            for action in actions:
                phase, attempts = ActionPhase.of(action.status.phase), max(action.status.attempts, 0)
                if phase is not None or attempts:
                    name = self.by_id[action.id.name].name
                    changes.append(PhaseChange(action.id.name, name, None, phase, attempts, seen_ms))
        return changes

    def _add(self, actions: Sequence[Action], ids: list[str], now_ms: Milliseconds) -> bool:
        """Add actions that are new, all at once: most messages bring only those. False: not all of them were new."""
        rows = range(len(self.actions), len(self.actions) + len(ids))
        changed_at = self.changes + 1
        # A phase in its usual form is looked up without a call; None where that is not enough.
        usual = PHASE_OF_WIRE.get
        phases = [usual(action.status.phase) or ActionPhase.of(action.status.phase) for action in actions]
        states = [
            ActionState(row, action_id, action.metadata, action.status, phase, now_ms, changed_at=changed_at)
            for row, action_id, action, phase in zip(rows, ids, actions, phases, strict=True)
        ]
        kept = list(map(self.by_id.setdefault, ids, states))  # the one look-up for each
        if kept != states:
            for state, known in zip(states, kept, strict=True):
                if known is state:
                    del self.by_id[state.id]
            return False
        self.actions += states
        self.changes += 1
        # None is never counted, not even for a moment: other threads read the counts.
        self.counts.update(filter(None, phases))
        self.dirty.update(rows)
        self._news.append((now_ms, actions))
        if self._orphans or not ({action.metadata.parent for action in actions} - {""}) <= self.by_id.keys():
            for state in states:
                self._join(state)
        return True

    def _fold(
        self,
        known: ActionState,
        metadata: ActionMetadata,
        status: ActionStatus,
        now_ms: Milliseconds,
        read_from: int | None,
    ) -> None:
        """Fold a message about a known action. Most repeat what is known: that costs two comparisons."""
        changed = False
        if metadata != known.metadata:
            had_parent = known.parent
            changed = known.take_metadata(metadata)
            self.retold += changed
            if known.parent != had_parent:
                self._join(known)
        if status != known.status or known.phase is None:
            changed = self._fold_status(known, status, now_ms, read_from) or changed
        if changed:
            self.dirty.add(known.index)

    def _fold_status(
        self, known: ActionState, status: ActionStatus, now_ms: Milliseconds, read_from: int | None
    ) -> bool:
        changed, had_phase, had_attempts = False, known.phase, known.attempts
        was_lost = known.lost_by_ms is not None
        reported = ActionPhase.of(status.phase)
        if reported is None and self.has_ended and not known.is_terminal:
            # The run has ended, and the backend does not say how this action did. A message of a stream may be old.
            if read_from is None or read_from < known.changed_at:
                self.doubted.add(known.id)
            else:
                known.lose_end(self._ended_ms(now_ms))
                changed = True
        elif reported not in (None, had_phase) and not self._is_newer(known, reported, status.attempts, read_from):
            self.doubted.add(known.id)
        else:
            changed = known.take_status(status, reported or had_phase, now_ms)
        self.lost_ends += (known.lost_by_ms is not None) - was_lost
        if known.phase is not had_phase or known.attempts != had_attempts:
            self.changes += 1
            known.changed_at = self.changes
            self._news.append(PhaseChange(known.id, known.name, had_phase, known.phase, known.attempts, now_ms))
            if had_phase is not None:
                self.counts[had_phase] -= 1
            if known.phase is not None:
                self.counts[known.phase] += 1
        return changed

    def _is_newer(self, known: ActionState, phase: ActionPhase | None, attempts: int, read_from: int | None) -> bool:
        """Whether a message with another phase is newer than what is known. A higher attempt proves it."""
        if attempts > known.attempts > 0:
            return True
        is_forward = moves_forward(known.phase, phase) and not 0 < attempts < known.attempts
        if read_from is not None and read_from >= known.changed_at:
            known.has_moved_back = known.has_moved_back or not is_forward
            return True
        return is_forward and not known.has_moved_back

    def _ended_ms(self, now_ms: Milliseconds) -> Milliseconds:
        ended_ms = self.root.ended_ms if self.root is not None else None
        return now_ms if ended_ms is None else ended_ms

    def _join(self, action: ActionState) -> None:
        """Put an action among those that wait for their parent, if it does, and end the wait of its own children."""
        if action.parent and action.parent not in self.by_id:
            self._orphans.setdefault(action.parent, []).append(action.index)
        # Children that came first have a parent now: their rows point to it.
        self.dirty.update(self._orphans.pop(action.id, ()))
