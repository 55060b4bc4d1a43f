"""`w.sidebar()` in every host: where there is a sidebar, the run lives in it; elsewhere the widget says so."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import steps
from tests.hosts.record import Cell
from tests.jupyter_lab import Notebook
from tests.widget_in_page import badge, press_abort

CALL = "w.sidebar()"
NONE = re.compile("This notebook host has no sidebar, so this stays in its cell.")


def see_panel(cell: Cell, notebook: Notebook, proxy: FaultProxy) -> None:
    """The second cell calls, with a LASTING run: the panel opens, outlasts the outputs, and Abort works in it."""
    panel = notebook.page.locator(".flyte-widgets-panel .flyte-widgets")
    begun = time.monotonic()
    notebook.run_cell(1)
    expect(badge(panel)).to_have_text("Running")
    cell.seconds = time.monotonic() - begun
    expect(notebook.page.locator(".jp-OutputArea-output pre")).to_have_text(
        re.compile("was opened in the right sidebar")
    )
    notebook.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    expect(notebook.widgets).to_have_count(0)
    press_abort(panel)
    expect(badge(panel)).to_have_text("Aborted")
    steps.asked_s(proxy)
    panel.get_by_role("button", name=re.compile("^Close this panel")).click()
    expect(panel).to_have_count(0)


def see_that_there_is_none(cell: Cell, widget: Locator) -> None:
    """A cell has called: the widget stays where it is, says why, and lives."""
    expect(widget.get_by_role("status").filter(has_text=NONE)).to_be_visible()
    expect(badge(widget)).to_have_text("Running")
    cell.ok, cell.note = None, "says so, and stays in its cell"
