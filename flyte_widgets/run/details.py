"""All that is known of one action, as `Action.details()` gives it: plain values, none of the wire's own. Pure.

Times are UTC. A backend leaves much out: what it does not say is None or "". Our own secrets are redacted in its texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flyte_widgets.api import messages as wire
from flyte_widgets.api.identity import identity_name
from flyte_widgets.api.protojson import EnumWire
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import redact
from flyte_widgets.run.literals import decode
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.timeline import AttemptHistory, SegmentFlag, attempts_of, split_error
from flyte_widgets.run.times import epoch_ms, moment

_ERROR_KINDS: Final[dict[EnumWire, str]] = {"KIND_USER": "user", 1: "user", "KIND_SYSTEM": "system", 2: "system"}
_TYPES: Final[dict[EnumWire, str]] = {
    "INTEGER": "int",
    1: "int",
    "FLOAT": "float",
    2: "float",
    "STRING": "str",
    3: "str",
    "BOOLEAN": "bool",
    4: "bool",
}
_MARKDOWN: Final = ("CONDITION_PROMPT_TYPE_MARKDOWN", 2)
_WARNING: Final = ("TYPE_WARNING", 2)


@dataclass(frozen=True)
class ErrorDetail:
    """Why an action or attempt failed. `kind` is "user", "system" or "". `title` is the exception's class, if named."""

    message: str
    title: str = ""
    kind: str = ""
    code: str = ""


@dataclass(frozen=True)
class AbortDetail:
    """An abort: why, and by whom. Open-source backends say neither of children."""

    reason: str
    by: str = ""


@dataclass(frozen=True)
class ConditionDetail:
    """What a person is asked. `type` is "bool", "int", "float" or "str"; `timeout` None waits for ever."""

    name: str
    type: str
    prompt: str = ""
    description: str = ""
    is_markdown: bool = False
    timeout: timedelta | None = None


@dataclass(frozen=True)
class AnswerDetail:
    """How a condition was answered, and by whom, where the backend says."""

    value: Any
    by: str = ""


@dataclass(frozen=True)
class LinkDetail:
    """A page that the backend offers: a log, a dashboard. Foreign text: look at it before you open it."""

    name: str
    url: str
    is_ready: bool


@dataclass(frozen=True)
class EventDetail:
    """What the cluster said."""

    time: datetime | None
    message: str
    reason: str = ""
    is_warning: bool = False
    count: int = 1


@dataclass(frozen=True)
class PhaseSpan:
    """A stretch of one phase. `ended` None: it goes on. `is_inferred`: nobody reported the end; it was concluded."""

    phase: ActionPhase
    started: datetime
    ended: datetime | None
    is_inferred: bool = False


@dataclass(frozen=True)
class AttemptDetail:
    """One attempt. `phase` is its outcome, or where it is now. `cache` is "hit", "miss", "disabled" and the like."""

    number: int
    phase: ActionPhase | None
    started: datetime | None
    ended: datetime | None
    error: ErrorDetail | None
    phases: tuple[PhaseSpan, ...]
    links: tuple[LinkDetail, ...]
    events: tuple[EventDetail, ...]
    has_logs: bool
    cache: str = ""


@dataclass(frozen=True)
class ActionDetails:
    """All that the backend says of one action (GetActionDetails)."""

    id: str
    kind: str
    """ "task", "trace" or "condition"; "" where the backend does not say."""
    name: str
    """The task's short name, or the name of the trace or condition; "" where the backend says none."""
    function: str
    """The whole name of its function: "env.main"."""
    parent: str
    group: str
    phase: ActionPhase | None
    started: datetime | None
    ended: datetime | None
    error: ErrorDetail | None
    abort: AbortDetail | None
    condition: ConditionDetail | None
    answer: AnswerDetail | None
    attempts: tuple[AttemptDetail, ...]
    cache: str = ""


def details_of(message: wire.ActionDetails) -> ActionDetails:
    """Read the wire's message."""
    metadata, status = message.metadata, message.status
    kind, name = _kind_and_name(metadata)
    return ActionDetails(
        id=message.id.name or ROOT,
        kind=kind,
        name=name,
        function=metadata.funtion_name,
        parent=metadata.parent,
        group=metadata.group,
        phase=ActionPhase.of(status.phase),
        started=_time(status.start_time),
        ended=_time(status.end_time),
        error=_error(message.error_info),
        abort=_abort(message.abort_info),
        condition=_condition(message.condition),
        answer=_answer(message.signal_info),
        attempts=tuple(_attempt(history) for history in attempts_of(message)),
        cache=_word(status.cache_status, "CACHE_"),
    )


def _kind_and_name(metadata: wire.ActionMetadata) -> tuple[str, str]:
    if metadata.task is not None:
        return "task", metadata.task.short_name or metadata.task.id.name
    if metadata.trace is not None:
        return "trace", metadata.trace.name
    if metadata.condition is not None:
        return "condition", metadata.condition.name
    return "", ""


def _error(error: wire.ErrorInfo | None) -> ErrorDetail | None:
    if error is None or not (error.message or error.code):
        return None
    title, message = split_error(error)
    return ErrorDetail(redact(message), redact(title), _ERROR_KINDS.get(error.kind, ""), error.code)


def _abort(abort: wire.AbortInfo | None) -> AbortDetail | None:
    return None if abort is None else AbortDetail(redact(abort.reason), identity_name(abort.aborted_by))


def _condition(condition: wire.ConditionSpec | None) -> ConditionDetail | None:
    if condition is None:
        return None
    timeout_s = condition.timeout_s
    return ConditionDetail(
        condition.name,
        _TYPES.get(condition.type.simple, ""),
        redact(condition.prompt),
        redact(condition.description),
        condition.prompt_type in _MARKDOWN,
        None if timeout_s is None else timedelta(seconds=timeout_s),
    )


def _answer(signal: wire.SignalInfo | None) -> AnswerDetail | None:
    return None if signal is None else AnswerDetail(decode(signal.output), identity_name(signal.signalled_by))


def _attempt(history: AttemptHistory) -> AttemptDetail:
    source = history.source
    return AttemptDetail(
        number=history.attempt,
        phase=history.phase,
        started=_moment(history.start_ms),
        ended=_moment(history.end_ms),
        error=_error(source.error_info),
        phases=tuple(
            PhaseSpan(
                span.phase, moment(span.start_ms), _moment(span.end_ms), bool(span.flags & SegmentFlag.END_INFERRED)
            )
            for span in history.segments
        ),
        links=tuple(LinkDetail(link.name, link.uri, link.ready) for link in source.log_info),
        events=tuple(
            EventDetail(
                _time(one.occurred_at), redact(one.message), one.reason, one.type in _WARNING, max(one.count, 1)
            )
            for one in source.cluster_events
        ),
        has_logs=source.logs_available,
        cache=_word(source.cache_status, "CACHE_"),
    )


def _time(time: datetime | None) -> datetime | None:
    return None if epoch_ms(time) is None else time


def _moment(ms: float | None) -> datetime | None:
    return None if ms is None else moment(ms)


def _word(value: EnumWire, prefix: str) -> str:
    """Give an enum's name as words ("CACHE_HIT" is "hit"); "" where it is unset or a bare number."""
    return value.removeprefix(prefix).replace("_", " ").lower() if isinstance(value, str) else ""
