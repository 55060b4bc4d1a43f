"""RunWidget and the pages that show it: what it sends while none looks, and to whom requests and answers belong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import comm
import pytest

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.widgets import run_content
from flyte_widgets.widgets.run_widget import RunWidget
from tests.fault_proxy import FaultProxy
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import eventually, never, timely
from tests.server_process import ServerProcess
from tests.unit.test_columns import rows_of

Show = Callable[..., RunWidget]
pytestmark = pytest.mark.usefixtures("rest_soon")


@pytest.fixture
def show(shared_server: ServerProcess, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Make widgets of runs on the shared server, each with a comm that records. They are closed in the end."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    client = FlyteClient(proxy.endpoint, project=shared_server.project, domain=shared_server.domain, console="")
    shown: list[RunWidget] = []

    def make(run: str) -> RunWidget:
        shown.append(RunWidget(run, client=client))
        return shown[-1]

    yield make
    for widget in shown:
        widget.close()


def in_subshell(act: Callable[[], Any]) -> None:
    """Do it on another thread, as ipykernel 7 handles a message while a cell runs."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def columns(front: FrontEnd) -> int:
    return sum(message.kind == "columns" for message in front.comm.sent)


def test_nobody_looks_and_no_columns_go_out(show: Show, shared_server: ServerProcess) -> None:
    """With all views off screen columns stop and traits follow; whoever looks again is right at once."""
    widget = show(shared_server.simulate(seed=6, actions=200, speed=10))
    front = FrontEnd(widget)
    front.handshake(begins=True)
    eventually(lambda: columns(front) > 3)
    in_subshell(lambda: front.handshake(looks=False))
    eventually(lambda: widget._outbound.pace == "stopped")
    time.sleep(0.3)
    stopped_at, counts = columns(front), widget.counts
    eventually(lambda: widget.counts != counts and not widget.is_terminal)
    never(lambda: columns(front) > stopped_at, 1.5)
    assert not widget.is_terminal
    front.read()
    behind = len(front.reader.rows)
    in_subshell(front.handshake)
    took_s = eventually(lambda: front.read() or len(front.reader.rows) > behind)
    timely(took_s, 2)
    assert front.gaps == 0
    eventually(lambda: columns(front) > stopped_at + 2)


def test_where_a_word_waits_for_the_cell_columns_go_on_slowly(
    show: Show, shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page whose messages come in on the cells' thread is kept near: what it missed comes with each beat."""
    monkeypatch.setattr(run_content, "HEARTBEAT_EVERY_S", 1.0)
    widget = show(shared_server.simulate(seed=6, actions=200, speed=8))
    front = FrontEnd(widget)
    front.handshake(begins=True)
    eventually(lambda: columns(front) > 3)
    front.handshake(looks=False)
    time.sleep(0.3)
    before = columns(front)
    begun_s = time.monotonic()
    eventually(lambda: columns(front) >= before + 2)
    assert time.monotonic() - begun_s > 1
    front.read()
    eventually(lambda: front.read() or len(front.reader.rows) > 10)


def test_a_displayed_widget_does_not_wait_for_a_handshake(show: Show, shared_server: ServerProcess) -> None:
    """The handshake of a page may wait for a long cell (ipykernel 6, VS Code): the actions show all the same."""
    widget = show(shared_server.simulate(elapsed_s=102, speed=4))
    front = FrontEnd(widget)
    never(lambda: columns(front), 0.5)
    widget._repr_mimebundle_()
    eventually(lambda: front.read() or len(front.reader.rows) > 40)
    eventually(lambda: columns(front) > 2)


def test_a_reloaded_page_takes_the_place_of_the_old_one(show: Show, shared_server: ServerProcess) -> None:
    """A page that begins makes the others say that they are there: one that went without a word holds nothing up."""
    widget = show(shared_server.simulate(elapsed_s=102, speed=1))
    front = FrontEnd(widget)
    front.handshake(begins=True, page="old")
    front.handshake(begins=True, page="new")
    eventually(lambda: [m.content["newcomer"] for m in front.comm.sent if m.kind == "presence_call"] == ["new"])
    assert widget._outbound.pace == "full"
    in_subshell(lambda: front.handshake(looks=False, page="new"))
    assert widget._outbound.pace == "stopped"


def test_the_same_request_twice_is_one_abort(show: Show, shared_server: ServerProcess, proxy: FaultProxy) -> None:
    """A page that heard no answer sends the request again, with its id: both are answered, one is done."""
    widget = show(shared_server.simulate(elapsed_s=102))
    eventually(lambda: widget.phase is P.RUNNING)
    front = FrontEnd(widget)
    refusals: list[str] = []
    widget.observe(lambda change: refusals.append(change["new"]["state"]), "abort_state")
    request = front.ask("abort", action="a0", reason="once")
    front.send({"kind": "abort", "id": request, "action": "a0", "reason": "once"})
    assert widget.wait(30) is P.ABORTED
    eventually(lambda: widget.abort_state["state"] == "aborted")
    # Late, as out of the queue of a kernel that was busy: a run that has ended is not aborted again, nor is that told.
    front.send({"kind": "abort", "id": request, "action": "a0", "reason": "once"})
    assert len(front.replies(request)) == 3
    assert all(reply["ok"] for reply in front.replies(request))
    never(lambda: "failed" in refusals, 0.5)
    assert proxy.count("AbortRun") == 1


def test_a_second_abort_after_the_first_took_effect_is_no_failure(
    show: Show, shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """Two tabs on a busy kernel may both have asked: the second request finds the run aborted, as was wanted."""
    widget = show(shared_server.simulate(elapsed_s=102))
    eventually(lambda: widget.phase is P.RUNNING)
    front = FrontEnd(widget)
    front.ask("abort", action="a0", reason="first")
    eventually(lambda: widget.abort_state["state"] == "aborted")
    front.ask("abort", action="a0", reason="second")
    never(lambda: widget.abort_state["state"] == "failed", 1)
    assert proxy.count("AbortRun") == 1


def test_hidden_views_read_no_histories(show: Show, shared_server: ServerProcess, proxy: FaultProxy) -> None:
    """Histories are read for rows that a page asked for. While none looks, nobody asks, and none is read."""
    no_errors = {"failures": 0, "retries": 0, "time_outs": 0}  # those are read for the line, whoever looks
    widget = show(shared_server.simulate(seed=6, actions=120, speed=6, **no_errors))
    front = FrontEnd(widget)
    front.handshake(begins=True)
    eventually(lambda: front.read() or len(front.reader.rows) > 30)
    front.ask("request_history", actions=[row.id for row in front.reader.rows])
    eventually(lambda: proxy.count("GetActionDetails") > 10)
    in_subshell(lambda: front.handshake(looks=False))
    eventually(lambda: not widget._content.watcher._history._tasks)
    before, counts = proxy.count("GetActionDetails"), widget.counts
    eventually(lambda: widget.counts != counts)
    # The root is read now and then, whoever looks.
    never(lambda: proxy.count("GetActionDetails") > before + 3, 1.5)


def test_rows_that_came_while_nobody_looked(show: Show, shared_server: ServerProcess) -> None:
    """A run that ends behind one's back is whole when one comes back."""
    widget = show(shared_server.simulate(seed=6, actions=80, speed=25))
    front = FrontEnd(widget)
    front.handshake(begins=True)
    in_subshell(lambda: front.handshake(looks=False))
    assert widget.wait(30) is P.SUCCEEDED
    in_subshell(front.handshake)
    eventually(lambda: front.read() or front.reader.rows == rows_of(widget._content.watcher.state))
