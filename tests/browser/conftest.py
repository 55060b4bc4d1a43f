"""Each test opens a notebook of its own, in the one JupyterLab and the one browser that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.jupyter_lab import JupyterLab, Notebook


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
