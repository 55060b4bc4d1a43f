"""The messages, against the real protobuf definitions and against what a backend may send besides."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from flyteidl2.workflow import run_definition_pb2, run_service_pb2
from google.protobuf import json_format

from flyte_widgets.api import messages
from flyte_widgets.api.messages import ActionDetailsResponse, ActionStatus
from flyte_widgets.api.protojson import Message, decode_message
from flyte_widgets.errors import ProtocolError
from flyte_widgets.phases import ActionPhase


def test_real_protojson_decodes() -> None:
    """What protobuf itself writes comes back field by field: enums, times, 64-bit integers, nested messages."""
    details = run_definition_pb2.ActionDetails()
    details.id.run.name, details.id.name = "r1", "a3"
    details.status.phase = 6
    details.status.attempts = 2
    details.status.duration_ms = 2**40
    details.status.start_time.FromJsonString("2026-01-02T03:04:05.678Z")
    details.error_info.message = "boom"
    attempt = details.attempts.add(attempt=2, phase=6, logs_available=True)
    attempt.phase_transitions.add(phase=2).start_time.FromJsonString("2026-01-02T03:04:05Z")
    wire = json_format.MessageToJson(run_service_pb2.GetActionDetailsResponse(details=details)).encode()

    got = decode_message(wire, ActionDetailsResponse).details
    assert got is not None
    assert (got.id.name, got.status.attempts) == ("a3", 2)
    assert ActionPhase.of(got.status.phase) is ActionPhase.FAILED
    assert got.status.start_time == datetime(2026, 1, 2, 3, 4, 5, 678_000, timezone.utc)
    assert got.error_info is not None
    assert got.error_info.message == "boom"
    assert got.abort_info is None
    assert got.attempts[0].logs_available
    assert ActionPhase.of(got.attempts[0].phase_transitions[0].phase) is ActionPhase.WAITING_FOR_RESOURCES


MESSAGE_TYPES = [kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, Message)]


@pytest.mark.parametrize("kind", MESSAGE_TYPES)
def test_an_empty_message_decodes(kind: type[Message]) -> None:
    """protojson leaves out all zero values: every message must stand without any field."""
    decode_message(b"{}", kind)


def test_unknown_fields_and_phases_do_not_disturb() -> None:
    """A newer backend has fields and phases that nobody here knows, as names and as bare numbers."""
    wire = b'{"phase":"ACTION_PHASE_DREAMING","gpuFault":{"x":[1,{"y":null}]},"attempts":3}'
    assert decode_message(wire, ActionStatus) == ActionStatus(phase="ACTION_PHASE_DREAMING", attempts=3)
    assert decode_message(b'{"phase":11}', ActionStatus).phase == 11
    for wire in (b'{"phase":"ACTION_PHASE_UNSPECIFIED"}', b'{"phase":""}', b'{"phase":0}', b'{"phase":null}', b"{}"):
        assert ActionPhase.of(decode_message(wire, ActionStatus).phase) is None


def test_integers_may_be_strings() -> None:
    """protojson writes 64-bit integers as strings; a proxy or another server may do so with others."""
    assert decode_message(b'{"attempts":"3"}', ActionStatus).attempts == 3


@pytest.mark.parametrize("text", [rb"\ud800", rb"\udc00x", b"\xff\xfe"])
def test_text_that_is_not_unicode_is_repaired(text: bytes) -> None:
    """Lone surrogates and bytes that are not UTF-8 cost their characters, not the message, and can be encoded again."""
    got = decode_message(b'{"message":"bad ' + text + b' text"}', messages.ErrorInfo).message
    assert got.startswith("bad ")
    assert got.endswith(" text")
    got.encode()


def test_a_false_time_costs_itself_and_nothing_else() -> None:
    """What a backend writes in the place of a time is left out; all else of the message stands."""
    wire = b'{"enrichedActions":[{"action":{"id":{"name":"a1"},"status":{"phase":"ACTION_PHASE_FAILED",'
    wire += b'"startTime":"2026-01-02T03:04:05Z","endTime":"soon"}}},{"action":{"status":{"startTime":7}}}]}'
    first, second = decode_message(wire, messages.WatchActionsResponse).enriched_actions
    assert (first.action.id.name, first.action.status.phase) == ("a1", "ACTION_PHASE_FAILED")
    assert first.action.status.start_time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert first.action.status.end_time is None
    assert second.action.status == ActionStatus()


@pytest.mark.parametrize(
    "time", [rb'"\ud800"', rb'"2026-01-02T03:04:05\udc00Z"', b"[]", b"{}", b"true", b"1e400", b'"\xff"']
)
def test_any_false_time_is_left_out(time: bytes) -> None:
    """Also where it is no text, or no Unicode."""
    got = decode_message(b'{"attempts":3,"startTime":' + time + b',"endTime":null}', ActionStatus)
    assert got == ActionStatus(attempts=3)


@pytest.mark.parametrize("data", [b"", b"garbage", b"[1]", b'{"attempts":"many"}', b'{"attempts":[', b"[" * 200_000])
def test_garbage_is_a_protocol_error_that_names_the_type(data: bytes) -> None:
    """Whatever comes, a message that cannot be read is one kind of error, and says which message it should be."""
    with pytest.raises(ProtocolError, match="ActionStatus could not be read"):
        decode_message(data, ActionStatus)


def test_an_error_never_repeats_the_data() -> None:
    """What could not be read may hold inputs of the user's task: it stays out of the error."""
    with pytest.raises(ProtocolError) as caught:
        decode_message(b'{"attempts":"s3cret"}', ActionStatus)
    assert "s3cret" not in str(caught.value)
