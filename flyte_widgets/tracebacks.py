"""Tracebacks for the user: the lines of their own code, without those of installed packages."""

from __future__ import annotations

import os
import sysconfig
import traceback
from pathlib import Path
from typing import Final

_PACKAGE: Final = f"{Path(__file__).parent}{os.sep}"
_INSTALLED: Final = tuple({sysconfig.get_path(kind) + os.sep for kind in ("stdlib", "purelib", "platlib")})


def own_lines(error: BaseException) -> list[str]:
    """Give a traceback without the frames of installed packages, this one's included.

    What it was raised from stands before it where that came from the user's own code, as a failed task's does.
    """
    frames = _own_frames(error)
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)] if frames else []
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    written = "".join([*lines, f"{name}: {error}"]).splitlines()
    cause = error.__cause__
    return [*own_lines(cause), "", "It was the cause of:", "", *written] if cause and _own_frames(cause) else written


def _own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_installed(frame.filename)]


def _is_installed(file: str) -> bool:
    return file.startswith((_PACKAGE, *_INSTALLED)) or f"{os.sep}IPython{os.sep}" in file
