"""In a traceback the frames of libraries fold, and the user's own stay."""

from __future__ import annotations

import pytest

from flyte_widgets.run.tracebacks import Fold, TracebackFolds, library_of

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
