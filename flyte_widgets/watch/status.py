"""How fresh what is shown is, and how an abort stands. Values only; the widget syncs them as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flyte_widgets import errors

ConnectionState = Literal[
    "connecting",
    "live",
    "polling",
    "reconnecting",
    "ended",
    "closed",
    "not_found",
    "forbidden",
    "login_needed",
    "failed",
]
AbortPhase = Literal["idle", "requested", "accepted", "aborted", "failed"]
AnswerPhase = Literal["sent", "accepted", "answered", "failed", "answered_elsewhere", "timed_out", "aborted"]

#: Trying again does not mend these: somebody has to do something. The watcher waits for `retry()`, and asks rarely.
NEEDS_USER: frozenset[str] = frozenset({"not_found", "forbidden", "login_needed", "failed"})


@dataclass(frozen=True)
class Connection:
    """How the watcher stands to its backend. Times are epoch ms of the backend's clock.

    `last_ms` is when the backend last answered: what is shown is at least that old. `message` and `hint` say what
    happened and what to do. `poll_s` is set where unary reads stand in for the stream.
    """

    state: ConnectionState = "connecting"
    last_ms: float | None = None
    next_try_ms: float | None = None
    message: str = ""
    hint: str = ""
    poll_s: float | None = None


@dataclass(frozen=True)
class AbortStatus:
    """How an abort stands. "accepted" is the backend's OK; "aborted" only that the phase was seen ABORTED."""

    state: AbortPhase = "idle"
    action: str = ""
    at_ms: float | None = None
    reason: str = ""
    message: str = ""


@dataclass(frozen=True)
class AnswerStatus:
    """How the answer to a condition stands. `value` is what was answered, in words ("yes", "1250").

    "accepted" is the backend's OK; "answered" only that the condition was seen SUCCEEDED with this answer.
    "answered_elsewhere": somebody else answered, or the same person in another place. "failed": it was not sent.
    """

    state: AnswerPhase
    action: str
    name: str = ""
    value: str = ""
    by: str = ""
    """Who answered, where the backend says."""
    at_ms: float | None = None
    """When it was sent; for what has ended, when that was."""
    since_ms: float | None = None
    """When the condition began to wait."""
    message: str = ""


@dataclass(frozen=True)
class RerunStatus:
    """How a rerun of this run stands. "started": `run` is the name of the new run, `code` Python that does it again."""

    state: Literal["idle", "requested", "started", "failed"] = "idle"
    kind: Literal["rerun", "recover"] = "rerun"
    run: str = ""
    code: str = ""
    at_ms: float | None = None
    message: str = ""


def state_of(error: errors.ApiError) -> ConnectionState:
    """Give the state that an error leads to: what a reader must do about it decides."""
    if isinstance(error, errors.NotFoundError):
        return "not_found"
    if isinstance(error, errors.PermissionDeniedError):
        return "forbidden"
    if isinstance(error, errors.UnauthenticatedError):
        return "login_needed"
    return "reconnecting" if error.transient else "failed"
