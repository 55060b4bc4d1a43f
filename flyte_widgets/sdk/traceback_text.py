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
from flyte_widgets.redaction import causes

_FOREIGN: Final = tuple(
    str(Path(module.__file__).parent) + "/"
    for module in (flyte, asyncio, concurrent.futures, flyte_widgets)
    if module.__file__
)


def traceback_text(error: BaseException) -> str:
    """Format an error with its causes: file, line and source of the user's own frames."""
    shown = traceback.TracebackException.from_exception(error)
    own = [(part, [frame for frame in part.stack if not frame.filename.startswith(_FOREIGN)]) for part in _chain(shown)]
    if any(frames for _, frames in own):  # else it is the SDK's alone: then its frames are all there is
        for part, frames in own:
            part.stack = traceback.StackSummary.from_list(frames)
    return "".join(shown.format()).rstrip("\n")


def without_foreign_frames(error: BaseException) -> BaseException:
    """Leave the SDK's frames, and ours, out of the tracebacks of an error and its causes. Returns the same error."""
    for found in causes(error):
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
    return error


def _chain(shown: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    while shown is not None:
        yield shown
        yield from (each for inner in getattr(shown, "exceptions", None) or () for each in _chain(inner))
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
