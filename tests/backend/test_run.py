"""`fw.Run` on a real server process: waiting, watching, aborting, from threads and loops; errors say what to do."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import (
    FlyteWidgetsError,
    NotFoundError,
    RunFinishedError,
    TransportError,
    UnauthenticatedError,
    WaitTimeoutError,
)
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.action import PhaseChange
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import BackgroundLoop, background
from flyte_widgets.widgets.publisher import Publisher
from tests.fault_proxy import FaultProxy
from tests.run_helpers import END, client_of, connections, eventually, loop_tasks, loop_threads, run_on, timely
from tests.scripted_server import ScriptedServer, http_json
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

pytestmark = pytest.mark.usefixtures("rest_soon")


async def collect(run: Run) -> list[PhaseChange]:
    return [change async for change in run.watch()]


def test_wait_gives_the_final_phase(shared_server: ServerProcess) -> None:
    """wait() blocks until the run has ended and gives its phase; afterwards it answers at once."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=190, speed=10))
    assert run.phase is P.RUNNING
    assert run.wait(30) is P.SUCCEEDED
    assert run.is_terminal
    begun = time.monotonic()
    assert run.wait() is P.SUCCEEDED
    timely(time.monotonic() - begun, 0.5)


@pytest.mark.parametrize("timeout", [0, -1, 0.001])
def test_a_run_that_has_ended_needs_no_time_to_wait_for(shared_server: ServerProcess, timeout: float) -> None:
    """wait(0) asks whether it is over; of one that was it said that it had not ended."""
    run = run_on(shared_server, shared_server.simulate(seed=1, elapsed_s=END))
    assert run.wait(30) is P.SUCCEEDED
    background().soon(time.sleep, 0.3)  # it has other work
    assert run.wait(timeout) is P.SUCCEEDED


def test_wait_with_a_timeout(shared_server: ServerProcess) -> None:
    """wait(timeout) raises WaitTimeoutError in time, says so, and the run goes on."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=50, hold=True))
    begun = time.monotonic()
    with pytest.raises(WaitTimeoutError, match=r"not ended within 0\.3 s.*goes on"):
        run.wait(0.3)
    timely(time.monotonic() - begun, 2)
    assert run.phase is P.RUNNING
    eventually(lambda: not [task for task in loop_tasks() if "_until_over" in task])


def test_await(shared_server: ServerProcess) -> None:
    """`await run` gives the final phase on whatever loop; giving it up leaves nothing behind."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=190, speed=10))

    async def main() -> P:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(run, 0.05)
        return await run

    assert asyncio.run(main()) is P.SUCCEEDED
    assert not [task for task in loop_tasks() if "_until_over" in task]


def test_a_run_that_nobody_holds_is_watched_to_its_end(shared_server: ServerProcess) -> None:
    """`await Run(name)`, alone or in a gather: the handle is nobody's, and the phase comes none the less."""
    client = client_of(shared_server)
    names = [shared_server.simulate(seed=seed, elapsed_s=190, speed=10) for seed in (0, 0, 0)]

    async def one(name: str) -> P:
        return await Run(name, client=client)

    async def main() -> list[P]:
        waiting = asyncio.gather(*map(one, names))
        for _ in range(5):
            await asyncio.sleep(0.1)
            gc.collect()
        return await waiting

    assert asyncio.run(main()) == [P.SUCCEEDED] * 3


def test_without_threads_it_says_so(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a browser (pyodide) no thread starts: that is an error of ours, which says what is needed."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(FlyteWidgetsError, match=r"could not start a thread.*It needs threads"):
        BackgroundLoop()
    with pytest.raises(FlyteWidgetsError, match="could not start a thread"):
        Publisher()


def test_watch_yields_every_change_and_ends(shared_server: ServerProcess, sdk: Sdk) -> None:
    """watch() begins with where each action stands; each change follows on the one before; the last is the SDK's."""
    run = run_on(shared_server, shared_server.simulate(seed=3, actions=40, speed=30))
    changes = asyncio.run(collect(run))
    last: dict[str, P | None] = {}
    for change in changes:
        assert change.previous is last.get(change.action)
        last[change.action] = change.phase
    told = sdk.describe(run.name)["actions"]
    assert {action: phase and phase.value for action, phase in last.items()} == {
        action: what["phase"] for action, what in told.items()
    }
    seen = [change.phase for change in changes if change.action == "a0"]
    assert seen[-1] is P.SUCCEEDED
    assert P.RUNNING in seen


def test_watch_of_a_finished_run_tells_it_and_ends(shared_server: ServerProcess) -> None:
    """watch() of what has ended gives all final phases, and ends."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=END))
    last = {change.action: change.phase for change in asyncio.run(collect(run))}
    assert last == {action.id: action.phase for action in run.actions.values()}
    assert last["a0"] is P.SUCCEEDED


def test_watch_given_up_leaves_nothing(shared_server: ServerProcess) -> None:
    """Leaving the loop early ends the subscription."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=50, hold=True))
    assert run.actions
    before = len(loop_tasks())
    listeners = watcher_of(run).model.updates.listener_count

    async def main() -> PhaseChange:
        changes = run.watch()
        first = await anext(changes)
        await changes.aclose()  # type: ignore[attr-defined]
        return first

    assert asyncio.run(main()).action == "a0"
    eventually(lambda: watcher_of(run).model.updates.listener_count == listeners)
    eventually(lambda: len(loop_tasks()) <= before)


def test_two_event_loops_and_threads_at_once(shared_server: ServerProcess) -> None:
    """One handle, used from two event loops and eight threads at the same time, tells them all the same."""
    run = run_on(shared_server, shared_server.simulate(seed=5, actions=30, elapsed_s=20, speed=20))
    with ThreadPoolExecutor(10) as pool:
        watched = [pool.submit(lambda: asyncio.run(collect(run))) for _ in range(2)]
        waited = [pool.submit(run.wait, 60) for _ in range(8)]
        assert {future.result(60) for future in waited} == {P.SUCCEEDED}
        ends = [{change.action: change.phase for change in future.result(60)} for future in watched]
    assert ends[0] == ends[1] == {action.id: action.phase for action in run.actions.values()}
    assert loop_threads() == 1


def test_the_view_of_actions_is_whole_at_once(shared_server: ServerProcess) -> None:
    """The first look at `actions` and `counts` waits for all of them, with their names, more than one page too."""
    name = shared_server.simulate(seed=1, actions=450, elapsed_s=END)
    run = run_on(shared_server, name)
    assert len(run.actions) == sum(run.counts.values()) == 450
    assert all(action.name != action.id for action in run.actions.values())
    assert run.actions["a0"].parent == ""
    with pytest.raises(KeyError):
        run.actions["nothing"]


def test_abort(shared_server: ServerProcess) -> None:
    """abort() returns when the backend has accepted, and says "aborted" only when the phase was seen."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=102))
    run.abort("wrong dataset")
    assert watcher_of(run).abort_status.state in ("accepted", "aborted")
    assert run.wait(30) is P.ABORTED
    eventually(lambda: watcher_of(run).abort_status.state == "aborted")
    details = run.actions["a0"].details()
    assert details.abort is not None
    assert details.abort.reason == "wrong dataset"


def test_abort_of_a_finished_run_is_refused(shared_server: ServerProcess, sdk: Sdk) -> None:
    """The backend would rewrite the outcome: RunFinishedError, and the phase there stays."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=END))
    with pytest.raises(RunFinishedError, match=r"already ended: SUCCEEDED.*Nothing was changed"):
        run.abort("too late")
    with pytest.raises(RunFinishedError, match="Action"):
        next(action for action in run.actions.values() if action.id != "a0" and action.is_terminal).abort()
    assert sdk.describe(run.name)["phase"] == "succeeded"


def test_a_fresh_read_comes_before_an_abort(shared_server: ServerProcess, sdk: Sdk) -> None:
    """A run that ended unseen, while nobody was told, is not aborted: abort() reads it first."""
    proxy = FaultProxy(shared_server.endpoint)
    try:
        client = FlyteClient(proxy.endpoint, project=shared_server.project, domain=shared_server.domain, console="")
        run = Run(shared_server.simulate(elapsed_s=102), client=client)
        assert run.phase is P.RUNNING
        reads = proxy.count("GetActionDetails")
        run.abort("one")
        assert proxy.count("GetActionDetails") > reads
        assert proxy.count("AbortRun") == 1
        run.wait(30)
        with pytest.raises(RunFinishedError):
            run.abort("two")
        assert proxy.count("AbortRun") == 1
    finally:
        proxy.close()


def test_a_double_abort_is_one_call(shared_server: ServerProcess) -> None:
    """Ten aborts at the same time are one AbortRun; abort of one action is one AbortAction, and the run goes on."""
    proxy = FaultProxy(shared_server.endpoint)
    try:
        client = FlyteClient(proxy.endpoint, project=shared_server.project, domain=shared_server.domain, console="")
        run = Run(shared_server.simulate(elapsed_s=102), client=client)
        train = next(action for action in run.actions.values() if action.name.endswith("train_model"))
        train.abort("stuck")
        eventually(lambda: watcher_of(run).abort_status.state == "aborted")
        assert (train.phase, run.phase, watcher_of(run).abort_status.action) == (P.ABORTED, P.RUNNING, train.id)

        def abort(_: int) -> None:
            with contextlib.suppress(RunFinishedError):  # of a thread that came so late that it was done
                run.abort("wrong")

        with ThreadPoolExecutor(10) as pool:
            list(pool.map(abort, range(10)))
        assert run.wait(30) is P.ABORTED
        assert (proxy.count("AbortRun"), proxy.count("AbortAction")) == (1, 1)
    finally:
        proxy.close()


def test_an_action_seen_aborted_does_not_speak_for_the_run(shared_server: ServerProcess) -> None:
    """While the abort of an action is awaited, another is asked for: each is told for itself."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=102))
    first, second = [action for action in run.actions.values() if action.phase is P.RUNNING and action.parent][:2]
    first.abort("one")
    second.abort("two")
    eventually(lambda: watcher_of(run).abort_status.state == "aborted")
    assert watcher_of(run).abort_status.action == second.id
    assert second.details().abort is not None


def test_an_unknown_run_is_said_at_once(shared_server: ServerProcess) -> None:
    """Every way of asking for a run that is not there raises NotFoundError within seconds, with what to check."""
    run = run_on(shared_server, "no-such-run")
    for ask in (lambda: run.phase, lambda: run.actions, run.wait, run.abort, lambda: asyncio.run(collect(run))):
        begun = time.monotonic()
        with pytest.raises(NotFoundError, match=r"run not found.*Check the name, the project and the domain"):
            ask()
        timely(time.monotonic() - begun, 3)
    assert run.connection.state == "not_found"


def test_a_caught_error_keeps_nothing(server: ServerProcess) -> None:
    """Whoever asked for a run that is not there, and caught the error, is not asking for it for ever."""

    def ask() -> None:
        run = run_on(server, "no-such-run")
        for way in (lambda: run.phase, run.wait, lambda: asyncio.run(collect(run))):
            with pytest.raises(NotFoundError):
                way()
        assert any("watch no-such-run" in task for task in loop_tasks())

    ask()
    gc.collect()
    eventually(lambda: not any("watch no-such-run" in task for task in loop_tasks()))


def test_a_missing_login_is_said() -> None:
    """A backend that wants a login makes UnauthenticatedError, with what to do; nothing waits for ever."""
    server = ScriptedServer()
    denied = http_json(401, {"code": "unauthenticated", "message": "token expired"})
    for method in ("GetRunDetails", "GetActionDetails", "WatchActions", "ListActions", "WatchActionDetails"):
        server.reply(method, denied)
    try:
        run = Run("r1", client=FlyteClient(server.url, project="p", domain="d"))
        for ask in (lambda: run.phase, run.wait, lambda: asyncio.run(collect(run))):
            with pytest.raises(UnauthenticatedError, match=r"token expired.*Log in again"):
                ask()
        assert run.connection.state == "login_needed"
        run.close()
    finally:
        server.close()


def test_a_dead_server_is_said(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing answers, the first look at a run raises TransportError after a bounded time."""
    monkeypatch.setattr("flyte_widgets.watch.access.FIRST_READ_S", 1.5)
    server.kill()
    run = run_on(server, "r1")
    with pytest.raises(TransportError, match="refused the connection"):
        _ = run.phase
    with pytest.raises(WaitTimeoutError, match=r"could not be read within 0\.5 s.*refused the connection") as late:
        run.wait(0.5)
    assert "goes on" not in str(late.value)
    run.close()


def test_a_server_killed_and_restarted(start_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    """kill -9 mid-run, down for 3 s, back on the same port: meanwhile it is said, then right within seconds."""
    server = start_server(tmp_path / "runs.db")
    run = run_on(server, server.simulate(elapsed_s=102, name="survivor"))
    assert run.counts[P.RUNNING] == 12
    server.kill()
    eventually(lambda: run.connection.state == "reconnecting")
    assert run.phase is P.RUNNING
    assert run.connection.next_try_ms is not None
    assert run.connection.message
    time.sleep(1)
    server.start()
    server.simulate(name="other", elapsed_s=1)
    took = eventually(lambda: run.connection.state in ("live", "polling"))
    timely(took, 6)
    run.abort("enough")
    assert run.wait(30) is P.ABORTED


def test_a_server_frozen_and_thawed(server: ServerProcess) -> None:
    """A frozen server holds nobody up beyond the timeout; once it thaws, the run is right within seconds."""
    run = run_on(server, server.simulate(elapsed_s=190, speed=4))
    assert run.phase is P.RUNNING
    server.freeze()
    with pytest.raises(WaitTimeoutError):
        run.wait(2)
    eventually(lambda: run.connection.state == "reconnecting")
    with pytest.raises(WaitTimeoutError, match=r"was RUNNING when the backend last answered.*is not known"):
        run.wait(0.1)
    assert run.phase is P.RUNNING
    server.thaw()
    begun = time.monotonic()
    assert run.wait(30) is P.SUCCEEDED
    timely(time.monotonic() - begun, 8)


def test_handles_share_one_watcher(server: ServerProcess) -> None:
    """Twenty handles on a run are one watcher, one thread and one set of streams; the last one to go ends them."""
    client = client_of(server)
    name = server.simulate(elapsed_s=102, hold=True)
    handles = [Run(name, client=client) for _ in range(20)]
    assert {handle.phase for handle in handles} == {P.RUNNING}
    assert len({id(watcher_of(handle)) for handle in handles}) == 1
    assert loop_threads() == 1
    eventually(lambda: connections(server.port) >= 2)  # the tree's and the root's
    assert connections(server.port) <= 5
    watcher = weakref.ref(watcher_of(handles[0]))
    handles[0].close()
    del handles[2:]
    gc.collect()
    assert (handles[1].connection.state, len(handles[1].actions)) == ("live", 50)
    assert connections(server.port) >= 2
    del handles
    gc.collect()
    eventually(lambda: connections(server.port) == 0)
    eventually(lambda: gc.collect() is not None and watcher() is None)
    eventually(lambda: not [task for task in loop_tasks() if name in task])


def test_a_closed_handle_can_be_used_again(server: ServerProcess) -> None:
    """close() ends the streams, twice does no harm; the next use reads the run anew."""
    run = run_on(server, server.simulate(elapsed_s=102, hold=True))
    assert run.phase is P.RUNNING
    run.close()
    run.close()
    eventually(lambda: connections(server.port) == 0)
    assert run.phase is P.RUNNING
    run.close()


def test_who_watches_a_handle_that_is_closed_hears_that_it_is_not_the_end(server: ServerProcess) -> None:
    """The watch was begun anew to ask how it had ended, and an error that made no sense came of it."""
    run = run_on(server, server.simulate(elapsed_s=102, hold=True))

    async def watch() -> None:
        async for _ in run.watch():
            run.close()

    with pytest.raises(FlyteWidgetsError, match="was given up"):
        asyncio.run(asyncio.wait_for(watch(), 10))
    eventually(lambda: connections(server.port) == 0)


def test_an_ended_run_has_no_streams(server: ServerProcess) -> None:
    """After the end nothing is open, though the handle is still held."""
    run = run_on(server, server.simulate(elapsed_s=195, speed=10))
    assert run.wait(30) is P.SUCCEEDED
    eventually(lambda: connections(server.port) == 0)
    assert run.phase is P.SUCCEEDED
    assert threading.active_count() < 20
