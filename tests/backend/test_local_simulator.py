"""The simulator: plans that can be repeated, players that keep to them, also across a restart."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flyte_widgets import local
from flyte_widgets.errors import LocalError
from flyte_widgets.local import LocalBackend, SimSpec
from flyte_widgets.local.services.records import ROOT_ACTION, RunKey
from flyte_widgets.local.simulator.plan import Plan
from flyte_widgets.local.simulator.planner import plan
from flyte_widgets.phases import PHASE_TABLE, ActionPhase
from flyte_widgets.watch.handles import Run
from tests.run_helpers import END, PATIENCE_S, eventually, run_on
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

P = ActionPhase


@pytest.fixture(scope="module")
def backend() -> Iterator[LocalBackend]:
    """A backend in this process, in memory."""
    yield local.start()
    local.stop()


def key_of(run: Run) -> RunKey:
    return RunKey(run.project, run.domain, run.name)


def phases_at(planned: Plan, at_ms: int) -> Counter[str]:
    current = [[step for step in action.steps if step.at_ms <= at_ms] for action in planned.actions]
    return Counter(steps[-1].phase.value for steps in current if steps)


@pytest.mark.parametrize("spec", [SimSpec(), SimSpec(actions=300), SimSpec(outcome="failed")])
def test_the_same_seed_gives_the_same_run(spec: SimSpec) -> None:
    """Tree, names, durations, errors and outcomes are equal; another seed gives another run."""
    assert plan(7, spec) == plan(7, spec)
    assert plan(7, spec) != plan(8, spec)


def test_the_default_run_goes_through_all_ten_phases() -> None:
    """And at 1 m 42 s it has the counts of the pictures."""
    planned = plan(0, SimSpec())
    assert {step.phase for action in planned.actions for step in action.steps} == set(PHASE_TABLE)
    assert phases_at(planned, 102_000) == {"succeeded": 36, "failed": 1, "running": 12, "waiting_for_resources": 1}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "spec",
    [SimSpec(actions=1), SimSpec(actions=2), SimSpec(actions=333, fan_out=4, depth=6), SimSpec(actions=90, depth=1)],
)
def test_a_plan_is_a_life_that_can_be_lived(seed: int, spec: SimSpec) -> None:
    """Exactly the actions asked for, parents first; time never runs backwards; nothing outlives its parent."""
    planned = plan(seed, spec)
    assert len(planned.actions) == spec.actions == len({action.name for action in planned.actions})
    seen = {"": planned.actions[0]}
    for action in planned.actions:
        times = [action.created_ms, *(step.at_ms for step in action.steps)]
        assert times == sorted(times)
        assert action.steps[-1].phase.is_terminal
        assert seen[action.parent].created_ms <= action.created_ms
        assert action.end_ms <= seen[action.parent].end_ms
        seen[action.name] = action


def test_the_limits_shape_the_tree() -> None:
    """No level below `depth`, and with `groups=0` no group."""
    planned = plan(1, SimSpec(actions=400, depth=2, fan_out=30, groups=0))
    level = {"": -1}
    for action in planned.actions:
        level[action.name] = level[action.parent] + 1
    assert max(level.values()) == 2
    assert {action.group for action in planned.actions} == {""}


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": None},
        {"seed": "x"},
        {"spec": 3},
        {"speed": "x"},
        {"elapsed_s": None},
        {"actions": 0},
        {"fan_out": 1.5},
        {"retries": 2},
        {"task_s": -1},
        {"outcome": "lost"},
        {"speeed": 2},
    ],
)
def test_what_makes_no_sense_is_refused(backend: LocalBackend, wrong: dict[str, object]) -> None:
    """The error names the wrong value and starts nothing."""
    before = len(backend.store.roots())
    with pytest.raises(LocalError, match=next(iter(wrong))):
        local.simulate(**wrong)  # type: ignore[arg-type]
    assert len(backend.store.roots()) == before


def test_a_run_can_be_begun_in_its_middle_and_held(backend: LocalBackend) -> None:
    """`elapsed_s` gives it a past with the right times, `hold` leaves it there."""
    before_s = time.time()
    run = local.simulate(elapsed_s=102, hold=True)
    with backend.store.read(key_of(run)) as record:
        told = Counter(P.of(action.phase).value for action in record.actions.values())  # type: ignore[union-attr]
        begun_s = record.root.created_us / 1e6
    assert told == phases_at(plan(0, SimSpec()), 102_000)
    assert before_s - 102 - 1 <= begun_s <= time.time() - 102 + 1


def test_a_large_run_is_there_at_once_and_planned_behind(backend: LocalBackend) -> None:
    """The caller waits for the root only; its past follows, and is the planned one, up to where it is held."""
    spec = SimSpec(actions=1200)
    elapsed_ms = plan(4, spec).end_ms // 2
    run = local.simulate(4, spec, elapsed_s=elapsed_ms / 1000, hold=True)
    with backend.store.read(key_of(run)) as record:
        assert [*record.actions] == [ROOT_ACTION]
    planned = phases_at(plan(4, spec), elapsed_ms)

    def told() -> Counter[str]:
        with backend.store.read(key_of(run)) as record:
            phases = [P.of(action.phase) for action in record.actions.values()]
            assert record.root.created_us / 1e6 <= time.time()
        return Counter(phase.value for phase in phases if phase is not None)

    eventually(lambda: told() == planned)
    with backend.store.read(key_of(run)) as record:
        assert record.root.created_us / 1e6 <= time.time() - elapsed_ms / 1000


def test_a_large_run_can_be_aborted_before_it_is_planned(backend: LocalBackend) -> None:
    """Then it has its root only, and stays so."""
    run = local.simulate(5, actions=100_000)
    run.abort("too large")
    eventually(lambda: backend.control.executor(key_of(run)) is None and run.is_terminal)
    with backend.store.read(key_of(run)) as record:
        assert [*record.actions] == [ROOT_ACTION]
        assert record.root.phase == P.ABORTED.number
    run.close()


@pytest.mark.parametrize("name", ["x" * 129, "two words", "line\nline", "up/down", "обучение", 3])
def test_a_name_that_no_run_can_have_is_refused(backend: LocalBackend, name: object) -> None:
    """With the rule, and before anything is stored."""
    before = len(backend.store.roots())
    with pytest.raises(LocalError, match="name must be 1 to 128 letters"):
        local.simulate(actions=2, name=name)  # type: ignore[arg-type]
    assert len(backend.store.roots()) == before
    long = local.simulate(actions=2, name=f"{'x' * 120}-{before}", elapsed_s=1e9)
    assert long.phase is not None
    long.close()


def test_two_thousand_actions_are_played_to_their_end(backend: LocalBackend) -> None:
    """At a high speed, every action ends as planned, when planned; descendants are counted right."""
    spec, speed = SimSpec(actions=2000), 60
    run = local.simulate(3, spec, speed=speed)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with backend.store.read(key_of(run)) as record:
            if record.root.is_terminal:
                break
        assert time.monotonic() < deadline
        time.sleep(0.1)
    planned = plan(3, spec)
    with backend.store.read(key_of(run)) as record:
        for action in planned.actions:
            told = record.actions[action.name]
            assert told.phase == action.steps[-1].phase.number
            lasted_ms = told.details.status.duration_ms * speed
            assert lasted_ms == pytest.approx(action.end_ms - action.created_ms, abs=2 * speed)
        counts = Counter(action.phase for name, action in record.actions.items() if name != ROOT_ACTION)
        assert {phase: count for phase, count in record.root.counts.items() if count} == counts


def test_a_killed_server_goes_on_where_it_was(start_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    """After kill -9 and a restart on the same file the run goes on, and ends as planned, with nothing twice."""
    server = start_server(tmp_path / "runs.db")
    name = server.simulate(seed=5, actions=200, speed=25)
    sdk = Sdk(server.endpoint, server.project, server.domain)
    try:
        for _ in range(3):
            time.sleep(0.7)
            server.kill()
            server.start()
        sdk.wait(name)
        told = sdk.describe(name)["actions"]
    finally:
        sdk.close()
    planned = plan(5, SimSpec(actions=200))
    assert {key: action["phase"] for key, action in told.items()} == {
        action.name: action.steps[-1].phase.value for action in planned.actions
    }
    for action in planned.actions:
        assert told[action.name]["attempts"] == action.steps[-1].attempt


def test_a_server_killed_while_it_plans_plans_again(start_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    """The run is in the file before it is planned: after a restart it gets all that it would have had."""
    server = start_server(tmp_path / "runs.db")
    name = server.simulate(seed=4, actions=1200, elapsed_s=END)
    server.kill()
    server.start()
    run = run_on(server, name)
    assert run.wait(PATIENCE_S) is P.SUCCEEDED
    assert {action.id for action in run.actions.values()} == {
        action.name for action in plan(4, SimSpec(actions=1200)).actions
    }
    run.close()


def test_a_wrong_request_to_the_server_says_what_is_wrong(shared_server: ServerProcess) -> None:
    """The POST that starts a simulation answers 400 with the reason."""
    with pytest.raises(OSError, match="400"):
        shared_server.simulate(actions=-1)
