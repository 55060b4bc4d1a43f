"""After `fw.connect()` to `flyte-widgets serve`: local and simulated runs are there, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import flyte
import pytest

import flyte_widgets as fw
from flyte_widgets.errors import LocalError, NotFoundError, NotKeptError
from flyte_widgets.local import handles
from flyte_widgets.local.services import server as embedded
from tests import pipeline as tasks
from tests.server_process import ServerProcess

env = flyte.TaskEnvironment("served")


@env.task
async def one(i: int) -> int:
    await asyncio.sleep(0.01)
    return i


@env.task
async def fan(n: int) -> int:
    return sum(await asyncio.gather(*[one(i) for i in range(n)]))


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Nothing is connected, and no backend runs: another file that shares the process may have left both."""
    forget()
    yield
    forget()


def forget() -> None:
    client = fw.watch.backends._default
    if client is not None:
        fw.watch.backends.unset_default(client.client)
    embedded.stop()


def connect(server: ServerProcess) -> None:
    fw.connect(server.endpoint, project=server.project, domain=server.domain)


def test_a_simulated_run_is_on_the_backend_that_is_connected(shared_server: ServerProcess) -> None:
    """It was played on another backend, which was started for it, and no other client could see it."""
    connect(shared_server)
    run = fw.local.simulate(5, actions=12, elapsed_s=1e9)
    assert run.wait(30).is_terminal
    assert run.name in {found.name for found in [fw.Run(run.name)] if found.wait(30).is_terminal}
    assert embedded.running() is None
    with pytest.raises(LocalError, match="nobody"):
        fw.local.simulate(quirks=["nobody"])


def test_a_local_run_is_reported_whole(shared_server: ServerProcess) -> None:
    """Every action with its parent, group, phase, attempts, data and error is there."""
    connect(shared_server)
    run = fw.local.run(tasks.pipeline, "served")
    assert run.result(30) == 22
    assert run.wait(30).value == "succeeded"
    own = run._launched.backend.store
    with own.read(run._launched.key) as record:
        wanted = {name: (a.parent, a.details.metadata.group, a.phase) for name, a in record.actions.items()}
    seen = {a.id: (a.parent or "", a.group or "", a.phase.number if a.phase else 0) for a in run.actions.values()}
    assert seen == wanted
    assert run.actions["a0"].attempt == 1
    assert run.actions[next(a.id for a in run.actions.values() if a.name == "flaky")].attempt == 2


def test_the_endpoint_alone_is_enough(shared_server: ServerProcess) -> None:
    """It was asked for the run in no project and no domain, where there is none."""
    fw.connect(shared_server.endpoint)
    run = fw.local.run(fan, 2)
    assert run.wait(30) is fw.ActionPhase.SUCCEEDED
    played = fw.local.simulate(5, actions=12, elapsed_s=1e9)
    assert played.wait(30).is_terminal
    assert {run.project, played.project, fw.Run(run.name).project} == {shared_server.project}
    assert fw.Run(run.name).phase is fw.ActionPhase.SUCCEEDED
    assert {run.name, played.name} <= {found.name for found in fw.Runs(since=None)}
    assert (run.url, fw.Run(run.name).url) == (None, None)
    with pytest.raises(NotKeptError, match="It ran, but outside of this backend: its output is where it was started"):
        run.logs()


def test_runs_of_an_embedded_backend_are_where_it_has_them(shared_server: ServerProcess) -> None:
    """Whatever project `fw.connect()` was given: it has one only."""
    fw.connect(shared_server.endpoint, project="another", domain="production")
    assert fw.local.simulate(5, actions=12, elapsed_s=1e9).wait(30).is_terminal
    assert fw.local.run(fan, 2).wait(30) is fw.ActionPhase.SUCCEEDED


def test_a_run_that_is_looked_for_nowhere_says_so(shared_server: ServerProcess) -> None:
    fw.connect(shared_server.endpoint)
    with pytest.raises(NotFoundError, match="No project and domain were given"):
        _ = fw.Run("nope").phase


def test_a_fan_of_a_thousand_loses_nothing(shared_server: ServerProcess) -> None:
    """The SDK's own reporter loses most of it."""
    connect(shared_server)
    run = fw.local.run(fan, 1000)
    assert run.result(120) == 499500
    assert run.wait(120).value == "succeeded"
    assert {phase.value: count for phase, count in run.counts.items()} == {"succeeded": 1001}


def test_an_abort_there_ends_the_run_here(shared_server: ServerProcess) -> None:
    """Somebody else presses Abort: the task is cancelled."""
    connect(shared_server)
    run = fw.local.run(tasks.forever)
    fw.Run(run.name).abort("enough of it")
    with pytest.raises(LocalError, match="enough of it"):
        run.result(30)


def test_a_backend_that_has_gone_is_named(start_server: Callable[..., ServerProcess]) -> None:
    """The call says so, and what to do."""
    server = start_server()
    connect(server)
    fw.local.simulate(1, actions=5, elapsed_s=1e9)
    server.kill()
    with pytest.raises(LocalError, match=r"does not answer.*flyte-widgets serve"):
        fw.local.run(tasks.nested, 1)
    with pytest.raises(LocalError, match="does not answer"):
        fw.local.simulate(2, actions=5)
    assert handles.server.running() is not None
