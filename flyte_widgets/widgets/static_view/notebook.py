"""The static view of a RunWidget: an output of its own beside the live view, which a notebook keeps.

JupyterLab shows "model not found" for a widget whose kernel is gone, whatever else is in its output, so the static view
cannot be there. As an output of its own it is in the notebook from the first moment, is replaced when the run's phase
changes, and once more at the end. The live view hides it by its id while it shows the same
(js/src/hosts/static-view.ts).
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.status import NEEDS_USER
from flyte_widgets.watch.updates import Update
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.outputs import Bundle, Output
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.static_view.collect import READ_LIMIT_S, FailedAction, read_what_is_missing, snapshot_of
from flyte_widgets.widgets.static_view.html import static_view_html, static_view_note
from flyte_widgets.widgets.static_view.model import NO_REPORTS, Snapshot
from flyte_widgets.widgets.static_view.reports import read_reports
from flyte_widgets.widgets.static_view.text import static_view_text

logger = logging.getLogger(__name__)

UPDATE_EVERY_S: Final = 2.0
"""The static view is replaced at most this often while the run goes on, where its phase has changed."""
RENEW_EVERY_S: Final = 60.0
"""So often where anything else has: a notebook that is saved in hour 3 does not show minute 1."""
FIRST_READ_S: Final = 1.0
"""How long a cell that displays a widget is held up at most; the live view is on screen by then."""
_MOST_SHOWN: Final = 8
"""Outputs that are kept true; older ones stay as they are."""
_EMPTY: Final = {"text/html": "", "text/plain": ""}

Reading = concurrent.futures.Future["FailedAction | None"]


@dataclass(frozen=True)
class Shown:
    """One place where the widget was displayed: the outputs of the view and of the static view."""

    view: Output
    static_view: Output


class StaticView:
    """The static view of one widget, in all places where that was displayed."""

    def __init__(self, run: Run, watcher: Watcher) -> None:
        self.element_id = f"fw-static-view-{uuid4().hex[:12]}"
        self._run, self._watcher = run, watcher
        self._shown: list[Shown] = []
        self._drawn: tuple[ActionPhase | None, bool] | None = None
        self._next_s = self._renew_s = 0.0
        self._is_seen = self._has_news = False
        """Whether the run has changed since the static view was made."""
        self._end: tuple[ActionPhase | None, float | None, bool] | None = None
        self._reading: Reading | None = None
        self._reports = NO_REPORTS
        """What `freeze` was to keep."""
        self._reading_lock = threading.Lock()
        self._outputs_lock = threading.Lock()

    def snapshot(self, timeout_s: float = 0.0) -> Snapshot:
        """Take the run as it is known now. At its end, wait up to `timeout_s` for what is still being read.

        Do not call this on the background loop with a timeout: it blocks.
        """
        reading = self._end_reading()
        failed: FailedAction | None = None
        if reading is not None and (reading.done() or timeout_s > 0):
            # Interrupted, late or broken: the static view is made in any case, of what is known.
            with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
                failed = reading.result(timeout_s)
        return replace(snapshot_of(self._run, self._watcher, failed), reports=self._reports)

    def bundle(self, timeout_s: float = 0.0) -> Bundle:
        """Return the static view as an output. Waits as `snapshot` does."""
        snapshot = self.snapshot(timeout_s)
        return {"text/html": static_view_html(snapshot, self.element_id), "text/plain": static_view_text(snapshot)}

    def show(self, view: Bundle, metadata: dict[str, Any]) -> None:
        """Display the view, and the static view under it. Where the widget was shown before, say where it is now."""
        shown = Shown(Output(), Output())
        shown.view.show(view, metadata)
        self._await_first_read()
        shown.static_view.show(self.bundle(FIRST_READ_S))
        if not self._shown:
            background().soon(self._watcher.subscribe, self)
        with self._outputs_lock:
            for earlier in self._shown:
                earlier.static_view.replace(self._elsewhere())
            self._shown = [*self._shown, shown][-_MOST_SHOWN:]
        publisher().wake(self)

    @property
    def is_shown(self) -> bool:
        """Whether the widget was displayed in a cell."""
        return bool(self._shown)

    def freeze(self, *, reports: bool = False) -> None:
        """Replace the live view by the static view, everywhere. `reports`: read them, and keep them in it."""
        if reports:
            self._await_first_read()
            self._reports = background().call(read_reports(self._watcher))
        content = self.bundle(READ_LIMIT_S)
        for shown in self._shown:
            shown.view.replace(content)
            shown.static_view.replace(_EMPTY)
        self._shown = []

    def finish(self) -> None:
        """Bring the static view to the run's end, on the thread of the cell that waited for it.

        For those who leave the notebook to others: nbclient takes only what the running cell sends.
        """
        if self._shown:
            self._replace(self.bundle(READ_LIMIT_S))

    def run_updated(self, _update: Update) -> None:
        """Note that the run has changed. Runs on the background loop."""
        if self._stage() != self._drawn:
            publisher().wake(self)
        elif not self._has_news:
            self._has_news = True
            publisher().wake(self, self._renew_s)

    def note_pace(self, pace: str) -> None:
        """Renew it as the last view leaves the screen: the page may be closed next. On the publisher's thread."""
        was_seen, self._is_seen = self._is_seen, pace != "stopped"
        if was_seen and not self._is_seen and self._has_news:
            self._renew_s = self._next_s
            publisher().wake(self, self._renew_s)

    def publish(self, now_s: float) -> float | None:
        """Replace the static view if the run has moved on."""
        stage = self._stage()
        if not self._shown:
            return None
        if stage == self._drawn:
            if not self._has_news:
                return None
            if now_s < self._renew_s:
                return self._renew_s
        is_over = stage[1]
        if not is_over and now_s < self._next_s:
            return self._next_s
        reading = self._end_reading() if is_over else None
        if reading is not None and not reading.done():
            reading.add_done_callback(lambda _: publisher().wake(self))
            return None
        self._replace(self.bundle())
        return None

    def _await_first_read(self) -> None:
        """Give a run that is only just asked for a moment to be read: this may be all that a batch run keeps of it."""
        deadline_s = time.monotonic() + FIRST_READ_S
        watcher = self._watcher
        while not watcher.has_all and watcher.connection.state not in NEEDS_USER:
            if time.monotonic() > deadline_s:
                return
            time.sleep(0.02)

    def _replace(self, content: Bundle) -> None:
        now_s = time.monotonic()
        self._drawn, self._has_news = self._stage(), False
        self._next_s, self._renew_s = now_s + UPDATE_EVERY_S, now_s + RENEW_EVERY_S
        with self._outputs_lock:
            for shown in self._shown[-1:]:
                shown.static_view.replace(content)

    def _elsewhere(self) -> Bundle:
        """Say where the static view is: it takes its room in the file once, however often the widget is shown."""
        words = f"Run {self._run.name} is shown again further on: its static view is there."
        return {"text/html": static_view_note(words, self.element_id), "text/plain": words}

    def _end_reading(self) -> Reading | None:
        """Read what the static view of an ended run still misses. The first call for an end begins it."""
        root = self._watcher.state.root
        if root is None or not root.is_terminal:
            return None
        with self._reading_lock:
            end = (root.phase, root.ended_ms, self._watcher.connection.state == "ended")
            if self._reading is None or end != self._end:
                self._end, self._reading = end, background().submit(read_what_is_missing(self._watcher))
            return self._reading

    def _stage(self) -> tuple[ActionPhase | None, bool]:
        """Give what a new static view is made for: the phase, and whether the run was read to its end."""
        return self._watcher.phase, self._watcher.connection.state == "ended"
