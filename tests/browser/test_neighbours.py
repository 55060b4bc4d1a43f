"""The widget among other outputs and widgets of a notebook, in a real JupyterLab: it takes nothing from them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.hosts.steps import LASTING
from tests.jupyter_lab import Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import DRAWN_BY_THREADS, badge, cell_for, see_drawing

#: A cell that runs until an action is selected, and shows something when it ends, the way of matplotlib.
_SHOWN_AT_THE_END = """
import time
figures = ["a figure"]
def flush():
    while figures:
        display(figures.pop())
get_ipython().events.register("post_execute", flush)
print("waiting", flush=True)
while not w.selected:
    time.sleep(0.05)
time.sleep(1)
"""


def test_threads_draw_on_into_a_running_cell(
    open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """What threads draw there, as the SDK's `run.wait()` does by rich, goes on after the widget's messages."""
    name = shared_server.simulate(**LASTING)
    notebook = open_notebook(cell_for(name, shared_server), DRAWN_BY_THREADS)
    notebook.run_all()
    see_drawing(notebook)


def test_figures_of_a_running_cell_wait_for_its_end(
    open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """What is to be shown as a cell ends, as matplotlib's figures are, is not taken by a message of the widget."""
    name = shared_server.simulate(**LASTING)
    notebook = open_notebook(cell_for(name, shared_server), _SHOWN_AT_THE_END)
    notebook.run_all()
    outputs = notebook.page.locator(".jp-Cell").nth(1).locator(".jp-OutputArea-output")
    expect(outputs).to_have_text(["waiting"])
    notebook.widgets.first.get_by_role("row", name=re.compile("^train_model")).click()
    expect(outputs).to_have_text(["waiting", "'a figure'"])


def test_an_output_shows_what_is_beside_the_widget(
    open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """Displayed within an `ipywidgets.Output`, the widget and all else is seen, but its static view is not."""
    within = "import ipywidgets\nout = ipywidgets.Output()\ndisplay(out)\n"
    within += "with out:\n    print('before')\n    display(w)\n    print('after')"
    notebook = open_notebook(cell_for(shared_server.simulate(**LASTING), shared_server, within))
    notebook.run_all()
    expect(badge(notebook.widgets.last)).to_be_visible()
    for words in ("before", "after"):
        expect(notebook.page.get_by_text(words, exact=True)).to_be_visible()
    static_view = notebook.page.locator("[id^=fw-static-view]")
    expect(static_view).to_have_count(1)
    expect(static_view).to_be_hidden()


def test_a_row_of_widgets_shares_its_width(
    open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """In an HBox two widgets get half of it each; one with a width of its own keeps that; too many are scrolled."""
    name = shared_server.simulate(**LASTING)
    boxes = f"from ipywidgets import *\nrun = lambda **options: fw.RunWidget({name!r}, **options)\n"
    boxes += "VBox([HBox([w, run()]), HBox([run(layout=Layout(width='300px')), run()]), HBox([run(), run(), run()])])"
    notebook = open_notebook(cell_for(name, shared_server, boxes))
    notebook.run_all()
    expect(badge(notebook.widgets)).to_have_text(["Running"] * 7)
    row_px = notebook.page.locator(".widget-vbox").last.evaluate("(row) => row.clientWidth")
    assert 700 < row_px < 3 * 320
    widths = [widget.evaluate("(widget) => widget.clientWidth") for widget in notebook.widgets.all()]
    assert widths == [row_px / 2, row_px / 2, 300, row_px - 300, 320, 320, 320]
    overflow = notebook.page.locator(".widget-hbox").last.evaluate("(row) => getComputedStyle(row).overflowX")
    assert overflow == "auto"


def test_an_action_selected_in_a_hidden_tab_is_on_screen_in_front(
    open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """What Python selects while the widget's tab is hidden has its row on screen, and its details, once it is shown."""
    tab = "import ipywidgets\nipywidgets.Tab([ipywidgets.Label('first'), w], titles=['label', 'run'])"
    name = shared_server.simulate(seed=7, elapsed_s=1_000)
    notebook = open_notebook(cell_for(name, shared_server, tab), "w.wait()", "w.selected = 'a44'")
    notebook.run_all()
    expect(notebook.page.locator(".jp-InputPrompt").nth(2)).to_have_text("[3]:")
    notebook.page.get_by_role("tab", name="run", exact=True).click()
    row = notebook.widgets.first.locator("[role=row][aria-selected=true]")
    expect(row).to_have_accessible_name(re.compile("^square"))
    expect(row).to_be_in_viewport()
    expect(notebook.widgets.first.get_by_role("region", name=re.compile("Details of square"))).to_be_visible()


def test_the_applications_chords_reach_jupyterlab(
    open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """With the focus in the widget Ctrl+S saves the notebook; letters and the text's chords stay in the widget."""
    notebook = open_notebook(cell_for(shared_server.simulate(**LASTING), shared_server))
    notebook.run_all()
    page, widget = notebook.page, notebook.widgets.first
    widget.get_by_role("row", name=re.compile("^train_model")).click()
    tab = page.locator(".lm-TabBar-tab.jp-mod-current")
    expect(tab).to_have_class(re.compile("jp-mod-dirty"))
    page.keyboard.press("Control+s")
    expect(tab).not_to_have_class(re.compile("jp-mod-dirty"))
    page.keyboard.press("Control+Shift+c")
    expect(page.locator("#modal-command-palette")).to_be_visible()
    page.keyboard.press("Escape")
    search = widget.get_by_role("searchbox")
    search.click()
    page.keyboard.type("dd")
    page.keyboard.press("Control+a")
    page.keyboard.type("train")
    expect(search).to_have_value("train")
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)
