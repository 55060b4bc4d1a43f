"""The list of runs as text: a table that is redrawn through rich in a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from datetime import datetime, timezone
from typing import Any, Final, TextIO

from flyte_widgets.run.listing import RunRow, since_words
from flyte_widgets.run.times import moment
from flyte_widgets.run.words import duration, plural
from flyte_widgets.untrusted import printable
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.runs import Runs
from flyte_widgets.watch.runs_list import RunList
from flyte_widgets.watch.runs_poll import ACTIVE_S, IDLE_S, RunsPoll
from flyte_widgets.widgets.static_view.words import symbol
from flyte_widgets.widgets.terminal import STYLES, has_rich

LINES: Final = 20
"""Runs that are listed where the caller gives no number."""
_NOT_ROWS: Final = 7
_SECOND_MS: Final = 1000.0


def list_in_terminal(runs: Runs, out: TextIO | None = None, *, live: bool | None = None, as_json: bool = False) -> None:
    """Write the runs. `live`: a table that is redrawn until Ctrl-C; by default where `out` is a terminal.

    Plain: a line a run, as many as `limit` says, else 20; as JSON: one object a run and line, all of them.
    """
    out = sys.stdout if out is None else out
    if as_json:
        for values in runs.to_dict():
            out.write(json.dumps(values, ensure_ascii=False) + "\n")
    elif (out.isatty() if live is None else live) and has_rich():
        _live_table(runs, out)
    else:
        out.write(runs_text(runs.__runs_place__.new_list()) + "\n")


def runs_text(known: RunList, most: int | None = None) -> str:
    """Give the newest runs in lines; reads them where nothing was read."""
    most = most or known.limit or LINES
    if not known.is_read:
        background().call(known.read_older(most))
    now_ms = known.client.now_ms
    rows = known.listed[:most]
    if not rows:
        return nothing(known)
    cells = [_cells(row, known, now_ms) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    left = len(known.listed) - len(rows)
    if left or known.has_older:
        lines.append(
            f"and {'more than ' if known.has_older and left else ''}{left:,} older" if left else "and older ones"
        )
    return "\n".join([*lines, *known.notes])


def nothing(known: RunList) -> str:
    """Say that there is no run."""
    choice, where = known.choice, f"{known.project} / {known.domain} on {known.client.host}"
    asked = [
        f'"{choice.search}"' if choice.search else "",
        choice.task,
        ", ".join(one.label.lower() for one in choice.phases),
    ]
    asked += ["waiting for an answer" if choice.waiting else "", "mine" if choice.mine else ""]
    words = ", ".join(part for part in asked if part)
    since = since_words(choice.since, datetime.now(timezone.utc))
    return " ".join(part for part in (f"No run matches {words}" if words else "No runs", since, f"in {where}.") if part)


def ago(ms: float) -> str:
    """Say how long ago: "14 s ago", "3 min ago", "2 h ago", "5 d ago"."""
    seconds = max(0, int(ms / _SECOND_MS))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def _cells(row: RunRow, known: RunList, now_ms: float) -> list[str]:
    phase = row.phase.label if row.phase is not None else ""
    return [
        f"{symbol(row.phase)} {'Needs an answer' if row.name in known.waiting else phase}",
        printable(row.task),
        printable(row.name),
        ago(now_ms - row.created_ms) if row.created_ms is not None else "",
        _took(row, now_ms),
        printable(row.owner),
    ]


def _took(row: RunRow, now_ms: float) -> str:
    end_ms = row.ended_ms if row.ended_ms is not None else None if row.is_terminal else now_ms
    return "" if row.created_ms is None or end_ms is None else duration(end_ms - row.created_ms)


def _live_table(runs: Runs, out: TextIO) -> None:
    """Redraw until Ctrl-C."""
    from rich.console import Console  # noqa: PLC0415 - optional
    from rich.live import Live  # noqa: PLC0415

    console = Console(file=out)
    known = runs.__runs_place__.new_list()
    poll = RunsPoll(known, lambda: None)
    background().call(poll.read())
    with contextlib.suppress(KeyboardInterrupt), Live(console=console, auto_refresh=False) as shown:
        next_s = 0.0
        while True:
            if time.monotonic() >= next_s:
                background().call(poll.read())
                pause_s = ACTIVE_S if any(not row.is_terminal for row in known.rows) else IDLE_S
                next_s = time.monotonic() + pause_s
            shown.update(_table(known, poll, console.size.height - _NOT_ROWS), refresh=True)
            time.sleep(1.0)


def _table(known: RunList, poll: RunsPoll, most: int) -> Any:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    now_ms = known.client.now_ms
    error = poll.connection.message
    if error and poll.connection.last_ms is not None:
        error += f" Shown as of {moment(poll.connection.last_ms).astimezone():%H:%M:%S}."
    rows = known.listed[: max(1, most)]
    left = len(known.listed) - len(rows)
    more = f"{plural(left, 'older run')}{' or more' if known.has_older else ''}" if left or known.has_older else ""
    title = f"Runs  {known.project} / {known.domain}"
    caption = Text("  ".join(part for part in (error, more, "Ctrl-C ends this") if part))
    table = Table(title=Text(title), caption=caption, title_justify="left", caption_justify="left", expand=False)
    for name in ("", "Task", "Run", "Started", "Took", "By"):
        table.add_column(name, justify="right" if name in ("Started", "Took") else "left", no_wrap=True)
    for row in rows:
        cells = _cells(row, known, now_ms)
        style = STYLES.get(row.phase, "") if row.phase is not None else ""
        table.add_row(Text(cells[0], style=style), *(Text(cell) for cell in cells[1:]))
    return table if rows else Text(error or nothing(known))
