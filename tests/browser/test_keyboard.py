"""The widget in a real JupyterLab by keyboard alone, where single letters are the notebook's commands."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.jupyter_lab import Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for

MOST_TABS = 60

# Where the focus is: role and name as a screen reader gets them, near enough; "" for what is not in the widget.
FOCUSED_JS = """() => {
  const host = document.activeElement;
  const at = host?.shadowRoot?.activeElement;
  if (!at) return "";
  const label = at.getAttribute("aria-label") || at.getAttribute("placeholder") || at.textContent;
  return `${at.getAttribute("role") || at.localName}: ${label.trim()}`;
}"""


@pytest.fixture
def notebook(open_notebook: Callable[..., Notebook], shared_server: ServerProcess) -> Notebook:
    """A notebook with the widget of a running run that has one failed action, and a cell after it."""
    name = shared_server.simulate(seed=7, speed=1, elapsed_s=101)
    notebook = open_notebook(cell_for(name, shared_server), "'after'")
    notebook.run_all()
    expect(notebook.widgets).to_have_count(1)
    expect(badge(notebook.widgets)).to_have_text("Running")
    return notebook


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Press Tab until something with this role and name has the focus."""
    met: list[str] = []
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        met.append(page.evaluate(FOCUSED_JS))
        if re.match(wanted, met[-1]):
            return
    raise AssertionError(f"{wanted!r} did not get the focus; these did: {met}")


def into_widget(notebook: Notebook) -> None:
    """As a reader does: the cell is active, in command mode, and Tab leads into its output."""
    notebook.page.evaluate(
        """() => {
          const { content } = window.jupyterapp.shell.currentWidget;
          content.activeCellIndex = 0;
          content.mode = "command";
          content.activeCell.node.focus();
        }"""
    )


def test_find_the_failure_read_it_abort_and_leave(notebook: Notebook, shared_server: ServerProcess) -> None:
    """Tab, N, Enter, Tab read the failed action's error; Shift+Tab, Enter, a reason, Enter abort; Tab leads out."""
    page, widget = notebook.page, notebook.widgets.first
    into_widget(notebook)
    tab_to(page, "treegrid: ")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    details = widget.get_by_role("region", name="Details of square")
    expect(details).to_be_visible()
    tab_to(page, "group: Error text")
    expect(details.get_by_role("group", name="Error text")).to_contain_text("ValueError: could not convert string")
    tab_to(page, "button: Abort$", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(widget.get_by_role("textbox", name=re.compile("^Reason for the abort"))).to_be_focused()
    page.keyboard.type("dd wrong input")
    page.keyboard.press("Enter")
    expect(badge(widget)).to_have_text("Aborted")
    tab_to(page, "treegrid: |button: ")
    tab_to(page, "$")
    assert cells(notebook) == 2


def test_escape_keeps_the_run_and_gives_the_focus_back(notebook: Notebook) -> None:
    """Escape in the confirm leads back to Abort, with nothing sent; Tab goes on from there."""
    page, widget = notebook.page, notebook.widgets.first
    into_widget(notebook)
    tab_to(page, "button: Abort$")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(widget.get_by_role("button", name="Abort", exact=True)).to_be_focused()
    expect(badge(widget)).to_have_text("Running")
    tab_to(page, "$")


@pytest.mark.parametrize("place", ["input: ", "treegrid: ", "button: Abort$"], ids=["search", "timeline", "button"])
def test_letters_are_no_commands_of_the_notebook(notebook: Notebook, place: str) -> None:
    """ "d d", "a", "b", "x" typed in the widget delete, add or cut no cell; the search field takes them as text."""
    page, widget = notebook.page, notebook.widgets.first
    into_widget(notebook)
    tab_to(page, place)
    page.keyboard.type("ddabx")
    assert cells(notebook) == 2
    if place == "input: ":
        expect(widget.get_by_role("searchbox")).to_have_value("ddabx")


def cells(notebook: Notebook) -> int:
    """How many cells the notebook has."""
    count: int = notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    return count
