"""The messages that are read, as msgspec structs decoded straight from Connect's JSON (protojson).

Only the fields that are used are named; all others are skipped without being built. protojson leaves out zero values,
writes enums as names (or as numbers, where the name is unknown to the server), 64-bit integers as strings and times as
RFC 3339. Every field has a default, so that whatever a backend leaves out decodes.

Source: flyteidl2 2.0.51, `workflow/run_definition.proto` and `workflow/run_service.proto`.
"""

from __future__ import annotations

import msgspec
from msgspec import field

EnumWire = str | int | None
"""A protobuf enum: its name, its number where the server does not know the name, None where it is left out."""


class Message(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Base of all messages: camelCase on the wire, unknown fields are skipped."""


class RunIdentifier(Message):
    """`common.RunIdentifier`. `org` may be empty in what a backend sends back: never use it as a key."""

    org: str = ""
    project: str = ""
    domain: str = ""
    name: str = ""


class ActionIdentifier(Message):
    """`common.ActionIdentifier`. The root action of a run is "a0"."""

    run: RunIdentifier = RunIdentifier()
    name: str = ""


class TaskId(Message):
    """`task.TaskIdentifier`."""

    project: str = ""
    domain: str = ""
    name: str = ""
    version: str = ""


class TaskMetadata(Message):
    """`TaskActionMetadata`."""

    id: TaskId = TaskId()
    task_type: str = ""
    short_name: str = ""


class NamedMetadata(Message):
    """`TraceActionMetadata` and `ConditionActionMetadata`."""

    name: str = ""


class Identity(Message):
    """Who did it: as much of `common.EnrichedIdentity` as the backend says."""

    user: IdentityUser | None = None
    application: IdentityUser | None = None


class IdentityUser(Message):
    """`common.User` or `common.Application`."""

    id: IdentityId | None = None
    spec: IdentitySpec | None = None


class IdentityId(Message):
    """The subject of a user or application."""

    subject: str = ""


class IdentitySpec(Message):
    """The readable part of a user or application."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    name: str = ""


class ActionMetadata(Message):
    """`ActionMetadata`. Exactly one of task, trace and condition is set, in streams; none in ListActions."""

    parent: str = ""
    group: str = ""
    environment_name: str = ""
    funtion_name: str = ""  # sic: the proto's own spelling
    task: TaskMetadata | None = None
    trace: NamedMetadata | None = None
    condition: NamedMetadata | None = None
    executed_by: Identity | None = None


class ActionStatus(Message):
    """`ActionStatus`. `start_time` is when the action was created, not when user code began. Times are RFC 3339."""

    phase: EnumWire = None
    start_time: str | None = None
    end_time: str | None = None
    attempts: int = 0
    cache_status: EnumWire = None


class Action(Message):
    """`Action`, in ListActions, ListRuns and inside `EnrichedAction`."""

    id: ActionIdentifier = ActionIdentifier()
    metadata: ActionMetadata = ActionMetadata()
    status: ActionStatus = ActionStatus()


class EnrichedAction(Message):
    """`EnrichedAction`: always the whole action, never a delta."""

    action: Action = Action()
    meets_filter: bool = False


class ErrorInfo(Message):
    """`ErrorInfo`. `kind` is KIND_USER or KIND_SYSTEM."""

    message: str = ""
    kind: EnumWire = None
    code: str = ""


class AbortInfo(Message):
    """`AbortInfo`. Both fields are often empty."""

    reason: str = ""
    aborted_by: Identity | None = None


class PhaseTransition(Message):
    """`PhaseTransition`. No end time: still open, or never reported."""

    phase: EnumWire = None
    start_time: str | None = None
    end_time: str | None = None


class ClusterEvent(Message):
    """`ClusterEvent`. The open-source backend fills only `occurred_at` and `message`."""

    occurred_at: str | None = None
    message: str = ""
    type: EnumWire = None
    reason: str = ""
    count: int = 0


class TaskLog(Message):
    """`core.TaskLog`: a link that the backend offers."""

    uri: str = ""
    name: str = ""
    ready: bool = False


class ActionAttempt(Message):
    """`ActionAttempt`. Numbers start at 1, may have holes; an attempt that was retried often never ends."""

    attempt: int = 0
    phase: EnumWire = None
    start_time: str | None = None
    end_time: str | None = None
    error_info: ErrorInfo | None = None
    log_info: list[TaskLog] = []
    logs_available: bool = False
    cache_status: EnumWire = None
    cluster_events: list[ClusterEvent] = []
    phase_transitions: list[PhaseTransition] = []


class ActionDetails(Message):
    """`ActionDetails`: one action with all its attempts."""

    id: ActionIdentifier = ActionIdentifier()
    metadata: ActionMetadata = ActionMetadata()
    status: ActionStatus = ActionStatus()
    error_info: ErrorInfo | None = None
    abort_info: AbortInfo | None = None
    attempts: list[ActionAttempt] = []


class RunDetails(Message):
    """`RunDetails`. `action` unset means "no information" (an open-source WatchRunDetails sends nothing else)."""

    action: ActionDetails | None = None


class GetRunDetailsResponse(Message):
    """Answer of GetRunDetails."""

    details: RunDetails = RunDetails()


class ActionDetailsResponse(Message):
    """Answer of GetActionDetails, and each message of WatchActionDetails."""

    details: ActionDetails | None = None


class WatchActionsResponse(Message):
    """One message of WatchActions: up to 1,000 whole actions."""

    enriched_actions: list[EnrichedAction] = []


class ListActionsResponse(Message):
    """A page of ListActions. An empty token ends the list."""

    actions: list[Action] = []
    token: str = ""


class Run(Message):
    """`Run`, in ListRuns."""

    action: Action = Action()
    labels: dict[str, str] = field(default_factory=dict)


class ListRunsResponse(Message):
    """A page of ListRuns. An empty token ends the list."""

    runs: list[Run] = []
    token: str = ""


class WatchClusterEventsResponse(Message):
    """One message of WatchClusterEvents: the events so far, then only new ones."""

    cluster_events: list[ClusterEvent] = []


class Empty(Message):
    """Answer of AbortRun and AbortAction."""


def identity_name(identity: Identity | None) -> str:
    """Give the readable name of who did something, or "" where the backend does not say."""
    if identity is None:
        return ""
    for who in (identity.user, identity.application):
        if who is None:
            continue
        spec = who.spec or IdentitySpec()
        subject = who.id.subject if who.id else ""
        name = f"{spec.first_name} {spec.last_name}".strip() or spec.name or spec.email or subject
        if name:
            return name
    return ""
