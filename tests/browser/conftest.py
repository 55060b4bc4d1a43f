"""One JupyterLab and one browser for all tests here; each test opens a notebook of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.jupyter_lab import JupyterLab, Notebook

# Two cores may be busy with other tests: how long a thing takes is not what these tests are about.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """A JupyterLab server."""
    folder = tmp_path_factory.mktemp("lab")
    settings = tmp_path_factory.mktemp("settings")
    lab = JupyterLab(folder, settings)
    yield lab
    lab.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def open_notebook(page: Page, lab: JupyterLab, request: pytest.FixtureRequest) -> Callable[..., Notebook]:
    """Write a notebook with these cells, or take a copy of a file, and open it."""

    def open_(*sources: str, file: Path | None = None) -> Notebook:
        name = request.node.name.replace("[", "-").replace("]", "")
        if file is not None:
            (lab.root / f"{name}.ipynb").write_text(file.read_text())
        else:
            lab.write(name, *sources)
        return Notebook(page, lab, name)

    return open_
