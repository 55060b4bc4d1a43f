"""What a RunWidget sends of its run: the traits that follow the backend, and the packed columns of its actions."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable
from typing import Any, Final

from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.updates import Update
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.outbound import HEARTBEAT_EVERY_S, Outbound
from flyte_widgets.widgets.trait_values import run_trait_values
from flyte_widgets.wire.columns import Columns
from flyte_widgets.wire.messages import Columns as ColumnsMessage

TRAITS_EVERY_S: Final = 1.0
"""Counts and the like are sent at most this often; changes that a reader waits for (`_URGENT`) are sent at once."""
SOON_EVERY_S: Final = 0.5
"""Likewise for what is wanted soon (`_SOON`), where the messages are so many that it cannot go at once."""

_URGENT: Final = ("phase", "is_terminal", "abort_state", "detail", "waiting", "answers", "rerun_state")
_SOON: Final = "root"
"""Not with a phase, this is its history, which comes by another stream: it must not hold up the next phase."""


class RunContent:
    """Turns what the watcher of a run reports into trait values and columns. A listener of the watcher."""

    def __init__(self, run: Run, watcher: Watcher, outbound: Outbound, selected: str = "") -> None:
        self.watcher = watcher
        self._run, self._outbound = run, outbound
        self._columns = Columns(watcher.state)
        self._news_lock = threading.Lock()
        self._rows: set[int] = set()
        self._has_urgent_news = True
        """Whether something was heard that a trait may have to say at once, and not only rows and counts."""
        self._reported_status: object = None
        self._columns_at_s = self._traits_at_s = self._regular_s = 0.0
        """`_regular_s`: when what is not urgent may go out. Before that, rows are no reason to wake the publisher."""
        self._is_saved = False
        """Whether the snapshot of the run's end was written."""
        self._selected = ""
        self._values = self._read_values()
        self.select(selected)

    @property
    def values(self) -> dict[str, Any]:
        """The trait values that were sent last."""
        return self._values

    @property
    def is_live(self) -> bool:
        """Whether the run is watched."""
        return self._values["connection"]["state"] not in ("ended", "closed")

    def select(self, action: str) -> None:
        """Keep the details of this action fresh, and of no other; "" for none."""
        with self._news_lock:
            before, self._selected = self._selected, action
            background().soon(self.watcher.focus, action)
            background().soon(self.watcher.unfocus, before)
        self._outbound.wake()

    def snapshot(self) -> bytes:
        """Pack all actions as of now, within bounds, deflated."""
        with self.watcher.lock:
            block = self._columns.saved(self.watcher.now_ms()) if len(self.watcher.state) else b""
        return zlib.compress(block) if block else b""  # a notebook keeps it: a fifth of its size

    # --- news from the watcher, on the background loop ---------------------------------------------------------------

    def run_updated(self, update: Update) -> None:
        """Take note of what changed; the publisher sends it."""
        with self._news_lock:
            self._rows |= update.rows
            self._has_urgent_news |= self._may_be_urgent(update)
            at_s = 0.0 if self._has_urgent_news else self._regular_s
        self._outbound.wake(at_s)

    def _may_be_urgent(self, update: Update) -> bool:
        """Of a run of thousands most news are of actions that no trait shows: those cost no look at all traits."""
        known = self.watcher.state.by_id
        followed = [known[action].index for action in (ROOT, self._selected) if action in known]
        if not update.rows or update.details or self._status() != self._reported_status:
            return True
        return not update.rows.isdisjoint(followed)

    def _status(self) -> object:
        """Give how the watch stands: what may be urgent though no row changed."""
        watcher = self.watcher
        return (
            watcher.connection.state,
            watcher.abort_status,
            watcher.conditions.waiting,
            watcher.conditions.answers,
            watcher.model.rerun_status,
            self._selected,
        )

    # --- sending, on the publisher's thread --------------------------------------------------------------------------

    def send_due(self, now_s: float) -> float | None:
        """Send changed traits and changed rows, as far as they may go now."""
        rate = self._outbound.rate
        if self.watcher.connection.state == "ended" and not self._is_saved:
            rate.forget()  # whoever waits for the end finds all of it
            self._send_columns(now_s)
            rate.forget()
        due = [self._send_traits(now_s), self._send_columns(now_s)]
        self._regular_s = rate.regular_s
        return min((due_s for due_s in due if due_s is not None), default=None)

    def send_missing(self, seq: int) -> None:
        """Send all rows to a page that has not the current ones."""
        if seq == 0 or seq != self._columns.seq:
            self._send_block(self._columns.snapshot)

    def _send_columns(self, now_s: float) -> float | None:
        pace = self._outbound.pace
        with self._news_lock:
            if not self._rows or pace == "stopped":
                return None
            due_s = max(
                self._outbound.rate.regular_s, self._columns_at_s + HEARTBEAT_EVERY_S if pace == "slow" else 0.0
            )
            if now_s < due_s:
                return due_s
            rows, self._rows = self._rows, set()
        self._send_block(lambda now_ms: self._columns.delta(rows, now_ms))
        self._columns_at_s = now_s
        self._outbound.note_sent(time.monotonic())  # packing took its time
        return None

    def _send_traits(self, now_s: float) -> float | None:
        rate = self._outbound.rate
        due_s = max(self._traits_at_s + TRAITS_EVERY_S, rate.regular_s)
        status = self._status()
        with self._news_lock:
            may_be_urgent = self._has_urgent_news or status != self._reported_status
            self._has_urgent_news = False
        if now_s < due_s and not may_be_urgent:
            return due_s
        self._reported_status = status
        values = self._read_values()
        changed = {name: value for name, value in values.items() if self._values[name] != value}
        is_over = values["connection"]["state"] == "ended"
        self._is_saved = self._is_saved and values["is_terminal"]
        if is_over and not self._is_saved:
            changed["snapshot"] = self.snapshot()
        if not changed:
            return None
        is_urgent = is_over or self._is_urgent(changed)
        is_wanted = is_urgent or _SOON in changed
        if is_urgent:
            due_s = rate.urgent_s
        elif is_wanted:
            due_s = min(rate.soon_s, max(self._traits_at_s + SOON_EVERY_S, rate.regular_s))
        if now_s < due_s:
            with self._news_lock:
                self._has_urgent_news |= is_wanted
            return due_s
        self._traits_at_s, self._is_saved, self._values = now_s, is_over, values
        self._outbound.channel.set_traits(changed)
        self._outbound.note_sent(time.monotonic(), urgent=is_wanted)
        return None

    def _is_urgent(self, changed: dict[str, Any]) -> bool:
        if "connection" in changed and changed["connection"]["state"] != self._values["connection"]["state"]:
            return True
        return any(name in changed for name in _URGENT)

    def _read_values(self) -> dict[str, Any]:
        with self.watcher.lock:
            return run_trait_values(self._run, self.watcher, self._selected)

    def _send_block(self, pack: Callable[[float], bytes]) -> None:
        with self.watcher.lock:
            block = pack(self.watcher.now_ms())
        self._outbound.channel.send(ColumnsMessage(), [block])
