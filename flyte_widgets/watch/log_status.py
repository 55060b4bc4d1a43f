"""How a log stands. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

LogState = Literal[
    "opening",  # nothing is known yet
    "not_started",  # the container has not started: logs come with it
    "quiet",  # it runs, and has written nothing so far
    "live",  # lines come
    "ended",  # all lines are here
    "reconnecting",  # the backend cannot be reached; what is here is as old as `since_ms`
    "refused",  # the backend does not let this user read logs, or wants a login
    "no_logs",  # this action has no log, or this backend keeps none
    "gone",  # there was a log, and nobody kept it
]
FINAL_STATES: Final = frozenset({"ended", "no_logs", "gone"})
TROUBLED: Final = ("reconnecting", "refused")
"""What is here may be old."""


@dataclass(frozen=True)
class LogStatus:
    """How a log stands. Times are epoch ms of the backend's clock."""

    state: LogState = "opening"
    since_ms: float | None = None
    """When this state began."""
    next_try_ms: float | None = None
    message: str = ""
    hint: str = ""
