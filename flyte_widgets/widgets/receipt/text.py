"""A receipt in a few lines of plain text: for terminals, e-mail, and notebooks that show nothing else. Pure."""

from __future__ import annotations

from typing import Final

from flyte_widgets.phases import PHASE_TABLE
from flyte_widgets.untrusted import shortened
from flyte_widgets.widgets.receipt.model import Receipt
from flyte_widgets.widgets.receipt.paths import path_of
from flyte_widgets.widgets.receipt.picture import error_words
from flyte_widgets.widgets.receipt.words import done_words, duration, phase_words, told_counts, took, when

_MESSAGE_LINES: Final = 6
_NAME_LETTERS: Final = 80
_LINE_LETTERS: Final = 160


def receipt_text(receipt: Receipt) -> str:
    """Tell the run in lines, and how to watch it again."""
    return f"{summary(receipt)}\nSaved by flyte-widgets {receipt.version}. To watch or abort: {receipt.reference}"


def summary(receipt: Receipt) -> str:
    """Tell the run in lines: what, how it ended, counts, times, error."""
    glyph = PHASE_TABLE[receipt.phase].glyph if receipt.phase in PHASE_TABLE else "◇"
    attempt = f"attempt {receipt.attempt}" if receipt.attempt > 1 else ""
    name = " ".join(part for part in (shortened(receipt.task_name, _NAME_LETTERS), receipt.run_name) if part)
    lines = [" · ".join(part for part in (f"{glyph} {phase_words(receipt)}  {name}", took(receipt), attempt) if part)]
    lines += [when(receipt)]
    if receipt.counts:
        counts = [f"{n:,} {phase.label.lower()}" for phase, n in told_counts(receipt)]
        lines.append(" · ".join([" ".join(done_words(receipt)), *counts]))
    root = receipt.root
    spent = path_of(root, receipt.end_ms).spent_ms if root is not None else {}
    lines.append(" · ".join(f"{phase.label} {duration(ms)}" for phase, ms in spent.items()))
    if receipt.failure is not None:
        lines.append(
            f"{shortened(receipt.failure.name, _NAME_LETTERS)} {receipt.failure.action} · {error_words(receipt)}:"
        )
        message = receipt.failure.message.strip().splitlines()
        shown = message[-_MESSAGE_LINES:]
        lines += ["  …"] if len(message) > len(shown) else []
        lines += [f"  {shortened(line, _LINE_LETTERS)}" for line in shown]
    lines.append(f"Abort reason: {receipt.abort_reason}" if receipt.abort_reason else "")
    lines.append(receipt.trouble)
    return "\n".join(line for line in lines if line)
