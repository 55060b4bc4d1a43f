"""How the log of an attempt crosses to the browser: pages of packed lines, and how the log stands."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from flyte_widgets.run.logs import LogLine
from flyte_widgets.run.tracebacks import Fold
from flyte_widgets.watch.log_status import LogState
from flyte_widgets.wire.messages import Pushed


class LogLines(msgspec.Struct, rename="camel", kw_only=True):
    """Which lines a buffer holds. Lines are numbered from 0 by when they came."""

    start: int
    """Number of the buffer's first line."""
    first: int
    """Number of the oldest line that the kernel keeps: so many before it are gone."""
    total: int
    """How many lines there were in all."""


class LogNews(LogLines, Pushed, tag="log"):
    """A log that a page looks at: how it stands, and its newest lines where the page follows it."""

    key: str
    """"a3/1": action and attempt."""
    state: LogState
    since_ms: float | None
    """When that state began, epoch ms of the backend's clock."""
    next_try_ms: float | None
    message: str
    hint: str
    folds: list[Fold]
    """Frames of libraries in tracebacks: first line, line after the last, label."""


class LogMatches(msgspec.Struct, rename="camel", kw_only=True):
    """Where a text was found."""

    lines: list[int]
    """Numbers of the lines, in order. A line that has the text twice is there once."""
    is_cut: bool
    """Whether there are more than are given."""


class SavedLog(msgspec.Struct, rename="camel", kw_only=True):
    """A log that was written to a file."""

    path: str
    """Relative to the kernel's directory."""
    lines: int


def pack_lines(lines: Iterable[LogLine]) -> bytes:
    """Pack lines as JSON: [time in epoch ms or null, text, "originator/stream"]. The text is foreign."""
    rows = [
        (None if line.time_ns is None else line.time_ns // 1_000_000, line.text, f"{line.originator}/{line.stream}")
        for line in lines
    ]
    return msgspec.json.encode(rows)
