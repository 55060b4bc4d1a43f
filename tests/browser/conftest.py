"""Each test opens a notebook of its own, in the one JupyterLab and the one browser that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fault_proxy import FaultProxy
from tests.jupyter_lab import JupyterLab, Notebook
from tests.widget_in_page import cell_for


@pytest.fixture
def open_notebook(page: Page, lab: JupyterLab, request: pytest.FixtureRequest) -> Iterator[Callable[..., Notebook]]:
    """Write a notebook with these cells, or take a copy of a file, and open it."""

    def open_(*sources: str, file: Path | None = None) -> Notebook:
        name = request.node.name.replace("[", "-").replace("]", "")
        if file is not None:
            (lab.root / f"{name}.ipynb").write_text(file.read_text())
        else:
            lab.write(name, *sources)
        return Notebook(page, lab, name)

    yield open_
    lab.end_kernels()


@pytest.fixture
def show(open_notebook: Callable[..., Notebook], proxy: FaultProxy) -> Callable[..., Notebook]:
    """Open a notebook with the widget of a run on the shared server, and run all its cells."""

    def show_(name: str, *more_cells: str) -> Notebook:
        notebook = open_notebook(cell_for(name, proxy), *more_cells)
        notebook.run_all()
        expect(notebook.widgets).to_have_count(1)
        return notebook

    return show_
