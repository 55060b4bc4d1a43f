"""VS Code: its own bundle of ipywidgets in a webview like its own, on the newest ipykernel (see vscode/)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import sidebar, steps
from tests.hosts.record import Record
from tests.hosts.vscode.build import build
from tests.hosts.vscode.editor import Editor, Origin
from tests.jupyter_lab import JupyterLab
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for, cell_for_runs

HOST = "VS Code (its ipywidgets, in a webview)"
Edit = Callable[..., Editor]


@pytest.fixture(scope="module")
def origins() -> Iterator[tuple[Origin, Origin]]:
    """The editor's and the webview's; in the latter the nbextensions of the kernel's environment, as in VS Code."""
    pages = build()
    editor, webview = Origin(pages), Origin(pages, {"nbextensions": Path(sys.prefix) / "share/jupyter/nbextensions"})
    yield editor, webview
    editor.close()
    webview.close()


@pytest.fixture
def edit(page: Page, lab: JupyterLab, origins: tuple[Origin, Origin]) -> Iterator[Edit]:
    """Open an editor with an empty notebook."""
    yield lambda theme="Dark Modern": Editor(page, *origins, lab, theme)
    lab.end_kernels()


@pytest.fixture
def new_cell(shared_server: ServerProcess, proxy: FaultProxy) -> Callable[..., str]:
    """The cell that shows a new run."""
    return lambda run: cell_for(shared_server.simulate(**run), proxy)


def test_live(edit: Edit, new_cell: Callable[..., str], record: Record) -> None:
    editor = edit()

    def start() -> Locator:
        editor.start(new_cell(steps.LIVE))
        return editor.widgets

    with record(HOST, "live") as cell:
        steps.see_it_live(cell, start)


def test_click_when_idle(edit: Edit, new_cell: Callable[..., str], proxy: FaultProxy, record: Record) -> None:
    editor = edit()
    editor.start(new_cell(steps.LASTING))
    assert editor.wait() == "ok"
    with record(HOST, "click idle") as cell:
        steps.abort_when_idle(cell, editor.widgets, proxy)


def test_click_while_a_cell_runs(
    edit: Edit, new_cell: Callable[..., str], proxy: FaultProxy, record: Record, blocker: steps.Blocker
) -> None:
    """VS Code knows no subshells: the click waits, and says so."""
    editor = edit()
    editor.start(new_cell(steps.LASTING))
    expect(badge(editor.widgets)).to_have_text("Running")
    editor.start(blocker.source)
    with record(HOST, "click while busy") as cell:
        steps.abort_after_the_cell(cell, editor.widgets, proxy, blocker)
    assert editor.wait() == "ok"


def test_an_answer_while_a_cell_runs(
    edit: Edit, new_cell: Callable[..., str], proxy: FaultProxy, blocker: steps.Blocker
) -> None:
    editor = edit()
    editor.start(new_cell(steps.PAUSED))
    assert editor.wait() == "ok"
    editor.start(blocker.source)
    steps.answer_after_the_cell(editor.widgets, proxy, blocker)
    assert editor.wait() == "ok"


def test_rerun(edit: Edit, new_cell: Callable[..., str], proxy: FaultProxy) -> None:
    """The part that reruns comes from the kernel, by the one way that a webview leaves."""
    editor = edit()
    editor.start(new_cell(steps.FAILED))
    assert editor.wait() == "ok"
    steps.rerun_when_idle(editor.widgets, proxy)


def test_logs_by_keyboard(edit: Edit, new_cell: Callable[..., str], page: Page) -> None:
    """Followed live, searched and copied without a mouse; the editor's own keys stay out."""
    editor = edit()
    editor.start(new_cell({"seed": 7, "elapsed_s": 100, "log_lines": 900}))
    widget = editor.widgets
    widget.get_by_role("row", name=re.compile("^train_model, ")).click()
    widget.get_by_role("tab", name="Logs").click()
    lines = widget.get_by_role("log", name=re.compile("^Logs of train_model, attempt 2"))
    expect(lines).to_contain_text(re.compile(r"step +\d+  loss"))
    newest = lines.locator(".fw-log-row").last
    before = newest.inner_text()
    expect(newest).not_to_have_text(before)
    lines.focus()
    keys = page.keyboard
    keys.press("/")
    keys.type("gradient")
    found = widget.locator(".fw-log-found")
    expect(found).to_have_text(re.compile(r"^\d+$"))
    keys.press("Enter")
    expect(lines.locator(".fw-log-mark-on").first).to_be_visible()
    keys.press("Escape")
    widget.get_by_role("button", name="Copy the selection, or all lines").focus()
    keys.press("Enter")
    expect(widget.get_by_text("Copied", exact=True)).to_be_attached()


@pytest.mark.parametrize(("theme", "dark"), [("Light Modern", False), ("Dark Modern", True)])
def test_theme(edit: Edit, new_cell: Callable[..., str], record: Record, theme: str, dark: bool) -> None:
    """Opened in the one theme, changed to the other and back: painted as the editor is, on no white ground."""
    editor = edit(theme)
    editor.start(new_cell(steps.LASTING))
    expect(badge(editor.widgets)).to_have_text("Running")
    # What makes it hard: ipywidgets 8 brings JupyterLab's variables, light ones in any theme.
    assert editor.style("body", "--jp-layout-color1").strip() in ("white", "#fff", "#ffffff")
    with record(HOST, "dark") as cell:
        other = "Light Modern" if dark else "Dark Modern"
        for name, expected in ((theme, dark), (other, not dark), (theme, dark)):
            editor.set_theme(name)
            expect(editor.widgets).to_have_attribute("data-fw-theme", "dark" if expected else "light")
            steps.see_theme(cell, editor.widgets, expected)
            grounds = editor.webview.locator(".cell-output-ipywidget-background")
            painted = grounds.evaluate_all("(all) => all.map((one) => getComputedStyle(one).backgroundColor)")
            assert painted == ["rgba(0, 0, 0, 0)"] * 2


def test_nothing_that_a_webview_forbids_is_needed(
    edit: Edit, new_cell: Callable[..., str], page: Page, shared_server: ServerProcess
) -> None:
    """No dialog, no pop-up, no address but the pages' own, no error; and the editor's styles for tables stay out."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    editor = edit()
    editor.start(new_cell({**steps.LASTING, "elapsed_s": 1000}))
    widget = editor.widgets
    expect(badge(widget)).to_have_text("Succeeded")
    widget.get_by_role("row", name="embed_corpus").click()
    expect(widget.get_by_role("region", name="Details of embed_corpus")).to_be_visible()
    aligned = widget.locator("td, th").evaluate_all("(all) => all.map((one) => getComputedStyle(one).textAlign)")
    assert "right" not in aligned
    assert [url for url in asked if "127.0.0.1" not in url and not url.startswith(("blob:", "data:"))] == []
    assert said == []
    # The webview is as it should be: it forbids these, with errors in the console.
    assert editor.evaluate("() => [window.open('about:blank'), confirm('?')]") == [None, False]
    assert len(said) == 2


def test_reopened_without_a_kernel(edit: Edit, shared_server: ServerProcess, proxy: FaultProxy, record: Record) -> None:
    """VS Code saves no state of widgets; where a kernel does not know one, it shows what else the output has."""
    editor = edit()
    name = shared_server.simulate(**steps.FAILED)
    editor.start(cell_for(name, proxy))
    expect(badge(editor.widgets)).to_have_text("Failed")
    # What is in an output: that itself has a padding, and so is never hidden.
    static_view = steps.static_view(editor.webview.locator(".output > *"))
    steps.await_static_views(static_view)
    expect(static_view).to_be_hidden()
    with record(HOST, "saved") as cell:
        editor.open("Dark Modern", alive=False)
        steps.see_saved(cell, static_view, name)
        expect(editor.webview.locator(".output").first).to_have_text(f'RunWidget("{name}")')
        expect(editor.widgets).to_have_count(0)


def test_sidebar(edit: Edit, new_cell: Callable[..., str], record: Record) -> None:
    """In the view, and in the cell that called."""
    editor = edit()
    editor.start(new_cell(steps.LASTING))
    expect(badge(editor.widgets)).to_have_text("Running")
    editor.start(sidebar.CALL)
    with record(HOST, "sidebar") as cell:
        sidebar.see_that_there_is_none(cell, editor.widgets)
        expect(editor.webview.locator(".output").last).to_have_text(sidebar.NONE)


def test_the_list_of_runs(edit: Edit, shared_server: ServerProcess, proxy: FaultProxy, record: Record) -> None:
    """It says that there is no sidebar, besides."""
    name = shared_server.simulate(**steps.LASTING)
    editor = edit()

    def start() -> Locator:
        editor.start(cell_for_runs(proxy))
        return editor.widgets.first

    with record(HOST, "list of runs") as cell:
        runs = steps.see_runs(cell, start, name)
    editor.start(sidebar.CALL)
    expect(runs.get_by_role("region", name="Note", exact=True)).to_contain_text(sidebar.NONE)
