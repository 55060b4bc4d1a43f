"""The static view of real runs: read from a backend, kept by notebooks, converted, cut down."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from nbconvert import HTMLExporter
from traitlets.config import Config

from flyte_widgets.errors import NotFoundError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.static_view import notebook
from tests.run_helpers import END, client_of, eventually
from tests.server_process import ServerProcess

VIEW = "application/vnd.jupyter.widget-view+json"
CONNECT = """
import flyte_widgets as fw
_ = fw.connect({endpoint!r}, project={project!r}, domain={domain!r}, console="https://flyte.example.com")
w = fw.RunWidget({name!r})
"""


def cells(server: ServerProcess, name: str, *sources: str) -> Any:
    """A notebook whose first cell makes the widget `w`."""
    first = CONNECT.format(endpoint=server.endpoint, project=server.project, domain=server.domain, name=name).strip()
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (first, *sources)])


def executed(notebook: Any, **options: Any) -> list[Any]:
    """Execute a notebook as papermill does; gives all its outputs."""
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", **options).execute()
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.fixture
def widget(shared_server: ServerProcess) -> Iterator[RunWidget]:
    """The widget of a run that has ended, with failures."""
    widget = RunWidget(shared_server.simulate(seed=7, elapsed_s=END), client=client_of(shared_server))
    widget.wait(30)
    yield widget
    widget.close()


def test_files_tell_the_whole_run(widget: RunWidget, tmp_path: Path) -> None:
    """`to_html` and `to_svg` give the end with histories and the error, or write it to a file and give its path."""
    html, svg = widget.to_html(), widget.to_svg()
    assert widget.to_html(tmp_path / "run.html") == tmp_path / "run.html"
    assert widget.to_svg(str(tmp_path / "run.svg")) == tmp_path / "run.svg"
    assert (tmp_path / "run.html").read_text("utf-8") == html
    assert (tmp_path / "run.svg").read_text("utf-8") == svg
    words = "".join(ET.fromstring(svg).itertext())
    for text in (html, words):
        assert widget.run_name in text
        assert "could not convert string to float" in text
    assert "gpu_eval" in words
    # Read for the static view: the waiting of a row that nobody looked at.
    assert 'class="p2"' in svg


def test_output_holds_view_and_static_view(widget: RunWidget) -> None:
    """Asked for one output, the widget gives view, HTML and telling text together."""
    data, _ = widget._repr_mimebundle_()
    assert set(data) == {VIEW, "text/html", "text/plain"}
    assert data["text/plain"].startswith("✓ Succeeded  pipeline")
    assert "flyte-widgets" in data["text/html"]


def test_a_run_that_is_not_there_has_a_static_view_too(shared_server: ServerProcess) -> None:
    """Nothing read: the static view says so and why, and nothing raises."""
    widget = RunWidget("no-such-run", client=client_of(shared_server))
    eventually(lambda: widget.connection["state"] == "not_found")
    assert "Not read" in widget.to_html()
    assert "no-such-run. Check the name" in widget.to_html()
    with pytest.raises(NotFoundError, match=r"no-such-run\. Check the name"):
        widget.wait()
    widget.close()


def test_waiting_in_a_batch_run_ends_with_the_final_static_view(shared_server: ServerProcess) -> None:
    """Executed without a front end, the notebook ends with the static view of the end, also by `await`."""
    for waiting in ("w.wait(30)", "await w"):
        name = shared_server.simulate(seed=7, speed=100)
        outputs = executed(cells(shared_server, name, "w", f"_ = {waiting}"), store_widget_state=False)
        views = [output for output in outputs if VIEW in output.get("data", {})]
        static_views = [output.data for output in outputs if "text/html" in output.get("data", {})]
        assert (len(views), len(static_views)) == (1, 1)
        assert "text/html" not in views[0].data
        assert "✓</span> Succeeded" in static_views[0]["text/html"]
        assert "54 of 54 actions done" in static_views[0]["text/plain"]
        assert "could not convert" in static_views[0]["text/plain"]


def test_saved_notebook_converts_without_network(shared_server: ServerProcess) -> None:
    """nbconvert's HTML has the static view, with the widget's state saved or not. Its sanitiser leaves the words."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    for stored in (True, False):
        notebook = cells(shared_server, name, "w", "_ = w.wait(30)")
        executed(notebook, store_widget_state=stored)
        for sanitise in (False, True):
            exporter = HTMLExporter(config=Config(HTMLExporter={"sanitize_html": sanitise}))
            page, _ = exporter.from_notebook_node(notebook)
            for word in ("Succeeded", name, "3m 20s", "50 succeeded", "could not convert string to float"):
                assert word in page
            static_views = re.findall(r'<img [^>]*src="data:image/svg\+xml;base64,', page)
            assert len(static_views) == (0 if sanitise else 3)


def test_outputs_are_replaced_only_when_the_phase_changes(shared_server: ServerProcess) -> None:
    """While a run goes through its life, the kernel replaces the static view a few times, not once an update."""
    name = shared_server.simulate(seed=7, speed=40)
    notebook = cells(shared_server, name, "w", "_ = w.wait(60)")
    client = nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", store_widget_state=False)
    updates: list[Any] = []
    handle = client.process_message

    def process(msg: Any, cell: Any, index: int) -> Any:
        updates.extend([msg] if msg["msg_type"] == "update_display_data" else [])
        return handle(msg, cell, index)

    client.process_message = process
    client.execute()
    assert 1 <= len(updates) <= len(ActionPhase)


def test_a_finished_run_that_is_only_displayed_is_kept_whole(shared_server: ServerProcess) -> None:
    """Nobody waits for it, and the kernel ends at once: the notebook has the end all the same."""
    outputs = executed(cells(shared_server, shared_server.simulate(seed=7, elapsed_s=END), "w"))
    assert "54 of 54 actions done" in outputs[1].data["text/plain"]


def test_freeze_leaves_the_static_view_in_place_of_the_view(shared_server: ServerProcess) -> None:
    """After `freeze()` no output of the notebook needs a kernel, and the static view is there once."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    outputs = executed(cells(shared_server, name, "w", "w.wait(30); w.freeze()"), store_widget_state=False)
    data = [output.data for output in outputs if "data" in output]
    assert not [bundle for bundle in data if VIEW in bundle]
    assert [("Succeeded" in bundle["text/html"], bundle["text/plain"] == "") for bundle in data] == [
        (True, False),
        (False, True),
    ]


def test_freeze_keeps_reports_only_where_it_is_asked_to(
    shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of each action, that of the root first; what is too large is left out, and counted."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    shown: list[str] = []
    monkeypatch.setattr(notebook.Output, "show", lambda *_: None)
    monkeypatch.setattr(notebook.Output, "replace", lambda _self, data: shown.append(data["text/html"]))

    def frozen(**options: bool) -> str:
        widget = RunWidget(name, client=client_of(shared_server))
        widget._static_view.show({}, {})
        widget.freeze(**options)
        return shown[-2]  # the last one empties the static view's own output

    assert "iframe" not in frozen()
    kept = re.findall(r"Report of (\w+) (\w+), attempt (\d)<", frozen(reports=True))
    assert kept[0] == ("pipeline", "a0", "1")
    assert ("train_model", "2") in [(task, attempt) for task, _, attempt in kept]
    monkeypatch.setattr("flyte_widgets.widgets.static_view.reports.MAX_BYTES_IN_ALL", 2_000)
    html = frozen(reports=True)
    assert html.count("Report of pipeline a0, attempt 1<") == 1
    assert "1 report not kept" in html


def test_the_static_view_is_kept_once_however_often_the_widget_is_shown(shared_server: ServerProcess) -> None:
    """It stands under the last view, brought to the run's end; under each other one a line says where it is."""
    name = shared_server.simulate(seed=7, speed=100)
    outputs = executed(cells(shared_server, name, "w", "w", "w", "w.wait(30)"))
    views = [output for output in outputs if VIEW in output.get("data", {})]
    static_views = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert (len(views), len(static_views)) == (3, 3)
    *notes, static_view = static_views
    assert "Succeeded" in static_view
    assert "data:image/svg" in static_view
    for note in notes:
        assert f"Run {name} is shown again further on" in note
        assert len(note) < 600
        assert re.search(r'id="([^"]+)"', note)[1] == re.search(r'id="([^"]+)"', static_view)[1]  # type: ignore[index]


def test_the_end_of_a_failed_actions_log_is_kept(shared_server: ServerProcess) -> None:
    """At most thirty lines, the last ones, as text."""
    name = shared_server.simulate(seed=5, elapsed_s=END, outcome="failed")
    widget = RunWidget(name, client=client_of(shared_server))
    widget.wait(30)
    snapshot = widget._static_view.snapshot(30)
    assert snapshot.failure is not None
    lines = widget.actions[snapshot.failure.action].logs()
    assert snapshot.failure.log
    assert len(snapshot.failure.log) == min(30, len(lines))
    assert "lines of its log" in widget.to_html()
    assert "\x1b" not in "".join(snapshot.failure.log)
    widget.close()


def test_the_static_view_is_renewed_while_the_run_goes_on(
    shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one phase it is made again after a while, because other actions have changed; and as the page is hidden."""
    monkeypatch.setattr(notebook, "RENEW_EVERY_S", 0.5)
    monkeypatch.setattr(notebook, "UPDATE_EVERY_S", 0.2)
    shown: list[str] = []
    monkeypatch.setattr(notebook.Output, "show", lambda *_: None)
    monkeypatch.setattr(notebook.Output, "replace", lambda _self, data: shown.append(data["text/plain"]))
    widget = RunWidget(shared_server.simulate(seed=7, speed=5), client=client_of(shared_server))
    eventually(lambda: widget.phase is ActionPhase.RUNNING)
    widget._static_view.show({}, {})
    eventually(lambda: len({text for text in shown if "seen running" in text}) > 2)
    monkeypatch.setattr(notebook, "RENEW_EVERY_S", 3600.0)
    eventually(lambda: widget._static_view._has_news)
    before = len(shown)
    widget._static_view.note_pace("full")
    widget._static_view.note_pace("stopped")
    eventually(lambda: len(shown) > before)
    widget.close()
