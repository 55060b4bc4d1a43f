"""Aborts and signals: the way from a client's command to whoever executes the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from flyte_widgets.local.services.quirks import SLOW_CASCADE_S
from flyte_widgets.local.services.records import RunKey
from flyte_widgets.local.services.store import Store

CASCADE_DELAY_S = 0.3
"""How long after their parent unfinished actions become ABORTED. The real backend takes seconds."""


class Executor(Protocol):
    """Whoever executes a run in this process: a local run, or the simulator. Called on the server's thread."""

    reports_ends: bool
    """Whether it reports of each action how it ended, also after an abort."""

    def abort_run(self, reason: str) -> None:
        """Stop everything. The root is ABORTED already."""

    def abort_action(self, name: str, reason: str) -> None:
        """Stop one action and what is below it. It is ABORTED already."""

    def signal(self, name: str) -> None:
        """Go on: the condition `name` has been answered."""


class Control:
    """Carries out aborts: in the store at once, at the executor at the same time, in the descendants shortly after."""

    def __init__(self, store: Store, call_later: Callable[[float, Callable[[], None]], None]) -> None:
        self._store = store
        self._call_later = call_later
        self._lock = threading.Lock()
        self._executors: dict[RunKey, Executor] = {}

    def register(self, key: RunKey, executor: Executor) -> None:
        """Let `executor` hear of the commands for a run."""
        with self._lock:
            self._executors[key] = executor

    def unregister(self, key: RunKey) -> None:
        """Forget a run that is over, or not executed here any more."""
        with self._lock:
            self._executors.pop(key, None)

    def executor(self, key: RunKey) -> Executor | None:
        """Whoever executes the run, if that is in this process."""
        with self._lock:
            return self._executors.get(key)

    def abort(self, key: RunKey, name: str, reason: str) -> None:
        """Abort an action; for the root this is the run. KeyError where there is none.

        As in the real backend there is no guard: an action that has ended is rewritten to ABORTED.
        """
        with self._store.change(key) as run:
            record = run.actions[name]
            run.abort(record, reason, at_us=now_us())
            reason = record.details.abort_info.reason
            is_root = record is run.root
            delay_s = SLOW_CASCADE_S if "slow_cascade" in run.quirks else CASCADE_DELAY_S
        executor = self.executor(key)
        if executor is not None and is_root:
            executor.abort_run(reason)
        elif executor is not None:
            executor.abort_action(name, reason)
        if executor is None or not executor.reports_ends:
            self._call_later(delay_s, lambda: self.cascade(key, name, reason))

    def cascade(self, key: RunKey, name: str, reason: str) -> None:
        """Abort what is below an action and has not ended."""
        with suppress(KeyError), self._store.change(key) as run:
            for record in run.descendants(name):
                if not record.is_terminal:
                    run.abort(record, reason, at_us=now_us())


def now_us() -> int:
    """Read the wall clock, in microseconds since 1970."""
    return time.time_ns() // 1000
