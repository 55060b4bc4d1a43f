"""The command line: `flyte-widgets watch` shows a run in a terminal, `runs` lists them, `serve` is a backend."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import ConfigError, FlyteWidgetsError, LocalError
from flyte_widgets.watch.backends import connect, is_configured
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.runs import Runs
from flyte_widgets.widgets.runs_terminal import list_in_terminal
from flyte_widgets.widgets.terminal import Detached, watch_in_terminal

_EXIT_CODES = {"succeeded": 0, "recovered": 0, "failed": 3, "aborted": 4, "timed_out": 5}
_ENDED_OTHERWISE = 6
_DETACHED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code: 1 with the reason on stderr, else what the command's help says."""
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
    watch = commands.add_parser(
        "watch",
        help="show a run until it has ended",
        description="Shows a run until it has ended: as a live table in a terminal, else a line a change. Ctrl+C"
        " detaches; the run goes on. Backend and login are those of the Flyte SDK's configuration.",
        epilog="Exit code: 0 where the run succeeded or was recovered, 3 failed, 4 aborted, 5 timed out, 6 ended in"
        " another way; 1 where it could not be watched, 130 after Ctrl+C.",
    )
    watch.add_argument("run", help="name of the run, or its console URL")
    _add_place(watch, "of the run")
    watch.add_argument("--plain", action="store_true", help="a line a change, also in a terminal")
    watch.set_defaults(command=_watch)
    runs = commands.add_parser(
        "runs",
        help="list runs, newest first",
        description="Lists the runs of a project, newest first: as a live table in a terminal, else a line each.",
    )
    runs.add_argument("--task", help="only runs of this task: env.main, or main")
    runs.add_argument("--phase", help="only runs in this phase: failed, running, ...; active; paused (needs an answer)")
    runs.add_argument("--mine", action="store_true", help="only runs that you started")
    runs.add_argument("--since", default="7d", help="30m, 24h, 7d, 2w, or all (default: 7d)")
    runs.add_argument("--search", default="", help="part of the name of the run or of its task")
    runs.add_argument("--limit", type=int, help="so many at most (default when piped: 20; with --json: all)")
    runs.add_argument("--json", action="store_true", help="a JSON object a line")
    _add_place(runs, "of the runs")
    runs.add_argument("--plain", action="store_true", help="a line a run, also in a terminal")
    runs.set_defaults(command=_runs)
    return parser


def _add_place(command: argparse.ArgumentParser, of: str) -> None:
    command.add_argument("--endpoint", help="backend, instead of the configured one")
    command.add_argument("--insecure", action="store_true", help="speak plain http to an endpoint without a scheme")
    command.add_argument("--project", default="", help=f"project {of}")
    command.add_argument("--domain", default="", help=f"domain {of}")


def _client(options: argparse.Namespace, also: str = "") -> FlyteClient | None:
    """Connect where an endpoint is given. Raises ConfigError where neither that nor the SDK says which backend."""
    if options.endpoint:
        where = {"project": options.project, "domain": options.domain, "insecure": options.insecure}
        return connect(options.endpoint, **where)
    if not is_configured():
        raise ConfigError(
            "No Flyte backend is configured.",
            hint=f"Give --endpoint host:port with --project and --domain, {also}or write the SDK's configuration file "
            "(flyte create config).",
        )
    return None


def _runs(options: argparse.Namespace) -> int:
    runs = Runs(
        options.task,
        options.phase,
        mine=options.mine,
        since=options.since,
        search=options.search,
        project=options.project,
        domain=options.domain,
        limit=options.limit,
        client=_client(options),
    )
    list_in_terminal(runs, live=False if options.plain else None, as_json=options.json)
    return 0


def _watch(options: argparse.Namespace) -> int:
    is_url = "://" in options.run  # a console URL says where its backend is
    client = None if is_url and not options.endpoint else _client(options, "or the run's console URL, ")
    run = Run(options.run, client=client, project=options.project, domain=options.domain)
    try:
        phase = watch_in_terminal(run, live=False if options.plain else None)
    except Detached:
        return _DETACHED
    return _EXIT_CODES.get(phase.value, _ENDED_OTHERWISE)


def _serve(options: argparse.Namespace) -> int:
    try:
        from flyte_widgets import local  # noqa: PLC0415 - needs the extra, and a second to import
    except ImportError as error:
        raise LocalError(str(error)) from error

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
