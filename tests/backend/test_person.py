"""Answers and reruns by `fw.Run`, on a real server process. The real SDK judges what is sent: both send the same."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import comm
import pytest
from flyteidl2.dataproxy import dataproxy_service_pb2
from flyteidl2.workflow import run_service_pb2
from google.protobuf import json_format
from ipywidgets.widgets.widget import _instances

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import (
    AlreadyAnsweredError,
    FlyteWidgetsError,
    InputError,
    NotKeptError,
    ProtocolError,
    UnknownActionError,
)
from flyte_widgets.local.runs.runner import launch
from flyte_widgets.local.services.server import LocalBackend
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.terminal import watch_in_terminal
from tests.backend.test_local_conditions import ask
from tests.fault_proxy import Exchange, FaultProxy, pass_on
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import END, PATIENCE_S, client_of, eventually, run_on
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

KINDS = {
    "SignalEvent": run_service_pb2.SignalEventRequest,
    "CreateRun": run_service_pb2.CreateRunRequest,
    "UploadInputs": dataproxy_service_pb2.UploadInputsRequest,
}
SDK_ENVS = {"LOG_LEVEL", "LOG_FORMAT", "USER_LOG_LEVEL", "_F_SYS_PATH"}


class Recorder:
    """A proxy that keeps what was sent, as the messages that the SDK's own classes read."""

    server: ServerProcess

    def __init__(self, endpoint: str) -> None:
        self.sent: dict[str, list[Any]] = {method: [] for method in KINDS}
        self.proxy = FaultProxy(endpoint)
        self.proxy.on("SignalEvent", self._keep)
        self.proxy.on("CreateRun", self._keep)
        self.proxy.on("UploadInputs", self._keep)

    def run(self, name: str) -> Run:
        client = FlyteClient(self.proxy.endpoint, project=self.server.project, domain=self.server.domain, console="")
        return Run(name, client=client)

    async def _keep(self, exchange: Exchange) -> None:
        body = exchange._body
        if exchange.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        message = KINDS[exchange.method]()
        if "json" in exchange.headers["content-type"]:
            json_format.Parse(body, message)
        else:
            message.ParseFromString(body)
        self.sent[exchange.method].append(message)
        await pass_on(exchange)


@pytest.fixture
def recorder(shared_server: ServerProcess) -> Iterator[Recorder]:
    recorder = Recorder(shared_server.endpoint)
    recorder.server = shared_server
    yield recorder
    recorder.proxy.close()


@pytest.fixture
def recorded_sdk(recorder: Recorder) -> Iterator[Sdk]:
    sdk = Sdk(recorder.proxy.endpoint, recorder.server.project, recorder.server.domain)
    yield sdk
    sdk.close()


def paused(server: ServerProcess, **request: object) -> str:
    return server.simulate(answers=False, elapsed_s=170, seed=7, **request)


def test_what_waits_is_told_with_its_question(shared_server: ServerProcess) -> None:
    run = run_on(shared_server, paused(shared_server))
    (condition,) = run.waiting
    assert (condition.name, condition.type) == ("approve_release", "bool")
    assert condition.prompt
    assert condition.since is not None
    assert condition.action == run.find("approve_release")[0].id
    done = run_on(shared_server, shared_server.simulate(elapsed_s=END))
    assert done.waiting == []


@pytest.mark.parametrize("value", [True, False])
def test_an_answer_is_the_sdks_own(recorder: Recorder, recorded_sdk: Sdk, value: bool) -> None:
    """The same SignalEvent, field by field, and the run goes on after either."""
    names = [paused(recorder.server, speed=20) for _ in range(2)]
    ours = recorder.run(names[0])
    (condition,) = ours.waiting
    ours.actions[condition.action].signal(value)
    recorded_sdk.signal(names[1], condition.action, value)
    first, second = recorder.sent["SignalEvent"]
    assert first.payload.HasField("bool_value")
    first.action_id.run.name = second.action_id.run.name = ""
    # Hosted backends route by the parent, which the SDK leaves out where it does not know it.
    assert first.parent_action_name == "a0"
    second.parent_action_name = second.parent_action_name or "a0"
    assert first == second
    assert ours.wait(PATIENCE_S) is P.SUCCEEDED
    assert ours.waiting == []


@pytest.mark.parametrize(
    ("kind", "value"), [("int", -(2**63)), ("int", 0), ("float", 0.1), ("float", 3.0), ("str", "")]
)
def test_answers_of_every_type_are_the_sdks_own(kind: str, value: Any) -> None:
    """Of local runs, as the simulator asks for bools only: the same SignalEvent, field by field."""
    backend = LocalBackend(None, 0)
    recorder = Recorder(backend.endpoint)
    runs = [launch(ask, (kind,), backend=backend) for _ in range(2)]
    project, domain = runs[0].key.project, runs[0].key.domain
    sdk = Sdk(recorder.proxy.endpoint, project, domain)
    try:
        ours = Run(
            runs[0].name, client=FlyteClient(recorder.proxy.endpoint, project=project, domain=domain, console="")
        )
        other = Run(runs[1].name, client=FlyteClient(backend.endpoint, project=project, domain=domain, console=""))
        for run in (ours, other):
            eventually(lambda run=run: run.waiting)
        (first,), (second,) = ours.waiting, other.waiting
        ours.actions[first.action].signal(value)
        sdk.signal(runs[1].name, second.action, value)
        sent = recorder.sent["SignalEvent"]
        for event in sent:
            event.action_id.run.name = event.action_id.run.org = ""
            event.parent_action_name = event.parent_action_name or "a0"
        assert [event.action_id.name for event in sent] == [first.action, second.action]
        sent[0].action_id.name = sent[1].action_id.name
        assert sent[0] == sent[1]
        assert (
            sent[0].payload.WhichOneof("value")
            == {"int": "int_value", "float": "float_value", "str": "string_value"}[kind]
        )
        assert [run.result(PATIENCE_S) for run in runs] == [repr(value)] * 2
    finally:
        sdk.close()
        recorder.proxy.close()
        backend.stop()


def test_an_answer_is_checked_before_it_is_sent(recorder: Recorder) -> None:
    run = recorder.run(paused(recorder.server))
    (condition,) = run.waiting
    action = run.actions[condition.action]
    for wrong in (1, "yes", None):
        with pytest.raises(InputError, match="not accepted"):
            action.signal(wrong)  # type: ignore[arg-type]
    with pytest.raises(FlyteWidgetsError, match="no condition"):
        run.actions["a0"].signal(True)
    assert recorder.sent["SignalEvent"] == []
    assert run.waiting == [condition]


def test_who_is_later_is_told_what_was_answered(shared_server: ServerProcess, sdk: Sdk) -> None:
    """The first answer stands; the later one learns of it, by the error and by the widget."""
    name = paused(shared_server)
    run = run_on(shared_server, name)
    (condition,) = run.waiting
    widget = RunWidget(run)
    sdk.signal(name, condition.action, False)
    with pytest.raises(AlreadyAnsweredError, match=r"already answered.*: no"):
        run.actions[condition.action].signal(True)
    eventually(lambda: widget.answers)
    assert [(one["state"], one["value"]) for one in widget.answers] == [("answered_elsewhere", "no")]
    eventually(lambda: widget.waiting == [])
    widget.close()


def test_two_answers_at_once_are_one(recorder: Recorder) -> None:
    """The other one comes after a read that still said PAUSED: failed_precondition says so, then who and what."""
    name = paused(recorder.server)
    run = recorder.run(name)
    (condition,) = run.waiting

    async def another_first(exchange: Exchange) -> None:
        recorder.proxy.on("SignalEvent", pass_on)
        other = FlyteClient(recorder.server.endpoint, project=recorder.server.project, domain=recorder.server.domain)
        await other.launch.signal_event(watcher_of(run).run_id, condition.action, "a0", False)
        await other.aclose()
        await pass_on(exchange)

    recorder.proxy.on("SignalEvent", another_first)
    with pytest.raises(AlreadyAnsweredError, match=": no"):
        run.actions[condition.action].signal(True)
    status = watcher_of(run).conditions.answers[condition.action]
    assert (status.state, status.value) == ("answered_elsewhere", "no")


def test_the_widget_follows_an_answer(shared_server: ServerProcess) -> None:
    """Its traits say what waits, then that it was answered; on_waiting is called once for it."""
    name = paused(shared_server)
    widget = RunWidget(run_on(shared_server, name))
    called: list[int] = []
    widget.on_waiting(lambda w: called.append(len(w.waiting)))
    eventually(lambda: widget.waiting)
    assert widget.waiting[0]["type"] == "bool"
    widget.actions[widget.waiting[0]["id"]].signal(True)
    eventually(lambda: widget.answers and widget.answers[0]["state"] == "answered")
    assert (widget.answers[0]["value"], widget.waiting) == ("yes", [])
    eventually(lambda: called)
    assert len(called) == 1
    widget.close()


def test_a_rerun_is_the_sdks_own(recorder: Recorder, recorded_sdk: Sdk) -> None:
    """The same UploadInputs and CreateRun, but for the envs that the SDK adds for itself."""
    name = recorder.server.simulate(elapsed_s=END, outcome="failed")
    run = recorder.run(name)
    run.rerun()
    recorded_sdk.rerun(name)
    run.rerun(n=7)
    assert watcher_of(run).model.rerun_status.code == f'flyte.rerun("{name}", n=7)'
    recorded_sdk.rerun(name, n=7)
    run.recover()
    recorded_sdk.rerun(name, recover=True)
    for method in ("UploadInputs", "CreateRun"):
        sent = recorder.sent[method]
        assert len(sent) == 6
        for first, second in zip(sent[::2], sent[1::2], strict=True):
            assert comparable(first) == comparable(second)


def comparable(message: Any) -> dict[str, Any]:
    """The message without the SDK's own settings, and without the organization, which it reads off the host's name."""
    found: dict[str, Any] = json_format.MessageToDict(message)
    envs = {one["key"]: one.get("value", "") for one in found.get("runSpec", {}).pop("envs", {}).get("values", [])}
    found["projectId"].pop("organization", None)
    if "runSpec" in found:
        found["runSpec"]["relation"]["relatedTo"].pop("org", None)
        found["runSpec"].pop("cacheConfig", None)  # the SDK's own default, which the old run has from its launch
    return found | {"envs": {name: value for name, value in envs.items() if name not in SDK_ENVS}}


def test_a_rerun_is_a_new_run_and_says_whose(shared_server: ServerProcess) -> None:
    first = run_on(shared_server, shared_server.simulate(elapsed_s=END, outcome="failed", speed=50))
    assert first.relation is None
    second = first.rerun(n=7)
    assert second.name != first.name
    assert second.relation is not None
    assert (second.relation.kind, second.relation.run, str(second.relation)) == (
        "rerun", first.name, f"rerun of {first.name}",
    )  # fmt: skip
    with pytest.raises(UnknownActionError, match="has no action 'nope'"):
        first.recover(force=["a1", "nope"])
    with pytest.raises(UnknownActionError, match="has no action 'nope'"):
        first.recover(force="nope")  # one id, not four
    third = first.recover(force=first.actions["a1"])
    assert third.wait(PATIENCE_S) is P.SUCCEEDED
    assert third.counts[P.RECOVERED] > 40
    assert third.relation is not None
    assert third.relation.kind == "recover"
    widget = RunWidget(third)
    eventually(lambda: widget.relation)
    assert (widget.relation or {})["run"] == first.name
    widget.close()


def test_an_action_is_rerun_as_a_run_of_its_own(shared_server: ServerProcess) -> None:
    run = run_on(shared_server, shared_server.simulate(elapsed_s=END, outcome="failed", speed=50))
    new = run.find("square")[0].rerun()
    assert new.name != run.name
    condition = run_on(shared_server, paused(shared_server)).find("approve_release")[0]
    with pytest.raises(NotKeptError, match="only tasks can"):
        condition.rerun()


def test_wrong_inputs_start_nothing(recorder: Recorder) -> None:
    run = recorder.run(recorder.server.simulate(elapsed_s=END))
    for wrong in ({"unheard_of": 1}, {"n": "many"}, {"n": 2**63}):
        with pytest.raises(InputError):
            run.rerun(**wrong)
    assert recorder.sent["CreateRun"] == []
    assert watcher_of(run).model.rerun_status.state == "failed"


def test_the_old_run_is_not_taken_for_a_new_one(recorder: Recorder) -> None:
    """A backend that answers OK with a run that was there before has started nothing."""
    run = recorder.run(recorder.server.simulate(elapsed_s=END))

    async def taken(exchange: Exchange) -> None:
        answer = {
            "run": {
                "action": {
                    "id": {"run": {"name": "r-old"}, "name": "a0"},
                    "status": {"startTime": "2026-01-01T00:00:00Z"},
                }
            }
        }
        body = str(answer).replace("'", '"').encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        await exchange.send(head.encode() + body)

    recorder.proxy.on("CreateRun", taken)
    with pytest.raises(ProtocolError, match="r-old, which was there before"):
        run.rerun()


def test_a_terminal_answers(shared_server: ServerProcess) -> None:
    """`answer` refuses what is no answer, and answers; `watch` says what waits and how it was answered."""
    name = paused(shared_server, speed=20)
    where = ["--endpoint", shared_server.endpoint, "--project", shared_server.project, "--domain", shared_server.domain]

    def answer(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flyte_widgets", "answer", name, *words, *where]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    run = run_on(shared_server, name)
    watcher = watcher_of(run)
    (condition,) = run.waiting
    refused = answer("maybe")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "It takes yes or no" in refused.stderr
    done = answer(condition.name, "yes")
    assert (done.returncode, done.stderr) == (0, "")
    eventually(lambda: watcher.conditions.answers)
    assert answer("no").returncode == 1
    out = io.StringIO()
    assert watch_in_terminal(run, out, live=False) is P.SUCCEEDED
    assert f"approve_release {condition.action} was answered yes" in out.getvalue()


def test_a_terminal_says_that_it_waits(shared_server: ServerProcess) -> None:
    name = paused(shared_server, speed=20)
    client = client_of(shared_server)
    run = Run(name, client=client)
    out = io.StringIO()
    answering = run_on(shared_server, name)
    widget = RunWidget(answering)
    eventually(lambda: widget.waiting)
    action = widget.waiting[0]["id"]

    class Answering(io.StringIO):
        """Answers as soon as it is told what waits."""

        def write(self, text: str) -> int:
            out.write(text)
            if "needs an answer" in text:
                answering.actions[action].signal(True)
            return len(text)

        def writelines(self, lines: Any) -> None:
            for line in lines:
                self.write(line)

    assert watch_in_terminal(run, Answering(), live=False) is P.SUCCEEDED
    assert f"flyte-widgets answer {name} {action} yes|no" in out.getvalue()
    widget.close()


def test_a_page_opens_the_other_run_and_no_third(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that it was started from, and the one that was started from it: by a widget that ends with this one."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    first = run_on(shared_server, shared_server.simulate(elapsed_s=END, outcome="failed", speed=50))
    widget = RunWidget(first)
    page = FrontEnd(widget)
    second = first.rerun().name

    def answer(run: str) -> dict[str, Any]:
        request = page.ask("open_other", run=run)
        eventually(lambda: page.replies(request))
        return page.replies(request)[0]

    opened = _instances[answer(second)["payload"]]
    assert (opened.run_name, opened.project) == (second, first.project)
    assert answer(second)["payload"] == opened.model_id
    refused = answer(shared_server.simulate(elapsed_s=END))
    assert not refused["ok"]
    assert "was not started from" in refused["message"]
    back = FrontEnd(opened)
    eventually(lambda: opened.relation)
    request = back.ask("open_other", run=first.name)
    eventually(lambda: back.replies(request))
    inner = _instances[back.replies(request)[0]["payload"]]
    assert inner.run_name == first.name
    assert answer("")["payload"] == ""
    assert (opened.comm, inner.comm) == (None, None)
    again = _instances[answer(second)["payload"]]
    widget.close()
    assert again.comm is None


def test_what_persons_did_is_kept_and_told(shared_server: ServerProcess, sdk: Sdk) -> None:
    """A static view of a run that was not seen while it waited: what was answered and when, and whose rerun it is."""
    name = paused(shared_server, speed=50)
    (condition,) = run_on(shared_server, name).waiting
    sdk.signal(name, condition.action, False)
    run = run_on(shared_server, name)
    run.wait(PATIENCE_S)
    out = io.StringIO()
    watch_in_terminal(Run(name, client=client_of(shared_server)), out, live=False)
    assert f"approve_release {condition.action} was answered no" in out.getvalue()
    again = run.rerun()
    assert again.relation is not None
    widget = RunWidget(again)
    assert f"Rerun of {name}" in widget.to_html()
    widget.close()
    out = io.StringIO()
    watch_in_terminal(run, out, live=False)
    assert f"{again.name} was started from this run" in out.getvalue()
