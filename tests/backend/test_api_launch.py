"""Reruns and answers: what is sent, against requests and answers that the real services took and gave."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec
import pytest
from flyteidl2.workflow import run_service_pb2
from google.protobuf import json_format

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.launch import changed_inputs, rerun_spec
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.api.messages_data import Inputs, KeyValue, NamedLiteral
from flyte_widgets.api.messages_launch import OffloadedInputs
from flyte_widgets.errors import FailedPreconditionError, InvalidArgumentError, ProtocolError, UnknownError
from tests.api_calls import call
from tests.recorded import Recorded
from tests.scripted_server import ScriptedServer, http_json

T = TypeVar("T")
RUN = RunIdentifier("o", "flytesnacks", "development", "r87kkv29qwlclqzwzh9w")


def sent(server: ScriptedServer, method: str) -> Any:
    (request,) = [request for request in server.requests if request.method == method]
    return request.message


def as_proto(message: Any, kind: Any) -> bytes:
    return json_format.ParseDict(message, kind()).SerializeToString(deterministic=True)


def test_a_rerun_sends_back_what_it_was_given(scripted: ScriptedServer) -> None:
    recorded = Recorded("CreateRun-rerun-taskSpec+inputs")
    scripted.reply("GetRunDetails", Recorded("GetRunDetails").response)
    scripted.reply("GetActionData", Recorded("GetActionData-a0").response)
    scripted.reply("CreateRun", recorded.response)

    async def use(client: FlyteClient) -> str:
        specs = await client.launch.get_run_specs(RUN)
        assert specs.action.can_rerun
        assert "envs" not in repr(specs)
        data = await client.data.get_action_data(RUN, "a0")
        run_spec = rerun_spec(specs.run_spec, RUN)
        run = await client.launch.create_run("flytesnacks", "development", specs.action.task, data.inputs, run_spec)
        return run.name

    assert call(scripted, use) == "r49qjg8nw4s2lwgdgc89"
    ours, theirs = sent(scripted, "CreateRun"), dict(recorded.request)
    assert ours["runSpec"].pop("relation") == {
        "relatedTo": {"org": "o", "project": "flytesnacks", "domain": "development", "name": RUN.name},
        "relationType": "RELATION_TYPE_RERUN",
    }
    theirs.pop("source")  # the console's own mark
    kind = run_service_pb2.CreateRunRequest
    assert as_proto(ours, kind) == as_proto(theirs, kind)


def test_inputs_are_uploaded_first_where_the_backend_wants_that(scripted: ScriptedServer) -> None:
    recorded = Recorded("CreateRun-rerun-offloaded")
    scripted.reply(
        "UploadInputs", http_json(200, {"offloadedInputData": {"uri": "s3://b/dir", "inputsHash": "h", "new": 1}})
    )
    scripted.reply("CreateRun", recorded.response)
    spec = msgspec.Raw(b'{"taskTemplate":{"id":{"name":"t"},"unheardOf":[1,{"x":null}]}}')

    async def use(client: FlyteClient) -> None:
        uploaded = await client.launch.upload_inputs("flytesnacks", "development", spec, Inputs())
        assert uploaded == OffloadedInputs("s3://b/dir", "h")
        await client.launch.create_run("flytesnacks", "development", spec, uploaded, {})

    call(scripted, use)
    assert sent(scripted, "SelectCluster")["operation"] == "OPERATION_UPLOAD_INPUTS"
    assert sent(scripted, "UploadInputs")["taskSpec"] == json.loads(bytes(spec))
    request = sent(scripted, "CreateRun")
    assert request["taskSpec"] == json.loads(bytes(spec))
    assert request["offloadedInputData"] == {"uri": "s3://b/dir", "inputsHash": "h"}
    assert "inputs" not in request
    assert "runId" not in request  # a name would be answered with the old run where it is taken


def test_a_recover_says_so_and_drops_where_the_old_run_came_from() -> None:
    old = msgspec.Raw(
        b'{"envs":{"values":[{"key":"K","value":"v"}]},"relation":{"relatedTo":{"name":"r0"}},'
        b'"relatedTo":{"name":"r0"},"recover":{"forceRerunActions":["a9"]},"unheardOf":{"a":[1.5]}}'
    )
    spec = rerun_spec(old, RUN, recover=True, force_rerun=["a3"])
    assert msgspec.json.decode(msgspec.json.encode(spec)) == {
        "envs": {"values": [{"key": "K", "value": "v"}]},
        "unheardOf": {"a": [1.5]},
        "relation": {"relatedTo": msgspec.to_builtins(RUN), "relationType": "RELATION_TYPE_RECOVER"},
        "recover": {"forceRerunActions": ["a3"]},
    }
    assert "recover" not in rerun_spec(old, RUN)


def test_changed_inputs_keep_their_place_and_the_context() -> None:
    old = Inputs(
        (NamedLiteral("b", msgspec.Raw(b'{"x":1}')), NamedLiteral("a", msgspec.Raw(b'{"y":[0.10]}'))),
        (KeyValue("k", "v"),),
    )
    new = changed_inputs(old, {"c": {"z": 1}, "b": {"x": 2}})
    assert [(one.name, bytes(one.value)) for one in new.literals] == [
        ("b", b'{"x":2}'),
        ("a", b'{"y":[0.10]}'),
        ("c", b'{"z":1}'),
    ]
    assert new.context == old.context


def test_a_run_that_could_not_be_created(scripted: ScriptedServer) -> None:
    scripted.reply("CreateRun", Recorded("CreateRun-unknown-task").response)
    scripted.then("CreateRun", http_json(200, {"run": {}}))

    async def use(client: FlyteClient) -> None:
        for kind in (UnknownError, ProtocolError):
            with pytest.raises(kind):
                await client.launch.create_run("p", "d", msgspec.Raw(b"{}"), Inputs(), {})

    call(scripted, use)


def test_specs_of_actions_that_have_none(scripted: ScriptedServer) -> None:
    scripted.reply("GetActionDetails", Recorded("GetActionDetails-trace").response)
    scripted.then("GetActionDetails", Recorded("GetActionDetails-child").response)

    async def use(client: FlyteClient) -> None:
        trace = await client.launch.get_action_spec(RUN, "t")
        assert not trace.can_rerun
        assert json.loads(bytes(trace.trace))
        child = await client.launch.get_action_spec(RUN, "d8hj1hm3mdrpbrviep3iv677q")
        assert json.loads(bytes(child.task)) == Recorded("GetActionDetails-child").answer["details"]["task"]

    call(scripted, use)


@pytest.mark.parametrize(
    ("value", "payload"),
    [
        (True, {"boolValue": True}),
        (False, {"boolValue": False}),
        (0, {"intValue": "0"}),
        (-(2**63), {"intValue": "-9223372036854775808"}),
        (1.5, {"floatValue": 1.5}),
        (3.0, {"floatValue": 3.0}),
        ("", {"stringValue": ""}),
        ("yes", {"stringValue": "yes"}),
    ],
)
def test_an_answer_has_the_type_of_its_value(
    scripted: ScriptedServer, value: bool | float | str, payload: dict[str, Any]
) -> None:
    scripted.reply("SignalEvent", Recorded("SignalEvent-ok").response)
    call(scripted, lambda client: client.launch.signal_event(RUN, "c", "a0", value))
    assert sent(scripted, "SignalEvent") == {
        "actionId": {"run": msgspec.to_builtins(RUN), "name": "c"},
        "parentActionName": "a0",
        "payload": payload,
    }


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("SignalEvent-other-value", FailedPreconditionError),
        ("SignalEvent-not-condition", FailedPreconditionError),
        ("SignalEvent-wrong-type", InvalidArgumentError),
    ],
)
def test_an_answer_that_is_refused(scripted: ScriptedServer, case: str, kind: type[Exception]) -> None:
    scripted.reply("SignalEvent", Recorded(case).response)
    with pytest.raises(kind):
        call(scripted, lambda client: client.launch.signal_event(RUN, "c", "a0", True))
