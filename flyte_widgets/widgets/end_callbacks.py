"""Calls functions once when a run has ended, each on a thread of its own: a slow one must not hold up the widget."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.causes import FAILURES
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.updates import Update
from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

Callback = Callable[[Any], Any]


class EndCallbacks:
    """The functions of one widget. `argument` is what they are called with; `failed` shows what one raises."""

    def __init__(self, watcher: Watcher, argument: Callable[[], Any], failed: Callable[[str, Exception], None]) -> None:
        self._watcher, self._argument, self._failed = watcher, argument, failed
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, Callback]] = []

    def on_end(self, function: Callback) -> None:
        """Call it when the run has ended and was read whole; soon, where it has."""
        self._add("on_end", function)

    def on_failure(self, function: Callback) -> None:
        """Likewise, if the run has failed or timed out."""
        self._add("on_failure", function)

    def run_updated(self, _update: Update) -> None:
        """Look whether the run has ended; on the background loop."""
        phase = self._ended_as()
        if phase is None:
            return
        with self._lock:
            due, self._waiting = self._waiting, []
        for kind, function in due:
            if kind == "on_end" or phase in FAILURES:
                threading.Thread(
                    target=self._call, args=(kind, function), name=f"flyte-widgets-{kind}", daemon=True
                ).start()

    def _add(self, kind: str, function: Callback) -> None:
        if not callable(function):
            raise TypeError(f"{kind}() takes a function, got {type(function).__name__}.")
        with self._lock:
            self._waiting.append((kind, function))
        background().soon(self._watcher.subscribe, self)
        background().soon(self.run_updated, Update())

    def _ended_as(self) -> ActionPhase | None:
        return self._watcher.phase if self._watcher.connection.state == "ended" else None

    def _call(self, kind: str, function: Callback) -> None:
        try:
            function(self._argument())
        except Exception as error:
            logger.exception("a function of %s raised", kind)
            self._failed(kind, error)
