"""The logs that pages look at: followed while they are on screen, read in pages, searched and saved on request.

Only the newest lines are pushed, and only to who follows the log: as many as the page has on screen. So a log of
thousands of lines a second costs no more than one of a few. All else the page asks for.
"""

from __future__ import annotations

import asyncio
import threading
from bisect import bisect_left
from pathlib import Path
from typing import Final

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.logs import LogLine
from flyte_widgets.untrusted import without_colours
from flyte_widgets.watch.log_file import save_log
from flyte_widgets.watch.log_tail import LogTail
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.wire.logs import LogLines, LogMatches, LogNews, SavedLog, pack_lines
from flyte_widgets.wire.requests import FindInLog, LineAtTime, ReadLog, SaveLog

TOPIC: Final = "log"
"""A page shows "log/a3/1": attempt 1 of action a3; "log/a3/1/end/8" where it follows the newest lines and has room for
8 of them; "log/a3/1/end" before it knows for how many."""
PUSHED_LINES: Final = 64
"""So many of the newest lines go out where the page does not say how many it shows."""
MOST_PUSHED_LINES: Final = 200
PUSHED_CHARACTERS: Final = 16_000
"""No push has more, whatever the page says: so many fit on a large screen."""
READ_LINES: Final = 20_000
MATCHES: Final = 5_000


class LogFeed:
    """Feeds the logs of one run's actions to the pages of one widget. A listener of the tails."""

    def __init__(self, watcher: Watcher, outbound: Outbound) -> None:
        self._watcher, self._outbound = watcher, outbound
        self._lock = threading.Lock()
        self._tails: dict[str, LogTail] = {}
        self._followed: dict[str, int] = {}
        """Logs of which pages have the end on screen, and how many lines of it."""
        self._changed: set[str] = set()

    def register(self, inbound: Inbound) -> None:
        """Put the handlers into the table, and follow what pages show."""
        inbound.handle(ReadLog, self._read)
        inbound.handle(FindInLog, self._find)
        inbound.handle(LineAtTime, self._line_at_time)
        inbound.handle(SaveLog, self._save)
        self._outbound.on_shown(TOPIC, self._show)

    # --- on the background loop --------------------------------------------------------------------------------------

    def _show(self, topics: frozenset[str]) -> None:
        """Follow the logs that are on screen, and no others."""
        shown = [_parsed(topic) for topic in topics]
        wanted = {key for key, _ in shown}
        for key in self._tails.keys() - wanted:
            self._drop(key)
        for key in wanted - self._tails.keys():
            action, _, attempt = key.rpartition("/")
            if not action or not attempt.isdecimal():
                continue  # from a page: anything may stand there
            tail = self._watcher.logs.acquire(action, max(1, int(attempt)))
            tail.subscribe(self)
            with self._lock:
                self._tails[key] = tail
        with self._lock:
            self._followed = {}
            for key, lines in shown:
                if lines:
                    self._followed[key] = max(lines, self._followed.get(key, 0))
            self._changed |= self._tails.keys()
        self._outbound.push(self._take)

    def _drop(self, key: str) -> None:
        with self._lock:
            tail = self._tails.pop(key)
        tail.unsubscribe(self)
        self._watcher.logs.release(tail)

    def log_changed(self, tail: LogTail) -> None:
        """Take note of it; the publisher sends it."""
        with self._lock:
            self._changed.add(_key(tail.action, tail.attempt))
        self._outbound.push(self._take)

    async def _read(self, request: ReadLog) -> Answer:
        tail = self._tail(request.action, request.attempt)
        lines = tail.slice(request.start, request.start + min(request.count, READ_LINES))
        first, total = tail.extent
        return Answer(LogLines(start=max(request.start, first), first=first, total=total), [pack_lines(lines)])

    async def _find(self, request: FindInLog) -> Answer:
        tail = self._tail(request.action, request.attempt)
        first, total = tail.extent
        lines = tail.slice(first, total)
        found = await asyncio.to_thread(_matches, lines, request.text, first)
        return Answer(LogMatches(lines=found[:MATCHES], is_cut=len(found) > MATCHES))

    async def _line_at_time(self, request: LineAtTime) -> Answer:
        tail = self._tail(request.action, request.attempt)
        first, total = tail.extent
        times = [line.time_ns or 0 for line in tail.slice(first, total)]
        return Answer(first + min(bisect_left(times, request.at_ms * 1e6), max(0, len(times) - 1)))

    async def _save(self, request: SaveLog) -> Answer:
        name = f"{self._watcher.run_id.name}-{request.action}-{max(1, request.attempt)}.log"
        if not all(letter.isalnum() or letter in "-_." for letter in name):
            raise FlyteWidgetsError("This action has no name that a file can have.")
        path, count = await save_log(self._watcher, request.action, max(1, request.attempt), Path(name))
        return Answer(SavedLog(path=str(path), lines=count))

    def _tail(self, action: str, attempt: int) -> LogTail:
        tail = self._tails.get(_key(action, attempt))
        if tail is None:
            raise FlyteWidgetsError("No page shows this log.", hint="Open it again.")
        return tail

    # --- on the publisher's thread -----------------------------------------------------------------------------------

    def _take(self) -> list[tuple[LogNews, list[bytes]]]:
        """Give what is new: of each log how it stands, and the newest lines where they are followed."""
        with self._lock:
            changed = [(key, self._tails[key]) for key in self._changed if key in self._tails]
            self._changed.clear()
            followed = dict(self._followed)
        parts: list[tuple[LogNews, list[bytes]]] = []
        for key, tail in changed:
            first, total = tail.extent
            count = followed.get(key, 0)
            lines = _newest(tail.slice(max(first, total - count), total)) if count else []
            status = tail.status
            news = LogNews(
                key=key,
                start=total - len(lines),
                first=first,
                total=total,
                state=status.state,
                since_ms=status.since_ms,
                next_try_ms=status.next_try_ms,
                message=status.message,
                hint=status.hint,
                folds=tail.folds,
            )
            parts.append((news, [pack_lines(lines)]))
        return parts


def _key(action: str, attempt: int) -> str:
    return f"{action}/{attempt}"


def _parsed(topic: str) -> tuple[str, int]:
    """Give a log's key, and how many of its newest lines a page wants; 0: none. Anything may stand there."""
    key, follows, lines = topic.partition("/end")
    if not follows:
        return key, 0
    count = lines.removeprefix("/")
    return key, min(int(count), MOST_PUSHED_LINES) if count.isdecimal() else PUSHED_LINES


def _newest(lines: list[LogLine]) -> list[LogLine]:
    """Keep as many of the last lines as may go out at once; one in any case."""
    left = PUSHED_CHARACTERS
    for index in range(len(lines) - 1, -1, -1):
        left -= len(lines[index].text)
        if left < 0:
            return lines[min(index + 1, len(lines) - 1) :]
    return lines


def _matches(lines: list[LogLine], text: str, first: int) -> list[int]:
    wanted = text.casefold()
    return [first + index for index, line in enumerate(lines) if wanted in without_colours(line.text).casefold()]
