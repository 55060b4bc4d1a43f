"""RunWidget without a browser: what it tells a front end, and how often; what it does when asked."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import comm
import pytest

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import RunFinishedError
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.timeline import SegmentFlag
from flyte_widgets.watch.access import target_of, watcher_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.widgets import publisher as publisher_module
from flyte_widgets.widgets.progress_widget import ProgressWidget
from flyte_widgets.widgets.run_widget import RunWidget
from tests.front_end import FrontEnd, RecordingComm, Sent
from tests.run_helpers import END, client_of, connections, eventually, loop_tasks, loop_threads, never
from tests.run_messages import Reader
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess
from tests.unit.test_columns import rows_of

Show = Callable[..., RunWidget]
pytestmark = pytest.mark.usefixtures("rest_soon")


@pytest.fixture
def show(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Make widgets of runs on the shared server, each with a comm that records. They are closed in the end."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    client, shown = client_of(shared_server), []

    def make(run: str | Run | RunWidget, **arguments: Any) -> RunWidget:
        shown.append(RunWidget(run, **{"client": client, **arguments}))
        return shown[-1]

    yield make
    for widget in shown:
        widget.close()


def synced(front: FrontEnd, holds: Callable[[dict[str, Any]], object]) -> None:
    """Read what comes until the front end's state is as expected."""

    def look() -> object:
        front.read()
        return front.state and holds(front.state)

    eventually(look)


def state_of(widget: RunWidget) -> Any:
    return widget._content.watcher.state


def counted(sent: list[Sent]) -> list[Sent]:
    """The messages that the widget sends by itself: not answers, not the opening."""
    return [message for message in sent if message.kind in ("update", "columns", "heartbeat")]


def test_a_widget_stands_for_its_run(show: Show, shared_server: ServerProcess) -> None:
    """A second view of it, its `fw.Run`, a row of a list; each goes on when the first is closed."""
    first = show(shared_server.simulate(elapsed_s=END))
    second, listed = show(first, client=None, view="compact"), ProgressWidget([first])
    run = Run(first)
    first.close()
    assert (second.wait(20), run.wait(20)) == (P.SUCCEEDED, P.SUCCEEDED)
    assert listed.wait(20) == [P.SUCCEEDED]
    assert second.run_name == run.name == listed.runs[0].name == first.run_name
    run.close()
    listed.close()


def test_traits_of_a_finished_run(show: Show, shared_server: ServerProcess, sdk: Sdk) -> None:
    """A widget of what has ended has phase, counts, times, attempts and error as the SDK says, and one snapshot."""
    name = shared_server.simulate(outcome="failed", elapsed_s=END)
    widget = show(name)
    assert widget.wait(20) is P.FAILED
    told = sdk.describe(name)["actions"]
    phases = [action["phase"] for action in told.values()]
    assert (widget.phase, widget.is_terminal, widget.run_name) == (P.FAILED, True, name)
    assert not widget.is_loading
    assert widget.counts == {P(phase): phases.count(phase) for phase in phases}
    assert widget.started_ms == pytest.approx(told["a0"]["start_s"] * 1000, abs=1)
    assert widget.ended_ms == pytest.approx(told["a0"]["end_s"] * 1000, abs=1)
    assert (widget.attempt, widget.task_name) == (told["a0"]["attempts"], "pipeline")
    assert widget.root is not None
    assert widget.root["error"]["message"] == told["a0"]["error"]
    assert widget.connection["state"] == "ended"
    reader = Reader()
    reader.apply(widget.snapshot)
    assert {row.id: row.phase for row in reader.rows} == {key: P(a["phase"]).number for key, a in told.items()}
    assert repr(widget) == f"RunWidget({name!r}, phase=FAILED, {len(told)} actions)"
    assert shared_server.endpoint.rsplit("/", 1)[1] not in str(FrontEnd(widget).request_state())


def test_a_list_that_does_not_come_is_loading(show: Show, shared_server: ServerProcess) -> None:
    """The root is known, and its phase: but the counts are not said to be of all actions."""
    widget = show(shared_server.simulate(elapsed_s=60, hold=True, quirks=["hanging:ListActions"]))
    eventually(lambda: widget.phase is P.RUNNING and widget.is_loading)


def test_a_run_that_is_older_than_the_history_kept(show: Show, shared_server: ServerProcess) -> None:
    """Without the reports, the backend still tells phase, beginning, end, attempts by number and why it was aborted.

    Streams of details then go on for ever, and so the end must not wait for theirs.
    """
    name = shared_server.simulate(outcome="failed", elapsed_s=END, quirks=["no_history"])
    widget = show(name)
    assert widget.wait(20) is P.FAILED
    eventually(lambda: widget.connection["state"] == "ended")
    root = widget.root
    assert root is not None
    assert (root["kind"], root["phase"], root["notKept"]) == ("task", "failed", False)
    assert (root["attempts"], root["error"], root["attemptCount"]) == ([], None, widget.attempt)
    assert None not in (widget.started_ms, widget.ended_ms)
    retried = next(action.id for action in state_of(widget).actions if action.attempts == 2)
    widget.selected = retried
    eventually(lambda: (widget.detail or {}).get("id") == retried)
    assert widget.detail is not None
    assert (widget.detail["attempts"], widget.detail["attemptCount"], widget.detail["notKept"]) == ([], 2, False)
    reader = Reader()
    reader.apply(widget.snapshot)
    assert {row.phase for row in reader.rows} == {P.SUCCEEDED.number, P.FAILED.number, P.ABORTED.number}
    flags = [flags for row in reader.rows for *_, flags in row.segments]
    assert len(flags) == len(reader.rows)
    assert all(one & SegmentFlag.STATUS_ONLY for one in flags)


def test_traits_follow_the_run(show: Show, shared_server: ServerProcess) -> None:
    """Observers are told of each phase of the run in turn, on a thread of ours, while this one does other things."""
    widget = show(shared_server.simulate(elapsed_s=188, speed=8))
    seen: list[tuple[P, str]] = []
    widget.observe(lambda change: seen.append((change["new"], threading.current_thread().name)), "phase")
    eventually(lambda: widget.is_terminal)
    assert seen[-1][0] is P.SUCCEEDED
    assert {thread for _, thread in seen} == {publisher_module.THREAD_NAME}
    eventually(lambda: widget.snapshot)


def test_a_busy_run_makes_five_messages_a_second(show: Show, shared_server: ServerProcess) -> None:
    """Whatever a run of 600 actions does, no second holds more than five messages of its widget."""
    widget = show(shared_server.simulate(seed=2, actions=600, speed=5))
    front = FrontEnd(widget)
    front.handshake()
    front.set(selected="a0")
    asked_s = time.monotonic()
    eventually(lambda: front.read() or front.reader.rows)
    times: list[float] = []
    while len(times) < 20:
        assert not widget.is_terminal, "the run was not busy"
        front.read()
        times = [message.at_s for message in counted(front.comm.sent) if message.at_s > asked_s + 0.5]
        time.sleep(0.05)
    # Over the whole span, for a machine that is busy may stamp two sends closer together than they were.
    assert len(times) <= 5 * (times[-1] - times[0]) + 2
    assert len([m for m in front.comm.sent if m.kind == "columns"]) >= 6
    assert front.gaps == 0


def test_a_front_end_has_the_state(show: Show, shared_server: ServerProcess) -> None:
    """A handshake brings a snapshot, then deltas follow: what the front end has in the end is the state, row by row."""
    widget = show(shared_server.simulate(seed=6, actions=80, speed=25))
    front = FrontEnd(widget)
    request = front.handshake()
    synced(front, lambda state: state["is_terminal"] and state["connection"]["state"] == "ended")
    eventually(lambda: front.read() or front.reader.rows == rows_of(state_of(widget)))
    assert front.gaps == 0
    assert front.blocks > 2
    assert front.replies(request) == [{"kind": "reply", "id": request, "ok": True}]
    assert front.state["counts"] == {phase.value: n for phase, n in widget.counts.items()}


def test_a_lost_block_is_asked_for(show: Show, shared_server: ServerProcess) -> None:
    """A front end that missed a block notices with the next one, asks, and is right again."""
    widget = show(shared_server.simulate(seed=6, actions=80, speed=25))
    front = FrontEnd(widget, loses=(1, 2, 5))
    front.handshake()
    synced(front, lambda state: state["connection"]["state"] == "ended")
    eventually(lambda: front.read() or front.reader.rows == rows_of(state_of(widget)))
    assert front.gaps >= 1


def test_a_handshake_loses_no_news(show: Show, shared_server: ServerProcess) -> None:
    """A front end that makes handshakes with the current number, again and again, misses nothing of what changed."""
    widget = show(shared_server.simulate(seed=6, actions=80, speed=25))
    front = FrontEnd(widget)
    front.handshake()
    while widget.connection["state"] != "ended":
        front.read()
        front.handshake()
        time.sleep(0.01)
    eventually(lambda: front.read() or front.reader.rows == rows_of(state_of(widget)))


def test_two_pages_are_both_right(show: Show, shared_server: ServerProcess) -> None:
    """A second page that loads the state mid-run and makes a handshake disturbs the first one in nothing."""
    widget = show(shared_server.simulate(seed=6, actions=80, speed=25))
    first = FrontEnd(widget)
    first.handshake()
    eventually(lambda: first.read() or len(first.reader.rows) > 20)
    second = FrontEnd(widget)
    second._read = len(widget.comm.sent)
    loaded = second.request_state()
    assert second.reader.apply(loaded["snapshot"]) == "ok"
    assert len(second.reader.rows) > 20
    second.handshake()
    synced(first, lambda state: state["connection"]["state"] == "ended")
    for front in (first, second):
        eventually(lambda front=front: front.read() or front.reader.rows == rows_of(state_of(widget)))


def test_the_state_is_always_current(show: Show, shared_server: ServerProcess) -> None:
    """Every get_state, at any moment of a busy run, holds a readable snapshot of all actions as of then."""
    widget = show(shared_server.simulate(seed=9, actions=1500, speed=15, fan_out=40))
    seen: list[int] = []
    until = time.monotonic() + 3
    while time.monotonic() < until:
        before = len(state_of(widget))
        reader = Reader()
        block = FrontEnd(widget).request_state()["snapshot"]
        if before:
            assert reader.apply(block) == "ok"
            assert before <= len(reader.rows) <= len(state_of(widget))
            seen.append(len(reader.rows))
        time.sleep(0.005)
    assert len(set(seen)) > 5, "the run was not busy"


def test_the_final_snapshot_is_written_once(show: Show, shared_server: ServerProcess) -> None:
    """Until the end no snapshot is synced; then once, together with the final phase; and it is the state."""
    widget = show(shared_server.simulate(seed=6, actions=80, speed=25))
    front = FrontEnd(widget)
    assert widget.wait(30) is P.SUCCEEDED
    never(front.read, 0.8)
    updates = [m for m in front.comm.sent if m.kind == "update" and ["snapshot"] in m.content["buffer_paths"]]
    assert len(updates) == 1
    reader = Reader()
    reader.apply(updates[0].buffers[0])
    assert reader.rows == rows_of(state_of(widget))
    assert front.state["phase"] == "succeeded"


def test_after_wait_and_await_the_traits_are_there(show: Show, shared_server: ServerProcess) -> None:
    """When `wait()` or `await` gives the phase, the widget itself has it, with its snapshot: the next cell may look."""
    widget = show(shared_server.simulate(elapsed_s=190, speed=10))
    assert widget.wait(30) is widget.phase is P.SUCCEEDED
    assert widget.snapshot
    other = show(shared_server.simulate(elapsed_s=190, speed=10))

    async def main() -> tuple[P, P | None, bool]:
        return await other, other.phase, bool(other.snapshot)

    assert asyncio.run(main()) == (P.SUCCEEDED, P.SUCCEEDED, True)


def test_the_browser_sets_nothing_but_the_selection(show: Show, shared_server: ServerProcess) -> None:
    """Whatever a front end writes, only `selected` is taken."""
    widget = show(shared_server.simulate(elapsed_s=50, hold=True))
    eventually(lambda: widget.phase is P.RUNNING and widget.connection["state"] == "live")
    front = FrontEnd(widget)
    before = {name: getattr(widget, name) for name in widget.keys if not name.startswith("_")}
    front.set(**{name: "forged" for name in before if name != "selected"}, selected="a1", _esm="alert(1)")
    after = {name: getattr(widget, name) for name in before}
    assert after.pop("selected") == "a1"
    changing = {"selected", "connection", "detail"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert "forged" not in str(after)
    assert "alert" not in widget._esm[:100]


def test_an_observer_that_raises_is_shown(show: Show, shared_server: ServerProcess) -> None:
    """It keeps no other observer, no other trait and no front end from the news; the widget says what it raised."""
    widget = show(shared_server.simulate(elapsed_s=190, speed=10))
    heard: list[Any] = []

    def broken(change: Any) -> None:
        raise LookupError(f"no idea of {change['new']}")

    widget.observe(broken, "phase")
    widget.observe(broken, "is_terminal")
    widget.observe(heard.append, ["phase", "is_terminal"])
    front = FrontEnd(widget)
    assert widget.wait(30) is P.SUCCEEDED
    assert {change["name"] for change in heard} == {"phase", "is_terminal"}
    assert widget.error is not None
    assert "raised LookupError: no idea of" in widget.error["message"]
    synced(front, lambda state: state["phase"] == "succeeded" and state["error"] and state["snapshot"])


def test_an_observer_can_be_taken_off_again(show: Show, shared_server: ServerProcess) -> None:
    """unobserve works as for any widget, also for observers that are methods."""
    widget = show(shared_server.simulate(elapsed_s=50, hold=True))
    heard: list[Any] = []
    widget.observe(heard.append, "selected")
    widget.selected = "a1"
    widget.unobserve(heard.append, "selected")
    widget.selected = "a2"
    assert [change["new"] for change in heard] == ["a1"]


def test_an_error_in_ones_own_cell_is_ones_own(show: Show, shared_server: ServerProcess) -> None:
    """What an observer raises on a change that the user makes reaches the user, as with any widget."""
    widget = show(shared_server.simulate(elapsed_s=50, hold=True))

    def broken(_: Any) -> None:
        raise LookupError("mine")

    widget.observe(broken, "selected")
    with pytest.raises(LookupError, match="mine"):
        widget.selected = "a1"


def test_an_observer_may_be_slow_or_abort(show: Show, shared_server: ServerProcess) -> None:
    """An observer that sleeps, and one that calls abort() or reads details, hold up nothing but the news."""
    widget = show(shared_server.simulate(elapsed_s=100, speed=4))
    done: list[Any] = []

    def act(change: Any) -> None:
        if not done:
            done.append(widget.run.actions["a0"].details())
            time.sleep(1)
            widget.abort("an observer said so")

    widget.observe(act, "counts")
    assert Run(widget.run).wait(30) is P.ABORTED
    eventually(lambda: widget.phase is P.ABORTED)


def test_abort_by_message(show: Show, shared_server: ServerProcess, sdk: Sdk) -> None:
    """The button's request is answered once, at once; how it goes is told by `abort_state`, until it was seen."""
    widget = show(shared_server.simulate(elapsed_s=102))
    eventually(lambda: widget.phase is P.RUNNING)
    front = FrontEnd(widget)
    states: list[str] = []
    widget.observe(lambda change: states.append(change["new"]["state"]), "abort_state")
    requests = [front.ask("abort", action="a0", reason="wrong dataset") for _ in range(2)]
    assert [len(front.replies(request)) for request in requests] == [1, 1]
    assert widget.wait(30) is P.ABORTED
    eventually(lambda: widget.abort_state["state"] == "aborted")
    assert widget.abort_state["reason"] == "wrong dataset"
    assert states[-1] == "aborted"
    assert "failed" not in states
    assert [len(front.replies(request)) for request in requests] == [1, 1]
    assert sdk.describe(widget.run_name)["actions"]["a0"]["abort_reason"] == "wrong dataset"


@pytest.mark.parametrize(("action", "says"), [("a0", "already ended: SUCCEEDED"), ("ghost", "action not found")])
def test_a_refused_abort_is_told(show: Show, shared_server: ServerProcess, action: str, says: str) -> None:
    """An abort of what has ended, or is not there, is answered, and told as failed with the reason."""
    widget = show(shared_server.simulate(elapsed_s=END))
    widget.wait(20)
    front = FrontEnd(widget)
    request = front.ask("abort", action=action, reason="")
    eventually(lambda: widget.abort_state["state"] == "failed")
    assert says in widget.abort_state["message"]
    assert [reply["ok"] for reply in front.replies(request)] == [True]
    with pytest.raises(RunFinishedError):
        widget.abort()
    assert widget.phase is P.SUCCEEDED


def test_every_request_is_answered_once(show: Show, shared_server: ServerProcess) -> None:
    """Known or not, sound or garbage: a request with an id gets one answer, an unknown one an error."""
    widget = show(shared_server.simulate(elapsed_s=50, hold=True))
    front = FrontEnd(widget)
    good = [
        front.handshake(),
        front.ask("retry"),
        front.ask("request_history", actions=[]),
    ]
    garbage = [
        front.ask("handshake", seq=0),
        front.ask("handshake", seq="x", looks=True, begins=False, page="one", shows=[]),
        front.ask("request_history"),
        front.ask("request_history", actions=["a1", 7, None]),
        front.ask("request_history", actions=7),
        front.ask("abort", action={}),
    ]
    bad = front.ask("dance", to="music")
    for nonsense in (
        "text",
        None,
        7,
        [],
        {},
        {"kind": "abort"},
        {"id": True, "kind": "x"},
        {"id": "1", "kind": "handshake"},
    ):
        front.send(nonsense)
    eventually(lambda: all(front.replies(request) for request in good))
    never(lambda: any(len(front.replies(request)) != 1 for request in [*good, *garbage, bad]), 0.5)
    assert all(front.replies(request)[0]["ok"] for request in good)
    for request in garbage:
        assert "cannot be read" in front.replies(request)[0]["message"]
    [refused] = front.replies(bad)
    assert not refused["ok"]
    assert "'dance'" in refused["message"]
    assert widget.abort_state["state"] == "idle"


def test_wanted_histories_come(show: Show, shared_server: ServerProcess) -> None:
    """Rows on screen whose history is not known are asked for, and come with the backend's own phase times."""
    widget = show(shared_server.simulate(elapsed_s=102, hold=True))
    front = FrontEnd(widget)
    front.handshake()
    eventually(lambda: front.read() or len(front.reader.rows) > 40)
    front.ask("request_history", actions=[row.id for row in front.reader.rows])
    eventually(lambda: front.read() or all(row.flags & 1 for row in front.reader.rows if row.kind == 0))
    assert front.reader.rows == rows_of(state_of(widget))


def test_the_selected_action_is_followed(show: Show, shared_server: ServerProcess) -> None:
    """Selecting gives `detail`, kept fresh by one stream; another selection takes its place, none ends it."""
    widget = show(shared_server.simulate(elapsed_s=102))
    front = FrontEnd(widget)
    eventually(lambda: len(state_of(widget)) > 40)
    running = [action.id for action in state_of(widget) if action.phase is P.RUNNING and action.parent]
    for action in running[:3]:
        front.set(selected=action)
        synced(front, lambda state, action=action: state["detail"] and state["detail"]["id"] == action)
        assert front.state["detail"]["attempts"]
        eventually(lambda action=action: set(widget._content.watcher._focus) == {action})
    assert len([task for task in loop_tasks() if "follow_action" in task]) == 1
    widget.run.actions[running[2]].abort("stuck")
    synced(front, lambda state: state["detail"]["phase"] == "aborted")
    assert front.state["detail"]["abort"]["reason"] == "stuck"
    front.set(selected="")
    synced(front, lambda state: state["detail"] is None)
    eventually(lambda: not [task for task in loop_tasks() if "follow_action" in task])
    front.set(selected="no such action")
    never(lambda: widget.detail is not None, 0.5)


def test_a_url_selects_its_action(show: Show, shared_server: ServerProcess) -> None:
    """A console URL that points at an action shows that action."""
    name = shared_server.simulate(elapsed_s=102, hold=True)
    project, domain = shared_server.project, shared_server.domain
    widget = show(f"https://console.example/v2/domain/{domain}/project/{project}/runs/{name}?i=a0")
    assert widget.selected == "a0"
    eventually(lambda: widget.detail is not None)


def test_twenty_widgets_are_one_watch(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that is run twenty times leaves one loop thread, one publisher thread, one set of streams."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    client = FlyteClient(server.endpoint, project=server.project, domain=server.domain, console="")
    name = server.simulate(elapsed_s=188, speed=4)
    widgets = [RunWidget(name, client=client) for _ in range(20)]
    eventually(lambda: all(widget.phase is P.RUNNING for widget in widgets))
    names = [thread.name for thread in threading.enumerate()]
    assert (loop_threads(), names.count(publisher_module.THREAD_NAME)) == (1, 1)
    assert len({id(widget._content.watcher) for widget in widgets}) == 1
    assert connections(server.port) <= 5
    assert widgets[0].wait(30) is P.SUCCEEDED
    eventually(lambda: all(widget.phase is P.SUCCEEDED and widget.snapshot for widget in widgets))
    eventually(lambda: connections(server.port) == 0)
    assert not [task for task in loop_tasks() if name in task]
    for widget in widgets:
        widget.close()


def test_close_ends_the_watch(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """close() ends streams and messages though the widget is still held, unless a handle of the user's watches on."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    run = Run(server.simulate(elapsed_s=102, speed=2), client=client_of(server))
    kept, made = RunWidget(run), RunWidget(run.name, client=target_of(run).backend.client)
    front = FrontEnd(made)
    eventually(lambda: made.phase is kept.phase is P.RUNNING)
    made.selected = "a0"
    kept.selected = next(action.id for action in run.actions.values() if action.phase is P.RUNNING and action.parent)
    eventually(lambda: connections(server.port) >= 3)
    for widget in (kept, made, made):
        widget.close()
    sent = len(front.comm.sent)
    eventually(lambda: not watcher_of(run)._focus)
    assert run.connection.state == "live"
    never(lambda: len(counted(front.comm.sent)) > len(counted(front.comm.sent[:sent])), 1)
    run.close()
    gc.collect()
    eventually(lambda: connections(server.port) == 0)
    assert made.phase is P.RUNNING
