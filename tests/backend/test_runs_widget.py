"""The list of runs as a widget, on a real server process: what is sent, asked for, opened and aborted."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import Any

import comm
import pytest

import flyte_widgets as fw
from flyte_widgets.errors import ConfigError
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.listing import run_choice
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.runs_list import RunList
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.widgets.runs_content import RunsContent
from flyte_widgets.widgets.runs_widget import RunsWidget
from tests.fake_channel import FakeChannel
from tests.fault_proxy import FaultProxy
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import END, client_of, eventually, never, run_on
from tests.server_process import ServerProcess

MANY = 130


@pytest.fixture(autouse=True)
def recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comm, "create_comm", RecordingComm)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A server of this file's own, whose runs are known."""
    process = ServerProcess()
    for number in range(MANY):
        process.simulate(seed=number, actions=2, elapsed_s=END, outcome="failed" if number % 13 == 0 else "succeeded")
    yield process
    process.stop()


@pytest.fixture
def page(server: ServerProcess) -> Iterator[Page]:
    page = Page(fw.runs(client=client_of(server), since=None))
    yield page
    page.widget.close()


class Page(FrontEnd):
    """A page that shows the list."""

    def __init__(self, widget: RunsWidget) -> None:
        super().__init__(widget)
        self.widget = widget
        self.read()
        self.handshake(begins=True, shows=("runs/list",))

    @property
    def runs(self) -> Any:
        self.read()
        return self.state["runs"]

    def answer(self, request: int) -> Any:
        eventually(lambda: self.replies(request))
        (reply,) = self.replies(request)
        assert reply["ok"], reply
        return reply.get("payload")

    def pushed(self, kind: str) -> list[Any]:
        pushes = [sent.content for sent in self.comm.sent if sent.kind == "push"]
        return [part["content"] for push in pushes for part in push["parts"] if part["content"]["kind"] == kind]


def test_the_newest_come_by_themselves_and_older_ones_when_asked(page: Page) -> None:
    """60 rows in the trait; the rest follows in order, each once, to the end."""
    eventually(lambda: page.runs["isRead"])
    rows = page.runs["rows"]
    assert len(rows) == 60
    assert page.runs["hasOlder"]
    while True:
        older = page.answer(page.ask("older_runs", have=len(rows)))
        rows += older["rows"]
        if not older["hasOlder"]:
            break
    assert [row["run"] for row in rows] == [
        run.name for run in fw.Runs(client=page.widget._content.runs.client, since=None)
    ]
    assert len({row["run"] for row in rows}) == MANY


def test_what_is_no_list_is_refused() -> None:
    """With what to give. The widget that was not made is gone without a word."""
    nothing: Any = "main"
    with pytest.raises(ConfigError, match=r"An fw\.Runs was expected, got str\.") as caught:
        RunsWidget(nothing)
    assert "fw.runs(" in caught.value.hint
    del caught
    gc.collect()


def test_other_runs_are_chosen(page: Page) -> None:
    """Another generation, with what was asked for in it; what makes no sense is refused in words."""
    eventually(lambda: page.runs["isRead"])
    page.answer(page.ask("choose_runs", task="", phase="failed", mine=False, since="", search=""))
    eventually(lambda: page.runs["generation"] == 1 and page.runs["isRead"])
    assert page.runs["phase"] == "failed"
    assert [row["phase"] for row in page.runs["rows"]] == ["failed"] * len(range(0, MANY, 13))
    refused = page.ask("choose_runs", task="", phase="fialed", mine=False, since="", search="")
    eventually(lambda: page.replies(refused))
    assert page.replies(refused)[0]["message"].startswith("phase='fialed' is no phase")


def test_what_was_asked_of_the_list_before_does_not_disturb_the_next(page: Page) -> None:
    """Older runs of the first list, asked for right before other runs are chosen, come too late to matter."""
    eventually(lambda: page.runs["isRead"])
    page.ask("older_runs", have=60)
    page.answer(page.ask("choose_runs", task="", phase="failed", mine=False, since="", search=""))
    eventually(lambda: page.runs["generation"] == 1 and page.runs["isRead"])
    page.answer(page.ask("retry"))
    never(lambda: page.runs["connection"]["state"] != "live", 3.0)


def test_nobody_looks_nothing_is_asked(server: ServerProcess) -> None:
    """Without a view on screen no request goes out; with one, at most one in 2 s, and none after it has gone."""
    proxy = FaultProxy(server.endpoint)
    client = fw.FlyteClient(proxy.endpoint, project=server.project, domain=server.domain, console="")
    widget = fw.runs(client=client, since=None)
    try:
        never(lambda: proxy.count("ListRuns"), 1.0)
        page = Page(widget)
        eventually(lambda: page.runs["isRead"])
        page.handshake(looks=False)
        eventually(lambda: widget._content.poll._task is None)
        asked = proxy.count("ListRuns")
        never(lambda: proxy.count("ListRuns") > asked, 3.0)
    finally:
        widget.close()
        proxy.close()


def test_a_new_run_comes_and_ends_by_itself(page: Page, server: ServerProcess) -> None:
    """While something on screen goes on, the list follows in seconds."""
    holding = server.simulate(seed=1, actions=3, elapsed_s=1, hold=True)
    page.answer(page.ask("retry"))
    eventually(lambda: holding in [row["run"] for row in page.runs["rows"]])
    name = server.simulate(seed=2, actions=2, speed=30)
    eventually(lambda: {row["run"]: row["phase"] for row in page.runs["rows"]}.get(name) in ("succeeded", "failed"))
    run_on(server, holding).abort()


def test_actions_are_counted_for_runs_on_screen(page: Page) -> None:
    """What ListRuns does not tell is read for the rows that a page shows, and for no others."""
    eventually(lambda: page.runs["isRead"])
    shown = page.runs["rows"][3]["run"]
    page.handshake(shows=("runs/list", f"counts/{shown}"))
    eventually(lambda: page.pushed("run_counts"))
    (counted,) = page.pushed("run_counts")
    assert counted["run"] == shown
    assert sum(counted["counts"].values()) == 2


def test_a_run_opens_in_place(page: Page) -> None:
    """It is a RunWidget of its own; another one, or none, closes it."""
    eventually(lambda: page.runs["isRead"])
    first, second = (row["run"] for row in page.runs["rows"][:2])
    model = page.answer(page.ask("open_run", run=first, compare=""))
    opened = page.widget.opened
    assert opened is not None
    assert (opened.run_name, opened.model_id) == (first, model)
    assert page.answer(page.ask("open_run", run=first, compare="")) == model
    page.answer(page.ask("open_run", run=second, compare=""))
    assert opened.comm is None
    eventually(lambda: page.runs["opened"] == second)
    page.answer(page.ask("open_run", run="", compare=""))
    assert page.widget.opened is None


def test_aborts_are_told_apart_and_done_once(page: Page, server: ServerProcess) -> None:
    """One goes on and is aborted, one had ended; the same command again gets the same answer."""
    going = server.simulate(seed=5, actions=3, elapsed_s=1, hold=True)
    eventually(lambda: page.runs["isRead"])
    page.answer(page.ask("retry"))
    eventually(lambda: going in [row["run"] for row in page.runs["rows"]])
    ended = next(row["run"] for row in page.runs["rows"] if row["phase"] == "succeeded")
    page.send({"kind": "abort_runs", "id": 77, "runs": [going, ended, "nope"], "reason": "enough"})
    outcomes = {one["run"]: one["outcome"] for one in page.answer(77)}
    assert outcomes == {going: "aborted", ended: "ended", "nope": "refused"}
    page.send({"kind": "abort_runs", "id": 77, "runs": [going, ended, "nope"], "reason": "enough"})
    eventually(lambda: len(page.replies(77)) == 2)
    assert page.replies(77)[0] == page.replies(77)[1]
    assert run_on(server, going).wait(60) is P.ABORTED
    assert run_on(server, ended).phase is P.SUCCEEDED


def test_what_a_notebook_keeps(page: Page) -> None:
    """The list as it was seen, with its time, beside the live view; foreign text is text."""
    bundle, _ = page.widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    newest = page.widget._content.runs.rows[0].name
    assert newest in bundle["text/html"]
    assert newest in bundle["text/plain"]
    assert "as of 2" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]


def test_a_limit_is_the_same_in_all_forms(server: ServerProcess) -> None:
    """The page that brings three runs brings more: as text and as static view they were "older" ones."""
    client = fw.FlyteClient(server.endpoint, project=server.project, domain=server.domain, console="")
    widget = fw.runs(client=client, since=None, limit=3)
    bundle, _ = widget._repr_mimebundle_()
    widget.close()
    assert bundle["text/html"].count("<tr>") == 1 + 3
    assert len(bundle["text/plain"].splitlines()) == 1 + 3
    assert "older" not in bundle["text/html"] + bundle["text/plain"]
    assert ", 3 runs)" in repr(widget)


def test_a_backend_that_does_not_answer_is_said(server: ServerProcess) -> None:
    """The rows stay, with the time at which they were read."""
    proxy = FaultProxy(server.endpoint)
    client = fw.FlyteClient(proxy.endpoint, project=server.project, domain=server.domain, console="")
    page = Page(fw.runs(client=client, since=None))
    try:
        eventually(lambda: page.runs["isRead"])
        proxy.close()
        page.answer(page.ask("retry"))
        eventually(lambda: page.runs["connection"]["state"] == "reconnecting")
        assert len(page.runs["rows"]) == 60
        assert page.runs["connection"]["lastMs"] is not None
    finally:
        page.widget.close()


def test_the_first_rows_wait_for_nothing(server: ServerProcess) -> None:
    """The answers to a page that begins used up the pace: the rows of a list that was slow to read came 0.5 s late."""
    channel = FakeChannel()
    outbound = Outbound(channel, lambda: 0.0)
    content = RunsContent(fw.Runs(client=client_of(server), since=None)._place, outbound)
    for _ in range(3):
        outbound.note_sent(100.0)
    content.send_due(100.0)
    background().call(content.first_read())
    content.send_due(100.001)
    assert channel.traits["runs"]["isRead"]
    assert len(channel.traits["runs"]["rows"]) == 60


def test_one_request_each_time(server: ServerProcess) -> None:
    """While runs on screen go on: two requests at first, then one in 2 s, the counts of runs among them."""
    going = [server.simulate(seed=seed, actions=3, elapsed_s=1, hold=True) for seed in (1, 2, 3)]
    proxy = FaultProxy(server.endpoint)
    client = fw.FlyteClient(proxy.endpoint, project=server.project, domain=server.domain, console="")
    page = Page(fw.runs(client=client, since=None))
    try:
        eventually(lambda: page.runs["isRead"])
        page.handshake(shows=("runs/list", *(f"counts/{name}" for name in going)))
        eventually(lambda: {push["run"] for push in page.pushed("run_counts")} >= set(going))

        def requests() -> int:
            return sum(proxy.count(method) for method in ("ListRuns", "ListActions", "UserInfo", "GetRunDetails"))

        before, begun_s = requests(), time.monotonic()
        eventually(lambda: requests() >= before + 8)
        assert time.monotonic() - begun_s >= 7 * 2.0 - 0.5
        assert proxy.count("ListActions") > len(going), "counts are read again"
    finally:
        page.widget.close()
        proxy.close()
        for name in going:
            run_on(server, name).abort()


def test_a_run_that_the_backend_has_lost_leaves_the_list(server: ServerProcess) -> None:
    """It was active, and is neither among the active ones nor by its name."""
    name = server.simulate(seed=1, actions=3, elapsed_s=1, hold=True)
    runs = RunList(client_of(server), run_choice(), "", "", None)
    background().call(runs.read_newest())
    lost = runs[name]._replace(name="r-lost")
    runs.rows.insert(0, lost)
    runs._by_name[lost.name] = lost
    background().call(runs.read_active())
    assert runs.unsure == ["r-lost"]
    background().call(runs.read_unsure())
    assert (lost.name in runs, lost in runs.rows, runs.unsure) == (False, False, [])
    assert name in runs
    run_on(server, name).abort()
