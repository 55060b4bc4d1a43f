"""What `Action.details()` gives: plain values, of what the real services answer."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from flyte_widgets.api import messages
from flyte_widgets.api.messages import ActionDetailsResponse
from flyte_widgets.api.protojson import decode_message
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import register
from flyte_widgets.run.details import ActionDetails, details_of
from tests.recorded import Recorded
from tests.scripted_server import http_json


def read(answer: Any) -> ActionDetails:
    body = http_json(200, answer).partition(b"\r\n\r\n")[2]
    message = decode_message(body, ActionDetailsResponse)
    assert message.details is not None
    return details_of(message.details)


def test_a_failed_task() -> None:
    found = read(Recorded("GetActionDetails-child").answer)
    assert (found.id, found.kind, found.name, found.function, found.parent) == (
        "d8hj1hm3mdrpbrviep3iv677q",
        "task",
        "bad",
        "env.bad",
        "a0",
    )
    assert found.phase is ActionPhase.FAILED
    assert found.ended == datetime(2026, 11, 28, 17, 27, 20, 601995, timezone.utc)
    assert found.error is not None
    assert (found.error.message, found.error.kind) == ("bad data in row 7", "user")
    (attempt,) = found.attempts
    assert (attempt.number, attempt.phase, attempt.has_logs) == (1, ActionPhase.FAILED, True)
    assert attempt.error == found.error
    assert [span.phase.value for span in attempt.phases] == ["queued", "initializing", "running", "failed"]
    assert not any(span.is_inferred for span in attempt.phases)
    assert attempt.phases[0].ended == attempt.phases[1].started
    assert [event.message for event in attempt.events][:1] == ["task submitted to K8s"]
    (link,) = attempt.links
    assert (link.name, link.is_ready) == ("Kubernetes Logs", True)


@pytest.mark.parametrize(
    ("case", "phase", "kind", "timeout_s", "answer"),
    [
        ("GetActionDetails-condition-paused", ActionPhase.PAUSED, "bool", 600, None),
        ("GetActionDetails-condition-approve", ActionPhase.SUCCEEDED, "bool", 600, True),
        ("GetActionDetails-condition-quick", ActionPhase.TIMED_OUT, "int", 3, None),
    ],
)
def test_a_condition(case: str, phase: ActionPhase, kind: str, timeout_s: float, answer: Any) -> None:
    found = read(Recorded(case).answer)
    assert (found.kind, found.phase) == ("condition", phase)
    assert found.condition is not None
    assert found.condition.type == kind
    assert found.condition.timeout == timedelta(seconds=timeout_s)
    assert found.condition.is_markdown is (kind == "bool")
    assert (found.answer.value if found.answer else None) is answer
    assert found.attempts == ()


def test_a_trace() -> None:
    found = read(Recorded("GetActionDetails-trace").answer)
    assert found.kind == "trace"
    assert found.name


def test_nothing_said_is_nothing_told() -> None:
    found = read({"details": {}})
    assert (found.id, found.kind, found.name, found.phase, found.started) == ("a0", "", "", None, None)
    assert (found.error, found.abort, found.condition, found.answer, found.attempts) == (None, None, None, None, ())


def test_no_value_of_the_wire_gets_out() -> None:
    def check(value: Any) -> None:
        assert type(value).__module__ != "flyte_widgets.api.messages"
        if dataclasses.is_dataclass(value):
            assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
            for field in dataclasses.fields(value):
                assert field.name == field.name.lower()
                check(getattr(value, field.name))
        elif isinstance(value, tuple):
            for item in value:
                check(item)
        elif isinstance(value, str) and not isinstance(value, ActionPhase):
            assert not value.startswith(("KIND_", "ACTION_", "CACHE_"))

    for case in ("a0", "child", "condition-approve", "trace"):
        check(read(Recorded(f"GetActionDetails-{case}").answer))


def test_a_secret_of_ours_that_a_task_repeats_is_redacted() -> None:
    """A cell that ends with the details shows their repr, and a notebook saves it."""
    register("t0ken-of-mine")
    said = "refused: t0ken-of-mine"
    event = messages.ClusterEvent(message=said)
    told = details_of(
        messages.ActionDetails(
            error_info=messages.ErrorInfo(message=said),
            abort_info=messages.AbortInfo(reason=said),
            condition=messages.ConditionSpec(prompt=said, description=said),
            attempts=[messages.ActionAttempt(attempt=1, cluster_events=[event])],
        )
    )
    assert "t0ken" not in repr(told)
    assert repr(told).count("refused: [redacted]") == 5
