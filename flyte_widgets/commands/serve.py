"""`flyte-widgets serve` runs the embedded backend."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from flyte_widgets.errors import LocalError

_HOW_A_RUN_GETS_IN = """\
How a run gets into it: in a notebook or a script, with the endpoint that serve prints,
  fw.connect(endpoint="...", project="...", domain="...")
  fw.local.run(task, x=1)     runs a task on this machine
  fw.local.simulate()         plays a run of a cluster
and then, there or here:
  fw.RunWidget("NAME")        flyte-widgets watch NAME --endpoint ... --project ... --domain ..."""


def add_to(commands: Any) -> None:
    """Add it to the command line."""
    serve = commands.add_parser(
        "serve",
        help="run the embedded backend until Ctrl+C or SIGTERM",
        description="Runs the embedded Flyte 2 backend on 127.0.0.1 until Ctrl+C or SIGTERM.\n"
        "Its endpoint is the first line of the output; it holds a secret, which is as good as a password.",
        epilog=_HOW_A_RUN_GETS_IN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    serve.add_argument("--file", type=Path, help="SQLite file to keep runs and the secret in (default: memory only)")
    serve.add_argument("--quiet", action="store_true", help="print the endpoint and nothing else")
    serve.set_defaults(command=serve_runs)


def serve_runs(options: argparse.Namespace) -> int:
    """Serve until a signal comes."""
    try:
        from flyte_widgets import local  # noqa: PLC0415 - needs the extra, and a second to import
    except ImportError as error:
        raise LocalError(str(error)) from error

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    file = options.file.expanduser() if options.file is not None else None
    backend = local.start(file, options.port)
    try:
        _say(backend.endpoint)
        if not options.quiet:
            where = "memory; they are gone when this ends" if file is None else str(file)
            _say(f"Runs are kept in {where}. In a notebook, with the endpoint above:")
            _say(f"  fw.connect(endpoint=..., project={backend.project!r}, domain={backend.domain!r})")
            _say("  fw.local.run(task, x=1)    or    fw.local.simulate()")
        stopped.wait()
    finally:
        backend.stop()
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
