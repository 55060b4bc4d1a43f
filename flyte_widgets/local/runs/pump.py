"""Has the store record what a local run tells: ten times a second while somebody watches, and when it has ended."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from flyte_widgets.local.services.records import RunKey
from flyte_widgets.local.services.store import Feed, Store

_INTERVAL_S: Final = 0.1
_CHUNK: Final = 500
"""Notes at once: whoever reads other runs gets his turn in between."""


class Pump:
    """Works for one run, on a thread of its own, until `stop`.

    Where nobody watches, and no file is to keep it through a crash, it waits: whoever reads the run records first.
    """

    def __init__(self, store: Store, key: RunKey, feed: Feed, tick: Callable[[], None]) -> None:
        """`tick` is called ten times a second as well."""
        self._store, self._key, self._feed, self._tick = store, key, feed, tick
        self._stopped = threading.Event()
        store.attach(key, feed)
        threading.Thread(target=self._work, name=f"flyte-widgets-record-{key.name}", daemon=True).start()

    def stop(self) -> None:
        """Record what is left, and end. Returns at once."""
        self._stopped.set()

    def _work(self) -> None:
        with suppress(KeyError, sqlite3.ProgrammingError):  # the backend is gone, and with it whoever would look
            while not self._stopped.wait(_INTERVAL_S):
                self._tick()
                while self._feed.is_pending and self._is_urgent():
                    self._store.refresh(self._key, _CHUNK)
            while self._feed.is_pending:
                self._store.refresh(self._key, _CHUNK)
            self._store.detach(self._key)

    def _is_urgent(self) -> bool:
        changes = self._store.changes
        return self._store.file is not None or changes.is_watched(self._key) or changes.is_watched(None)
