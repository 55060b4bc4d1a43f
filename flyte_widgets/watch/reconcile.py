"""Compares what is known with what the backend reads out: streams lose messages, unary reads do not."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from flyte_widgets.errors import ApiError
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.history import HistoryReader
from flyte_widgets.watch.source import RunSource

SILENCE_S: Final = 30.0
"""After this much silence a unary read asks whether all is still as it was."""
PROBE_S: Final = 5.0
"""How long that first read may take before it is shown that the backend does not answer any more."""
REOPEN_S: Final = 300.0
"""A stream that was silent for this long is opened anew: its connection may be half-open."""
POLL_S: Final = 5.0
"""How often unary reads are made where they stand in for the stream."""


class Reconciler:
    """Reads the whole run again when that is due."""

    def __init__(self, source: RunSource, history: HistoryReader) -> None:
        self._source, self._history = source, history

    async def reconcile(self) -> None:
        """Read the root and the list of all actions. Raises ApiError."""
        await self._source.read_action(ROOT)
        await self._source.read_list()
        # ListActions has no names, and the backend forgets attempts: where no stream has sent them, details have.
        self._history.request([action.id for action in self._source.model.state if action.has_gaps])

    async def break_silence(self) -> None:
        """Ask when nothing was heard for long, and open streams anew that may be dead. Runs until it is cancelled."""
        source, model = self._source, self._source.model
        while True:
            next_s = min(model.answered_s + SILENCE_S, model.stream_answered_s + REOPEN_S)
            await asyncio.sleep(max(1.0, next_s - time.monotonic()))  # of many watchers, not all every second
            now_s = time.monotonic()
            if now_s - model.stream_answered_s > REOPEN_S:
                model.stream_answered_s = now_s
                source.retry_requested.set()
            if now_s - model.answered_s < SILENCE_S:
                continue
            try:
                await source.read_action(ROOT, timeout_s=PROBE_S)
                await self.reconcile()
            except ApiError as error:
                model.report_error(error, POLL_S)
                source.retry_requested.set()
                await asyncio.sleep(POLL_S)
            else:
                if model.connection.state == "live":
                    model.show_connection(last_ms=model.now_ms())
