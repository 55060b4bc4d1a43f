"""A notebook saved by a real JupyterLab, its kernel gone: what a reader sees of a run, trusted or not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.jupyter_lab import JupyterLab, Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for

#: The failed run of this seed has a child that fails with this error.
FAILED = {"seed": 5, "outcome": "failed", "elapsed_s": 100_000}


@pytest.fixture
def shown(open_notebook: Callable[..., Notebook], shared_server: ServerProcess) -> Callable[..., tuple[Notebook, str]]:
    """Open a notebook with the widget of a failed run, and wait until it shows the end."""

    def shown_(*more_cells: str) -> tuple[Notebook, str]:
        name = shared_server.simulate(**FAILED)
        notebook = open_notebook(cell_for(name, shared_server), *more_cells)
        notebook.run_cell(0)
        expect(badge(notebook.widgets.first)).to_have_text("Failed")
        return notebook, name

    return shown_


def static_view(page: Page) -> Locator:
    """The static view on the page, whatever of its attributes was cut."""
    return page.locator(".jp-RenderedHTML").filter(has_text="Saved by flyte-widgets")


def test_saved_notebook_tells_the_run_without_its_kernel(
    shown: Callable[..., tuple[Notebook, str]], lab: JupyterLab, page: Page
) -> None:
    """Live, only the widget is to be seen; reopened, trusted or not: name, phase, counts, error, times, drawings."""
    notebook, name = shown()
    page.wait_for_function("() => document.querySelectorAll('.jp-RenderedHTML img').length === 3")
    expect(static_view(page)).to_be_hidden()
    content = notebook.saved()
    for kind in ("trusted", "untrusted"):
        if kind == "untrusted":  # nobody has ever run this content
            content["cells"][0]["source"] = "# edited elsewhere"
        (lab.root / f"{kind}.ipynb").write_text(json.dumps(content))
        Notebook(page, lab, kind)
        reopened = static_view(page)
        expect(reopened).to_be_visible()
        for words in (name, "Failed", "actions done", "pipeline", "failed"):
            expect(reopened).to_contain_text(words)
        expect(reopened.locator("pre").first).to_contain_text("Traceback")
        drawn = "() => [...document.querySelectorAll('.jp-RenderedHTML img')].filter((i) => i.naturalWidth > 0).length"
        assert page.evaluate(drawn) == 3
        # An untrusted page never gets the widget; a trusted one says that its model is gone, above the static view.
        instead = "model not found" if kind == "trusted" else f'RunWidget("{name}")'
        expect(page.locator(".jp-OutputArea-output").first).to_contain_text(instead)


def test_freeze_leaves_a_notebook_that_needs_no_kernel(shown: Callable[..., tuple[Notebook, str]], page: Page) -> None:
    """`freeze()` puts the static view in the place of the live view, and the file holds no widget any more."""
    notebook, name = shown("w.freeze()")
    notebook.run_cell(1)
    expect(notebook.widgets).to_have_count(0)
    expect(static_view(page)).to_have_count(1)
    expect(static_view(page)).to_be_visible()
    expect(static_view(page)).to_contain_text(name)
    outputs = [output for cell in notebook.saved()["cells"] for output in cell["outputs"]]
    assert not [output for output in outputs if "application/vnd.jupyter.widget-view+json" in output["data"]]


def test_closed_widget_gives_the_static_view_back(shown: Callable[..., tuple[Notebook, str]], page: Page) -> None:
    """When the live view goes, by `close()`, what it hid is to be seen again."""
    notebook, name = shown("w.close()")
    expect(static_view(page)).to_have_count(1)
    expect(static_view(page)).to_be_hidden()
    notebook.run_cell(1)
    expect(static_view(page)).to_be_visible()
    expect(static_view(page)).to_contain_text(name)
