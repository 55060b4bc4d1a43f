"""When it is tried again: with jitter, for ever, not before the backend wants it, and never in a storm."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.loop import background
from tests.fault_proxy import Exchange, FaultProxy
from tests.faults.faults import connect_error
from tests.faults.scene import Scene
from tests.run_helpers import eventually, timely
from tests.server_process import ServerProcess

Report = Callable[..., None]


async def hang_up(exchange: Exchange) -> None:
    exchange.reset()


@pytest.fixture
def fifty(shared_server: ServerProcess, proxy: FaultProxy) -> Iterator[list[fw.Run]]:
    """Fifty runs that go on, on one client. None is watched any more in the end, whatever the test came to."""
    client = FlyteClient(proxy.endpoint, project=shared_server.project, domain=shared_server.domain)
    names = [shared_server.simulate(seed=seed, actions=3, elapsed_s=1, hold=True) for seed in range(50)]
    runs = [fw.Run(name, client=client) for name in names]
    yield runs
    for run in runs:
        run.close()
    background().call(client.aclose())


def test_fifty_watchers_make_no_storm(fifty: list[fw.Run], proxy: FaultProxy, report: Report) -> None:
    """On a dead server all watchers together try once a second; when it is back, all are right within seconds."""
    for run in fifty:
        watcher_of(run).state.root  # noqa: B018 - begins to watch
    eventually(lambda: all(run.connection.state == "live" for run in fifty))
    proxy.on("*", hang_up)
    proxy.cut()
    dead_s = time.monotonic()
    time.sleep(10)
    attempts = [call.at_s - dead_s for call in proxy.log if call.at_s > dead_s]
    # Without the circuit breaker each of the fifty would try several times.
    assert len(attempts) <= 20, f"{len(attempts)} attempts: {[round(at_s, 2) for at_s in attempts]}"
    assert attempts
    told = [run.connection.state for run in fifty]
    assert told.count("reconnecting") == 50
    proxy.heal()
    took_s = eventually(lambda: all(run.connection.state == "live" for run in fifty))
    report(f"50 watchers, server dead for 10 s: {len(attempts)} attempts", fifty[0].connection.state, took_s)


@pytest.mark.parametrize("status", [429, pytest.param(503, marks=pytest.mark.long)])
def test_retry_after_is_honoured(scene: Scene, report: Report, status: int) -> None:
    """Until the time that the backend names, nothing at all is asked; it is said when the next try comes."""
    scene.proxy.on("*", connect_error(status, "unavailable", "busy", retry_after="3"))
    asked_ms = scene.client.now_ms
    scene.simulate()
    said = scene.until_said("reconnecting")
    assert said.next_try_ms is not None
    assert asked_ms + 2_500 < said.next_try_ms < scene.client.now_ms + 3_500
    first_s = scene.proxy.log[0].at_s
    scene.until(lambda: scene.proxy.log[-1].at_s > first_s + 1)
    assert len([call for call in scene.proxy.log if call.at_s < first_s + 2.9]) == 1
    scene.proxy.heal()
    took_s = scene.expect_truth()
    scene.expect_ended()
    report(f"HTTP {status} with Retry-After: 3", said, took_s)


@pytest.mark.long
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_backend_is_asked_again(scene: Scene, report: Report, status: int) -> None:
    """Without a time of its own, the pauses are ours; and it is said what the backend said."""
    scene.proxy.on("*", connect_error(status, "unavailable", "too busy"))
    scene.simulate()
    said = scene.until_said("reconnecting")
    assert "too busy" in said.message
    facts = scene.until_ended()
    scene.proxy.heal()
    took_s = scene.expect_truth(facts)
    timely(took_s, 6)
    scene.expect_ended()
    report(f"HTTP {status}", said, took_s)


def test_a_person_can_try_at_once(scene: Scene) -> None:
    """retry() does not wait for the pause to end."""
    scene.proxy.on("*", connect_error(503, "unavailable", "busy", retry_after="60"))
    scene.simulate()
    scene.until_said("reconnecting")
    scene.proxy.heal()
    background().loop.call_soon_threadsafe(watcher_of(scene.run).retry)
    scene.until_said("live")
    scene.expect_truth()
    scene.expect_ended()
