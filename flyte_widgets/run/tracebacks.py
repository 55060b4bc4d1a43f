"""Reads tracebacks: what was raised, and the frames that a reader skips, those of libraries. Pure."""

from __future__ import annotations

import re
from collections import deque
from typing import Final, NamedTuple

from flyte_widgets.run.words import plural

MOST_FOLDS: Final = 100
"""How many are kept: the newest."""
LEAST_FRAMES: Final = 2
"""A single frame is left where it is."""
_BEGINS: Final = "Traceback (most recent call last):"
_FRAME = re.compile(r'\s*(?:\|\s+)?File "([^"]+)", line \d+')
_LIBRARY = re.compile(r"/(?:site|dist)-packages/([\w.]+?)(?:\.py)?(?:/|$)")
#: The begin of what was raised last: not of what a group holds, which stands after a bar.
_HEADER = re.compile(r"\s*(?:\+ Exception Group )?Traceback \(most recent call last\):\s*")
_MARGIN = re.compile(r"\s*\| ?")
_CLASS = re.compile(r"(?:[^\W\d]\w*\.|<locals>\.)*([^\W\d]\w*)")
_STANDARD = re.compile(r"/lib(?:64)?/python3(?:\.\d+)?/([\w.]+?)(?:\.py)?(?:/|$)")


class Fold(NamedTuple):
    """Lines that may be folded: numbers `start` to `end`, the latter not included."""

    start: int
    end: int
    label: str
    """"14 frames of flyte and asyncio"."""


class TracebackFolds:
    """Reads lines in their order and finds the folds in them."""

    def __init__(self) -> None:
        self.folds: deque[Fold] = deque(maxlen=MOST_FOLDS)
        self._is_inside = False
        self._start: int | None = None
        self._frames = 0
        self._libraries: dict[str, None] = {}

    def feed(self, number: int, text: str) -> None:
        """Read the line with this number."""
        if text.rstrip().endswith(_BEGINS):
            self._end(number)
            self._is_inside = True
            return
        if not self._is_inside:
            return
        frame = _FRAME.match(text)
        if frame is not None:
            self._frame(number, library_of(frame[1]))
        elif not text.startswith((" ", "\t")) and text.strip():
            self._end(number)
            self._is_inside = False

    def _frame(self, number: int, library: str) -> None:
        if not library:
            self._end(number)
            return
        if self._start is None:
            self._start = number
        self._frames += 1
        self._libraries[library] = None

    def _end(self, number: int) -> None:
        if self._start is not None and self._frames >= LEAST_FRAMES:
            names = " and ".join([", ".join(list(self._libraries)[:-1]), list(self._libraries)[-1]]).removeprefix(
                " and "
            )
            self.folds.append(Fold(self._start, number, f"{plural(self._frames, 'frame')} of {names}"))
        self._start, self._frames = None, 0
        self._libraries.clear()


def library_of(path: str) -> str:
    """Give the package that a file is of; "" where it is the user's own."""
    path = path.replace("\\", "/")
    if path.startswith("<frozen "):
        return path.removeprefix("<frozen ").rstrip(">").partition(".")[0]
    found = _LIBRARY.search(path) or _STANDARD.search(path)
    return found[1] if found else ""


def exception_line(text: str) -> tuple[str, str]:
    """Find the exception that a message names: its class, and "class: message". ("", "") where it names none.

    Of a traceback it is the first line below the frames: the message may have more lines, notes may follow, and the
    members of an exception group do.
    """
    raised = _raised(text.splitlines())
    if raised is not None:
        name, colon, rest = raised.partition(": ")
        found = _CLASS.fullmatch(name)
        if found is not None:
            return found[1], f"{found[1]}{colon}{rest}"
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    for line in (*reversed(lines[-3:]), *lines[:1]):
        head, colon, rest = line.partition(":")
        name = head.rpartition(".")[2]
        if colon and name.isidentifier() and name[:1].isupper():
            return name, f"{name}:{rest}"
    return "", ""


def _raised(lines: list[str]) -> str | None:
    """Give the line below the frames of the last traceback; None where there is no traceback, or it is cut off."""
    start = next((number for number in reversed(range(len(lines))) if _HEADER.fullmatch(lines[number])), None)
    if start is None:
        return None
    is_group = "+" in lines[start]
    for line in lines[start + 1 :]:
        shown = _MARGIN.sub("", line, count=1) if is_group else line
        if shown.strip() and not shown[0].isspace():
            return shown.rstrip()
    return None
