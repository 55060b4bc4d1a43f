"""`flyte-widgets logs` writes the log of an action."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from typing import Any, Final

from flyte_widgets.commands.where import BACKEND_WORDS, action_of, add_action, add_run, run_of
from flyte_widgets.run.logs import LogLine
from flyte_widgets.untrusted import printable, without_colours
from flyte_widgets.watch.action_handle import Action

_INTERRUPTED: Final = 130
_COLOUR: Final = re.compile(r"(\x1b\[[0-9;:]*m)")
_NO_COLOUR: Final = "\x1b[0m"


def add_to(commands: Any) -> None:
    """Add it to the command line."""
    logs = commands.add_parser(
        "logs",
        help="write the log of an action",
        description=f"Writes the log of an action, its newest 20,000 lines at most. {BACKEND_WORDS}",
        epilog="Exit code: 0, also where the action failed; 1 where there is no log, or it could not be read; 130 after"
        " Ctrl+C.",
    )
    add_run(logs)
    add_action(logs)
    logs.add_argument("--attempt", type=int, help="number of the attempt, from 1 (default: the newest)")
    logs.add_argument("--follow", action="store_true", help="go on with new lines until the attempt has ended")
    logs.add_argument("--times", action="store_true", help="begin each line with its time, UTC")
    logs.set_defaults(command=write_logs)


def write_logs(options: argparse.Namespace) -> int:
    """Write the lines so far, or follow them."""
    run = run_of(options)
    action = action_of(run, options)
    try:
        if options.follow:
            asyncio.run(_follow(action, options.attempt, options.times))
        else:
            for line in action.logs(options.attempt):
                _write(line, options.times)
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        run.close()
    return 0


async def _follow(action: Action, attempt: int | None, times: bool) -> None:
    async for line in action.tail_logs(attempt):
        _write(line, times)
        sys.stdout.flush()


def _write(line: LogLine, times: bool) -> None:
    at = line.time if times else None
    begin = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}  " if at is not None else ""
    text = _coloured(line.text) if sys.stdout.isatty() else printable(without_colours(line.text))
    sys.stdout.write(f"{begin}{text}\n")


def _coloured(text: str) -> str:
    """Keep the colours of a line, end them with it, and let nothing else in it do anything to the terminal."""
    parts = _COLOUR.split(text)
    kept = "".join(part if i % 2 else printable(part) for i, part in enumerate(parts))
    return kept + _NO_COLOUR if len(parts) > 1 else kept
