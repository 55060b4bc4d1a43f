"""Where the time went, as pages ask a RunWidget for it on a real server process; and what is called at a run's end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import comm
import pytest

import flyte_widgets as fw
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import END, client_of, eventually
from tests.server_process import ServerProcess
from tests.unit.test_trace_export import read_trace


@pytest.fixture
def failed(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[fw.RunWidget]:
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    name = shared_server.simulate(outcome="failed", elapsed_s=END)
    widget = fw.RunWidget(name, client=client_of(shared_server))
    widget.wait(60)
    yield widget
    widget.close()


def answer(widget: fw.RunWidget, kind: str, **content: object) -> object:
    """Ask as a page does, and give the payload of the reply."""
    front = FrontEnd(widget)
    request = front.ask(kind, **content)

    def replies() -> list[dict[str, Any]]:
        return [s.content for s in front.comm.sent if s.kind == "reply" and s.content["id"] == request]

    eventually(replies)
    [reply] = replies()
    assert reply["ok"], reply
    return reply["payload"]


def test_the_line_is_a_trait(failed: fw.RunWidget) -> None:
    """`w.summary` is the run's, and what the browser gets has all its forms; so has the static view."""
    assert str(failed.summary) == str(failed.run.summary)
    assert str(failed.summary).startswith("train_model (a45) raised OutOfMemoryError")
    front = FrontEnd(failed)
    front.read()
    line = front.state["summary"]
    assert (line["state"], line["action"], line["text"]) == ("failed", "a45", str(failed.summary))
    assert "".join(text for text, _, _ in line["answer"]).startswith("OutOfMemoryError: CUDA out of memory")
    assert "raised <strong>OutOfMemoryError: CUDA out of memory" in failed.to_html()


def test_pages_get_path_tasks_and_report(failed: fw.RunWidget) -> None:
    """The path covers the run; tasks add up within a stretch; the report is Markdown about the action."""
    parts = answer(failed, "critical_path")
    assert isinstance(parts, list)
    assert sum(to - since for _, _, since, to in parts) == pytest.approx(246_000, abs=1)
    assert {phase for _, phase, _, _ in parts} >= {2, 4}
    began = failed.started_ms
    assert began is not None
    whole = answer(failed, "by_task", fromMs=None, toMs=None)
    early = answer(failed, "by_task", fromMs=began, toMs=began + 10_000)
    assert isinstance(whole, list)
    assert isinstance(early, list)
    assert sum(row["actions"] for row in whole) == 50
    assert [row["task"] for row in early] == ["pipeline"]
    report = answer(failed, "report", action="a45")
    assert isinstance(report, str)
    assert report.startswith("### train\\_model a45 raised: OutOfMemoryError: CUDA out of memory")
    assert "- Attempt: 2" in report
    assert "\nInputs:\n\n- `" in report
    assert " lines of the log:\n" in report
    assert "[flyte] ERROR the task failed: OutOfMemoryError\n```" in report
    assert f"- flyte-widgets: {fw.__version__}" in report


def test_pages_compare_with_earlier_runs_of_the_task(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any run by name, the last success by default; without an earlier one that is said."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    client = client_of(server)
    first = fw.RunWidget(server.simulate(elapsed_s=END, name="r-first"), client=client)
    first.wait(60)
    front = FrontEnd(first)
    request = front.ask("compare", other="")
    eventually(lambda: any(sent.content.get("id") == request for sent in front.comm.sent))
    [refused] = [sent.content for sent in front.comm.sent if sent.content.get("id") == request]
    assert not refused["ok"]
    assert refused["message"] == "There is no earlier successful run of this task to compare with."
    first.close()
    widget = fw.RunWidget(server.simulate(outcome="failed", elapsed_s=END, name="r-later"), client=client)
    widget.wait(60)
    found = answer(widget, "compare", other="r-first")
    assert isinstance(found, dict)
    assert (found["other"], found["verdict"]) == ("r-first", "46s slower")
    rows = {row[0]: row for row in found["rows"]}
    assert list(rows["a0"][1:]) == [0.0, 200_000.0, 46_000.0]
    assert "" not in rows
    assert [(name, actions) for name, actions, _, _ in found["gone"]] == [
        ("load_vocabulary", 1),
        ("shadow_eval", 1),
        ("approve_release", 1),
        ("publish", 1),
    ]
    widget.close()


def test_a_trace_opens(failed: fw.RunWidget, tmp_path: Path) -> None:
    """As text and as a file: a thread an action, whose slices nest."""
    assert failed.to_trace(tmp_path / "run.json") == tmp_path / "run.json"
    threads = read_trace((tmp_path / "run.json").read_text())
    assert len(threads) == 50
    assert threads["pipeline a0"][0][2] == 246_000_000
    assert json.loads(failed.to_trace()) == json.loads((tmp_path / "run.json").read_text())


def test_functions_are_called_once_at_the_end(shared_server: ServerProcess) -> None:
    """Those that came before and those that come late; at a success none of those for failures."""
    widget = fw.RunWidget(shared_server.simulate(elapsed_s=190, speed=10), client=client_of(shared_server))
    called: list[object] = []
    for function in (called.append, lambda w: called.append(w.phase)):
        widget.on_end(function)
    widget.on_failure(lambda _: called.append("failed"))
    widget.wait(60)
    eventually(lambda: len(called) == 2)
    assert set(map(str, called)) == {str(widget), "SUCCEEDED"}
    late = threading.Event()
    widget.on_end(lambda _: late.set())
    assert late.wait(60)
    assert len(called) == 2
    widget.close()


def test_a_failure_is_told_and_what_a_function_raises_is_shown(failed: fw.RunWidget) -> None:
    """Late subscribers of a failure are called, too; an error of theirs is in `w.error`."""
    told: list[str] = []
    failed.on_failure(lambda w: told.append(str(w.summary)))
    eventually(lambda: told)
    assert told == [str(failed.summary)]
    failed.on_end(lambda _: 1 / 0)
    eventually(lambda: failed.error)
    assert failed.error is not None
    assert failed.error["message"] == "A function of on_end() raised ZeroDivisionError: division by zero"
    with pytest.raises(TypeError, match="takes a function"):
        failed.on_end("no function")  # type: ignore[arg-type]
