"""Logs on their way to a page: followed while they are shown, at the widget's pace, read in pages, searched, saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import comm
import pytest

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.watch.log_file import save_log
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.log_feed import MOST_PUSHED_LINES, PUSHED_LINES
from flyte_widgets.widgets.run_widget import RunWidget
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import END, client_of, eventually, loop_tasks
from tests.scripted_server import HOLD, ScriptedServer
from tests.server_process import ServerProcess

Show = Callable[[str], tuple[RunWidget, FrontEnd]]


@pytest.fixture
def show(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Make a widget of a run, and the page that shows it."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    shown: list[RunWidget] = []

    def make(run: str) -> tuple[RunWidget, FrontEnd]:
        shown.append(RunWidget(run, client=client_of(shared_server)))
        return shown[-1], FrontEnd(shown[-1])

    yield make
    for widget in shown:
        widget.close()


def action_named(widget: RunWidget, name: str) -> str:
    return next(action.id for action in widget.actions.values() if action.name == name)


def news(front: FrontEnd) -> list[tuple[dict[str, Any], list[Any]]]:
    """What was pushed of logs so far, with the lines in each piece."""
    found = []
    for sent in front.comm.sent:
        buffers = list(sent.buffers)
        for part in sent.content.get("parts", ()) if sent.kind == "push" else ():
            own = [buffers.pop(0) for _ in range(part["buffers"])]
            if part["content"]["kind"] == "log":
                found.append((part["content"], json.loads(own[0])))
    return found


def look(front: FrontEnd, *shows: str) -> None:
    front.ask("handshake", seq=0, looks=True, begins=False, page="one", shows=list(shows))


def answer(front: FrontEnd, request: int) -> tuple[dict[str, Any], list[bytes]]:
    eventually(lambda: front.replies(request))
    sent = next(sent for sent in front.comm.sent if sent.kind == "reply" and sent.content["id"] == request)
    return sent.content, sent.buffers


def test_a_followed_log_comes_with_its_newest_lines(show: Show, shared_server: ServerProcess) -> None:
    """The rest is read on request, and a text is found wherever it is."""
    widget, front = show(shared_server.simulate(elapsed_s=END, log_lines=3_000))
    action = action_named(widget, "publish")
    look(front, f"log/{action}/1/end")
    eventually(lambda: any(piece["state"] == "ended" for piece, _ in news(front)))
    last, lines = news(front)[-1]
    assert (last["key"], last["total"], last["first"]) == (f"{action}/1", 3_003, 0)
    assert len(lines) == min(PUSHED_LINES, last["total"] - last["start"])
    assert "publish done" in lines[-1][1]
    reply, buffers = answer(front, front.ask("read_log", action=action, attempt=1, start=100, count=50))
    assert (reply["payload"]["start"], len(json.loads(buffers[0]))) == (100, 50)
    reply, _ = answer(front, front.ask("find_in_log", action=action, attempt=1, text="PUBLISH DONE"))
    assert reply["payload"] == {"lines": [3_002], "isCut": False}


def test_a_page_gets_as_many_lines_as_it_has_room_for(show: Show, shared_server: ServerProcess) -> None:
    """It says how many; with several, the largest counts. What is no number is none, and no page gets more than all."""
    widget, front = show(shared_server.simulate(elapsed_s=END, log_lines=3_000))
    action = action_named(widget, "publish")
    for topics, count in (
        (["end/8"], 8),
        (["end/8", "end/24"], 24),
        (["end/x"], PUSHED_LINES),
        (["end/999999"], MOST_PUSHED_LINES),
    ):
        begun = len(news(front))
        look(front, *(f"log/{action}/1/{topic}" for topic in topics))
        eventually(lambda begun=begun: any(piece["state"] == "ended" for piece, _ in news(front)[begun:]))
        piece, lines = news(front)[-1]
        assert len(lines) == count
        assert piece["start"] + count == piece["total"]


def test_what_is_not_shown_is_not_read(show: Show, shared_server: ServerProcess) -> None:
    """With the last page that shows it the stream ends; a page cannot read what none shows."""
    widget, front = show(shared_server.simulate(elapsed_s=102))
    action = action_named(widget, "embed_corpus")
    look(front, f"log/{action}/1")
    tails = widget._content.watcher.logs
    eventually(lambda: tails._readers)
    look(front)
    eventually(lambda: not tails._readers)
    reply, _ = answer(front, front.ask("read_log", action=action, attempt=1, start=0, count=5))
    assert not reply["ok"]
    assert "No page shows this log" in reply["message"]


def test_a_fast_log_costs_no_more_messages(show: Show, shared_server: ServerProcess) -> None:
    """Thousands of lines a second come in as many pushes as a few would: the rate is the widget's."""
    widget, front = show(shared_server.simulate(elapsed_s=70, speed=4, log_lines=60_000))
    action = action_named(widget, "embed_corpus")
    look(front, f"log/{action}/1/end")
    eventually(lambda: any(piece["total"] > 30_000 for piece, _ in news(front)))
    pushes = [sent.at_s for sent in front.comm.sent if sent.kind == "push"]
    for begun in pushes:
        assert sum(begun <= at < begun + 2 for at in pushes) <= 10


def test_a_log_is_saved_whole(
    show: Show, shared_server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All lines go to a file in the kernel's directory, also those that the kernel no longer keeps."""
    monkeypatch.chdir(tmp_path)
    widget, front = show(shared_server.simulate(elapsed_s=END, log_lines=25_000))
    action = action_named(widget, "publish")
    reply, _ = answer(front, front.ask("save_log", action=action, attempt=1))
    assert reply["payload"]["lines"] == 25_003
    text = (tmp_path / reply["payload"]["path"]).read_text()
    assert text.count("\n") == 25_003


def test_saving_a_log_can_be_cancelled_while_it_waits(scripted: ScriptedServer, tmp_path: Path) -> None:
    """The stream is closed, no file is left, and nothing of it goes on."""
    scripted.reply("TailLogs", HOLD)
    client = FlyteClient(scripted.url, project="p", domain="d")
    watcher: Any = SimpleNamespace(client=client, run_id=client.run_identifier("r1"))

    saving = background().submit(save_log(watcher, "a0", 1, tmp_path / "a.log"))
    eventually(lambda: scripted.requests)
    saving.cancel()
    assert scripted.client_closed.wait(20)
    eventually(lambda: not list(tmp_path.iterdir()))
    eventually(lambda: not [task for task in loop_tasks() if "save_log" in task or "anext" in task])
