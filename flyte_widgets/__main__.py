"""The command line: `flyte-widgets serve` runs the embedded backend as a process of its own."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from flyte_widgets.errors import FlyteWidgetsError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code: 0, or 1 with the reason on stderr."""
    options = _parser().parse_args(argv)
    try:
        return int(options.command(options))
    except FlyteWidgetsError as error:
        sys.stderr.write(f"flyte-widgets: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flyte-widgets", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="run the embedded backend until Ctrl+C or SIGTERM",
        description="Runs the embedded Flyte 2 backend on 127.0.0.1 until Ctrl+C or SIGTERM. Its endpoint is the first"
        " line of the output; it holds a secret, which is as good as a password.",
    )
    serve.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    serve.add_argument("--file", type=Path, help="SQLite file to keep runs and the secret in (default: memory only)")
    serve.add_argument("--quiet", action="store_true", help="print the endpoint and nothing else")
    serve.set_defaults(command=_serve)
    return parser


def _serve(options: argparse.Namespace) -> int:
    from flyte_widgets import local  # noqa: PLC0415 - needs the extra, and a second to import

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    backend = local.start(options.file, options.port)
    _say(backend.endpoint)
    if not options.quiet:
        where = "memory; they are gone when this ends" if options.file is None else str(options.file)
        _say(f"Runs are kept in {where}. In a notebook, with the endpoint above:")
        _say(f"  fw.connect(endpoint=..., project={backend.project!r}, domain={backend.domain!r})")
    stopped.wait()
    backend.stop()
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
