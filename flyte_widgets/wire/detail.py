"""An action's details as the browser gets them (trait_types.py, `ActionDetail`). Pure.

Text comes from other people's code: it is bounded here and set as text there. Links are http(s) only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, cast

from flyte_widgets.api.identity import identity_name
from flyte_widgets.api.messages import AbortInfo, ActionAttempt, ActionDetails, ClusterEvent, ErrorInfo, TaskLog
from flyte_widgets.api.protojson import EnumWire
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import redact
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.conditions import answer_words
from flyte_widgets.run.details import details_of
from flyte_widgets.run.state import KINDS, ROOT
from flyte_widgets.run.timeline import AttemptHistory, Segment, SegmentFlag, attempts_of, split_error
from flyte_widgets.run.times import epoch_ms
from flyte_widgets.untrusted import web_address, without_colours
from flyte_widgets.watch.events import merge_events
from flyte_widgets.wire import trait_types as wire

TEXT_LIMIT: Final = 50_000
"""Characters of an error or event that are kept: the end of a traceback says most, so both ends stay."""
_PROMPT_LIMIT: Final = 10_000
_WARNING: Final = ("TYPE_WARNING", 2)
_KIND_NAMES: Final[dict[EnumWire, str]] = {"KIND_USER": "user", 1: "user", "KIND_SYSTEM": "system", 2: "system"}


def action_detail(
    details: ActionDetails,
    known: ActionState,
    console_url: str,
    events: Mapping[int, Iterable[ClusterEvent]] | None = None,
    *,
    not_kept: bool = False,
) -> wire.ActionDetail:
    """Build what the browser gets of one action.

    `known` adds what other messages said of it, `events` live ones by attempt.
    """
    live = events or {}
    abort = details.abort_info
    return {
        "id": details.id.name or ROOT,
        "name": known.name,
        "kind": cast("wire.ActionKind", KINDS[known.kind]),
        "parent": known.parent,
        "group": known.group,
        "phase": value_of(known.phase),
        "startMs": known.created_ms,
        "endMs": known.ended_ms,
        "attemptCount": known.attempts,
        "attempts": [_attempt(history, live.get(history.attempt, ())) for history in attempts_of(details)],
        "error": error_info(details.error_info),
        "abort": None if abort is None else _abort(abort),
        "condition": _condition(details),
        "cache": _enum_word(details.status.cache_status, "CACHE_"),
        "consoleUrl": console_url,
        "makesReport": details.task is not None and details.task.task_template.metadata.generates_deck,
        "notKept": not_kept,
    }


def _abort(abort: AbortInfo) -> wire.AbortInfo:
    return {"reason": bounded(abort.reason), "by": bounded(identity_name(abort.aborted_by), 200)}


def _condition(details: ActionDetails) -> wire.ConditionInfo | None:
    asked = details.condition
    if asked is None:
        return None
    read = details_of(details)
    start_ms = epoch_ms(details.status.start_time)
    known = read.condition
    return {
        "prompt": bounded(asked.prompt, _PROMPT_LIMIT),
        "description": bounded(asked.description, _PROMPT_LIMIT),
        "markdown": known is not None and known.is_markdown,
        "type": known.type if known is not None else "",
        "deadlineMs": None if start_ms is None or asked.timeout_s is None else start_ms + asked.timeout_s * 1000,
        "answer": None if read.answer is None else answer_words(read.answer.value),
        "by": "" if read.answer is None else bounded(read.answer.by, 200),
    }


def error_info(error: ErrorInfo | None) -> wire.ErrorInfo | None:
    """Build it for an error; None where there is none, or an empty one."""
    if error is None or not (error.message or error.code):
        return None
    title, message = split_error(error)
    return {
        "kind": _KIND_NAMES.get(error.kind, ""),
        "title": bounded(title, 200),
        "message": bounded(message),
        "code": bounded(error.code, 200),
    }


def value_of(phase: ActionPhase | None) -> str:
    """Give the phase's value; "" where there is none."""
    return phase.value if phase is not None else ""


def bounded(text: str, limit: int = TEXT_LIMIT) -> str:
    """Take our own secrets out of a text of the run, and the middle where it is too long; say so."""
    text = redact(text)
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}"


def _attempt(history: AttemptHistory, live: Iterable[ClusterEvent]) -> wire.Attempt:
    source: ActionAttempt = history.source
    return {
        "attempt": history.attempt,
        "phase": value_of(history.phase),
        "startMs": history.start_ms,
        "endMs": history.end_ms,
        "endInferred": history.end_inferred,
        # A whole life in one piece is no transition.
        "transitions": [_transition(s) for s in history.segments if not s.flags & SegmentFlag.STATUS_ONLY],
        "error": error_info(source.error_info),
        "links": [link for log in source.log_info if (link := _link(log))],
        "events": [_event(event) for event in merge_events(source.cluster_events, live)],
        "logsAvailable": source.logs_available,
        "cache": _enum_word(source.cache_status, "CACHE_"),
    }


def _transition(segment: Segment) -> wire.Transition:
    return {
        "phase": segment.phase.value,
        "startMs": segment.start_ms,
        "endMs": segment.end_ms,
        "endInferred": bool(segment.flags & SegmentFlag.END_INFERRED),
    }


def _link(log: TaskLog) -> wire.Link | None:
    url = web_address(log.uri)
    return {"name": bounded(log.name, 200) or "Log", "url": url} if url else None


def _event(event: ClusterEvent) -> wire.ClusterEvent:
    return {
        "atMs": epoch_ms(event.occurred_at),
        "reason": bounded(event.reason, 200),
        "message": bounded(without_colours(event.message), 5_000),
        "warning": event.type in _WARNING,
        "count": event.count,
    }


def _enum_word(value: EnumWire, prefix: str) -> str:
    """Give an enum's name as words ("CACHE_HIT" is "hit"); "" where it is unset or a bare number."""
    return bounded(value.removeprefix(prefix).replace("_", " ").lower(), 100) if isinstance(value, str) else ""
