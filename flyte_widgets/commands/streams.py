"""Standard output as a command needs it: of any encoding, with a reader that may go away, or not there at all."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

READER_GONE = 141
"""Exit code where the reader of the output has gone away: what a shell gives for SIGPIPE."""


def prepare_streams() -> None:
    """Have what the encoding lacks replaced, and what is written to a stream that is not there dropped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell (`>&-`), or Windows' pythonw
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def drop_output() -> None:
    """Let the interpreter end without a word about output that nobody reads any more."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
