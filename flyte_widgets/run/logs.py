"""The log of one attempt, put together from what TailLogs sends: replays are dropped, the newest lines are kept. Pure.

Each call of TailLogs replays the log from its first line. So a line that comes again after a reopen must be told from
a line that is new. The rules, for each container of its own:

- Lines with times: a line older than the newest one is a replay; of the lines at that very time, as many as were there.
  With the first line that is newer the replay is over: two streams of a container may differ a little in their order.
- Lines without times: as many lines as the container has sent before are a replay.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Final, NamedTuple

from flyte_widgets.api.messages_data import ContainerLogs
from flyte_widgets.api.messages_data import LogLine as WireLine
from flyte_widgets.api.protojson import EnumWire
from flyte_widgets.run.tracebacks import TracebackFolds

MAX_LINES: Final = 20_000
MAX_BYTES: Final = 4 * 1024 * 1024
"""What is kept of a log. A character counts as one byte."""
MAX_LINE: Final = 16_384
"""Characters that are kept of one line."""
_ORIGINATORS: Final[dict[EnumWire, str]] = {"USER": "user", 1: "user", "SYSTEM": "system", 2: "system"}
_LINE_END = re.compile(r"[\r\n]+\Z")
_NOT_COLOUR = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-ln-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
)
"""Escape sequences that are not colours ("m"), and control characters that are neither tab nor the escape itself."""


class LogLine(NamedTuple):
    """One line of a log. As a string it is its text, colours (ANSI) included."""

    time_ns: int | None
    """When it was written, nanoseconds since the epoch; None where the backend does not say."""
    text: str
    """Without its line end. What a carriage return has overwritten is gone."""
    originator: str = ""
    """"user" or "system"; "" where the backend does not say."""
    stream: str = ""
    """"stdout" or "stderr"; "" where the backend does not say."""

    @property
    def time(self) -> datetime | None:
        """When it was written, UTC; None where the backend does not say."""
        return None if self.time_ns is None else datetime.fromtimestamp(self.time_ns / 1e9, timezone.utc)

    def __str__(self) -> str:
        return self.text


@dataclass
class _Container:
    """How far one container's log has been read."""

    newest_ns: int | None = None
    at_newest: Counter[str] = field(default_factory=Counter)
    """Lines at that time."""
    untimed: int = 0
    """Lines without a time so far."""
    replayed_at_newest: Counter[str] = field(default_factory=Counter)
    replayed_untimed: int = 0
    is_replay: bool = False
    """Until a line comes that is newer than all before. What comes after it is new, whatever its time."""

    def reopen(self) -> None:
        """Expect a replay."""
        self.is_replay = True
        self.replayed_at_newest.clear()
        self.replayed_untimed = 0

    def is_new(self, line: WireLine) -> bool:
        """Whether a line was not there before. Takes note of it."""
        at_ns = line.time_ns
        if at_ns is None:
            self.replayed_untimed += 1
            if self.replayed_untimed <= self.untimed:
                return False
            self.untimed += 1
            return True
        if self.is_replay and self.newest_ns is not None:
            if at_ns < self.newest_ns:
                return False
            if at_ns == self.newest_ns:
                self.replayed_at_newest[line.message] += 1
                if self.replayed_at_newest[line.message] <= self.at_newest[line.message]:
                    return False
        if self.newest_ns is None or at_ns > self.newest_ns:
            self.newest_ns, self.is_replay = at_ns, False
            self.at_newest.clear()
            self.replayed_at_newest.clear()
        if at_ns == self.newest_ns:
            self.at_newest[line.message] += 1
            self.replayed_at_newest[line.message] += 1
        return True


class LogBuffer:
    """Keeps the newest lines. Lines are numbered from 0 by when they came; `first` is the oldest that is kept."""

    def __init__(self, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES, max_line: int | None = MAX_LINE) -> None:
        self.lines: deque[LogLine] = deque()
        self.first = 0
        """Number of the oldest line that is kept: so many are not kept."""
        self.tracebacks = TracebackFolds()
        self._bytes = 0
        self._max_lines, self._max_bytes, self._max_line = max_lines, max_bytes, max_line
        self._containers: dict[tuple[str, str], _Container] = {}

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def total(self) -> int:
        """How many lines there were, those that are not kept included."""
        return self.first + len(self.lines)

    def reopen(self) -> None:
        """Note that TailLogs was opened again: what comes first has been here before."""
        for container in self._containers.values():
            container.reopen()

    def feed(self, logs: Iterable[ContainerLogs]) -> int:
        """Take in a message of TailLogs. Gives how many lines were new."""
        before = self.total
        for part in logs:
            where = (part.container.kubernetes_pod_name, part.container.kubernetes_container_name)
            container = self._containers.setdefault(where, _Container())
            for line in part.lines:
                if container.is_new(line):
                    self._append(read_line(line, self._max_line))
        return self.total - before

    def slice(self, start: int, end: int) -> list[LogLine]:
        """Give the lines numbered `start` to `end` (not included), as far as they are kept."""
        start = max(0, start - self.first)
        end = max(0, end - self.first)
        count = len(self.lines)
        if start >= min(end, count):
            return []
        if count - start < start:  # a deque is quick at its ends
            newest = [self.lines[-1 - i] for i in range(count - start)]
            newest.reverse()
            return newest[: end - start]
        return [self.lines[i] for i in range(start, min(end, count))]

    def _append(self, line: LogLine) -> None:
        self.tracebacks.feed(self.total, line.text)
        self.lines.append(line)
        self._bytes += len(line.text)
        while len(self.lines) > self._max_lines or (self._bytes > self._max_bytes and len(self.lines) > 1):
            self._bytes -= len(self.lines.popleft().text)
            self.first += 1


def read_line(line: WireLine, max_length: int | None = MAX_LINE) -> LogLine:
    """Make a line of what the wire has."""
    originator = _ORIGINATORS.get(line.originator, "")
    return LogLine(line.time_ns, clean_text(line.message, max_length), originator)


def clean_text(message: str, max_length: int | None = MAX_LINE) -> str:
    """Give what a terminal would show of a line: the line end goes, carriage returns overwrite, colours stay.

    What is longer than `max_length` ends in "… 983,616 more"; None: nothing is cut.
    """
    text = _LINE_END.sub("", message)
    if "\r" in text:
        text = text[text.rindex("\r") + 1 :]
    text = _NOT_COLOUR.sub("", text)
    if max_length is not None and len(text) > max_length:
        return f"{text[:max_length]} … {len(text) - max_length:,} more"
    return text
