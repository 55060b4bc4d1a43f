"""Inputs, outputs and reports of actions, from Python and for pages, with the real SDK as judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import comm
import pytest

import flyte_widgets as fw
from flyte_widgets.errors import NotKeptError
from flyte_widgets.widgets.run_widget import RunWidget
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
