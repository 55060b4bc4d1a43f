"""`flyte-widgets runs` lists runs."""

from __future__ import annotations

import argparse
from typing import Any

from flyte_widgets.commands.where import add_where, client_of
from flyte_widgets.watch.runs import Runs
from flyte_widgets.widgets.runs_terminal import list_in_terminal


def add_to(commands: Any) -> None:
    """Add it to the command line."""
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
    add_where(runs, "of the runs")
    runs.add_argument("--plain", action="store_true", help="a line a run, also in a terminal")
    runs.set_defaults(command=list_runs)


def list_runs(options: argparse.Namespace) -> int:
    """List them once, or until Ctrl-C in a terminal."""
    runs = Runs(
        options.task,
        options.phase,
        mine=options.mine,
        since=options.since,
        search=options.search,
        project=options.project,
        domain=options.domain,
        limit=options.limit,
        client=client_of(options),
    )
    list_in_terminal(runs, live=False if options.plain else None, as_json=options.json)
    return 0
