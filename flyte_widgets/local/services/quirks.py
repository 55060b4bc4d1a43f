"""The oddities of the real backend, to be switched on for a simulated run. Pure.

The embedded backend is a sane one: what it says is whole, in order and in time. The open-source backend is not always
(issues of flyteorg/flyte: 6978, 7756 to 7758; runs/service/run_service.go), and a client must cope with both. Each
quirk changes what is *sent* of a run, never what is recorded: by `compose`'s messages (`of_action`, `of_details`), by
the messages of a stream (`of_stream`, `quirk_tree.TreeStream`), or by whether a call is answered (`admit`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from typing import Any, Final

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from google.protobuf.timestamp_pb2 import Timestamp

from flyte_widgets.local.services.changes import current_wakeup
from flyte_widgets.local.services.records import TERMINAL
from flyte_widgets.phases import ActionPhase

CALLS: Final = (
    "GetRunDetails",
    "GetActionDetails",
    "ListActions",
    "WatchActions",
    "WatchActionDetails",
    "WatchClusterEvents",
)
_REFUSALS: Final = {
    "unimplemented": "the backend does not have {call}",
    "forbidden": "the backend does not allow {call}",
    "hanging": "{call} is never answered",
}

QUIRKS: Final[dict[str, str]] = {
    "empty_run_details": "WatchRunDetails sends nothing but empty messages",
    "bare_run_details": "GetRunDetails leaves the root action out",
    "bare_list": "ListActions tells of metadata only parent and group",
    "early_end": "WatchActionDetails ends with the attempt, before the status is terminal",
    "endless_details": "WatchActionDetails never ends",
    "silent_tree": "WatchActions sends nothing, not even headers",
    "orphan_death": "WatchActions dies because a parent is not found, sooner or later each time",
    "duplicates": "messages of streams come twice",
    "reordered": "neighbouring messages of streams change places, and children come before their parents",
    "lost": "every second message of WatchActions is lost",
    "lost_terminal": "WatchActions never tells that an action has ended",
    "backward": "WatchActions repeats what an action was before, after what it is now",
    "zero_attempts": "status.attempts is always 0",
    "attempt_holes": "of several attempts the first is missing",
    "no_history": "what was reported of the attempts is no longer kept: no phases in between, errors, events, links",
    "open_retries": "an attempt that was retried neither fails nor ends",
    "no_times": "no times at all",
    "zero_times": "all times are zero",
    "negative_times": "ends come before beginnings",
    "clock_ahead": "the clocks of the backend are an hour ahead",
    "clock_behind": "the clocks of the backend are an hour behind",
    "unknown_phase": "INITIALIZING is a phase that nobody has heard of: 11",
    "no_logs": "TailLogs is not there",
    "pod_gone": "the log of an action goes with its pod, when the action has ended",
    "logs_end_early": "TailLogs ends after the lines so far, though the action still runs",
    "data_limit": "inputs and outputs above 2 MiB are not handed out",
    "localhost_links": "links to reports are signed for localhost, where nobody listens",
    "slow_cascade": "the descendants of what was aborted go on for seconds",
    "lossy": "WatchActions sends 100 changes a second and loses all others; the root is repeated every second",
    "deaf": "streams send a few messages, and then nothing any more",
    "unordered": "WatchActionDetails and unary answers come 10 to 130 ms late, with what was true before",
    "outage": "three of every eight seconds the database is away: unary calls say not_found, streams lose messages",
    **{f"{kind}:{call}": meaning.format(call=call) for call in CALLS for kind, meaning in _REFUSALS.items()},
}
"""Name and meaning."""

ENDLESS: Final = frozenset({"endless_details", "no_history", "deaf"})
"""With these, streams of an action go on after its end: the real backend ends them with the last attempt."""
SLOW_CASCADE_S: Final = 4.0
LOSSY_REPEAT_S: Final = 1.0
_DEAF_AFTER: Final = 4
_OUTAGE_EVERY_S: Final = 8.0
_OUTAGE_S: Final = 3.0
_UNKNOWN_PHASE: Final = 11
_HOUR_S: Final = 3600


def checked(names: Iterable[str]) -> tuple[str, ...]:
    """Give the names of quirks, sorted. ValueError for one that there is not."""
    chosen = tuple(sorted(set(names)))
    unknown = [name for name in chosen if name not in QUIRKS]
    if unknown:
        raise ValueError(f"unknown quirks: {', '.join(unknown)}; known are {', '.join(QUIRKS)}")
    return chosen


async def admit(call: str, quirks: Collection[str], now_s: float) -> None:
    """Let a call pass, or refuse it as its quirk says. ConnectError; a call that hangs ends with its client."""
    if f"unimplemented:{call}" in quirks:
        raise ConnectError(Code.UNIMPLEMENTED, f"flyteidl2.workflow.RunService.{call} is not implemented")
    if f"forbidden:{call}" in quirks:
        raise ConnectError(Code.PERMISSION_DENIED, f"{call} is not allowed here")
    if f"hanging:{call}" in quirks:
        while await current_wakeup.get().sleep():
            pass
        raise ConnectError(Code.CANCELED, f"{call} was given up")
    if not call.startswith("Watch") and is_outage(quirks, now_s):
        raise ConnectError(Code.NOT_FOUND, _OUTAGE_WORDS[call])


_WHY: Final = (
    "failed to connect to `user=flyte database=runs`: 10.0.0.9:5432 (db.internal): dial error: connection refused"
)
_OUTAGE_WORDS: Final = {
    "GetRunDetails": f"failed to get run: {_WHY}",
    "GetActionDetails": f"action not found: failed to get action: {_WHY}",
    "ListActions": f"failed to list actions: {_WHY}",
}
"""What the real backend says while its database is away: `flyte2` answers not_found for what it could not read."""


def is_outage(quirks: Collection[str], now_s: float) -> bool:
    """Whether the database is away at this time (monotonic)."""
    return "outage" in quirks and now_s % _OUTAGE_EVERY_S < _OUTAGE_S


def is_lost(quirks: Collection[str], count: int, now_s: float) -> bool:
    """Whether a stream loses a message, after so many others."""
    return is_outage(quirks, now_s) or ("deaf" in quirks and count >= _DEAF_AFTER)


def delay_s(quirks: Collection[str], number: int) -> float:
    """How late an answer or message comes."""
    return (10 + number * 37 % 121) / 1000 if "unordered" in quirks else 0.0


def of_action(message: Any, quirks: Collection[str], *, listed: bool = False) -> Any:
    """Distort an `Action`; `listed` for ListActions."""
    if quirks:
        _distort_status(message.status, quirks)
        if listed and "bare_list" in quirks:
            parent, group = message.metadata.parent, message.metadata.group
            message.metadata.Clear()
            message.metadata.parent, message.metadata.group = parent, group
    return message


def of_details(message: Any, quirks: Collection[str]) -> Any:
    """Distort an `ActionDetails`."""
    if not quirks:
        return message
    if "no_history" in quirks:
        # Both are composed from the reports (getAttempts, buildActionDetails); an abort is noted with the action.
        del message.attempts[:]
        message.ClearField("error_info")
    if "open_retries" in quirks:
        for attempt in message.attempts[:-1]:
            _leave_open(attempt)
    if "attempt_holes" in quirks and len(message.attempts) > 1:
        del message.attempts[0]
    _distort_status(message.status, quirks)
    for attempt in message.attempts:
        _distort_times(attempt, quirks)
        attempt.phase = _sent_phase(attempt.phase, quirks)
        for transition in attempt.phase_transitions:
            _distort_times(transition, quirks)
            transition.phase = _sent_phase(transition.phase, quirks)
    return message


def not_ended_yet(details: Any) -> Any:
    """Give an ended action as it is sent when its attempt has ended and its status is not yet written."""
    details.status.phase = ActionPhase.RUNNING.number
    for field in ("end_time", "duration_ms"):
        details.status.ClearField(field)
    details.ClearField("result")
    return details


async def of_stream(messages: AsyncIterator[Any], quirks: Collection[str]) -> AsyncIterator[Any]:
    """Distort the order of a stream: messages come twice, or change places with their neighbours."""
    held: list[Any] = []
    is_first = True
    async for message in messages:
        held.append(message)
        if "reordered" in quirks and not is_first and len(held) < 2:
            continue
        is_first = False
        while held:
            last = held.pop()
            yield last
            if "duplicates" in quirks:
                yield last


def _distort_status(status: Any, quirks: Collection[str]) -> None:
    if "zero_attempts" in quirks:
        status.attempts = 0
    status.phase = _sent_phase(status.phase, quirks)
    _distort_times(status, quirks)


def _sent_phase(phase: int, quirks: Collection[str]) -> int:
    return _UNKNOWN_PHASE if "unknown_phase" in quirks and phase == ActionPhase.INITIALIZING.number else phase


def _leave_open(attempt: Any) -> None:
    attempt.ClearField("end_time")
    attempt.ClearField("error_info")
    attempt.phase = ActionPhase.RUNNING.number
    kept = [transition for transition in attempt.phase_transitions if transition.phase not in TERMINAL]
    del attempt.phase_transitions[:]
    attempt.phase_transitions.extend(kept)
    if kept:
        attempt.phase_transitions[-1].ClearField("end_time")


def _distort_times(message: Any, quirks: Collection[str]) -> None:
    """Change `start_time` and `end_time` of a message that has both."""
    if "negative_times" in quirks and message.HasField("end_time"):
        message.end_time.CopyFrom(Timestamp(seconds=message.start_time.seconds - 1, nanos=message.start_time.nanos))
    for field in ("start_time", "end_time"):
        if not message.HasField(field):
            continue
        if "no_times" in quirks:
            message.ClearField(field)
        elif "zero_times" in quirks:
            getattr(message, field).CopyFrom(Timestamp())
        else:
            shift_s = _HOUR_S * (("clock_ahead" in quirks) - ("clock_behind" in quirks))
            getattr(message, field).seconds += shift_s
