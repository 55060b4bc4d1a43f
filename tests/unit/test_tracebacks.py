"""In a traceback the frames of libraries fold, and the user's own stay."""

from __future__ import annotations

import asyncio
import sys
import traceback
import zlib
from collections.abc import Callable

import pytest

from flyte_widgets.api.messages import ErrorInfo
from flyte_widgets.run.causes import error_words
from flyte_widgets.run.tracebacks import Fold, TracebackFolds, exception_line, library_of

TRACEBACK = """before
Traceback (most recent call last):
  File "/opt/venv/lib/python3.12/site-packages/flyte/_run.py", line 10, in run
    await go()
  File "/usr/lib/python3.12/asyncio/runners.py", line 190, in run
    return runner.run(main)
           ^^^^^^^^^^^^^^^^
  File "/app/etl/steps.py", line 57, in square
    value = parse(row["amount"])
  File "/app/.venv/lib/python3.12/site-packages/torch/nn.py", line 1, in f
    return f(x)
ValueError: no
after
  File "/usr/lib/python3.12/asyncio/runners.py", line 190, in run""".splitlines()


def folds_of(lines: list[str]) -> list[Fold]:
    found = TracebackFolds()
    for number, line in enumerate(lines):
        found.feed(number, line)
    return list(found.folds)


def test_frames_of_libraries_fold_and_the_users_own_stay() -> None:
    """A single frame is left where it is, and so is what is no traceback."""
    assert folds_of(TRACEBACK) == [Fold(2, 7, "2 frames of flyte and asyncio")]


def test_three_libraries_are_named() -> None:
    frames = [f'  File "/x/site-packages/{name}/a.py", line 1, in f' for name in ("a", "b", "c")]
    assert folds_of(["Traceback (most recent call last):", *frames, "E: x"]) == [Fold(1, 4, "3 frames of a, b and c")]


@pytest.mark.parametrize(
    ("path", "library"),
    [
        ("/app/main.py", ""),
        ("/home/me/flyte/tasks.py", ""),
        ("<frozen importlib._bootstrap>", "importlib"),
        ("C:\\Python\\Lib\\site-packages\\numpy\\core.py", "numpy"),
        ("/usr/lib/python3.12/threading.py", "threading"),
        ("/usr/local/lib/python3.11/dist-packages/six.py", "six"),
    ],
)
def test_a_file_tells_its_library(path: str, library: str) -> None:
    assert library_of(path) == library


class BrokenError(Exception):
    """Has no message in the tests below."""


def no_message() -> None:
    raise BrokenError


def many_lines() -> None:
    raise ValueError("bad: rows\nFirst: 1\nSecond: 2\n  Third: 3\nlast")


def small_class() -> None:
    zlib.decompress(b"no zip")


def in_a_function() -> None:
    class LocalError(Exception):
        pass

    raise LocalError("here: inside")


def chained() -> None:
    try:
        many_lines()
    except ValueError as error:
        raise BrokenError("outer") from error


def text_of(raising: Callable[[], None]) -> str:
    try:
        raising()
    except BaseException as error:  # noqa: BLE001 - whatever it is, its text is wanted
        return "".join(traceback.format_exception(type(error), error, error.__traceback__))
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(
    ("raising", "name", "line"),
    [
        (no_message, "BrokenError", "BrokenError"),
        (many_lines, "ValueError", "ValueError: bad: rows"),
        (small_class, "error", "error: Error -3 while decompressing data: incorrect header check"),
        (in_a_function, "LocalError", "LocalError: here: inside"),
        (chained, "BrokenError", "BrokenError: outer"),
        (lambda: compile("x = = 3", "f.py", "exec"), "SyntaxError", "SyntaxError: invalid syntax"),
    ],
)
def test_what_was_raised_is_the_line_below_the_frames(raising: Callable[[], None], name: str, line: str) -> None:
    assert exception_line(text_of(raising)) == (name, line)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there are no groups of exceptions")
def test_of_a_group_the_group_was_raised() -> None:
    """What a `TaskGroup` raises: its members stand below it, and are not what was raised."""

    async def fail() -> None:
        raise ValueError("inner: one\nmore")

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            group.create_task(fail())

    text = text_of(lambda: asyncio.run(main()))
    said = "ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)"
    assert exception_line(text) == ("ExceptionGroup", said)
    assert exception_line(text.strip()) == ("ExceptionGroup", said)
    assert error_words(ErrorInfo(message=text)).what == said


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have no notes")
def test_a_note_is_not_what_was_raised() -> None:
    def noted() -> None:
        error = ValueError("rows are gone")
        error.add_note("Hint: read them again")
        raise error

    assert exception_line(text_of(noted)) == ("ValueError", "ValueError: rows are gone")
