"""The messages about runs and actions, as msgspec structs: see `protojson` for how they are read.

Only the fields that are used are named, in the order of the wire: a run has many actions, and each of its structs
costs. Every field has a default, so that whatever a backend leaves out decodes.

Source: flyteidl2 2.0.51, `workflow/run_definition.proto` and `workflow/run_service.proto`.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import field

from flyte_widgets.api.identity import Identity
from flyte_widgets.api.protojson import EnumWire, Message, PhaseWire, Time

_LONGEST_WAIT_S: Final = 1e9
_RELATIONS: Final[dict[str | int | None, str]] = {1: "rerun", 2: "recover", 3: "spawn"}


class RunIdentifier(Message, frozen=True):
    """`common.RunIdentifier`. `org` may be empty in what a backend sends back: never use it as a key."""

    org: str = ""
    project: str = ""
    domain: str = ""
    name: str = ""


class ActionIdentifier(Message, frozen=True):
    """`common.ActionIdentifier`, of the run that was asked for. The root action of a run is "a0"."""

    name: str = ""


class TaskId(Message, frozen=True):
    """`task.TaskIdentifier`."""

    name: str = ""


class TaskMetadata(Message, frozen=True):
    """`TaskActionMetadata`."""

    id: TaskId = TaskId()
    short_name: str = ""


class NamedMetadata(Message, frozen=True):
    """`TraceActionMetadata`."""

    name: str = ""


class SimpleType(Message, frozen=True):
    """`core.LiteralType`, where it can only be a simple one: BOOLEAN, INTEGER, FLOAT or STRING."""

    simple: EnumWire = None


class ConditionMetadata(Message, frozen=True):
    """`ConditionActionMetadata`."""

    name: str = ""
    type: SimpleType = SimpleType()


class ConditionSpec(Message, frozen=True):
    """`ConditionAction`: what a person is asked. All its texts are foreign."""

    name: str = ""
    type: SimpleType = SimpleType()
    prompt: str = ""
    description: str = ""
    prompt_type: EnumWire = None
    """CONDITION_PROMPT_TYPE_TEXT or _MARKDOWN."""
    timeout: str = ""
    """A duration as protojson writes it: "86400s"."""

    @property
    def timeout_s(self) -> float | None:
        """How long the condition waits, seconds; None for ever, or where that is not known."""
        try:
            seconds = float(self.timeout.removesuffix("s"))
        except ValueError:
            return None
        return seconds if 0 < seconds < _LONGEST_WAIT_S else None


class ActionMetadata(Message, frozen=True):
    """`ActionMetadata`. Exactly one of task, trace and condition is set, in streams; none in ListActions."""

    parent: str = ""
    group: str = ""
    task: TaskMetadata | None = None
    trace: NamedMetadata | None = None
    condition: ConditionMetadata | None = None
    funtion_name: str = ""  # sic: the proto's own spelling


class ActionStatus(Message, frozen=True):
    """`ActionStatus`. `start_time` is when the action was created, not when user code began."""

    phase: PhaseWire = None
    start_time: Time | None = None
    end_time: Time | None = None
    attempts: int = 0
    cache_status: EnumWire = None


class Action(Message, frozen=True):
    """`Action`, in ListActions, ListRuns and inside `EnrichedAction`."""

    id: ActionIdentifier = ActionIdentifier()
    metadata: ActionMetadata = ActionMetadata()
    status: ActionStatus = ActionStatus()


class EnrichedAction(Message, frozen=True):
    """`EnrichedAction`: always the whole action, never a delta."""

    action: Action = Action()


class ErrorInfo(Message, frozen=True):
    """`ErrorInfo`. `kind` is KIND_USER or KIND_SYSTEM."""

    message: str = ""
    kind: EnumWire = None
    code: str = ""


class AbortInfo(Message, frozen=True):
    """`AbortInfo`. Both fields are often empty."""

    reason: str = ""
    aborted_by: Identity | None = None


class SignalInfo(Message, frozen=True):
    """`SignalInfo`: how a condition was answered. `output` is a literal, as it came."""

    output: msgspec.Raw = msgspec.Raw(b"{}")
    signalled_by: Identity | None = None


class PhaseTransition(Message, frozen=True):
    """`PhaseTransition`. No end time: still open, or never reported."""

    phase: PhaseWire = None
    start_time: Time | None = None
    end_time: Time | None = None


class ClusterEvent(Message, frozen=True):
    """`ClusterEvent`. The open-source backend fills only `occurred_at` and `message`."""

    occurred_at: Time | None = None
    message: str = ""
    type: EnumWire = None
    reason: str = ""
    count: int = 0


class TaskLog(Message, frozen=True):
    """`core.TaskLog`: a link that the backend offers."""

    uri: str = ""
    name: str = ""
    ready: bool = False


class ActionAttempt(Message, frozen=True):
    """`ActionAttempt`. Numbers start at 1, may have holes; an attempt that was retried often never ends."""

    attempt: int = 0
    phase: PhaseWire = None
    start_time: Time | None = None
    end_time: Time | None = None
    error_info: ErrorInfo | None = None
    log_info: list[TaskLog] = field(default_factory=list)
    logs_available: bool = False
    cache_status: EnumWire = None
    cluster_events: list[ClusterEvent] = field(default_factory=list)
    phase_transitions: list[PhaseTransition] = field(default_factory=list)


class TemplateMetadata(Message, frozen=True):
    """`core.TaskMetadata`, as far as it is read."""

    generates_deck: bool = False
    """Whether the task was declared with `report=True`."""


class TaskTemplate(Message, frozen=True):
    """`core.TaskTemplate`, as far as it is read."""

    metadata: TemplateMetadata = TemplateMetadata()


class TaskSpec(Message, frozen=True):
    """`task.TaskSpec`, as far as it is read."""

    task_template: TaskTemplate = TaskTemplate()


class ActionDetails(Message, frozen=True):
    """`ActionDetails`: one action with all its attempts."""

    id: ActionIdentifier = ActionIdentifier()
    metadata: ActionMetadata = ActionMetadata()
    status: ActionStatus = ActionStatus()
    error_info: ErrorInfo | None = None
    abort_info: AbortInfo | None = None
    signal_info: SignalInfo | None = None
    condition: ConditionSpec | None = None
    task: TaskSpec | None = None
    attempts: list[ActionAttempt] = field(default_factory=list)


class Relation(Message, frozen=True):
    """`common.Relation`: of which run this one is a rerun, or which it recovers."""

    related_to: RunIdentifier = RunIdentifier()
    relation_type: EnumWire = None

    @property
    def kind(self) -> str:
        """What it is: "rerun", "recover", "spawn" and the like; "" where the backend does not say."""
        kind = self.relation_type
        return kind.removeprefix("RELATION_TYPE_").lower() if isinstance(kind, str) else _RELATIONS.get(kind, "")


class RunProvenance(Message, frozen=True):
    """As much of a `task.RunSpec` as says where the run comes from."""

    relation: Relation | None = None


class RunDetails(Message, frozen=True):
    """`RunDetails`. `action` unset means "no information": an open-source WatchRunDetails sends just that."""

    action: ActionDetails | None = None
    run_spec: RunProvenance | None = None
    """The rest of it may hold secrets, and is not read."""


class GetRunDetailsResponse(Message, frozen=True):
    """Answer of GetRunDetails."""

    details: RunDetails = RunDetails()


class ActionDetailsResponse(Message, frozen=True):
    """Answer of GetActionDetails, and each message of WatchActionDetails."""

    details: ActionDetails | None = None


class WatchActionsResponse(Message, frozen=True):
    """One message of WatchActions: up to 1,000 whole actions."""

    enriched_actions: list[EnrichedAction] = field(default_factory=list)


class ListActionsResponse(Message, frozen=True):
    """A page of ListActions. An empty token ends the list."""

    actions: list[Action] = field(default_factory=list)
    token: str = ""


class WatchClusterEventsResponse(Message, frozen=True):
    """One message of WatchClusterEvents: the events so far, then only new ones."""

    cluster_events: list[ClusterEvent] = field(default_factory=list)


class Empty(Message, frozen=True):
    """Answer of AbortRun and AbortAction."""
