"""The quickstart notebook in a real JupyterLab: what `make demo` shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.jupyter_lab import Notebook
from tests.widget_in_page import badge

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"

pytestmark = pytest.mark.slow


def test_quickstart_shows_a_real_run_live(open_notebook: Callable[..., Notebook]) -> None:
    """All cells run; the widget of the real run shows it go on, and its end, with the rows of its tasks."""
    notebook = open_notebook(file=QUICKSTART)
    notebook.run_all()
    real = notebook.widgets.nth(0)
    expect(badge(real)).to_have_text("Running")
    # The fan-out is one row, with its count, until somebody opens it.
    squares = real.get_by_role("row", name="square")
    expect(squares.first).to_be_visible()
    expect(badge(real)).to_have_text("Succeeded")
    expect(real.get_by_role("row", name="forecast, succeeded")).to_be_visible()
    expect(notebook.page.get_by_text("(ActionPhase.SUCCEEDED, '140 mm of rain')")).to_be_visible()


def test_every_cell_of_quickstart_ends_without_an_error(open_notebook: Callable[..., Notebook]) -> None:
    """The whole notebook runs to its end: every phase, abort, an answer, a rerun, the list, await, headless."""
    notebook = open_notebook(file=QUICKSTART)
    notebook.run_all()
    page = notebook.page
    expect(notebook.widgets).to_have_count(6, timeout=120_000)
    simulated, doomed, asking, again = (notebook.widgets.nth(place) for place in (1, 2, 3, 4))
    expect(badge(simulated)).to_have_text("Succeeded", timeout=120_000)
    expect(badge(doomed)).to_have_text("Aborted", timeout=60_000)
    expect(page.get_by_text("Release the model?", exact=True).first).to_be_visible(timeout=60_000)
    expect(badge(asking)).to_have_text("Succeeded", timeout=60_000)
    expect(badge(again)).to_have_text("Succeeded", timeout=60_000)
    runs = notebook.widgets.nth(5)
    runs.scroll_into_view_if_needed()  # what is not on screen reads nothing
    expect(runs.locator(".fw-rl-row[data-run]").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("pipeline      RUNNING -> SUCCEEDED")).to_be_visible(timeout=60_000)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
