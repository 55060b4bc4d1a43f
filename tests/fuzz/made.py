"""Messages made of choices: bytes that a fuzzer changes one by one, where JSON that it changes is mostly no JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flyte_widgets.api.messages import (
    ActionDetailsResponse,
    GetRunDetailsResponse,
    ListActionsResponse,
    WatchActionsResponse,
)
from flyte_widgets.api.messages_data import TailLogsResponse
from flyte_widgets.api.messages_runs import ListRunsResponse
from flyte_widgets.api.protojson import Message

T = TypeVar("T")

MOST_MESSAGES = 24
IDS = ("a0", "a1", "a2", "a3", "", "\ud800", "a0\0", "é" * 300)
PHASES = (
    None, 0, 1, 3, 4, 6, 7, 11, -1, 2**40, "", "nonsense", "ACTION_PHASE_QUEUED", "ACTION_PHASE_WAITING_FOR_RESOURCES",
    "ACTION_PHASE_INITIALIZING", "ACTION_PHASE_RUNNING", "ACTION_PHASE_SUCCEEDED", "ACTION_PHASE_FAILED",
    "ACTION_PHASE_ABORTED", "ACTION_PHASE_TIMED_OUT", "ACTION_PHASE_PAUSED", "ACTION_PHASE_RECOVERED",
)  # fmt: skip
DAYS = ("2026-01-02T03:04:0", "0001-01-01T00:00:0", "1969-12-31T23:59:5", "9999-12-31T23:59:5", "2026-99-99T99:99:9")
ENDS = (
    "Z",
    ".5Z",
    ".123456789Z",
    "",
    "+02:00",
    "-99:99",
    ".inf",
    "inf",
    "nanZ",
    "infZ",
    "1e400Z",
    "-7Z",
    "+99999999999999999999999:00",
    "e400Z",
    "+1_0",
    ".5+9999999999999",
    " Z",
)
COUNTS = (0, 1, 2, 3, -1, "2", 65_536, 2**31, 2**63 - 1, -(2**63))
TEXTS = ("", "x", "ValueError: boom", "a\nb.C: d", ":", "\u202e", "é" * 70, "\0")


class Choices:
    """Takes choices from bytes; when they are used up, the first of each."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> bool:
        return self._at < len(self._data)

    def number(self, below: int) -> int:
        self._at += 1
        return self._data[self._at - 1] % below if self._at <= len(self._data) else 0

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(len(options))]

    def time(self) -> str | None:
        if not self.number(3):
            return None
        return self.pick(DAYS) + str(self.number(10)) + self.pick(ENDS)

    def some(self, **fields: Any) -> dict[str, Any]:
        """Leave some of the fields out: what a backend does not send."""
        kept = self.number(256)
        return {name: value for index, (name, value) in enumerate(fields.items()) if not kept >> (index % 8) & 1}


def made_messages(data: bytes, kind: type[Message]) -> bytes:
    """Make messages of a kind, one per line."""
    choices = Choices(data)
    lines = []
    while choices.left and len(lines) < MOST_MESSAGES:
        lines.append(json.dumps(_message(choices, kind)).encode())
    return b"\n".join(lines)


def _message(choices: Choices, kind: type[Message]) -> Any:
    make = _MAKERS.get(kind)
    return make(choices) if make else {}


def _several(choices: Choices, make: Callable[[Choices], Any]) -> list[Any]:
    return [make(choices) for _ in range(choices.number(4))]


_MAKERS: dict[type[Message], Callable[[Choices], Any]] = {
    WatchActionsResponse: lambda choices: {"enrichedActions": _several(choices, lambda c: {"action": _action(c)})},
    ListActionsResponse: lambda choices: {"actions": _several(choices, _action)},
    ListRunsResponse: lambda choices: {"runs": _several(choices, lambda c: {"action": _action(c)})},
    TailLogsResponse: lambda choices: {"logs": [{"lines": [{"timestamp": choices.time() or ""}]}]},
    ActionDetailsResponse: lambda choices: {"details": _details(choices)},
    GetRunDetailsResponse: lambda choices: {"details": {"action": _details(choices)}},
}


def _action(choices: Choices) -> dict[str, Any]:
    task = {"shortName": choices.pick(TEXTS), "id": {"name": choices.pick(TEXTS)}}
    kinds = ({"task": task}, {"trace": {"name": choices.pick(TEXTS)}}, {"condition": {}}, {})
    metadata = {"parent": choices.pick(IDS), "group": choices.pick(TEXTS), **choices.pick(kinds)}
    status = choices.some(
        phase=choices.pick(PHASES),
        startTime=choices.time(),
        endTime=choices.time(),
        attempts=choices.pick(COUNTS),
        cacheStatus=choices.pick((None, "CACHE_HIT", 2, "x")),
    )
    return {"id": {"name": choices.pick(IDS)}, **choices.some(metadata=metadata, status=status)}


def _details(choices: Choices) -> dict[str, Any]:
    attempts = [_attempt(choices) for _ in range(choices.number(4))]
    error = {"message": choices.pick(TEXTS), "code": choices.pick(TEXTS)}
    return {**_action(choices), **choices.some(attempts=attempts, errorInfo=error, abortInfo={"reason": "x"})}


def _attempt(choices: Choices) -> dict[str, Any]:
    transitions = [
        choices.some(phase=choices.pick(PHASES), startTime=choices.time(), endTime=choices.time())
        for _ in range(choices.number(5))
    ]
    return choices.some(
        attempt=choices.pick(COUNTS),
        phase=choices.pick(PHASES),
        startTime=choices.time(),
        endTime=choices.time(),
        phaseTransitions=transitions,
        errorInfo={"message": choices.pick(TEXTS)},
    )
