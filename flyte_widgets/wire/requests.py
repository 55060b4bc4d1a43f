"""What the browser asks Python for. Each request gets exactly one reply with its `id`.

A new request is a class in this room and a handler (`Inbound.handle`). The TypeScript types are generated from these
classes: `python -m tools.typescript`.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from flyte_widgets.wire.analysis import Comparison, PathPart, TaskRow
from flyte_widgets.wire.logs import LogLines, LogMatches, SavedLog
from flyte_widgets.wire.rerun import RerunForm
from flyte_widgets.wire.runs import AbortOutcome, OlderRuns


class Request(msgspec.Struct, tag_field="kind", rename="camel", kw_only=True):
    """Base of all requests. Its content comes from a page: a handler bounds what it takes."""

    reply: ClassVar[object] = None
    """Type of the reply's payload; None: it is only answered with ok, or with an error."""


class Handshake(Request, tag="handshake"):
    """A page says that it is there, what it has, and what its views show. The reply may be followed by columns."""

    seq: int
    """Sequence number of the columns that the page has."""
    page: str
    """A name that no other page has."""
    looks: bool
    """Whether any of its views is on screen: else it needs no columns and no pushes."""
    begins: bool
    """Whether this is the page's first handshake."""
    shows: list[str]
    """Topics that its views show, each "name/what": "log/a3/1". They are pushed for as long as they stand here."""


class Abort(Request, tag="abort"):
    """Abort an action; "a0" or "" is the run. Sent again with the same id, it is answered, not done twice."""

    action: str
    reason: str


class Signal(Request, tag="signal"):
    """Answer a condition. Sent again with the same id, it is answered, not done twice."""

    action: str
    value: str
    """What was typed: "true", "1250". It is read by the condition's type, in Python: a number of JavaScript cannot hold
    every integer of Flyte's."""


class Rerun(Request, tag="rerun"):
    """Start the run again. Sent again with the same id, it is answered, not done twice."""

    recover: bool
    changed: dict[str, str]
    """Inputs to change, each as it was typed; read by the input's type."""


class ReadRerun(Request, tag="read_rerun"):
    """Read the run's inputs for the form of a rerun."""

    reply: ClassVar[object] = RerunForm


class OpenOther(Request, tag="open_other"):
    """Make the widget of the run that this one was started from, or of one that was started from it.

    "": close that widget. Gives the id of its model.
    """

    reply: ClassVar[object] = str

    run: str


class Retry(Request, tag="retry"):
    """Try to reach the backend now."""


class ReadFrontEnd(Request, tag="front_end"):
    """Give a part of the front end that few runs need, in one buffer (js/loader.mjs)."""

    part: str
    """"widget": the module itself, for hosts whose models do not see each other. Its payload is the loader."""


class RequestHistory(Request, tag="request_history"):
    """Read the phase transitions of rows on screen whose history is not known."""

    actions: list[str]


class ReadReport(Request, tag="report"):
    """Write the failure of an action as Markdown; "a0" or "" is the run."""

    reply: ClassVar[object] = str

    action: str


class ReadPath(Request, tag="critical_path"):
    """Give the critical path. It reads the phases of its actions."""

    reply: ClassVar[object] = list[PathPart]


class ReadByTask(Request, tag="by_task"):
    """Add up the time by task, within this stretch (epoch ms) or, with null, from the start or up to now."""

    reply: ClassVar[object] = list[TaskRow]

    from_ms: float | None
    to_ms: float | None


class ReadComparison(Request, tag="compare"):
    """Compare with another run, by name; "": the last success of the task before, "median": of the five before."""

    reply: ClassVar[object] = Comparison

    other: str


class ReadStaticView(Request, tag="static_view"):
    """Give the static view of the run's end, once that was read: an output of a notebook, by media type."""

    reply: ClassVar[object] = dict[str, str]


class PendingSidebarCalls(Request, tag="pending_sidebar_calls"):
    """Send the last call of `sidebar()` that no page has answered."""


class SidebarAnswer(Request, tag="sidebar_answer"):
    """How a call of `sidebar()` went."""

    call: int
    refusal: str
    """Why there is no panel; "": the page opened it."""
    views: int
    """How many views of the widget the page shows."""


class ShowRuns(Request, tag="show_runs"):
    """Open the panel with all runs, from which this run's own panel gives way."""


class ReadLog(Request, tag="read_log"):
    """Give lines of a log that the page looks at. They come in one buffer (`wire.logs.pack_lines`)."""

    reply: ClassVar[object] = LogLines

    action: str
    attempt: int
    start: int
    """Number of the first line."""
    count: int


class FindInLog(Request, tag="find_in_log"):
    """Find a text in the lines that the kernel keeps, in any case."""

    reply: ClassVar[object] = LogMatches

    action: str
    attempt: int
    text: str


class LineAtTime(Request, tag="line_at_time"):
    """Find the first line that was written at a time or after it."""

    reply: ClassVar[object] = int

    action: str
    attempt: int
    at_ms: float
    """Epoch ms of the backend's clock."""


class SaveLog(Request, tag="save_log"):
    """Write the whole log of an attempt to a file in the kernel's directory."""

    reply: ClassVar[object] = SavedLog

    action: str
    attempt: int


class ChooseRuns(Request, tag="choose_runs"):
    """List other runs. The trait `runs` has them once they were read."""

    task: str
    phase: str
    """"", "active", "paused" or a phase's value."""
    mine: bool
    since: str
    """"24h", "7d", "30d" or "all"; "": as it is."""
    search: str


class ReadOlderRuns(Request, tag="older_runs"):
    """Give the runs that follow the first `have`. Reads the next page of the backend where it has to."""

    reply: ClassVar[object] = OlderRuns

    have: int


class OpenRun(Request, tag="open_run"):
    """Make the widget of a run of the list; "": close the one that is open. Gives the id of its model."""

    reply: ClassVar[object] = str

    run: str
    compare: str
    """Name of the run that it is shown beside; "": none."""


class AbortRuns(Request, tag="abort_runs"):
    """Abort several runs. Sent again with the same id, it is answered, not done twice."""

    reply: ClassVar[object] = list[AbortOutcome]

    runs: list[str]
    reason: str
