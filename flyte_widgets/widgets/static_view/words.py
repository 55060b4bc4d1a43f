"""Times and counts of a run in words; the counts are those of js/src/run/header/counts.ts. Pure."""

from __future__ import annotations

from typing import Final

from flyte_widgets.phases import (
    ACTIVE_PHASES,
    PHASE_TABLE,
    REPORTED_COUNTS,
    STACK_ORDER,
    SUMMARY_ORDER,
    TERMINAL_PHASES,
    ActionPhase,
)
from flyte_widgets.run.times import moment
from flyte_widgets.run.words import duration, plural
from flyte_widgets.widgets.static_view.model import Snapshot

UNKNOWN_SYMBOL: Final = "◇"


def took(snapshot: Snapshot) -> str:
    """Say how long the run has taken so far; "" where that is not known, never "0s" where its actions took time."""
    if snapshot.started_ms is None:
        return ""
    length_ms = snapshot.end_ms - snapshot.started_ms
    if length_ms < 1:
        starts = [action.created_ms for action in snapshot.actions if action.created_ms is not None]
        ends = [action.ended_ms for action in snapshot.actions if action.ended_ms is not None]
        length_ms = max(ends) - min(starts) if starts and ends else 0.0
        if length_ms < 1 and ends:
            return ""
    return duration(length_ms)


def when(snapshot: Snapshot) -> str:
    """Say when it was, in UTC: "2026-11-23 14:32:25 – 14:36:31 UTC"; of a run that goes on, when it was seen so."""
    if snapshot.started_ms is None:
        return ""
    began = moment(snapshot.started_ms)
    is_over = snapshot.is_terminal and snapshot.ended_ms is not None
    until = moment(snapshot.end_ms)
    then = f"{until:%H:%M:%S}" if until.date() == began.date() else f"{until:%Y-%m-%d %H:%M:%S}"
    # The static view of a run that went on may be the last one that a notebook got.
    return f"{began:%Y-%m-%d %H:%M:%S} – {then} UTC" if is_over else f"since {began:%Y-%m-%d %H:%M:%S}, seen {then} UTC"


def person_lines(snapshot: Snapshot) -> list[str]:
    """Say what persons did: whose rerun the run is, which was started from it, and what was answered in it."""
    lineage = snapshot.lineage[:1].upper() + snapshot.lineage[1:]
    started = f"{snapshot.started} was started from this run" if snapshot.started else ""
    return [line for line in (" · ".join(part for part in (lineage, started) if part), *snapshot.answers) if line]


def phase_words(snapshot: Snapshot) -> str:
    """Say where the run is; of one that goes on, that this is when it was last seen."""
    if snapshot.phase is None:
        return "Not read" if snapshot.trouble else "Not read yet"
    return snapshot.phase.label if snapshot.is_terminal else f"Last seen {snapshot.phase.label.lower()}"


def done_words(snapshot: Snapshot) -> tuple[str, str]:
    """Say how many are done, and of how many: ("50", "of 50 actions done")."""
    total = sum(snapshot.counts.values())
    done = sum(n for phase, n in snapshot.counts.items() if phase.is_terminal)
    return f"{done:,}", f"of {plural(total, 'action')} done"


def reported_counts(snapshot: Snapshot) -> list[tuple[ActionPhase, int]]:
    """Choose the counts that stand in words: how all ended; while the run goes on, what runs and what went wrong."""
    order = REPORTED_COUNTS["ended" if snapshot.is_terminal else "going"]
    known = [(phase, snapshot.counts[phase]) for phase in order if snapshot.counts.get(phase, 0) > 0]
    return known + [(phase, n) for phase, n in snapshot.counts.items() if not phase.is_known and n > 0]


def stack_place(phase: ActionPhase | None) -> int:
    """Give a phase's place in a stack, from the bottom; those that the table does not have come last."""
    return STACK_ORDER.index(phase) if phase is not None and phase in STACK_ORDER else len(STACK_ORDER)


def summary_phase(counts: dict[ActionPhase, int]) -> ActionPhase | None:
    """Give one phase for many: what still goes on, else the worst end."""
    unknown = [phase for phase in counts if phase not in TERMINAL_PHASES and phase not in ACTIVE_PHASES]
    order = (*SUMMARY_ORDER["going"], *unknown, *SUMMARY_ORDER["ended"])
    return next((phase for phase in order if counts.get(phase, 0) > 0), None)


def symbol(phase: ActionPhase | None) -> str:
    """Give one character for a phase."""
    return PHASE_TABLE[phase].symbol if phase in PHASE_TABLE else UNKNOWN_SYMBOL
