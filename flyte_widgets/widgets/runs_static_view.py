"""The list of runs as it was seen last, as HTML that needs nothing else: for saved notebooks."""

from __future__ import annotations

from html import escape
from typing import Final

from flyte_widgets.run.times import moment
from flyte_widgets.run.words import duration
from flyte_widgets.watch.runs_list import RunList
from flyte_widgets.widgets.static_view.words import symbol

_ROWS: Final = 30
_CELL: Final = 'style="text-align:left;padding:2px 16px 2px 0;white-space:nowrap"'


def runs_html(known: RunList) -> str:
    """Draw the newest runs as a table, with the time at which it was seen."""
    now_ms = known.client.now_ms
    rows = known.listed[:_ROWS]
    lines = []
    for row in rows:
        end_ms = row.ended_ms if row.ended_ms is not None else None if row.is_terminal else now_ms
        took = duration(end_ms - row.created_ms) if end_ms is not None and row.created_ms is not None else ""
        started = f"{moment(row.created_ms):%Y-%m-%d %H:%M:%S}" if row.created_ms is not None else ""
        phase = row.phase.label if row.phase is not None else ""
        phase = "Needs an answer" if row.name in known.waiting else phase
        cells = (f"{symbol(row.phase)} {phase}", row.task, row.name, started, took, row.owner)
        lines.append("<tr>" + "".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in cells) + "</tr>")
    heads = "".join(f"<th {_CELL}>{head}</th>" for head in ("Phase", "Task", "Run", "Started (UTC)", "Took", "By"))
    where = escape(f"{known.project} / {known.domain} on {known.client.host}")
    seen = f"as of {moment(now_ms):%Y-%m-%d %H:%M:%S} UTC"
    left = len(known.listed) - len(rows)
    more = f"<div>and {left:,} older</div>" if left else "<div>and older ones</div>" if known.has_older else ""
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>" if rows else "No runs."
    return f"<div><div><strong>Flyte runs</strong> in {where}, {seen}</div>{table}{more}</div>"
