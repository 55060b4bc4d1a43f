"""Live cluster events, and details that are gone: `Watcher.focus` on a real server that plays a script."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.messages import ClusterEvent
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.events import EVENTS_LIMIT, merge_events
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.trait_values import run_trait_values
from tests.fault_proxy import FaultProxy
from tests.run_helpers import eventually, loop_tasks
from tests.run_messages import at
from tests.scripted_server import HOLD, STREAM_HEAD, Request, ScriptedServer, chunk, frame, http_json, stream
from tests.server_process import ServerProcess

RUN_ID = {"project": "p", "domain": "d", "name": "r1"}


def event(second: int, message: str, **more: Any) -> dict[str, Any]:
    return {"occurredAt": f"2026-11-23T14:33:{second:02}Z", "message": message, **more}


def action(name: str, phase: str, *attempts: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": {"run": RUN_ID, "name": name},
        "metadata": {"parent": "" if name == "a0" else "a0", "task": {"shortName": name}},
        "status": {"phase": f"ACTION_PHASE_{phase}", "startTime": "2026-11-23T14:33:00Z"},
        "attempts": list(attempts),
    }


def attempt(number: int, *events: dict[str, Any]) -> dict[str, Any]:
    return {"attempt": number, "phase": "ACTION_PHASE_QUEUED", "clusterEvents": list(events)}


class Backend:
    """Knows one run with one action, a1, whose details and events a test may change."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.details = {"a0": action("a0", "RUNNING", attempt(1)), "a1": action("a1", "QUEUED", attempt(1))}
        self.listed = [{key: value[key] for key in ("id", "metadata", "status")} for value in self.details.values()]
        server.reply("GetRunDetails", lambda _: http_json(200, {"details": {"action": self.details["a0"]}}))
        server.reply("ListActions", lambda _: http_json(200, {"actions": self.listed}))
        server.reply("GetActionDetails", self._action_details)
        for method in ("WatchActions", "WatchActionDetails", "WatchClusterEvents"):
            server.reply(method, STREAM_HEAD, HOLD)

    def _action_details(self, request: Request) -> bytes:
        found = self.details.get(request.message["actionId"]["name"])
        if found is None:
            return http_json(404, {"code": "not_found", "message": "action not found"})
        return http_json(200, {"details": found})

    def show_details(self) -> None:
        """Tell of a1 as it is now on each stream of its details."""
        self.server.reply("WatchActionDetails", lambda _: stream(frame({"details": self.details["a1"]})))

    def asked(self) -> list[int]:
        """Attempts whose events were asked for, in order."""
        return [r.message["attempt"] for r in list(self.server.requests) if r.method == "WatchClusterEvents"]


@pytest.fixture
def backend() -> Iterator[Backend]:
    server = ScriptedServer()
    yield Backend(server)
    server.close()


@pytest.fixture
def run(backend: Backend) -> Iterator[Run]:
    client = FlyteClient(backend.server.url, project="p", domain="d", console="")
    run = Run("r1", client=client)
    eventually(lambda: "a1" in watcher_of(run).state.by_id)
    yield run
    run.close()
    background().call(client.aclose())


def told(run: Run, action: str = "a1") -> list[tuple[str, int]]:
    """Messages and counts of the events of an action's attempts, as the browser gets them."""
    with watcher_of(run).lock:
        detail = run_trait_values(run, watcher_of(run), action)["detail"] or {"attempts": []}
    return [(e["message"], e["count"]) for one in detail["attempts"] for e in one["events"]]


def focus(run: Run, action: str = "a1") -> None:
    background().loop.call_soon_threadsafe(watcher_of(run).focus, action)


def test_events_are_told_live_and_once(backend: Backend, run: Run) -> None:
    """Those in the details and those of the stream are one list by time; what a new stream repeats is there once."""
    backend.details["a1"] = action("a1", "QUEUED", attempt(1, event(20, "submitted")))
    backend.show_details()
    first = [event(20, "submitted"), event(21, "no node", count=1)]
    again = [*first[:1], event(21, "no node", count=3), event(40, "scaled up")]
    backend.server.reply("WatchClusterEvents", stream(frame({"clusterEvents": first})))
    backend.server.then("WatchClusterEvents", STREAM_HEAD, chunk(frame({"clusterEvents": again})), HOLD)
    focus(run)
    eventually(lambda: told(run) == [("submitted", 0), ("no node", 3), ("scaled up", 0)])
    assert backend.asked() == [1, 1]


def test_the_newest_attempt_is_followed(backend: Backend, run: Run) -> None:
    """Once a second attempt is known its events are asked for, though the first one's stream says nothing."""
    backend.show_details()
    focus(run)
    eventually(lambda: backend.asked() == [1])
    backend.details["a1"] = action("a1", "RUNNING", attempt(1), attempt(2))
    eventually(lambda: backend.asked() == [1, 2])


def test_it_ends_with_the_action_and_with_the_focus(backend: Backend, run: Run) -> None:
    """No stream of events is open once the action has ended, nor asked for when nobody looks."""
    backend.details["a1"] = action("a1", "SUCCEEDED", attempt(1))
    backend.listed[1]["status"] = backend.details["a1"]["status"]
    backend.show_details()
    focus(run)
    eventually(lambda: watcher_of(run).state.by_id["a1"].is_terminal and "a1" in watcher_of(run).details)
    assert backend.asked() == []
    background().loop.call_soon_threadsafe(watcher_of(run).unfocus, "a1")
    eventually(lambda: "a1" not in watcher_of(run).details and "a1" not in watcher_of(run).events)
    assert backend.asked() == []


def test_the_roots_events_are_live_while_it_is_looked_at(backend: Backend, run: Run) -> None:
    """They come by a stream of their own, not with the next details; who looks away keeps the details."""
    assert backend.asked() == []
    backend.server.reply("WatchClusterEvents", STREAM_HEAD, chunk(frame({"clusterEvents": [event(5, "pulled")]})), HOLD)
    focus(run, "a0")
    eventually(lambda: told(run, "a0") == [("pulled", 0)])
    backend.details["a0"] = action("a0", "RUNNING", attempt(1), attempt(2))
    background().call(watcher_of(run).reconciler.reconcile())
    eventually(lambda: backend.asked() == [1, 2])
    background().loop.call_soon_threadsafe(watcher_of(run).unfocus, "a0")
    eventually(lambda: told(run, "a0") == [])
    with watcher_of(run).lock:
        root = run_trait_values(run, watcher_of(run), "")["root"]
    assert [one["attempt"] for one in root["attempts"]] == [1, 2]
    assert not root["notKept"]


def test_a_run_that_is_looked_at_ends(server: ServerProcess) -> None:
    """On a real server: the root's events are followed once, and neither that stream nor any other outlives the run."""
    name = server.simulate(seed=7, speed=40, elapsed_s=60)
    proxy = FaultProxy(server.endpoint)
    client = FlyteClient(proxy.endpoint, project=server.project, domain=server.domain, console="")
    run = Run(name, client=client)
    try:
        focus(run, "a0")
        eventually(lambda: proxy.count("WatchClusterEvents") == 1)
        eventually(lambda: told(run, "a0") != [])
        run.wait(60)
        eventually(lambda: watcher_of(run).connection.state == "ended")
        eventually(lambda: watcher_of(run).model.is_over and not streams_of(run))
        assert proxy.count("WatchClusterEvents") == 1
        assert told(run, "a0") != []
    finally:
        run.close()
        background().call(client.aclose())
        proxy.close()


def streams_of(run: Run) -> list[str]:
    """What is followed of the run yet: the tasks that wait for a message, by their coroutines."""
    return [task for task in loop_tasks() if "_follow_attempt" in task or "follow_tree" in task]


def test_a_backend_without_events_is_not_asked_again(backend: Backend, run: Run) -> None:
    """An open-source backend may not have the call: those in the details have to do."""
    backend.details["a1"] = action("a1", "QUEUED", attempt(1, event(20, "submitted")))
    backend.show_details()
    backend.server.reply("WatchClusterEvents", http_json(404, {"code": "unimplemented", "message": "no"}))
    focus(run)
    eventually(lambda: backend.asked() == [1] and told(run) == [("submitted", 0)])


def test_details_that_are_gone_are_said_to_be(backend: Backend, run: Run) -> None:
    """An action that is listed and has ended, but whose details are not found, is told from the list, and marked."""
    del backend.details["a1"]
    backend.listed[1]["status"] = {"phase": "ACTION_PHASE_SUCCEEDED", "startTime": "2026-11-23T14:33:00Z"}
    backend.server.reply("WatchActionDetails", http_json(404, {"code": "not_found", "message": "action not found"}))
    background().call(watcher_of(run).reconciler.reconcile())
    focus(run)
    eventually(lambda: "a1" in watcher_of(run).missing)
    detail = run_trait_values(run, watcher_of(run), "a1")["detail"]
    assert (detail["notKept"], detail["id"], detail["phase"], detail["attempts"]) == (True, "a1", "succeeded", [])


def test_merged_events_are_bounded_and_in_order() -> None:
    """The newest are kept; events without a time come first, for nobody knows when they were."""
    many = [ClusterEvent(at(i), f"m{i}") for i in range(EVENTS_LIMIT + 50)]
    merged = merge_events(many[100:], many[:150], [ClusterEvent(None, "when?")])
    assert merged == many[-EVENTS_LIMIT:]
    assert merge_events([many[3]], [ClusterEvent(None, "when?")]) == [ClusterEvent(None, "when?"), many[3]]
    assert all(merge_events(a, b) == merge_events(b, a) for a, b in itertools.permutations([many[:5], many[3:9]], 2))
