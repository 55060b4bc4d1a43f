"""What a task raised, as Python shows it, without the frames of the SDK that carried it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import flyte

import flyte_widgets

_FOREIGN: Final = tuple(
    str(Path(module.__file__).parent) + "/"
    for module in (flyte, asyncio, concurrent.futures, flyte_widgets)
    if module.__file__
)


def traceback_text(error: BaseException) -> str:
    """Format an error with its causes: file, line and source of the user's own frames."""
    shown = traceback.TracebackException.from_exception(error)
    for part in _chain(shown):
        own = [frame for frame in part.stack if not frame.filename.startswith(_FOREIGN)]
        if own:
            part.stack = traceback.StackSummary.from_list(own)
    return "".join(shown.format()).rstrip("\n")


def _chain(shown: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    while shown is not None:
        yield shown
        yield from (each for inner in getattr(shown, "exceptions", None) or () for each in _chain(inner))
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
