"""The messages that are read, as msgspec structs decoded straight from Connect's JSON (protojson).

Only the fields that are used are named, in the order of the wire; all others are skipped without being built: a run
has many actions, and each of its structs costs. protojson leaves out zero values, writes enums as names (or as
numbers, where the name is unknown to the server), 64-bit integers as strings and times as RFC 3339. Every field has a
default, so that whatever a backend leaves out decodes.

Source: flyteidl2 2.0.51, `workflow/run_definition.proto` and `workflow/run_service.proto`.
"""

from __future__ import annotations

import functools
import json
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec

from flyte_widgets.errors import ProtocolError
from flyte_widgets.phases import PhaseName

EnumWire = str | int | None
"""A protobuf enum: its name, its number where the server knows no name, None where it is left out."""
PhaseWire = PhaseName | int | None
"""Likewise, where the enum is ActionPhase."""
Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A timestamp. Nanoseconds are rounded to microseconds; zero is the year 1970, or 1 (Go)."""
_LONGEST_WAIT_S: Final = 1e9
_RELATIONS: Final[dict[str | int | None, str]] = {1: "rerun", 2: "recover", 3: "spawn"}
_TIMES: Final = ("startTime", "endTime", "occurredAt", "expiresAt")


class Message(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Base of all messages: camelCase on the wire, unknown fields are skipped."""


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


class Identity(Message, frozen=True):
    """Who did it: as much of `common.EnrichedIdentity` as the backend says."""

    user: IdentityUser | None = None
    application: IdentityUser | None = None


class IdentityUser(Message, frozen=True):
    """`common.User` or `common.Application`."""

    id: IdentityId | None = None
    spec: IdentitySpec | None = None


class IdentityId(Message, frozen=True):
    """The subject of a user or application."""

    subject: str = ""


class IdentitySpec(Message, frozen=True):
    """The readable part of a user or application."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    name: str = ""


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
    log_info: list[TaskLog] = []
    logs_available: bool = False
    cache_status: EnumWire = None
    cluster_events: list[ClusterEvent] = []
    phase_transitions: list[PhaseTransition] = []


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
    attempts: list[ActionAttempt] = []


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

    enriched_actions: list[EnrichedAction] = []


class ListActionsResponse(Message, frozen=True):
    """A page of ListActions. An empty token ends the list."""

    actions: list[Action] = []
    token: str = ""


class WatchClusterEventsResponse(Message, frozen=True):
    """One message of WatchClusterEvents: the events so far, then only new ones."""

    cluster_events: list[ClusterEvent] = []


class Empty(Message, frozen=True):
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


T = TypeVar("T", bound=Message)


@functools.cache
def _decoder(message_type: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(message_type, strict=False)


def decode_message(data: bytes, message_type: type[T]) -> T:
    """Decode one message of Connect JSON. What is no Unicode or no time is repaired, at the price of time.

    Raises ProtocolError if this is not JSON, or not of this type: it names type and place, never the data.
    """
    decoder: msgspec.json.Decoder[T] = _decoder(message_type)
    try:
        try:
            return decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return decoder.decode(_repaired(data))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, msgspec.MsgspecError) else "it is not JSON"
        raise ProtocolError(f"A {message_type.__name__} could not be read: {detail}.") from None


def _repaired(data: bytes) -> bytes:
    """Replace bytes that are not UTF-8, and lone surrogates (JSON can hold them), and leave out what is no time."""
    parsed = json.loads(data.decode(errors="replace"), object_hook=_without_false_times)
    return json.dumps(parsed, ensure_ascii=False).encode(errors="replace")


def _without_false_times(parsed: dict[str, Any]) -> dict[str, Any]:
    for name in _TIMES:
        try:
            msgspec.convert(parsed.get(name), Time | None)
        except (msgspec.ValidationError, ValueError):  # ValueError: it is no Unicode
            del parsed[name]
    return parsed
