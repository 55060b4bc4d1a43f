"""`w.sidebar()` in a real JupyterLab: a panel beside the cells, by the extension that is installed with the package."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fault_proxy import FaultProxy
from tests.jupyter_lab import JupyterLab, Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for, press_abort


@pytest.fixture
def connected(proxy: FaultProxy, shared_server: ServerProcess) -> Callable[..., str]:
    """Give the source of a cell that makes the widget of a new run, and ends with a line."""
    return lambda last, **run: cell_for(shared_server.simulate(seed=7, **run), proxy, last)


@pytest.fixture(scope="module")
def bare_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """A JupyterLab without our extension, as where the server has another environment than the kernel."""
    settings = tmp_path_factory.mktemp("bare-settings")
    config = settings / "JUPYTER_CONFIG_DIR" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"disabledExtensions": {"flyte-widgets": True}}))
    lab = JupyterLab(tmp_path_factory.mktemp("bare-lab"), settings)
    yield lab
    lab.close()


def panels(page: Page) -> Locator:
    """What is shown beside the cells."""
    return page.locator(".flyte-widgets-panel .flyte-widgets")


def side(page: Page, name: str) -> Locator:
    """The panel on one side."""
    area = {"right": "#jp-right-stack", "left": "#jp-left-stack", "main": "#jp-main-dock-panel"}[name]
    return page.locator(f"{area} .flyte-widgets-panel .flyte-widgets")


def test_a_run_that_is_shown_in_no_cell_lives_in_the_sidebar(
    open_notebook: Callable[..., Notebook], connected: Callable[..., str], proxy: FaultProxy
) -> None:
    """The panel opens at the right, fills it, grows with the run, outlasts the output, and Abort works in it."""
    notebook = open_notebook(connected("w.sidebar()", speed=4))
    page = notebook.page
    notebook.run_cell(0)
    panel = side(page, "right")
    expect(badge(panel)).to_have_text(re.compile("Queued|Waiting for resources|Initializing|Running"))
    output = page.locator(".jp-OutputArea-output")
    expect(output).to_have_text(re.compile(r"^Run \S+ was opened in the right sidebar\.\s*$"))
    # Whoever types in the notebook goes on typing there.
    assert page.evaluate("document.activeElement.closest('.jp-Notebook') !== null")
    boxes = panel.bounding_box(), page.locator("#jp-right-stack").bounding_box()
    assert boxes[0] == boxes[1]
    tab = page.locator(".jp-SideBar.jp-mod-right").get_by_role("tab", name="pipeline")
    expect(tab).to_have_attribute("title", re.compile(r"^Flyte run pipeline \S+: Running$"))
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(tab.locator("svg path")).to_be_visible()

    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    expect(output).to_have_count(0)
    rows = panel.get_by_role("treegrid")
    before = rows.get_attribute("aria-rowcount")
    expect(rows).not_to_have_attribute("aria-rowcount", before or "")
    press_abort(panel)
    expect(badge(panel)).to_have_text("Aborted")
    assert proxy.count("AbortRun") == 1
    expect(tab).to_have_attribute("title", re.compile(": Aborted$"))


def test_a_run_has_one_panel_and_closing_it_ends_nothing_else(
    open_notebook: Callable[..., Notebook], connected: Callable[..., str]
) -> None:
    """A call moves it as it is; its button closes it, not the view in the cell; w.close(), too; a reload keeps it."""
    calls = [f"w.sidebar({where!r})" for where in ("right", "left", "main")]
    notebook = open_notebook(connected("w", speed=1, elapsed_s=60), *calls, "w.close()")
    page = notebook.page
    notebook.run_cell(0)
    search, found = panels(page).locator(".fw-tl-search-input"), []
    for cell, where in ((1, "right"), (1, "right"), (2, "left"), (3, "main"), (1, "right")):
        notebook.run_cell(cell)
        expect(badge(side(page, where))).to_have_text("Running")
        expect(panels(page)).to_have_count(1)
        # A tab beside the notebook has a close button of its own.
        expect(panels(page).locator(".fw-panel-bar")).to_be_visible(visible=where != "main")
        found.append(search.input_value())
        if where == "right":
            search.fill("square")
    assert found == ["", *["square"] * 4], "the view was made anew"

    in_cell = notebook.widgets.first
    panels(page).get_by_role("button", name=re.compile("^Close this panel")).click()
    expect(panels(page)).to_have_count(0)
    time = in_cell.locator(".fw-elapsed")
    expect(time).not_to_have_text(time.inner_text())
    notebook.run_cell(3)
    page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="pipeline").locator(".lm-TabBar-tabCloseIcon").click()
    expect(panels(page)).to_have_count(0)

    notebook.run_cell(2)
    expect(badge(side(page, "left"))).to_have_text("Running")
    notebook.reload()
    expect(badge(in_cell)).to_have_text("Running")
    expect(badge(side(page, "left"))).to_have_text("Running")
    notebook.run_cell(1)
    expect(badge(side(page, "right"))).to_have_text("Running")
    # Another widget of the same run takes the panel over.
    page.evaluate("() => { document.querySelector('.flyte-widgets-panel').dataset.old = '' }")
    notebook.run_cell(0)
    notebook.run_cell(1)
    expect(page.locator(".flyte-widgets-panel:not([data-old])")).to_have_count(1)
    expect(panels(page)).to_have_count(1)
    press_abort(panels(page))
    expect(badge(panels(page))).to_have_text("Aborted")
    notebook.run_cell(4)
    expect(panels(page)).to_have_count(0)


def test_where_nobody_takes_it_the_widget_stays_in_its_cell_and_says_so(
    page: Page, bare_lab: JupyterLab, connected: Callable[..., str]
) -> None:
    """It says so in the cell that asked and, until dismissed, in the view; shown nowhere, it appears where it asked."""
    again = "w = fw.RunWidget(w.run_name)\nw.sidebar()"
    bare_lab.write("bare", connected("w", speed=1, elapsed_s=60), "w.sidebar()", again)
    notebook = Notebook(page, bare_lab, "bare")
    words = re.compile("This notebook host has no sidebar, so this stays in its cell. JupyterLab and Notebook 7 have")
    notebook.run_cell(0)
    expect(badge(notebook.widgets)).to_have_text("Running")
    notebook.run_cell(1)
    expect(page.locator(".jp-OutputArea-output pre")).to_have_text(words)
    notice = notebook.widgets.get_by_role("region", name="Note", exact=True).filter(has_text=words)
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)

    notebook.run_cell(2)
    expect(notebook.widgets).to_have_count(2)
    notice = notebook.widgets.nth(1).get_by_role("region", name="Note", exact=True)
    expect(notice.filter(has_text=words)).to_be_visible()
    press_abort(notebook.widgets.nth(1))
    expect(badge(notebook.widgets.nth(1))).to_have_text("Aborted")
    expect(panels(page)).to_have_count(0)
