"""Inputs, outputs and reports of actions, from Python and for pages, with the real SDK as judge."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import comm
import pytest
from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.task.common_pb2 import Inputs
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem
from google.protobuf.json_format import ParseDict

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import NotKeptError
from flyte_widgets.run.values import EnumName, Offloaded, Values
from flyte_widgets.watch.action_data import DataOfAction
from flyte_widgets.widgets.run_widget import RunWidget
from tests.fault_proxy import FaultProxy
from tests.faults.faults import answer as answer_with
from tests.faults.faults import connect_error
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import END, client_of, eventually
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess


def action_of(run: fw.Run, name: str) -> fw.Action:
    return next(action for action in run.actions.values() if action.name == name)


def test_values_are_plain_python(shared_server: ServerProcess, sdk: Sdk) -> None:
    """By name, position and attribute; the same as the SDK reads, where it has a plain value."""
    name = shared_server.simulate(elapsed_s=END)
    run = fw.Run(name, client=client_of(shared_server))
    inputs = run.inputs()
    assert (inputs["n"], inputs.lr, inputs[2]) == (40, 0.0003, False)
    assert inputs["since"] == datetime(2026, 11, 23, tzinfo=timezone.utc)
    assert inputs["budget"] == timedelta(minutes=90)
    assert (inputs["mode"], inputs["owner"]) == ("FAST", None)
    assert inputs["config"]["heads"] == [8, 8, 16]
    told = sdk.inputs(name)
    assert {key: repr(inputs[key]) for key in ("n", "lr", "dry_run", "label")} == {
        key: told[key] for key in ("n", "lr", "dry_run", "label")
    }
    outputs = run.outputs()
    assert outputs["o1"][119] == 119 * 119
    with pytest.raises(KeyError, match="o0, o1, o2"):
        outputs["model"]
    run.close()


def test_values_have_their_declared_types_where_the_sdk_reads_them(shared_server: ServerProcess) -> None:
    """A dataclass is an object then, and what was not asked for by name stays plain."""
    run = fw.Run(shared_server.simulate(elapsed_s=END), client=client_of(shared_server))
    plain, typed = run.outputs(), run.outputs(typed=True)
    assert typed["o0"] == plain["o0"]
    assert typed["o1"] == plain["o1"]
    with pytest.raises(fw.errors.SdkError, match="'o0'"):
        action_of(run, "train_model").outputs(typed=True)  # a model in a bucket that is not there
    run.close()


def test_what_has_not_succeeded_has_no_outputs(shared_server: ServerProcess) -> None:
    run = fw.Run(shared_server.simulate(elapsed_s=102), client=client_of(shared_server))
    assert len(run.outputs()) == 0
    assert run.inputs()["n"] == 40
    run.close()


def test_the_answer_of_a_condition_is_its_output(shared_server: ServerProcess) -> None:
    run = fw.Run(shared_server.simulate(elapsed_s=END), client=client_of(shared_server))
    assert action_of(run, "approve_release").outputs()[0] is True
    run.close()


def test_a_report_is_html_and_its_absence_says_so(shared_server: ServerProcess) -> None:
    run = fw.Run(shared_server.simulate(elapsed_s=END), client=client_of(shared_server))
    assert "step 20 of 20" in action_of(run, "train_model").report()
    with pytest.raises(NotKeptError, match="no report"):
        action_of(run, "publish").report()
    run.close()


def test_a_link_that_leads_nowhere_keeps_its_secret(shared_server: ServerProcess) -> None:
    """The error names the host that the backend signed for, and nothing else of the link."""
    name = shared_server.simulate(elapsed_s=END, quirks=["localhost_links"])
    run = fw.Run(name, client=client_of(shared_server))
    with pytest.raises(fw.errors.ApiError) as caught:
        action_of(run, "train_model").report()
    assert "localhost" in str(caught.value)
    assert "/report/" not in str(caught.value)
    run.close()


VECTORS = {"collection": {"literals": [{"scalar": {"primitive": {"floatValue": n / 2}}} for n in range(120)]}}


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `s3://acme-data/etl/` leads to, for fsspec."""

    class Bucket(DirFileSystem):
        protocol = "s3"
        cachable = False

        def __init__(self, **_options: Any) -> None:
            super().__init__(path=str(tmp_path), fs=LocalFileSystem())

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return path.removeprefix("s3://acme-data/etl/")

    monkeypatch.setitem(sys.modules["fsspec.registry"]._registry, "s3", Bucket)
    return tmp_path


def test_what_is_offloaded_is_read_where_it_is_stored(shared_server: ServerProcess, bucket: Path) -> None:
    """On request only; what cannot be read says why."""
    run = fw.Run(shared_server.simulate(elapsed_s=END), client=client_of(shared_server))
    action = action_of(run, "embed_corpus")
    assert isinstance(action.outputs()["o1"], Offloaded)
    with pytest.raises(fw.errors.FlyteWidgetsError, match=r"vectors\.pb was not read: FileNotFoundError"):
        action.outputs(load=True)
    (bucket / "vectors.pb").write_bytes(b"not a literal")
    with pytest.raises(fw.errors.FlyteWidgetsError, match="no value of Flyte"):
        action.outputs(load=True)
    (bucket / "vectors.pb").write_bytes(ParseDict(VECTORS, Literal()).SerializeToString())
    assert action.outputs(load=True)["o1"][:3] == [0.0, 0.5, 1.0]
    run.close()


def test_more_than_the_backend_hands_out_is_read_where_it_is_stored(
    shared_server: ServerProcess, proxy: FaultProxy, bucket: Path
) -> None:
    uris = {"inputsUri": "s3://acme-data/etl/inputs.pb", "outputsUri": ""}
    proxy.on("GetActionData", connect_error(500, "internal", "limit exceeded. 3mb > 2mb"))
    proxy.on("GetActionDataURIs", answer_with(200, json.dumps(uris).encode(), content_type="application/json"))
    client = FlyteClient(proxy.endpoint, project=shared_server.project, domain=shared_server.domain)
    run = fw.Run(shared_server.simulate(elapsed_s=END), client=client)
    with pytest.raises(fw.errors.DataTooLargeError, match=r"etl/inputs\.pb: inputs\(load=True\)"):
        run.inputs()
    literals = [{"name": "mode", "value": {"scalar": {"primitive": {"stringValue": "FAST"}}}}]
    (bucket / "inputs.pb").write_bytes(ParseDict({"literals": literals}, Inputs()).SerializeToString())
    mode = run.inputs(load=True)["mode"]
    assert (mode, type(mode)) == ("FAST", EnumName)
    with pytest.raises(fw.errors.FlyteWidgetsError, match="does not say where"):
        run.outputs(load=True)
    run.close()


Show = Callable[..., tuple[RunWidget, FrontEnd]]


@pytest.fixture
def show(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    shown: list[RunWidget] = []

    def make(**simulation: Any) -> tuple[RunWidget, FrontEnd]:
        shown.append(RunWidget(shared_server.simulate(**simulation), client=client_of(shared_server)))
        return shown[-1], FrontEnd(shown[-1])

    yield make
    for widget in shown:
        widget.close()


def answer(front: FrontEnd, kind: str, **fields: Any) -> tuple[dict[str, Any], list[bytes]]:
    request = front.ask(kind, **fields)
    eventually(lambda: front.replies(request))
    sent = next(sent for sent in front.comm.sent if sent.kind == "reply" and sent.content["id"] == request)
    return sent.content, sent.buffers


def test_a_page_reads_values_a_level_at_a_time(show: Show) -> None:
    widget, front = show(elapsed_s=END)
    reply, _ = answer(front, "read_data", action="a0")
    data = reply["payload"]
    assert [node["name"] for node in data["inputs"]][:3] == ["n", "lr", "dry_run"]
    assert data["python"] == f'fw.Run("{widget.run_name}").actions["a0"]'
    config = next(node for node in data["inputs"] if node["name"] == "config")
    reply, _ = answer(front, "read_value", action="a0", side="inputs", path=config["path"], start=0)
    assert [node["name"] for node in reply["payload"]["nodes"]] == ["layers", "dropout", "heads", "optimizer"]
    reply, _ = answer(front, "python_of_value", action="a0", side="inputs", path=[*config["path"], 0])
    assert reply["payload"].endswith(".inputs()['config']['layers']")


def test_the_python_of_a_value_can_be_run_and_harms_nothing(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of any kind and names of any form: what is written gives the value, and takes no name that is in use."""
    odd = {"class": 1, "list": 2, "0": 3, "__class__": 4, "fw": 5, "fine": 6, 7: [8], "a b": 9}

    async def read(*_: object) -> DataOfAction:
        return DataOfAction(outputs=Values({"o0": odd}))

    monkeypatch.setattr("flyte_widgets.widgets.data_requests.read_data", read)
    _, front = show(elapsed_s=END)
    answer(front, "read_data", action="a0")
    names = []
    for position, value in enumerate(odd.values()):
        reply, _ = answer(front, "python_of_value", action="a0", side="outputs", path=[0, position])
        name, _, code = reply["payload"].partition(" = ")
        names.append(name)
        assert eval("outputs" + code.partition(".outputs()")[2], {"outputs": {"o0": odd}}) == value
    assert names == ["value"] * 5 + ["fine", "value", "value"]


def test_a_page_loads_what_is_offloaded(show: Show, bucket: Path) -> None:
    """The value's node comes anew, its parts can be read then, and the Python for it says so."""
    widget, front = show(elapsed_s=END)
    action = next(action.id for action in widget.actions.values() if action.name == "embed_corpus")
    answer(front, "read_data", action=action)
    where = {"action": action, "side": "outputs", "path": [1]}
    reply, _ = answer(front, "load_value", **where)
    assert "was not read" in reply["message"]
    (bucket / "vectors.pb").write_bytes(ParseDict(VECTORS, Literal()).SerializeToString())
    reply, _ = answer(front, "load_value", **where)
    assert (reply["payload"]["kind"], reply["payload"]["note"]) == ("tree", "120 items")
    reply, _ = answer(front, "read_value", **where, start=100)
    assert [node["text"] for node in reply["payload"]["nodes"]][:2] == ["50.0", "50.5"]
    reply, _ = answer(front, "python_of_value", **{**where, "path": [1, 3]})
    assert reply["payload"].endswith(".outputs(load=True)['o1'][3]")


def test_a_page_gets_each_version_of_a_report_once(show: Show) -> None:
    widget, front = show(elapsed_s=END)
    train = next(action.id for action in widget.actions.values() if action.name == "train_model")
    ask = {"action": train, "attempt": 2, "however_large": False}
    reply, buffers = answer(front, "read_task_report", version="", **_camel(ask))
    assert reply["payload"]["state"] == "read"
    assert b"step 20 of 20" in buffers[0]
    version = reply["payload"]["version"]
    reply, buffers = answer(front, "read_task_report", version=version, **_camel(ask))
    assert (reply["payload"]["state"], buffers) == ("unchanged", [b""])


def _camel(fields: dict[str, Any]) -> dict[str, Any]:
    return {"howeverLarge" if name == "however_large" else name: value for name, value in fields.items()}
