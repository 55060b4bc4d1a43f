"""A backend that loses its own notifications, refuses a call, or loses its database: what is shown is right soon."""

from __future__ import annotations

import time
import urllib.error
from collections.abc import Callable
from itertools import pairwise

import pytest

from flyte_widgets.local.services.quirks import CALLS
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.order import moves_forward
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.loop import background
from tests.fault_proxy import Exchange, Fault
from tests.faults.faults import connect_error, is_stream, no_answer
from tests.faults.lag import measure, phases
from tests.faults.scene import Scene, selection
from tests.faults.truth import ask
from tests.run_helpers import eventually
from tests.scripted_server import end_frame, stream
from tests.server_process import ServerProcess

Report = Callable[..., None]

LOST = "lost updates: asking every 5 s"

#: Name, actions, speed, quirks. Each makes a run of some ten seconds.
LOSSES = [
    ("300 actions, 100 changes a second told", 300, 10, ["lossy"]),
    ("2,000 actions, 100 changes a second told", 2000, 20, ["lossy"]),
    ("streams fall silent", 300, 10, ["deaf"]),
]


@pytest.mark.parametrize(("name", "actions", "speed", "quirks"), selection(LOSSES, LOSSES[0][0]))
def test_updates_that_are_lost(
    scene: Scene, report: Report, name: str, actions: int, speed: float, quirks: list[str]
) -> None:
    """Action by action, what is shown is what the backend reads out, at most seconds later; and the loss is said."""
    shape = {"fan_out": actions, "depth": 1, "log_lines": 0}
    scene.watch(scene.server.simulate(seed=3, actions=actions, speed=speed, quirks=quirks, **shape))
    scene.until_said("live")
    lag = measure(scene.server, scene.run)
    assert lag.wrong_at_most > 0
    assert any(LOST in connection.message for _, connection in scene.diary.entries)
    scene.expect_ended()
    requests = f"{len(scene.proxy.calls)} requests, {scene.proxy.count('ListActions')} pages of lists"
    report(f"{name}: {requests}", scene.diary.of("polling"), lag.longest_s)


def test_where_nothing_is_lost_no_loss_is_said(scene: Scene, report: Report) -> None:
    """The same run on a backend that tells all: the stream is live to the end."""
    shape = {"fan_out": 300, "depth": 1, "log_lines": 0}
    scene.watch(scene.server.simulate(seed=3, actions=300, speed=10, **shape))
    scene.until_said("live")
    lag = measure(scene.server, scene.run)
    scene.expect_ended()
    assert scene.diary.states == ["connecting", "live", "ended"]
    report(f"300 actions, all told: {len(scene.proxy.calls)} requests", scene.diary.of("live"), lag.longest_s)


def test_a_failure_in_focus_whose_end_is_lost(scene: Scene, report: Report) -> None:
    """Somebody looks at an action: its error and attempts come, though no stream tells of them."""
    spec = {"seed": 3, "actions": 40, "failures": 0.5, "retries": 0.0}
    ended = phases(scene.server, scene.server.simulate(elapsed_s=1e9, **spec))
    failing = max(name for name, phase in ended.items() if phase is P.FAILED and name != "a0")
    scene.watch(scene.server.simulate(speed=8, quirks=["deaf"], **spec))
    watcher = watcher_of(scene.run)
    background().soon(watcher.focus, failing)
    begun = time.monotonic()
    scene.until(lambda: phases(scene.server, scene.name).get(failing) is P.FAILED, 120)
    assert time.monotonic() - begun > 0.5
    took_s = eventually(lambda: failing in watcher.details and watcher.details[failing].error_info is not None)
    known = watcher.state.by_id[failing]
    assert known.phase is P.FAILED
    assert {segment.phase for segment in known.segments} >= {P.RUNNING, P.FAILED}
    report("a failure in focus, streams fall silent", scene.diary.of("polling"), took_s)


def test_streams_that_overtake_each_other(scene: Scene, report: Report) -> None:
    """Details and unary answers come late, with what was true before: no phase that is shown ever goes back."""
    seen: dict[str, list[object]] = {}

    class Listener:
        def run_updated(self, update: object) -> None:
            for change in update.changes:  # type: ignore[attr-defined]
                seen.setdefault(change.action, [change.previous]).append(change.phase)

    scene.simulate(quirks=["unordered"], retries=0.0)
    listener = Listener()
    watcher_of(scene.run).subscribe(listener)
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    assert seen["a0"]
    paused = {"a0"} | {name for name, path in seen.items() if any(str(phase) == "PAUSED" for phase in path)}
    for name, path in seen.items():
        if name not in paused or name == "a0":
            assert all(moves_forward(before, after) for before, after in pairwise(path)), (name, path)  # type: ignore[arg-type]
    report("messages 10 to 130 ms late", scene.diary.of("live"), took_s)


def test_a_database_that_goes_and_comes(scene: Scene, report: Report) -> None:
    """An open-source backend calls that "not found". It is an outage; hosts and users of the database are not shown."""
    scene.simulate(quirks=["outage"], seconds=12)
    scene.until_said("live", "polling", "reconnecting")
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    assert "not_found" not in scene.diary.states
    said = " ".join(f"{connection.message} {connection.hint}" for _, connection in scene.diary.entries)
    for secret in ("10.0.0.9", "db.internal", "user=", "flyte database"):
        assert secret not in said
    report("database away, 3 s in 8", scene.diary.of("reconnecting"), took_s)


#: How a call is refused, alone of all: HTTP status and Connect code; None: it hangs.
KINDS: dict[str, tuple[int, str] | None] = {
    "unimplemented": (501, "unimplemented"),
    "forbidden": (403, "permission_denied"),
    "hanging": None,
}
REFUSALS = [(f"only {call} {kind}", call, kind) for call in CALLS for kind in KINDS]


def refusal(call: str, kind: str) -> Fault:
    how = KINDS[kind]
    if how is None:
        return no_answer
    status, code = how
    message = f"{call} is not for you"

    async def fault(exchange: Exchange) -> None:
        if is_stream(exchange):
            await exchange.send(stream(end_frame(code, message)))
        else:
            await connect_error(status, code, message)(exchange)

    return fault


@pytest.mark.parametrize(
    ("name", "call", "kind"),
    selection(
        REFUSALS,
        "only ListActions unimplemented",
        "only ListActions forbidden",
        "only GetRunDetails unimplemented",
        "only GetActionDetails forbidden",
        "only WatchActionDetails unimplemented",
    ),
)
def test_a_call_that_is_refused(scene: Scene, report: Report, name: str, call: str, kind: str) -> None:
    """Any one call refused, all others answered: the run is followed to its end, and it is said what is not known."""
    scene.proxy.on(call, refusal(call, kind))
    scene.simulate(seconds=40 if kind == "hanging" else 6)
    scene.until_said("live", "polling")
    scene.until(lambda: len(scene.run.actions) > 5)
    watcher = watcher_of(scene.run)
    background().soon(watcher.request_history, list(watcher.state.by_id))  # as a view on screen does
    took_s = scene.expect_truth(times=False)
    assert scene.run.wait(120) is scene.run.phase
    told = [connection for _, connection in scene.diary.entries if connection.state in ("live", "polling")]
    said = next((connection for connection in reversed(told) if connection.message), told[-1])
    if call in ("ListActions", "GetActionDetails", "WatchActionDetails"):
        assert f"{call} fails here" in said.message
    report(name, said, took_s)


@pytest.mark.parametrize("kind", ["unimplemented", "forbidden"])
@pytest.mark.parametrize("call", CALLS)
def test_the_embedded_backend_refuses_a_call(shared_server: ServerProcess, call: str, kind: str) -> None:
    """The quirks that make it so are what they say."""
    name = shared_server.simulate(elapsed_s=50, hold=True, quirks=[f"{kind}:{call}"])
    run_id = {"project": shared_server.project, "domain": shared_server.domain, "name": name}
    requests = {
        "GetRunDetails": {"runId": run_id},
        "GetActionDetails": {"actionId": {"run": run_id, "name": "a0"}},
        "ListActions": {"runId": run_id},
    }
    for other, request in requests.items():
        if other != call:
            ask(shared_server, "RunService", other, request)
            continue
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(shared_server, "RunService", other, request)
        refused.value.close()
        assert refused.value.code == {"unimplemented": 501, "forbidden": 403}[kind]
