"""The rows of a ProgressWidget: its runs, each with a share of its own in the watch, and what is sent of them."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.redaction import redact
from flyte_widgets.run.run_labels import run_labels
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.usual import roughly
from flyte_widgets.run.values import Values
from flyte_widgets.tasks import within
from flyte_widgets.untrusted import one_line, shortened
from flyte_widgets.watch.access import target_of
from flyte_widgets.watch.action_data import read_data
from flyte_widgets.watch.backends import Lease
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.status import NEEDS_USER
from flyte_widgets.watch.updates import Update
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.wire.progress import Progress, ProgressRow
from flyte_widgets.wire.summary import LinePart, summary_dict

SEND_EVERY_S: Final = 1.0
_MOST_INPUTS: Final = 200
"""Runs whose inputs are read for their labels."""
_AT_ONCE: Final = 4
_PROMPT_LIMIT: Final = 200
_READ_LIMIT_S: Final = 20.0
_TROUBLED: Final = ("reconnecting", *NEEDS_USER)


class Watched:
    """One of the runs, with a share of its own in the watch."""

    def __init__(self, run: Run, label: str, *, is_own: bool) -> None:
        self.run, self.label, self.is_own = run, label, is_own
        target = target_of(run)
        self.lease = Lease(target.backend, target.run_id, tracked=target.tracked)
        self.watcher = self.lease.watcher

    @property
    def is_live(self) -> bool:
        """Whether anything new may come of it."""
        return self.watcher.connection.state not in ("ended", "closed")

    def row(self) -> ProgressRow:
        """Give it as it is now."""
        watcher = self.watcher
        with watcher.lock:
            root = watcher.state.root
            counts = {phase.value: n for phase, n in watcher.state.counts.items() if n > 0}
        connection = watcher.connection
        return {
            "run": self.run.name,
            "label": self.label,
            "task": root.name if root is not None and root.name != ROOT else "",
            "phase": root.phase.value if root is not None and root.phase is not None else "",
            "isTerminal": root is not None and root.is_terminal,
            "line": self._line(),
            "asks": bool(watcher.conditions.waiting),
            "counts": counts,
            "startedMs": root.created_ms if root is not None else None,
            "endedMs": root.ended_ms if root is not None else None,
            "url": self.run.url or "",
            "trouble": connection.message if connection.state in _TROUBLED else "",
        }

    def _line(self) -> list[LinePart]:
        """Give what it asks of a person; else the one line, in short."""
        waiting, line = self.watcher.conditions.waiting, self.watcher.analyst.line
        if waiting:
            asked = waiting[0].prompt or f"{waiting[0].name} needs an answer"
            return [LinePart(shortened(one_line(redact(asked)), _PROMPT_LIMIT), "strong", None)]
        return summary_dict(line)["compact"] if line is not None else []


class ProgressRows:
    """What a ProgressWidget sends. A listener of all its watchers, and the `Content` of its outbound part."""

    def __init__(self, watched: list[Watched], outbound: Outbound) -> None:
        self._watched, self._outbound = watched, outbound
        self._sent_s = 0.0
        self._sent: Progress = self.read()

    @property
    def is_live(self) -> bool:
        """Whether any run goes on."""
        return any(one.is_live for one in self._watched)

    def read(self) -> Progress:
        """Give all rows as they are now."""
        return {"rows": [one.row() for one in self._watched], "left": self._left(), "nowMs": now_ms_of(self._watched)}

    async def read_labels(self) -> None:
        """Name runs that have no label by the inputs in which they differ. On the background loop."""
        unnamed = [one for one in self._watched if not one.label][:_MOST_INPUTS]
        if len(unnamed) < 2:
            return
        turns = asyncio.Semaphore(_AT_ONCE)

        async def inputs_of(one: Watched) -> Values | None:
            try:
                async with turns:
                    return (await within(_READ_LIMIT_S, read_data(one.watcher, ROOT))).inputs
            except (FlyteWidgetsError, TimeoutError):
                return None  # its name is label enough

        inputs = await asyncio.gather(*map(inputs_of, unnamed))
        for one, label in zip(unnamed, run_labels(inputs), strict=True):
            one.label = label
        self._outbound.wake()

    def _left(self) -> str:
        going = [one.watcher for one in self._watched if one.is_live]
        left = [watcher.analyst.left_ms() for watcher in going]
        known = [ms for ms in left if ms is not None]
        return f"about {roughly(max(known))} left" if known and len(known) == len(left) else ""

    def run_updated(self, _update: Update) -> None:
        """Take note of news of one of them."""
        self._outbound.wake(self._sent_s + SEND_EVERY_S)

    def send_due(self, now_s: float) -> float | None:
        """Send what has changed, if it is time; else give when it is."""
        due_s = max(self._sent_s + SEND_EVERY_S, self._outbound.rate.regular_s)
        if now_s < due_s and self.is_live:
            return due_s
        found = self.read()
        if {**found, "nowMs": 0} != {**self._sent, "nowMs": 0}:
            self._sent, self._sent_s = found, now_s
            self._outbound.channel.set_traits({"progress": found})
            self._outbound.note_sent(now_s)
        return None

    def send_missing(self, seq: int) -> None:
        """Do nothing: the trait has all."""


def now_ms_of(watched: list[Watched]) -> Milliseconds:
    """Give now, by the clock of the backend, epoch ms."""
    return watched[0].watcher.now_ms() if watched else time.time() * 1000
