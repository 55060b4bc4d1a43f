"""Many runs in rows, as the browser reads them. TypeScript types are generated from these.

Times are epoch milliseconds of the backend's clock. Phases are the SDK's values; "" where there is none.
"""

from __future__ import annotations

from typing import TypedDict

from flyte_widgets.wire.summary import LinePart


class ProgressRow(TypedDict):
    """One run."""

    run: str
    label: str
    """What tells it from the others; "" for its name alone."""
    task: str
    phase: str
    isTerminal: bool
    line: list[LinePart]
    """What it asks of a person; else the one line, in short; empty where nothing is known."""
    asks: bool
    """Whether a person must answer."""
    counts: dict[str, int]
    """How many actions are in each phase."""
    startedMs: float | None
    endedMs: float | None
    url: str
    """Its page in the Flyte console; "" where there is none."""
    trouble: str
    """Why it cannot be read, or not at the moment; "" while all is well."""


class Progress(TypedDict):
    """Many runs, in the order in which they were given."""

    rows: list[ProgressRow]
    left: str
    """"about 4m left": until the last of them ends, estimated. "" where that cannot be said of one that goes on."""
    nowMs: float
    """The backend's clock when this was sent."""
