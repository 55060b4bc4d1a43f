"""The actions of a run as an HTML table, for a notebook's last value: no script, nothing to load. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from flyte_widgets.phases import PHASE_TABLE
from flyte_widgets.redaction import redact
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.critical_path import end_of, start_of
from flyte_widgets.run.fan_out import fan_out_indices, labelled
from flyte_widgets.run.times import Milliseconds, moment
from flyte_widgets.run.words import duration, plural
from flyte_widgets.untrusted import printable, shortened, without_colours

MOST_ROWS: Final = 20
_HEADS: Final = ("id", "name", "parent", "phase", "attempt", "started", "took")
_NUMBERS: Final = ("attempt", "started", "took")
_NAME_LIMIT: Final = 80


def actions_table(actions: Sequence[ActionState], now_ms: Milliseconds) -> str:
    """Write the first 20 actions. Times are UTC. Hold the lock of the state's owner."""
    shown = actions[:MOST_ROWS]
    indices = fan_out_indices(actions)
    heads = "".join(f'<th style="text-align:{_align(head)}">{head}</th>' for head in _HEADS)
    rows = "".join(_row(action, indices.get(action.id), now_ms) for action in shown)
    rest = f"{len(shown)} of " if len(shown) < len(actions) else ""
    note = f"{rest}{plural(len(actions), 'action')} · all: <code>run.to_pandas()</code>"
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table><div>{note}</div>"


def _row(action: ActionState, index: int | None, now_ms: Milliseconds) -> str:
    phase = action.phase
    symbol = PHASE_TABLE[phase].symbol if phase in PHASE_TABLE else "◇"
    created_ms = action.created_ms
    cells = (
        action.id,
        labelled(action.name, index),
        action.parent,
        f"{symbol} {phase.label}" if phase is not None else "",
        str(action.attempts) if action.attempts else "",
        f"{moment(created_ms):%H:%M:%S}" if created_ms is not None else "",
        duration(end_of(action, now_ms) - start_of(action)) if created_ms is not None else "",
    )
    said = (
        f'<td style="text-align:{_align(head)}">{_text(cell)}</td>' for head, cell in zip(_HEADS, cells, strict=True)
    )
    return f"<tr>{''.join(said)}</tr>"


def _align(head: str) -> str:
    return "right" if head in _NUMBERS else "left"


def _text(text: str) -> str:
    return escape(shortened(printable(without_colours(redact(text))), _NAME_LIMIT))
