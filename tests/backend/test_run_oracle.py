"""`fw.Run` says what the SDK says, of simulated runs and of a real one: action by action, attempt by attempt."""

from __future__ import annotations

from typing import Any

import pytest

from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.action_handle import Action
from flyte_widgets.watch.handles import Run
from tests.run_helpers import END, run_on
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess


def said_by(run: Run) -> dict[str, Any]:
    """What `fw.Run` says, in the form of `Sdk.describe`."""
    phase = run.wait(60)
    return {
        "phase": phase.value,
        "is_done": run.is_terminal,
        "actions": {action.id: _action(action) for action in run.actions.values()},
    }


def _action(action: Action) -> dict[str, Any]:
    details = action.details()
    assert action.phase is not None
    return {
        "phase": action.phase.value,
        "parent": action.parent,
        "group": action.group,
        "task": action.name,
        "attempts": action.attempt,
        "start_s": _s(action._state.created_ms),
        "end_s": _s(action._state.ended_ms),
        "error": details.error.message if details.error else None,
        "abort_reason": details.abort.reason if details.abort else None,
        "transitions": [
            [[s.phase.value, _s(s.start_ms), _s(s.end_ms)] for s in history.segments] for history in action.attempts()
        ],
    }


def _s(ms: float | None) -> Any:
    """Seconds as the SDK has them, to the millisecond."""
    return None if ms is None else round(ms / 1000, 3)


def rounded(told: Any) -> Any:
    """The SDK's word with times rounded likewise, and without what `fw.Run` does not raise."""
    if isinstance(told, dict):
        return {key: rounded(value) for key, value in told.items() if key != "raises"}
    if isinstance(told, list):
        return [rounded(value) for value in told]
    return round(told, 3) if isinstance(told, float) else told


def check(run: Run, sdk: Sdk) -> dict[str, Any]:
    """Compare action by action, so that a failure names the one that differs."""
    said, told = said_by(run), rounded(sdk.describe(run.name))
    assert set(said["actions"]) == set(told["actions"])
    for action, what in told["actions"].items():
        assert (action, said["actions"][action]) == (action, {**what, "task": said["actions"][action]["task"]})
        # The SDK says "etl.pipeline", a task's whole name, where it has one; we show its short name.
        assert (what["task"] or "").rpartition(".")[2] in ("", said["actions"][action]["task"])
    assert (said["phase"], said["is_done"]) == (told["phase"], told["is_done"])
    return said


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "timed_out"])
def test_a_finished_run(shared_server: ServerProcess, sdk: Sdk, outcome: str) -> None:
    """A run that ended before it was looked at: phase, tree, groups, attempts, transitions and errors are the SDK's."""
    run = run_on(shared_server, shared_server.simulate(outcome=outcome, elapsed_s=END))
    said = check(run, sdk)
    assert said["phase"] == outcome
    phases = {action["phase"] for action in said["actions"].values()}
    assert run.counts == {
        ActionPhase(phase): sum(action["phase"] == phase for action in said["actions"].values()) for phase in phases
    }
    if outcome == "failed":
        train = next(action for action in said["actions"].values() if action["task"].endswith("train_model"))
        assert [history[-1][0] for history in train["transitions"]] == ["failed", "failed"]


def test_a_run_that_was_watched_to_its_end(shared_server: ServerProcess, sdk: Sdk) -> None:
    """A run with retries, failures and all phases, followed while it went on, ends as the SDK says."""
    name = shared_server.simulate(seed=11, actions=60, retries=0.3, failures=0.1, speed=40)
    run = run_on(shared_server, name)
    assert not run.is_terminal
    said = check(run, sdk)
    assert len(said["actions"]) == 60
    assert any(action["attempts"] == 2 for action in said["actions"].values())


def test_an_aborted_run(shared_server: ServerProcess, sdk: Sdk) -> None:
    """After `abort(reason)`, what was under way is ABORTED with that reason, what had ended stays: as the SDK says."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=102))
    ended = {action.id: action.phase for action in run.actions.values() if action.is_terminal}
    run.abort("wrong dataset")
    assert run.wait(30) is ActionPhase.ABORTED
    said = check(run, sdk)
    assert said["actions"]["a0"]["abort_reason"] == "wrong dataset"
    assert all(said["actions"][action]["phase"] == phase for action, phase in ended.items())
    assert {a["phase"] for key, a in said["actions"].items() if key not in ended} == {"aborted"}


def test_an_aborted_action(shared_server: ServerProcess, sdk: Sdk) -> None:
    """Aborting one action ends it and what is below it; the run goes on, for both."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=102))
    train = next(action for action in run.actions.values() if action.name.endswith("train_model"))
    train.abort("stuck")
    below = [action for action in run.actions.values() if action.parent == train.id]
    for _ in range(100):
        if all(action.details() and action.is_terminal for action in [train, *below]):
            break
    told = sdk.describe(run.name)
    for action in [train, *below]:
        assert (action.phase, told["actions"][action.id]["phase"]) == (ActionPhase.ABORTED, "aborted")
    assert told["actions"][train.id]["abort_reason"] == "stuck"
    assert (told["phase"], run.phase) == ("running", ActionPhase.RUNNING)


@pytest.mark.parametrize("failures", [1, 3])
def test_a_real_tracked_run(shared_server: ServerProcess, sdk: Sdk, failures: int) -> None:
    """A task tree that the SDK ran itself: nested tasks, a group, a trace, a retry, a failure: all as recorded."""
    name = f"oracle-{failures}"
    recorded = sdk.run_tracked(name, failures)
    said = check(run_on(shared_server, name), sdk)
    driver = next(key for key, action in recorded["actions"].items() if action["parent"] is None)
    ids = {driver: "a0", None: ""}
    assert {key: (action["parent"], action["group"], action["phase"]) for key, action in said["actions"].items()} == {
        ids.get(key, key): (ids.get(action["parent"], action["parent"]), action["group"] or "", action["status"])
        for key, action in recorded["actions"].items()
    }
    flaky = next(action for action in said["actions"].values() if action["task"].endswith("flaky"))
    assert flaky["attempts"] == min(failures + 1, 3)
    assert said["phase"] == ("succeeded" if failures == 1 else "failed")
    if failures == 3:
        assert flaky["error"] == said["actions"]["a0"]["error"] == f"try 3 of {name}"
