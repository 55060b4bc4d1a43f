"""`flyte-widgets watch` shows a run in a terminal."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from flyte_widgets.commands.where import BACKEND_WORDS, add_run, run_of
from flyte_widgets.errors import WaitTimeoutError
from flyte_widgets.widgets.terminal import Detached, watch_in_terminal

_EXIT_CODES = {"succeeded": 0, "recovered": 0, "failed": 3, "aborted": 4, "timed_out": 5}
_ENDED_OTHERWISE = 6
_OUT_OF_TIME = 124
_DETACHED = 130


def add_to(commands: Any) -> None:
    """Add it to the command line."""
    watch = commands.add_parser(
        "watch",
        help="show a run until it has ended",
        description="Shows a run until it has ended: as a live table in a terminal, else a line a change. Ctrl+C"
        f" detaches; the run goes on. {BACKEND_WORDS}",
        epilog="Exit code: 0 where the run succeeded or was recovered, 3 failed, 4 aborted, 5 timed out, 6 ended in"
        " another way; 1 where it could not be watched, 124 after --timeout, 130 after Ctrl+C.",
    )
    add_run(watch)
    watch.add_argument("--plain", action="store_true", help="a line a change, also in a terminal")
    watch.add_argument(
        "--timeout", type=_seconds, metavar="SECONDS", help="stop watching after so long; the run goes on"
    )
    watch.set_defaults(command=watch_run)


def watch_run(options: argparse.Namespace) -> int:
    """Watch the run; gives the exit code of its end."""
    try:
        phase = watch_in_terminal(run_of(options), live=False if options.plain else None, timeout_s=options.timeout)
    except Detached:
        return _DETACHED
    except WaitTimeoutError as error:
        sys.stderr.write(f"flyte-widgets: {error.message}\n")
        return _OUT_OF_TIME
    return _EXIT_CODES.get(phase.value, _ENDED_OTHERWISE)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds >= 0:  # nan, too
        raise ValueError(text)
    return seconds


_seconds.__name__ = "number of seconds"  # argparse names the type by it
