"""What actions hold, as the embedded backend serves it. The real SDK judges logs, values, reports, reruns, answers."""

from __future__ import annotations

import time

import pytest

from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

END = 1e9


def action_of(told: dict[str, dict[str, dict[str, object]]], task: str) -> str:
    return next(name for name, action in told["actions"].items() if action["task"] == f"etl.{task}")


def test_logs_of_an_ended_action_come_whole_and_in_order(shared_server: ServerProcess, sdk: Sdk) -> None:
    """As many lines as were asked for, among them a progress bar and the lines of the platform."""
    name = shared_server.simulate(elapsed_s=END, log_lines=250)
    lines = sdk.logs(name, action_of(sdk.describe(name), "fold_0"))
    assert len(lines) == 250 + 3
    assert "starting etl.fold_0, attempt 1" in lines[0]
    assert any(line.count("epoch 1:") == 3 for line in lines)  # the SDK drops carriage returns
    assert "fold_0 done" in lines[-1]


def test_the_log_of_a_failed_attempt_ends_with_its_traceback(shared_server: ServerProcess, sdk: Sdk) -> None:
    name = shared_server.simulate(elapsed_s=END, outcome="failed")
    told = sdk.describe(name)
    square = next(n for n, a in told["actions"].items() if a["phase"] == "failed" and a["task"] == "etl.square")
    lines = sdk.logs(name, square)
    assert any("ValueError: could not convert" in line for line in lines)


def test_a_running_action_is_followed_to_its_end(shared_server: ServerProcess, sdk: Sdk) -> None:
    """The SDK's own reader ends after the last line, which is written while it reads."""
    name = shared_server.simulate(elapsed_s=120, speed=10, log_lines=30)
    lines = sdk.logs(name, action_of(sdk.describe(name), "fold_1"))
    assert "fold_1 done" in lines[-1]
    assert len(lines) == 30 + 3


def test_values_are_what_the_sdk_reads(shared_server: ServerProcess, sdk: Sdk) -> None:
    """Primitives, a time, a duration, an enum, an optional and a dataclass."""
    name = shared_server.simulate(elapsed_s=END)
    inputs = sdk.inputs(name)
    assert (inputs["n"], inputs["lr"], inputs["dry_run"], inputs["label"]) == ("40", "0.0003", "False", "'nightly'")
    assert "2026, 11, 23" in inputs["since"]
    assert "5400" in inputs["budget"]
    assert inputs["owner"] == "None"
    assert "layers=12" in inputs["config"]


def test_a_report_grows_while_its_task_runs(shared_server: ServerProcess, sdk: Sdk) -> None:
    name = shared_server.simulate(elapsed_s=102, speed=5)
    train = action_of(sdk.describe(name), "train_model")
    first = sdk.report(name, train)
    assert sdk.wait(name) == "succeeded"
    assert "step 20 of 20" in sdk.report(name, train)
    assert "step 20 of 20" not in first


def test_a_rerun_is_a_run_of_its_own_with_the_changed_input(shared_server: ServerProcess, sdk: Sdk) -> None:
    """It has a new name, the new value beside the old ones, and it succeeds where the first one failed."""
    first = shared_server.simulate(elapsed_s=END, outcome="failed", speed=50)
    second = sdk.rerun(first, n=7)
    assert second != first
    assert sdk.inputs(second)["n"] == "7"
    assert sdk.inputs(second)["label"] == "'nightly'"
    assert sdk.wait(second) == "succeeded"


def test_a_recovery_takes_over_what_had_succeeded(shared_server: ServerProcess, sdk: Sdk) -> None:
    first = shared_server.simulate(elapsed_s=END, outcome="failed", speed=50)
    before = {name: action["phase"] for name, action in sdk.describe(first)["actions"].items()}
    second = sdk.rerun(first, recover=True)
    assert sdk.wait(second) == "succeeded"
    after = sdk.describe(second)["actions"]
    taken = {name for name, phase in before.items() if phase == "succeeded" and name in after}
    assert len(taken) > 40
    assert {after[name]["phase"] for name in taken} == {"recovered"}


@pytest.mark.parametrize("value", [True, False])
def test_a_condition_waits_for_its_answer(shared_server: ServerProcess, sdk: Sdk, value: bool) -> None:
    """Where nobody else answers, the run stands still until the SDK's signal comes, and then goes on to its end."""
    name = shared_server.simulate(elapsed_s=170, speed=20, answers=False)
    deadline = time.monotonic() + 60
    while (condition := sdk.list_actions(name, "paused")) == [] and time.monotonic() < deadline:
        time.sleep(0.1)
    sdk.signal(name, condition[0], value)
    assert sdk.wait(name) == "succeeded"
