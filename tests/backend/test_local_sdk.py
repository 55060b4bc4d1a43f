"""The real SDK, as an oracle, agrees with the embedded backend: simulated runs and tracked local ones."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from flyte_widgets.local.simulator.planner import plan
from flyte_widgets.local.simulator.spec import SimSpec
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

END = 1e9
"""Elapsed time beyond the end of any run."""


def planned_ends(seed: int, **spec: Any) -> dict[str, str]:
    return {action.name: action.steps[-1].phase.value for action in plan(seed, SimSpec(**spec)).actions}


@pytest.mark.parametrize(
    ("outcome", "raised"),
    [("succeeded", None), ("failed", "RuntimeUserError"), ("timed_out", "DeadlineExceededError")],
)
def test_a_finished_run_is_what_was_planned(
    shared_server: ServerProcess, sdk: Sdk, outcome: str, raised: str | None
) -> None:
    """Every action's phase, parent, attempts and phase transitions reach the SDK as they were planned."""
    name = shared_server.simulate(outcome=outcome, elapsed_s=END, name=f"sdk-{outcome}")
    told = sdk.describe(name)
    assert (told["phase"], told["is_done"]) == (outcome, True)
    assert (told["raises"] or [None])[0] == raised
    assert sdk.wait(name) == outcome
    assert {name: action["phase"] for name, action in told["actions"].items()} == planned_ends(0, outcome=outcome)
    for planned in plan(0, SimSpec(outcome=outcome)).actions:
        action = told["actions"][planned.name]
        assert (action["parent"], action["group"]) == (planned.parent, planned.group)
        assert action["attempts"] == planned.steps[-1].attempt
        expected: dict[int, list[str]] = {}
        for beat in planned.steps:
            phases = expected.setdefault(beat.attempt, [])
            if phases[-1:] != [beat.phase.value]:
                phases.append(beat.phase.value)
        transitions = action["transitions"]
        assert [[phase for phase, _, _ in attempt] for attempt in transitions] == list(expected.values())
        assert action["end_s"] - action["start_s"] == pytest.approx(
            (planned.end_ms - planned.created_ms) / 1000, abs=2e-3
        )


def test_phase_times_have_no_gaps_and_no_overlaps(shared_server: ServerProcess, sdk: Sdk) -> None:
    """Within an attempt every phase begins where the one before ends, and no attempt is left open."""
    name = shared_server.simulate(seed=11, actions=80, retries=0.3, elapsed_s=END)
    told = sdk.describe(name)
    assert any(action["attempts"] == 2 for action in told["actions"].values())
    for action in told["actions"].values():
        for attempt in action["transitions"]:
            assert all(end is not None for _, _, end in attempt)
            assert all(left[2] == right[1] for left, right in pairwise(attempt))


def test_a_failure_has_its_error_and_retries_have_theirs(shared_server: ServerProcess, sdk: Sdk) -> None:
    """The failed story's train_model failed twice, and says why; the run says it, too."""
    name = shared_server.simulate(outcome="failed", elapsed_s=END)
    told = sdk.describe(name)
    train = next(action for action in told["actions"].values() if action["task"] == "etl.train_model")
    assert "CUDA out of memory" in train["error"]
    assert [attempt[-1][0] for attempt in train["transitions"]] == ["failed", "failed"]
    assert "train_model" in told["raises"][1]


def test_abort_ends_the_run_and_all_that_is_under_way(shared_server: ServerProcess, sdk: Sdk) -> None:
    """`run.abort()` makes the root ABORTED with the reason; what had ended stays as it ended, the rest follows."""
    name = shared_server.simulate(elapsed_s=102, name="sdk-abort")
    before = sdk.describe(name)
    sdk.abort(name, "wrong dataset")
    assert sdk.wait(name) == "aborted"
    after = _settled(sdk, name)
    assert after["raises"][0] == "ActionAbortedError"
    assert "wrong dataset" in after["raises"][1]
    assert set(after["actions"]) == set(before["actions"])
    for action_name, action in after["actions"].items():
        ended = before["actions"][action_name]["end_s"] is not None
        expected = before["actions"][action_name]["phase"] if ended else "aborted"
        assert action["phase"] == expected
        if not ended:
            assert action["abort_reason"] == "wrong dataset"
            assert action["transitions"][-1][-1][0] == "aborted"


def test_abort_of_one_action_leaves_the_others(shared_server: ServerProcess, sdk: Sdk) -> None:
    """`Action.abort()` ends that action and what is below it; its parent and siblings go on."""
    name = shared_server.simulate(elapsed_s=102, name="sdk-abort-action")
    actions = sdk.describe(name)["actions"]
    train = next(key for key, action in actions.items() if action["task"] == "etl.train_model")
    below = {key for key, action in actions.items() if action["parent"] == train}
    assert len(below) == 2
    sdk.abort_action(name, train, "stuck")
    after = _settled(sdk, name, *below)
    aborted = {key for key, action in after["actions"].items() if action["phase"] == "aborted"}
    assert aborted == {train, *below}
    assert after["phase"] == "running"


def test_abort_after_the_end_rewrites_the_phase(shared_server: ServerProcess, sdk: Sdk) -> None:
    """As in the real backend: there is no guard, the first end stays. Clients have to look first."""
    name = shared_server.simulate(elapsed_s=END, name="sdk-late-abort")
    before = sdk.describe(name)["actions"]["a0"]
    sdk.abort(name, "too late")
    after = sdk.describe(name)["actions"]["a0"]
    assert (before["phase"], after["phase"]) == ("succeeded", "aborted")
    assert after["end_s"] == before["end_s"]


def test_lists_are_filtered_and_paged(shared_server: ServerProcess, sdk: Sdk) -> None:
    """`Action.listall` gets all of 250 actions over three pages, and of a phase exactly those that are in it."""
    name = shared_server.simulate(seed=4, actions=250, elapsed_s=END)
    ends = planned_ends(4, actions=250)
    assert sorted(sdk.list_actions(name)) == sorted(ends)
    for phases in (["failed"], ["recovered", "timed_out"], ["queued"]):
        assert sorted(sdk.list_actions(name, *phases)) == sorted(key for key, end in ends.items() if end in phases)
    assert name in sdk.list_runs()


@pytest.mark.parametrize("failures", [1, 3])
def test_a_tracked_local_run_is_what_the_sdk_recorded(shared_server: ServerProcess, sdk: Sdk, failures: int) -> None:
    """Tree, parents, groups, attempts and phases of a real task tree are those of the SDK's own tracker."""
    name = f"local-{failures}"
    recorded = sdk.run_tracked(name, failures)
    told = sdk.describe(name)
    driver = next(key for key, action in recorded["actions"].items() if action["parent"] is None)
    names = {driver: "a0", None: ""}
    expected = {
        names.get(key, key): (names.get(action["parent"], action["parent"]), action["group"] or "", action["status"])
        for key, action in recorded["actions"].items()
    }
    assert len(expected) == 10
    assert {
        key: (action["parent"], action["group"], action["phase"]) for key, action in told["actions"].items()
    } == expected
    for key, action in recorded["actions"].items():
        phases = [attempt[-1][0] for attempt in told["actions"][names.get(key, key)]["transitions"]]
        assert phases == action["attempts"] or not action["attempts"]
    flaky = next(action for action in told["actions"].values() if action["task"] == "demo.flaky")
    assert flaky["attempts"] == min(failures + 1, 3)
    if failures == 1:
        assert (told["phase"], recorded["error"], told["raises"]) == ("succeeded", None, None)
        assert sdk.outputs(name) == [0 + 1 + 4 + 4 + 9 + 2 + 2]
    else:
        assert (told["phase"], recorded["error"]) == ("failed", f"try 3 of {name}")
        assert flaky["error"] == told["actions"]["a0"]["error"] == f"try 3 of {name}"


def _settled(sdk: Sdk, name: str, *actions: str) -> dict[str, Any]:
    """Wait until the given actions have ended, all of them where none is given."""
    for _ in range(50):
        told = sdk.describe(name)
        if all(told["actions"][key]["end_s"] is not None for key in actions or told["actions"]):
            return told
    raise AssertionError(f"some of {actions or 'the'} actions of {name} have not ended")
