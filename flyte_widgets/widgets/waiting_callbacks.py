"""Calls functions each time that a condition begins to wait for a person, each on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from flyte_widgets.watch.loop import background
from flyte_widgets.watch.updates import Update
from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

Callback = Callable[[Any], Any]


class WaitingCallbacks:
    """The functions of one widget. `argument` is what they are called with; `failed` shows what one raises."""

    def __init__(self, watcher: Watcher, argument: Callable[[], Any], failed: Callable[[str, Exception], None]) -> None:
        self._watcher, self._argument, self._failed = watcher, argument, failed
        self._functions: list[tuple[Callback, set[str]]] = []
        """Each with the conditions of which it knows."""

    def on_waiting(self, function: Callback) -> None:
        """Call it for each condition that begins to wait, and soon where one waits already."""
        if not callable(function):
            raise TypeError(f"on_waiting() takes a function, got {type(function).__name__}.")
        self._functions.append((function, set()))
        background().soon(self._watcher.subscribe, self)
        background().soon(self.run_updated, Update())

    def run_updated(self, _update: Update) -> None:
        """Look what waits; on the background loop."""
        waiting = {one.action for one in self._watcher.conditions.waiting}
        for function, known in self._functions:
            is_new = not waiting <= known
            known |= waiting
            if is_new:
                threading.Thread(
                    target=self._call, args=(function,), name="flyte-widgets-on_waiting", daemon=True
                ).start()

    def _call(self, function: Callback) -> None:
        try:
            function(self._argument())
        except Exception as error:
            logger.exception("a function of on_waiting raised")
            self._failed("on_waiting", error)
