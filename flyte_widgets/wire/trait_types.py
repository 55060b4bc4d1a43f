"""What the traits hold that cross to the browser as JSON. TypeScript types are generated from these.

Times are epoch milliseconds of the backend's clock. Phases are the SDK's values ("running"); "" where there is none.
Text comes from other people's code: Python bounds it, the browser sets it as text.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from flyte_widgets.watch import status

ActionKind = Literal["task", "trace", "condition"]
ConnectionState = status.ConnectionState
"""connecting: nothing was read yet. polling: there is no stream, unary reads stand in for it. reconnecting: what is
shown is as old as `lastMs` says. ended: the run is over and was read whole. closed: nobody watches any more. failed:
trying again does not mend it."""
AbortPhase = status.AbortPhase
"""accepted: the backend's OK. aborted: the phase was seen ABORTED."""

AnswerPhase = status.AnswerPhase
"""accepted: the backend's OK. answered: the condition was seen SUCCEEDED with this answer. answered_elsewhere: somebody
else was faster."""


ViewKind = Literal["full", "compact"]
"""compact: one row, which opens to the whole view."""
DiagramKind = Literal["open", "folded"]
"""folded: the state diagram is one line of chips."""


class ErrorInfo(TypedDict):
    """The error of an action or of an attempt."""

    kind: str
    """"user", "system" or ""."""
    title: str
    """First word of the message where it names an exception class, else ""."""
    message: str
    code: str


class Transition(TypedDict):
    """An attempt in one phase."""

    phase: str
    startMs: float | None
    endMs: float | None
    endInferred: bool
    """The backend did not report the end: it is the start of what followed."""


class ClusterEvent(TypedDict):
    """What the cluster reported of an attempt."""

    atMs: float | None
    reason: str
    message: str
    warning: bool
    count: int


class Link(TypedDict):
    """A page that the backend names for an attempt."""

    name: str
    url: str
    """http(s) only: Python drops all others."""


class Attempt(TypedDict):
    """One attempt of an action."""

    attempt: int
    phase: str
    startMs: float | None
    endMs: float | None
    endInferred: bool
    transitions: list[Transition]
    error: ErrorInfo | None
    links: list[Link]
    events: list[ClusterEvent]
    logsAvailable: bool
    cache: str


class AbortInfo(TypedDict):
    """Why an action was aborted, and by whom."""

    reason: str
    by: str


class ConditionInfo(TypedDict):
    """What a condition asks, and how it was answered."""

    prompt: str
    description: str
    markdown: bool
    type: str
    """"bool", "int", "float" or "str"; "" where the backend does not say."""
    deadlineMs: float | None
    answer: str | None
    """In words; null: not answered."""
    by: str


class ActionDetail(TypedDict):
    """All that is known of one action: the root's in `root`, the selected one's in `detail`."""

    id: str
    name: str
    kind: ActionKind
    parent: str
    group: str
    phase: str
    startMs: float | None
    endMs: float | None
    attemptCount: int
    attempts: list[Attempt]
    error: ErrorInfo | None
    abort: AbortInfo | None
    condition: ConditionInfo | None
    cache: str
    consoleUrl: str
    makesReport: bool
    """Whether its task was declared with `report=True`."""
    notKept: bool
    """The list of actions has it, but its details are gone: it is older than the history that the backend keeps."""


class Connection(TypedDict):
    """How fresh what is shown is."""

    state: ConnectionState
    lastMs: float | None
    """When the backend last answered; null: never."""
    nextTryMs: float | None
    message: str
    """What happened. May be empty, as may be `hint`."""
    hint: str
    """What to do."""
    pollS: float | None


class AbortState(TypedDict):
    """How an abort stands."""

    state: AbortPhase
    action: str
    """The action it is about; "a0" is the run."""
    atMs: float | None
    reason: str
    message: str


class WaitingCondition(TypedDict):
    """A condition that needs an answer."""

    id: str
    name: str
    prompt: str
    description: str
    markdown: bool
    type: str
    """"bool", "int", "float" or "str"; "" where the backend does not say."""
    parent: str
    sinceMs: float | None
    deadlineMs: float | None


class AnswerState(TypedDict):
    """How the answer to a condition stands, or how one ended that was seen waiting."""

    state: AnswerPhase
    id: str
    name: str
    value: str
    """In words: "yes", "1250"."""
    by: str
    atMs: float | None
    sinceMs: float | None
    message: str


class Relation(TypedDict):
    """Which run this one was started from."""

    kind: str
    """"rerun", "recover" and the like."""
    run: str
    url: str
    """Its page; "" where there is none."""


class RerunState(TypedDict):
    """How a rerun of this run stands."""

    state: Literal["idle", "requested", "started", "failed"]
    kind: Literal["rerun", "recover"]
    run: str
    """Name of the new run."""
    code: str
    """Python that starts the run again in this way: the SDK's own call, or ours for what the SDK runs itself."""
    url: str
    atMs: float | None
    message: str


class WidgetError(TypedDict):
    """An error of the widget itself, or of the user's own observer."""

    message: str
    hint: str
