"""What a task raised, without the frames of the SDK that carried it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
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


def without_foreign_frames(error: BaseException) -> BaseException:
    """Leave the SDK's frames, and ours, out of the tracebacks of an error and its causes. Returns the same error."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        parts: list[TracebackType] = []
        part = found.__traceback__
        while part is not None:
            if not part.tb_frame.f_code.co_filename.startswith(_FOREIGN):
                parts.append(part)
            part = part.tb_next
        kept: TracebackType | None = None
        for part in reversed(parts):
            kept = TracebackType(kept, part.tb_frame, part.tb_lasti, part.tb_lineno)
        found.__traceback__ = kept
        found = found.__cause__ or found.__context__
    return error


def _chain(shown: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    while shown is not None:
        yield shown
        yield from (each for inner in getattr(shown, "exceptions", None) or () for each in _chain(inner))
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
