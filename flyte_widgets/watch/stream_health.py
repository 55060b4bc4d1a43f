"""What WatchActions of a run has sent, and what it has lost: it loses updates as a rule. No I/O."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Final

_SNAPSHOT_S: Final = 1.0
"""What WatchActions sends for so long after it was opened is its snapshot, and no proof that it sends changes."""


class StreamHealth:
    """Notes the messages of WatchActions, and holds them against the lists that were read beside them."""

    def __init__(self) -> None:
        self.is_open = False
        """Whether WatchActions is open and has sent something."""
        self.changes = 0
        """How many changes it has sent."""
        self.answered_s = time.monotonic()
        """When it last sent something (monotonic)."""
        self.changed_s = -math.inf
        """When it last sent something that was not its snapshot (monotonic)."""
        self.unsent: set[str] = set()
        """Actions of which a list brought news that it has not sent so far."""
        self.loses_updates = False
        """Whether it is known to lose updates."""
        self._opened_s = 0.0

    def note_message(self, now_s: float, changes: int = 0, actions: Iterable[str] = ()) -> None:
        """Note a message at `now_s` (monotonic): which actions it named, and how many changes it brought."""
        self.answered_s = now_s
        self.changes += changes
        if not self.is_open:
            self.is_open, self._opened_s = True, now_s
        elif now_s - self._opened_s > _SNAPSHOT_S:
            self.changed_s = now_s
        if self.unsent:
            self.unsent.difference_update(actions)

    def note_closed(self) -> None:
        """Note that it is closed. It will not send what it has not sent so far."""
        self.is_open = False
        self.unsent.clear()

    def note_listed(self, actions: Iterable[str]) -> None:
        """Note the actions of which a list, read while this was open, brought news."""
        if self.is_open:
            self.unsent.update(actions)
