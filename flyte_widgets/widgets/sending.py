"""The half of a RunWidget that talks: what goes out to the front ends, when, and how much of it at once."""

from __future__ import annotations

import contextvars
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any, Final

from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.updates import Update
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.facts import facts_of
from flyte_widgets.widgets.pages import Pages
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.rate import Rate
from flyte_widgets.widgets.sidebar import SidebarView
from flyte_widgets.wire.columns import Columns

TRAITS_EVERY_S: Final = 1.0
"""Counts and the like travel at most this often. What a reader waits for (`_URGENT`) does not wait for it."""
SOON_EVERY_S: Final = 0.5
"""Likewise for what is wanted soon (`_SOON`), where the messages are so many that it cannot go at once."""
BEAT_EVERY_S: Final = 10.0
"""So often the front end is told that the kernel lives, while nothing else tells it."""

_URGENT: Final = ("phase", "is_terminal", "error", "abort_state", "detail")
_SOON: Final = "root"
"""Not with a phase, this is its history, which comes by another stream: it must not hold up the next phase."""
_FROM_BROWSER: Final = {"selected", "_view_count"}


class SendingView(SidebarView):
    """Sends what the run's watcher tells: traits, columns, answers, signs of life. Nothing of it waits for a kernel."""

    _run: Run
    _watcher: Watcher

    def _begin_to_send(self) -> None:
        """Set up what the methods below use. Before `super().__init__`, which already asks for the state."""
        self._lock = threading.RLock()
        """For traits and columns. Held while observers run, so never taken on the background loop."""
        self._news_lock = threading.Lock()
        self._rows: set[int] = set()
        self._pages = Pages()
        self._hellos: list[tuple[int, int, bool]] = []
        self._calls_roll: str | None = None
        self._answered = self._saved = False
        self._rate = Rate()
        self._columns_at_s = self._traits_at_s = self._beat_at_s = 0.0
        self._regular_s = 0.0
        """When what is not urgent may go out: before that, rows are no reason to wake the publisher."""
        self._urgent_news = True
        """Whether something was heard that a trait may have to say at once, and not only rows and counts."""
        self._told_of: object = None
        self._columns = Columns(self._watcher.state)
        self._be_sent_by_this_cell()

    def _be_sent_by_this_cell(self) -> None:
        """Have messages belong to the cell that runs now, where they have to belong to one."""
        self._cell = contextvars.copy_context()

    # --- news from the watcher, on the background loop ---------------------------------------------------------------

    def run_updated(self, update: Update) -> None:
        """Take note of what changed; sending is the publisher's."""
        with self._news_lock:
            self._rows |= update.rows
            self._urgent_news |= self._may_be_urgent(update)
            at_s = 0.0 if self._urgent_news else self._regular_s
        publisher().wake(self, at_s)

    def _may_be_urgent(self, update: Update) -> bool:
        """Of a run of thousands most news are of actions that no trait tells of: those cost no look at all traits."""
        known = self._watcher.state.by_id
        followed = [known[action].index for action in (ROOT, self.selected) if action in known]
        if not update.rows or update.details or self._standing() != self._told_of:
            return True
        return not update.rows.isdisjoint(followed)

    def _standing(self) -> object:
        """Give how the watch stands: what may be urgent though no row tells it."""
        return self._watcher.connection.state, self._watcher.abort_status, self.selected

    # --- sending, on the publisher's thread --------------------------------------------------------------------------

    def publish(self, now_s: float) -> float | None:
        """Answer hellos, and send what is due: changed traits, changed rows, a sign of life."""
        with self._lock:
            if self.comm is None:
                return None
            if _can_send_from_here(self.comm):
                return self._publish(now_s)
            return self._cell.copy().run(self._publish, now_s)

    def _publish(self, now_s: float) -> float | None:
        self._answer_hellos()
        self._publish_sidebar()
        if self._answered:
            self._answered = False
            self._rate.note_answer(now_s)
        if self._watcher.connection.state == "ended" and not self._saved:
            self._rate.forget()  # whoever waits for the end finds all of it
            self._publish_columns(now_s)
            self._rate.forget()
        due = [send(now_s) for send in (self._publish_traits, self._publish_columns, self._publish_beat)]
        self._regular_s = self._rate.regular_s
        return min((due_s for due_s in due if due_s is not None), default=None)

    # Each of these sends what it may send now. It gives when it is to be called again; None: at the next wake.

    def _publish_columns(self, now_s: float) -> float | None:
        with self._news_lock:
            pace = self._pages.pace
            if not self._rows or pace == "stopped":
                return None
            due_s = max(self._rate.regular_s, self._columns_at_s + BEAT_EVERY_S if pace == "slow" else 0.0)
            if now_s < due_s:
                return due_s
            rows, self._rows = self._rows, set()
        self._send_block(lambda now_ms: self._columns.delta(rows, now_ms))
        self._columns_at_s = now_s
        self._rate.note(time.monotonic())  # packing took its time
        return None

    def _publish_traits(self, now_s: float) -> float | None:
        due_s = max(self._traits_at_s + TRAITS_EVERY_S, self._rate.regular_s)
        told_of = self._standing()
        with self._news_lock:
            may_be_urgent, self._urgent_news = self._urgent_news or told_of != self._told_of, False
        if now_s < due_s and not may_be_urgent:
            return due_s
        self._told_of = told_of
        facts = self._facts(self.selected)
        changed = {name: value for name, value in facts.items() if getattr(self, name) != value}
        is_over = facts["connection"]["state"] == "ended"
        self._saved = self._saved and facts["is_terminal"]
        if is_over and not self._saved:
            changed["snapshot"] = self._current_snapshot()
        if not changed:
            return None
        is_urgent = is_over or self._is_urgent(changed)
        is_wanted = is_urgent or _SOON in changed
        if is_urgent:
            due_s = self._rate.urgent_s
        elif is_wanted:
            due_s = min(self._rate.soon_s, max(self._traits_at_s + SOON_EVERY_S, self._rate.regular_s))
        if now_s < due_s:
            with self._news_lock:
                self._urgent_news |= is_wanted
            return due_s
        self._traits_at_s, self._saved = now_s, is_over
        self.tell(changed)
        self._rate.note(time.monotonic(), urgent=is_wanted)
        return None

    def _publish_beat(self, now_s: float) -> float | None:
        if not self._pages.any or self.connection["state"] in ("ended", "closed"):
            return None
        due_s = max(self._columns_at_s, self._traits_at_s, self._beat_at_s) + BEAT_EVERY_S
        if due_s > now_s:
            return due_s
        self._beat_at_s = now_s
        self.send({"kind": "beat", "nowMs": self._watcher.now_ms()})
        self._rate.note(now_s)
        return now_s + BEAT_EVERY_S

    def _answer_hellos(self) -> None:
        with self._news_lock:
            hellos, self._hellos = self._hellos, []
            newcomer, self._calls_roll = self._calls_roll, None
        for request, seq, looks in hellos:
            self._reply(request)
            if looks and (seq == 0 or seq != self._columns.seq):
                self._send_block(self._columns.snapshot)
        if newcomer is not None:
            self.send({"kind": "roll", "newcomer": newcomer})

    def _is_urgent(self, changed: dict[str, Any]) -> bool:
        if "connection" in changed and changed["connection"]["state"] != self.connection.get("state"):
            return True
        return any(name in changed for name in _URGENT)

    def _facts(self, selected: str) -> dict[str, Any]:
        with self._watcher.lock:
            return facts_of(self._run, self._watcher, selected)

    def _current_snapshot(self) -> bytes:
        with self._watcher.lock:
            block = self._columns.saved(self._watcher.now_ms())
        return zlib.compress(block)  # a notebook keeps it: a fifth of its size

    def _send_block(self, pack: Callable[[float], bytes]) -> None:
        with self._watcher.lock:
            block = pack(self._watcher.now_ms())
        self.send({"kind": "columns"}, buffers=[block])

    def _reply(self, request: int, error: str = "", hint: str = "") -> None:
        self.send({"kind": "reply", "id": request, "ok": not error, "message": error, "hint": hint})
        self._answered = True

    def _view(self) -> tuple[dict[str, Any], dict[str, Any]]:
        with self._news_lock:
            self._pages.expect()
        publisher().wake(self)
        return super()._view()

    # --- ipywidgets --------------------------------------------------------------------------------------------------

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take trait values from the browser: only those that are its to set."""
        with self._lock:
            super().set_state({name: value for name, value in sync_data.items() if name in _FROM_BROWSER})

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Give the state as a (re)loaded page needs it: always with all actions as of now."""
        with self._lock:
            state: dict[str, Any] = super().get_state(key, drop_defaults)
            if "snapshot" in state and len(self._watcher.state):
                state["snapshot"] = self._current_snapshot()
            return state


def _can_send_from_here(comm: Any) -> bool:
    """Tell whether this thread may send. In ipykernel 7.0 only those may that are at work for a cell."""
    parent_of_messages = getattr(getattr(comm, "kernel", None), "get_parent", None)
    try:
        if parent_of_messages is not None:
            parent_of_messages()
    except LookupError:
        return False
    return True
