"""The static view in a few lines of plain text: for terminals, e-mail, and notebooks that show nothing else. Pure."""

from __future__ import annotations

from typing import Final

from flyte_widgets.run.words import duration
from flyte_widgets.untrusted import one_line, shortened
from flyte_widgets.widgets.static_view.drawings import error_words
from flyte_widgets.widgets.static_view.model import Snapshot
from flyte_widgets.widgets.static_view.paths import path_of
from flyte_widgets.widgets.static_view.words import (
    done_words,
    person_lines,
    phase_words,
    reported_counts,
    symbol,
    took,
    when,
)

_MESSAGE_LINES: Final = 6
_NAME_LETTERS: Final = 80
_LINE_LETTERS: Final = 160


def static_view_text(snapshot: Snapshot) -> str:
    """Tell the run in lines, and how to watch it again."""
    return f"{summary(snapshot)}\nSaved by flyte-widgets {snapshot.version}. To watch or abort: {snapshot.reference}"


def summary(snapshot: Snapshot) -> str:
    """Tell the run in lines: what, how it ended, counts, times, error."""
    attempt = f"attempt {snapshot.attempt}" if snapshot.attempt > 1 else ""
    name = " ".join(
        part for part in (shortened(one_line(snapshot.task_name), _NAME_LETTERS), snapshot.run_name) if part
    )
    lines = [
        " · ".join(
            part
            for part in (f"{symbol(snapshot.phase)} {phase_words(snapshot)}  {name}", took(snapshot), attempt)
            if part
        )
    ]
    lines += [when(snapshot), *person_lines(snapshot)]
    if snapshot.counts:
        counts = [f"{n:,} {phase.label.lower()}" for phase, n in reported_counts(snapshot)]
        lines.append(" · ".join([" ".join(done_words(snapshot)), *counts]))
    lines.append(snapshot.line.text if snapshot.line is not None else "")
    root = snapshot.root
    spent = path_of(root, snapshot.end_ms).spent_ms if root is not None else {}
    lines.append(" · ".join(f"{phase.label} {duration(ms)}" for phase, ms in spent.items()))
    if snapshot.failure is not None:
        name = shortened(one_line(snapshot.failure.name), _NAME_LETTERS)
        lines.append(f"{name} {snapshot.failure.action} · {error_words(snapshot)}:")
        message = snapshot.failure.message.strip().splitlines()
        shown = message[-_MESSAGE_LINES:]
        lines += ["  …"] if len(message) > len(shown) else []
        lines += [f"  {shortened(line, _LINE_LETTERS)}" for line in shown]
    lines.append(
        f"Abort reason: {one_line(snapshot.abort_reason)}" if snapshot.abort_reason and snapshot.line is None else ""
    )
    lines.append(snapshot.trouble)
    return "\n".join(line for line in lines if line)
