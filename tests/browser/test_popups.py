"""Popups in a real JupyterLab, by a real mouse: Lab answers a press on words by focusing the cell."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.jupyter_lab import Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for


def test_the_words_of_a_choice_choose_it(open_notebook: Callable[..., Notebook], shared_server: ServerProcess) -> None:
    """The View menu stays open, and what was clicked is chosen; a click elsewhere closes it. So do notes."""
    name = shared_server.simulate(seed=7, speed=1, elapsed_s=101)
    notebook = open_notebook(cell_for(name, shared_server), "'after'")
    notebook.run_all()
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Running")
    widget.get_by_role("button", name="View: order").click()
    for words in ("Longest first", "Time of day", "Started first"):
        widget.get_by_text(words, exact=True).click()
        expect(widget.get_by_role("radio", name=words)).to_be_checked()
    widget.get_by_role("treegrid").click(position={"x": 700, "y": 60})
    expect(widget.get_by_role("radio", name="Tree")).to_be_hidden()

    widget.get_by_role("button", name="About Terminal states").click()
    note = widget.get_by_role("group", name="About Terminal states")
    note.get_by_text("Final: nothing more").click()
    expect(note).to_be_visible()
