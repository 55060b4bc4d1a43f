"""The list of runs, as the browser reads it. TypeScript types are generated from these.

Times are epoch milliseconds of the backend's clock. Phases are the SDK's values; "" where there is none.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from flyte_widgets.wire.messages import Pushed
from flyte_widgets.wire.trait_types import Connection

AbortOutcomeKind = Literal["aborted", "ended", "refused"]
"""aborted: the backend has accepted. ended: it had ended before. refused: the backend did not accept."""


class RunListRow(TypedDict):
    """One run of the list."""

    run: str
    task: str
    phase: str
    createdMs: float | None
    endedMs: float | None
    owner: str
    """Who started it, readable; "" where that is not known."""
    mine: bool
    waiting: bool
    """A condition of it waits for an answer."""


class RunsState(TypedDict):
    """The list: what is asked for, its newest rows, and how it stands."""

    id: str
    """Names the widget, for what a page keeps of it."""
    project: str
    domain: str
    host: str
    task: str
    phase: str
    """"", "active", "paused" or a phase's value; several with a comma between."""
    mine: bool
    since: str
    """In words: "in the last 7 days"; "" for all."""
    search: str
    rows: list[RunListRow]
    """The newest. Older ones are asked for, and pushed where they change."""
    generation: int
    """Goes up when other runs are asked for: then what the page has is of another list."""
    isRead: bool
    hasOlder: bool
    loaded: int
    """How many runs were read so far."""
    knowsMe: bool
    notes: list[str]
    """What to know of how the list came about."""
    connection: Connection
    opened: str
    """Name of the run that is open in place; "" for none."""
    nowMs: float


class OlderRuns(TypedDict):
    """Runs that follow those that the page has."""

    generation: int
    rows: list[RunListRow]
    hasOlder: bool


class AbortOutcome(TypedDict):
    """What became of an abort of one run."""

    run: str
    outcome: AbortOutcomeKind
    message: str


class RunRows(Pushed, tag="run_rows"):
    """Rows beyond the newest that have changed."""

    generation: int
    rows: list[RunListRow]


class RunCounts(Pushed, tag="run_counts"):
    """How many actions of a run are in each phase."""

    run: str
    counts: dict[str, int]
