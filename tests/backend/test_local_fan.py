"""Large fan-outs, run for real: each action is shown as what its task did, with the task's own times."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter

import flyte
import pytest
from flyteidl2.task import common_pb2

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import LocalError
from flyte_widgets.local.runs.runner import LaunchedRun, launch
from flyte_widgets.local.services.records import ROOT_ACTION, to_us
from flyte_widgets.local.services.server import LocalBackend
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.handles import Run
from tests.local_actions import actions

P = ActionPhase
env = flyte.TaskEnvironment("fan")
done: dict[tuple[str, int], tuple[str, int, int]] = {}
"""Run and index of each leaf to what it did, from when to when."""


@env.task
async def leaf(run: str, i: int, seconds: float) -> int:
    begun = time.time_ns() // 1000
    outcome = "aborted"
    try:
        await asyncio.sleep(seconds)
        outcome = "failed" if i % 10 == 3 else "succeeded"
        if outcome == "failed":
            raise ValueError(f"{i} is one of them")
        return i
    finally:
        done[run, i] = (outcome, begun, time.time_ns() // 1000)


@env.task
async def fan(run: str, n: int, seconds: float) -> int:
    results = await asyncio.gather(*[leaf(run, i, seconds) for i in range(n)], return_exceptions=True)
    return sum(isinstance(result, int) for result in results)


@env.task
async def stagger(run: str, n: int) -> int:
    await asyncio.gather(*[leaf(run, i * 10, 0.0 if i % 2 else 600.0) for i in range(n)])
    return n


@env.task
async def fail_early(run: str, n: int) -> int:
    quick = [leaf(run, i * 10, 0.0) for i in range(n)]
    slow = [leaf(run, i * 10, 600.0) for i in range(n, 2 * n)]
    wrong = leaf(run, 3, 0.3)
    await asyncio.gather(*quick, *slow, wrong)
    return 0


released = threading.Event()


@env.task
async def held(i: int) -> int:
    await asyncio.to_thread(released.wait)
    return i


@env.task
async def fan_held(n: int) -> int:
    return len(await asyncio.gather(*[held(i) for i in range(n)]))


def check(run: LaunchedRun, tag: str) -> Counter[str]:
    """Compare every leaf, by its inputs, with what it says itself that it did."""
    found = actions(run)
    leaves = {}
    for record in found.values():
        if record.details.metadata.task.short_name == "leaf":
            body = run.backend.contents.of(run.key).inputs(record.name)
            leaves[_index(body)] = record
    own = {i: what for (name, i), what in done.items() if name == tag}
    assert leaves.keys() == own.keys()
    for i, (outcome, begun_us, ended_us) in own.items():
        record = leaves[i]
        shown = P.of(record.phase)
        assert shown is not None
        assert shown.value == outcome, (i, shown, outcome)
        assert record.created_us <= begun_us
        assert to_us(record.details.status.end_time) >= ended_us
        assert [event.attempt for event in record.events] == [1, 1]
    return Counter(outcome for outcome, _, _ in own.values())


def _index(body: bytes | None) -> int:
    assert body is not None
    inputs = common_pb2.Inputs.FromString(body)
    return next(item.value.scalar.primitive.integer for item in inputs.literals if item.name == "i")


@pytest.mark.parametrize("n", [100, 1000, pytest.param(10_000, marks=pytest.mark.long)])
def test_every_leaf_is_shown_as_what_it_did(backend: LocalBackend, n: int) -> None:
    """The reporter of the SDK lost most of what 400 tasks did; of 1,000, it told the end of one."""
    run = launch(fan, (f"all-{n}", n, 0.05), backend=backend)
    assert run.result() == n - n // 10
    assert check(run, f"all-{n}") == {"succeeded": n - n // 10, "failed": n // 10}
    assert P.of(actions(run)[ROOT_ACTION].phase) is P.SUCCEEDED
    with backend.store.read(run.key) as record:
        assert record.root.counts == {
            **dict.fromkeys(record.root.counts, 0),
            P.SUCCEEDED.number: n - n // 10,
            P.FAILED.number: n // 10,
        }


def test_two_fans_at_once(backend: LocalBackend) -> None:
    """Neither takes an action of the other."""
    runs = [launch(fan, (f"two-{i}", 300, 0.2), backend=backend) for i in range(2)]
    assert [run.result() for run in runs] == [270, 270]
    for i, run in enumerate(runs):
        assert check(run, f"two-{i}") == {"succeeded": 270, "failed": 30}


def test_an_abort_in_the_middle_is_told_of_what_was_cancelled_only(backend: LocalBackend) -> None:
    """What had ended stays what it was; what had not is ABORTED, with the reason of the abort."""
    run = launch(stagger, ("abort", 200), backend=backend)
    deadline = time.monotonic() + 60
    while len([1 for name, _ in done if name == "abort"]) < 100 and time.monotonic() < deadline:
        time.sleep(0.01)
    run.abort("half is enough")
    with pytest.raises(LocalError, match="half is enough"):
        run.result(30)
    assert check(run, "abort") == {"succeeded": 100, "aborted": 100}
    reasons = {record.details.abort_info.reason for record in actions(run).values() if record.phase == P.ABORTED.number}
    assert reasons == {"half is enough"}


def test_siblings_of_a_failure_are_what_they_were(backend: LocalBackend) -> None:
    """They were all written off as ABORTED, also those that had succeeded."""
    run = launch(fail_early, ("early", 50), backend=backend)
    with pytest.raises(flyte.errors.RuntimeUserError, match="3 is one of them"):
        run.result(60)
    assert check(run, "early") == {"succeeded": 50, "failed": 1, "aborted": 50}
    assert P.of(actions(run)[ROOT_ACTION].phase) is P.FAILED


def test_what_is_watched_is_told_while_it_runs(backend: LocalBackend) -> None:
    """With a stream open, changes are recorded and sent without anybody asking: the run goes on once all were seen."""
    run = launch(fan_held, (50,), backend=backend)
    seen: dict[ActionPhase | None, set[str]] = {}

    async def watch() -> None:
        client = FlyteClient(backend.endpoint, project=backend.project, domain=backend.domain, console="")
        async for change in Run(run.name, client=client).watch():
            seen.setdefault(change.phase, set()).add(change.action)
            if len(seen.get(P.RUNNING, ())) == 51:
                released.set()

    asyncio.run(asyncio.wait_for(watch(), 60))
    assert len(seen[P.SUCCEEDED]) == 51
    assert run.result(5) == 50
