"""The logs of a local run's actions: the newest lines of each attempt, in memory."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from itertools import islice
from typing import Final, NamedTuple

from flyte_widgets.local.services.content import LogLine

MAX_LINES: Final = 20_000
MAX_BYTES: Final = 4 * 1024 * 1024
"""Of one attempt. The newest are kept."""
MAX_RUN_BYTES: Final = 64 * 1024 * 1024
_MAX_LINE: Final = 64 * 1024
"""A line that is longer is cut into several."""

LogKey = tuple[str, int]
"""Action and attempt."""


class Piece(NamedTuple):
    """What was written of a line that has not ended."""

    at_us: int
    text: str


class ActionLog:
    """The log of one attempt."""

    def __init__(self) -> None:
        self.lines: deque[LogLine] = deque()
        self.dropped = 0
        """How many lines are no longer there: all before the first."""
        self.bytes = 0
        self.pieces: dict[Hashable, Piece] = {}
        """By the stream that it was written to."""
        self.is_read = True
        """Whether somebody has read all that there is."""

    def add(self, line: LogLine) -> int:
        """Add a line. Returns by how many bytes the log grew, less than 0 where more was dropped."""
        before = self.bytes
        self.lines.append(line)
        self.bytes += len(line.text)
        while len(self.lines) > MAX_LINES or self.bytes > MAX_BYTES:
            self._drop_first()
        return self.bytes - before

    def halve(self) -> int:
        """Drop the older half. Returns how many bytes that were."""
        before = self.bytes
        for _ in range((len(self.lines) + 1) // 2):
            self._drop_first()
        return before - self.bytes

    def _drop_first(self) -> None:
        self.bytes -= len(self.lines.popleft().text)
        self.dropped += 1


class LogBook:
    """The logs of one run. Safe to use from any thread. `changed` is called when an attempt that was read has news."""

    def __init__(self, changed: Callable[[LogKey], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._logs: dict[LogKey, ActionLog] = {}
        self._bytes = 0

    def write(self, key: LogKey, stream: Hashable, text: str, *, is_system: bool = False) -> None:
        """Add what was written to a stream: pieces are joined to lines, of the time at which each began."""
        now_us = time.time_ns() // 1000
        with self._lock:
            log = self._logs.setdefault(key, ActionLog())
            begun = log.pieces.pop(stream, None)
            at_us, text = (begun.at_us, begun.text + text) if begun is not None else (now_us, text)
            *whole, rest = text.split("\n")
            for line in whole:
                self._add(log, at_us, line.removesuffix("\r"), is_system)
                at_us = now_us
            if len(rest) > _MAX_LINE:
                self._add(log, at_us, rest, is_system)
            elif rest:
                log.pieces[stream] = Piece(at_us, rest)
            is_news = bool(whole) and log.is_read
            log.is_read = log.is_read and not is_news
        if is_news:
            self._changed(key)

    def end(self, action: str) -> None:
        """Take what an action wrote last, without a line end, as a line, and wake who follows it."""
        with self._lock:
            ended = [key for key in self._logs if key[0] == action]
            for key in ended:
                log = self._logs[key]
                for piece in log.pieces.values():
                    self._add(log, piece.at_us, piece.text, is_system=False)
                log.pieces.clear()
        for key in ended:
            self._changed(key)

    def lines_after(self, key: LogKey, cursor: int) -> tuple[list[LogLine], int, int]:
        """Give the lines from number `cursor` on, the next cursor, and how many in between are no longer there."""
        with self._lock:
            log = self._logs.get(key)
            if log is None:
                return [], cursor, 0
            log.is_read = True
            missing = max(0, log.dropped - cursor)
            first = max(0, cursor - log.dropped)
            return list(islice(log.lines, first, None)), log.dropped + len(log.lines), missing

    def _add(self, log: ActionLog, at_us: int, text: str, is_system: bool) -> None:
        for start in range(0, len(text) or 1, _MAX_LINE):
            self._bytes += log.add(LogLine(at_us, text[start : start + _MAX_LINE], is_system))
        while self._bytes > MAX_RUN_BYTES:
            self._bytes -= max(self._logs.values(), key=lambda each: each.bytes).halve()
