"""Conditions of local runs: PAUSED until somebody answers by SignalEvent. The SDK alone asks on stdin, and fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import flyte
import pytest

from flyte_widgets.errors import LocalError
from flyte_widgets.local.runs.runner import LaunchedRun, launch
from flyte_widgets.local.services.records import ActionRecord
from flyte_widgets.local.services.server import LocalBackend
from flyte_widgets.phases import ActionPhase
from tests.backend.test_local_crash import Api

P = ActionPhase
env = flyte.TaskEnvironment("asking")


@env.task
async def ask(kind: str) -> str:
    types: dict[str, Any] = {"bool": bool, "int": int, "float": float, "str": str}
    condition = await flyte.new_condition.aio(
        "release", prompt="Release **it**?", prompt_type="markdown", data_type=types[kind], description="All is well."
    )
    return repr(await condition.wait.aio())


@env.task
def ask_in_a_thread() -> bool:
    return bool(flyte.new_condition("sync").wait())


@env.task
async def ask_many(n: int) -> list[int]:
    async def one(i: int) -> int:
        condition = await flyte.new_condition.aio(f"number_{i}", data_type=int)
        return int(await condition.wait.aio())

    return list(await asyncio.gather(*[one(i) for i in range(n)]))


@env.task
async def ask_in_vain() -> str:
    condition = await flyte.new_condition.aio("late", timeout=0.2)
    try:
        await condition.wait.aio()
    except flyte.errors.ConditionTimedoutError as error:
        return str(error)
    return "was answered"


@env.task
async def ask_until_aborted() -> str:
    condition = await flyte.new_condition.aio("dropped")
    try:
        await condition.wait.aio()
    except flyte.errors.ActionAbortedError as error:
        return str(error)
    return "was answered"


@pytest.fixture
def api(backend: LocalBackend) -> Iterator[Api]:
    api = Api(backend.endpoint, service="RunService")
    yield api
    api.close()


def paused(run: LaunchedRun, count: int = 1) -> list[ActionRecord]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with run.backend.store.read(run.key) as record:
            found = [action for action in record.actions.values() if P.of(action.phase) is P.PAUSED]
        if len(found) == count:
            return found
        time.sleep(0.01)
    raise AssertionError("no condition waits")


def signal(api: Api, run: LaunchedRun, action: ActionRecord, **payload: Any) -> None:
    action_id = {"run": run.key._asdict(), "name": action.name}
    api.call("SignalEvent", {"actionId": action_id, "parentActionName": action.parent, "payload": payload})


@pytest.mark.parametrize(
    ("kind", "payload", "result"),
    [
        ("bool", {"boolValue": False}, "False"),
        ("int", {"intValue": "5"}, "5"),
        ("float", {"floatValue": 0.5}, "0.5"),
        ("str", {"stringValue": ""}, "''"),
    ],
)
def test_an_answer_lets_the_task_go_on(
    backend: LocalBackend, api: Api, kind: str, payload: dict[str, Any], result: str
) -> None:
    """Also one that is false. The condition has its prompt and type while it waits, and its answer afterwards."""
    run = launch(ask, (kind,), backend=backend)
    (condition,) = paused(run)
    assert condition.parent == "a0"
    action_id = {"run": run.key._asdict(), "name": condition.name}
    details = api.call("GetActionDetails", {"actionId": action_id})["details"]
    asked = details["condition"]
    assert (asked["name"], asked["prompt"], asked["description"]) == ("release", "Release **it**?", "All is well.")
    assert asked["promptType"] == "CONDITION_PROMPT_TYPE_MARKDOWN"
    with pytest.raises(AssertionError, match="the condition takes"):
        signal(api, run, condition, **({"intValue": "1"} if kind != "int" else {"boolValue": True}))
    signal(api, run, condition, **payload)
    assert run.result(30) == result
    details = api.call("GetActionDetails", {"actionId": action_id})["details"]
    assert details["status"]["phase"] == "ACTION_PHASE_SUCCEEDED"
    assert details["signalInfo"]["output"]["scalar"]["primitive"]


def test_it_says_how_it_is_answered(backend: LocalBackend, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """Else who waits for the result would wait for nothing that is to be seen."""
    run = launch(ask, ("bool",), backend=backend)
    (condition,) = paused(run)
    signal(api, run, condition, boolValue=True)
    run.result(30)
    said = capsys.readouterr().out
    assert "release needs an answer (bool): Release **it**?" in said
    assert f"fw.Run('{run.name}').actions['{condition.name}'].signal(...)" in said


def test_a_synchronous_task_asks_too(backend: LocalBackend, api: Api) -> None:
    """It waits in its thread."""
    run = launch(ask_in_a_thread, backend=backend)
    signal(api, run, paused(run)[0], boolValue=True)
    assert run.result(30) is True


def test_twenty_wait_at_once_and_are_answered_in_any_order(backend: LocalBackend, api: Api) -> None:
    """None takes a thread: with the SDK's own way, only a few could wait."""
    run = launch(ask_many, (20,), backend=backend)
    for condition in reversed(paused(run, 20)):
        number = condition.details.metadata.condition.name.removeprefix("number_")
        signal(api, run, condition, intValue=number)
    assert run.result(30) == list(range(20))


def test_a_time_limit_ends_as_timed_out(backend: LocalBackend) -> None:
    """The task gets the SDK's error, the condition says TIMED_OUT."""
    run = launch(ask_in_vain, backend=backend)
    assert run.result(30) == "Condition 'late' was not answered within 0.2 seconds."
    with backend.store.read(run.key) as record:
        assert [P.of(action.phase) for action in record.actions.values()] == [P.SUCCEEDED, P.TIMED_OUT]


def test_an_abort_of_the_condition_or_the_run_ends_the_wait(backend: LocalBackend) -> None:
    """At once: nobody is left waiting for stdin."""
    run = launch(ask_until_aborted, backend=backend)
    backend.control.abort(run.key, paused(run)[0].name, "not needed")
    assert "not needed" in run.result(30)
    run = launch(ask_until_aborted, backend=backend)
    paused(run)
    run.abort("all of it")
    with pytest.raises(LocalError, match="all of it"):
        run.result(30)
    with backend.store.read(run.key) as record:
        assert {P.of(action.phase) for action in record.actions.values()} == {P.ABORTED}
