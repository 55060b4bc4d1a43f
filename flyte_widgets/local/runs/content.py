"""What the actions of a local run hold: their data as recorded, their reports as they are being written."""

from __future__ import annotations

from pathlib import Path

from flyte_widgets.local.runs.journal import Journal
from flyte_widgets.local.services.content import Uploads
from flyte_widgets.local.services.records import RunKey
from flyte_widgets.local.services.store import Store


class LocalContent(Uploads):
    """The content of one local run. Ended actions have theirs in the store."""

    def __init__(self, store: Store, key: RunKey, journal: Journal) -> None:
        super().__init__(store, key)
        self._journal = journal

    def report(self, action: str, attempt: int) -> bytes | None:
        """Give the report as it is now: the SDK writes it to a file with every flush."""
        file = self._journal.live_report(action)
        if file and Path(file).is_file():
            return Path(file).read_bytes()
        return super().report(action, attempt)
