"""What the actions of a local run hold: their data as recorded, their reports as they are written, their logs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from flyte_widgets.local.runs.journal import Journal
from flyte_widgets.local.runs.logs import LogBook, LogKey
from flyte_widgets.local.services.changes import Wakeup
from flyte_widgets.local.services.content import LogLine, Uploads
from flyte_widgets.local.services.records import RunKey
from flyte_widgets.local.services.store import Store

_LOOK_EVERY_S: Final = 1.0


class LocalContent(Uploads):
    """The content of one local run. Ended actions have their data and reports in the store, logs are in memory."""

    def __init__(self, store: Store, key: RunKey, journal: Journal, logs: LogBook) -> None:
        super().__init__(store, key)
        self._journal, self._logs = journal, logs

    def report(self, action: str, attempt: int) -> bytes | None:
        """Give the report as it is now: the SDK writes it to a file with every flush."""
        with self._store.read(self._key):  # has the journal learn of the action, if it has not
            file = self._journal.live_report(action)
        if file and Path(file).is_file():
            return Path(file).read_bytes()
        return super().report(action, attempt)

    def has_log(self, action: str, attempt: int) -> bool:
        """Whether the attempt is one of a task: a trace writes to the log of its task."""
        with self._store.read(self._key) as run:
            record = run.actions.get(action)
            if record is None or record.details.metadata.WhichOneof("spec") != "task":
                return False
            return any(event.attempt == attempt for event in record.events)

    async def tail(self, action: str, attempt: int, wakeup: Wakeup, *, follow: bool) -> AsyncIterator[list[LogLine]]:
        """Give the lines from the first that is kept on, and with `follow` those that come until the attempt ends."""
        key, cursor = (action, attempt), 0
        topic = log_topic(self._key, key)
        self._store.changes.add(topic, wakeup)
        try:
            while True:
                is_last = not follow or self._has_ended(action, attempt)
                lines, cursor, missing = self._logs.lines_after(key, cursor)
                if missing:
                    lines.insert(0, LogLine(lines[0].at_us, f"… {missing} older lines are not kept.", is_system=True))
                if lines:
                    yield lines
                if is_last or not await wakeup.sleep(_LOOK_EVERY_S):
                    return
        finally:
            self._store.changes.remove(topic, wakeup)

    def _has_ended(self, action: str, attempt: int) -> bool:
        with self._store.read(self._key) as run:
            record = run.actions.get(action)
            return record is None or record.is_terminal or record.details.status.attempts > attempt


def log_topic(run: RunKey, log: LogKey) -> tuple[str, RunKey, LogKey]:
    """Name what is notified of when a log has grown."""
    return ("log", run, log)
