"""What is known of a run: its actions, details, events, connection and abort. No tasks and no I/O.

The background loop writes; other threads may read. A reader of more than one field takes `lock`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from flyte_widgets.api.messages import Action, ActionDetails, ActionStatus, ClusterEvent, EnrichedAction
from flyte_widgets.errors import ApiError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.fan_out import FanOutIndices
from flyte_widgets.run.relation import Relation
from flyte_widgets.run.state import ROOT, RunState
from flyte_widgets.run.times import epoch_ms
from flyte_widgets.watch.events import merge_events
from flyte_widgets.watch.status import NEEDS_USER, AbortStatus, Connection, ConnectionState, RerunStatus, state_of
from flyte_widgets.watch.stream_health import StreamHealth
from flyte_widgets.watch.updates import Update, Updates

logger = logging.getLogger(__name__)

LAST_ANSWER_STEP_MS: Final = 5_000.0
"""While the stream lives, the time of its last message is shown in steps of this size: it is no news."""
RECHECK_S: Final = 15.0
"""How often the backend is asked again where only a person can help."""
RECHECK_MISSING_S: Final = 4.0
"""Likewise for a run that is not there: it may be about to be created."""
_FARTHEST_AHEAD_MS: Final = 86_400_000.0
"""A time of the backend that is further in the future is not taken for its clock."""


class RunModel:
    """Folds messages, and keeps what they said. `updates` passes every change on.

    `clock` gives now, epoch ms, by the backend's clock as far as it is known.
    """

    def __init__(self, run_name: str, clock: Callable[[], float]) -> None:
        self.run_name = run_name
        self._clock = clock
        self.lock = threading.Lock()
        """Held while messages are folded."""
        self.state = RunState()
        self.fan_out = FanOutIndices(self.state)
        self.details: dict[str, ActionDetails] = {}
        """Details of the root and of the actions in focus."""
        self.events: dict[str, dict[int, list[ClusterEvent]]] = {}
        """Cluster events that streams sent for the actions in focus, by attempt."""
        self.missing: set[str] = set()
        """Actions in focus that have ended and whose details the backend no longer has."""
        self.connection = Connection()
        self.abort_status = AbortStatus()
        self.rerun_status = RerunStatus()
        self.relation: Relation | None = None
        """Which run this one was started from."""
        self.last_error: ApiError | None = None
        """Why the connection is in trouble; None while it is not."""
        self.has_list = self.has_tree = False
        """Whether all actions were listed, and whether the stream sent them (with names) or turned out not to."""
        self.is_over = False
        """Whether the run has ended and was read whole, or the watch was given up."""
        self.ended_s: float | None = None
        """When a unary read confirmed that the root has ended (monotonic); None before, and once it runs again."""
        self.stream = StreamHealth()
        """What WatchActions has sent and lost."""
        self.limits: dict[str, str] = {}
        """What cannot be known here, by the call that the backend refuses."""
        self._asked_about: set[str] = set()
        self._newest_ms, self._newest_seen_s = 0.0, 0.0
        self.answered_s = time.monotonic()
        """When the backend last answered (monotonic)."""
        self._focus: Counter[str] = Counter()
        self._changed_details: set[str] = set()
        self.updates = Updates(self._collect)

    @property
    def phase(self) -> ActionPhase | None:
        """Phase of the run; None until it was read."""
        root = self.state.root
        return root.phase if root else None

    @property
    def focused(self) -> list[str]:
        """The actions in focus, without the root: its details are kept in any case."""
        return [action for action in self._focus if action != ROOT]

    def now_ms(self) -> float:
        """Now, epoch ms, by the backend's clock as far as it is known: never before a time that it has reported."""
        return max(self._clock(), self._newest_ms + (time.monotonic() - self._newest_seen_s) * 1000)

    # --- focus -----------------------------------------------------------------------------------------------------

    def focus(self, action: str) -> bool:
        """Keep details and events of an action. True if it was not in focus before."""
        self._focus[action] += 1
        return self._focus[action] == 1

    def unfocus(self, action: str) -> bool:
        """Undo one `focus`. True if that was the last: what was kept of it is dropped."""
        if action not in self._focus:
            return False
        self._focus[action] -= 1
        if self._focus[action] > 0:
            return False
        del self._focus[action]
        self.events.pop(action, None)
        if action != ROOT:
            self.details.pop(action, None)
            self.missing.discard(action)
        return True

    def clear_focus(self) -> None:
        """Have no action in focus. Their details stay."""
        self._focus.clear()

    # --- messages --------------------------------------------------------------------------------------------------

    def fold_stream(self, actions: list[EnrichedAction]) -> None:
        """Fold a message of WatchActions: the view is live."""
        before = self.state.changes
        self._note_times(enriched.action.status for enriched in actions)
        with self.lock:
            self.state.fold_enriched(actions, self.now_ms())
        self.has_tree = True
        self.note_answer()
        changes = self.state.changes - before
        self.stream.note_message(self.answered_s, changes, (enriched.action.id.name for enriched in actions))
        if not self.stream.loses_updates:
            now_ms, last_ms = self.now_ms(), self.connection.last_ms
            if self.connection.state != "live" or last_ms is None or now_ms - last_ms > LAST_ANSWER_STEP_MS:
                self.show_live()
        self.updates.publish_soon()

    def fold_list(self, actions: list[Action], read_from: int, *, streamed: bool) -> bool:
        """Fold the whole answer of ListActions, asked for when `state.changes` was `read_from`.

        `streamed`: WatchActions was open by then, so it should send what is new here. False if anything was new.
        """
        before = self.state.changes
        self._note_times(action.status for action in actions)
        with self.lock:
            self.state.fold_listed(actions, self.now_ms(), read_from)
        self.has_list = True
        agreed = self.state.changes == before
        if streamed and not agreed:
            self.stream.note_listed(
                {action.id for action in self.state if action.changed_at > before} - self._asked_about
            )
        self._asked_about.clear()
        self.publish()
        return agreed

    def fold_details(self, details: ActionDetails, read_from: int | None = None) -> None:
        """Fold an action's details, and keep them where the action is in focus. `read_from`: as for `fold_list`."""
        name = details.id.name or ROOT
        self._note_times([details.status])
        with self.lock:
            is_current = self.state.fold_details(details, self.now_ms(), read_from)
        kept = is_current and (name == ROOT or name in self._focus)
        if kept:
            self.details[name] = details
            self.missing.discard(name)
        self.publish({name} if kept else ())

    def take_doubted(self) -> set[str]:
        """Give the actions of which a message said what may be old, since the last call. They are to be read again."""
        doubted = self.state.take_doubted()
        self._asked_about |= doubted
        return doubted

    def stale_details(self) -> list[str]:
        """Give the root and the actions in focus whose details are older than what else is known of them."""
        stale = []
        for name in (ROOT, *self.focused):
            known, details = self.state.by_id.get(name), self.details.get(name)
            if known is None or name in self.missing:
                continue
            phase = ActionPhase.of(details.status.phase) if details is not None else None
            ended_ms = epoch_ms(details.status.end_time) if details is not None and known.is_terminal else None
            if (phase, ended_ms) != (known.phase, known.ended_ms):
                stale.append(name)
        return stale

    def fold_events(self, action: str, attempt: int, events: Iterable[ClusterEvent]) -> None:
        """Add cluster events of an attempt."""
        before = self.events.get(action, {})
        merged = merge_events(before.get(attempt, ()), events)
        if merged != before.get(attempt):
            self.events[action] = {**before, attempt: merged}  # replaced, not changed: other threads read it
            self.publish({action})

    def note_missing(self, action: str) -> None:
        """Note that an action is listed, but its details are not found: it is older than what the backend keeps."""
        known = self.state.by_id.get(action)
        if known is not None and known.is_terminal and action in self.focused and action not in self.missing:
            self.missing.add(action)
            self.publish({action})

    def note_answer(self) -> None:
        """Note that the backend answered."""
        self.answered_s = time.monotonic()
        self.last_error = None

    def note_refusal(self, rpc: str, unknown: str) -> None:
        """Note that the backend refuses a call, and what cannot be known without it; "" if it does not any more."""
        if unknown:
            self.limits[rpc] = unknown
        else:
            self.limits.pop(rpc, None)
        if self.connection.state == "live":
            self.show_live()

    def _note_times(self, statuses: Iterable[ActionStatus]) -> None:
        times = [at for status in statuses if (at := status.end_time or status.start_time) is not None]
        newest_ms = epoch_ms(max(times, default=None))
        if newest_ms is not None and 0 < newest_ms - self.now_ms() < _FARTHEST_AHEAD_MS:
            self._newest_ms, self._newest_seen_s = newest_ms, time.monotonic()

    # --- connection and abort --------------------------------------------------------------------------------------

    def show_connection(self, **changes: Any) -> None:
        """Change what is shown of the connection."""
        changed = replace(self.connection, **changes)
        if changed != self.connection:
            self.connection = changed
            self.publish()

    def show_live(self) -> None:
        """Show that the stream is open; and what cannot be known here, if anything."""
        last_ms, message = self.now_ms(), " ".join(self.limits.values())
        self.show_connection(state="live", last_ms=last_ms, next_try_ms=None, message=message, hint="", poll_s=None)

    def show_polling(self, every_s: float, error: ApiError | None = None) -> None:
        """Show that unary reads stand in for the stream. `error` says why, where the stream is not just silent."""
        message, hint = (error.message, error.hint) if error is not None else ("", "")
        if self.stream.loses_updates:
            message, hint = f"This Flyte's stream lost updates: asking every {every_s:g} s.", ""
        last_ms = self.now_ms()
        self.show_connection(
            state="polling", last_ms=last_ms, poll_s=every_s, message=message, hint=hint, next_try_ms=None
        )

    def show_ended(self) -> None:
        """Show that the run has ended and was read whole."""
        last_ms = self.now_ms()
        self.show_connection(state="ended", last_ms=last_ms, next_try_ms=None, message="", hint="", poll_s=None)

    def report_error(self, error: ApiError, delay_s: float) -> float:
        """Show what is wrong, and when the next try comes. Gives the delay, longer where only a person can help."""
        logger.debug("run %s: %s", self.run_name, error)
        self.last_error = error
        state: ConnectionState = state_of(error)
        if self.state.root is not None and state in ("not_found", "failed"):
            state = "reconnecting"  # it was there: while a backend restarts, a proxy before it says anything
        if state in NEEDS_USER:
            delay_s = max(delay_s, RECHECK_MISSING_S if state == "not_found" else RECHECK_S)
        now_ms = self.now_ms()
        last_ms = None if self.state.root is None else now_ms - (time.monotonic() - self.answered_s) * 1000
        self.show_connection(
            state=state,
            last_ms=last_ms,
            message=error.message,
            hint=error.hint,
            next_try_ms=now_ms + delay_s * 1000,
            poll_s=None,
        )
        return delay_s

    def show_abort(self, status: AbortStatus) -> None:
        """Change what is shown of the abort."""
        self.abort_status = status
        self.publish()

    def show_rerun(self, status: RerunStatus) -> None:
        """Change what is shown of a rerun of this run."""
        self.rerun_status = status
        self.publish()

    def publish(self, details: Iterable[str] = ()) -> None:
        """Pass on what has changed. `details` names the actions whose details or events have."""
        self._changed_details.update(details)
        self.updates.publish()

    def _collect(self) -> Update:
        details, self._changed_details = self._changed_details, set()
        return Update(self.state.take_dirty(), details, partial(self.state.changes_of, self.state.take_news()))
