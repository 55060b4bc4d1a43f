"""Flyte 2 runs in a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import flyte_widgets
from flyte_widgets.commands import answer, logs, outputs, runs, serve, watch
from flyte_widgets.commands.streams import READER_GONE, drop_output, prepare_streams
from flyte_widgets.errors import FlyteWidgetsError

_COMMANDS = (watch, answer, runs, logs, outputs, serve)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code: 1 with the reason on stderr, else what the command's help says."""
    prepare_streams()
    options = _parser().parse_args(argv)
    try:
        code = int(options.command(options))
        sys.stdout.flush()
    except FlyteWidgetsError as error:
        sys.stderr.write(f"flyte-widgets: {error}\n")
        return 1
    except BrokenPipeError:
        drop_output()
        return READER_GONE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flyte-widgets", description=__doc__)
    parser.add_argument("--version", action="version", version=f"flyte-widgets {flyte_widgets.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
