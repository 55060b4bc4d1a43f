"""Voila, in an environment of its own: a notebook as a page, its cells run when that is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import sidebar, steps
from tests.hosts.app_process import AppProcess, free_port
from tests.hosts.environments import Environment
from tests.hosts.record import Record
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for

HOST = "Voila"
Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path, shared_server: ServerProcess, proxy: FaultProxy) -> Iterator[Serve]:
    """Serve a notebook that shows a new run, and has more cells; gives its URL."""
    started: list[AppProcess] = []

    def serve_(run: dict[str, object], *more_cells: str, theme: str = "light") -> str:
        sources = (cell_for(shared_server.simulate(**run), proxy), *more_cells)
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        file = tmp_path / "app.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), file)
        python, port = str(Environment("voila").make().python), free_port()
        options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", f"--theme={theme}"]
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        env = {name: str(tmp_path / name) for name in folders}
        started.append(AppProcess([python, "-m", "voila", str(file), *options], port, tmp_path, env))
        return f"http://127.0.0.1:{port}"

    yield serve_
    for app in started:
        app.close()


def widgets(page: Page) -> Locator:
    return page.locator(".flyte-widgets")


def test_live(serve: Serve, page: Page, record: Record) -> None:
    url = serve(steps.LIVE)

    def start() -> Locator:
        page.goto(url)
        return widgets(page).first

    with record(HOST, "live") as cell:
        steps.see_it_live(cell, start)
        cell.note = "page opened, with its kernel"


def test_click_when_idle(serve: Serve, page: Page, proxy: FaultProxy, record: Record) -> None:
    page.goto(serve(steps.LASTING))
    with record(HOST, "click idle") as cell:
        steps.abort_when_idle(cell, widgets(page).first, proxy)


def test_click_while_the_kernel_is_busy(
    serve: Serve, page: Page, proxy: FaultProxy, record: Record, blocker: steps.Blocker
) -> None:
    """Voila draws no widget before all cells have run, so what keeps the kernel busy here comes after them."""
    page.goto(serve(steps.LASTING, blocker.later_source))
    expect(badge(widgets(page).first)).to_have_text("Running")
    blocker.begin()
    with record(HOST, "click while busy") as cell:
        steps.abort_after_the_cell(cell, widgets(page).first, proxy, blocker)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme(serve: Serve, page: Page, record: Record, theme: str) -> None:
    page.goto(serve(steps.LASTING, theme=theme))
    expect(badge(widgets(page).first)).to_have_text("Running")
    with record(HOST, "dark") as cell:
        steps.see_theme(cell, widgets(page).first, theme == "dark")


def test_sidebar(serve: Serve, page: Page, record: Record) -> None:
    """The cells have run before there is a page: what it was asked for is asked again."""
    page.goto(serve(steps.LASTING, sidebar.CALL))
    with record(HOST, "sidebar") as cell:
        sidebar.see_that_there_is_none(cell, widgets(page).first)


def test_nothing_is_saved(serve: Serve, page: Page, tmp_path: Path, record: Record) -> None:
    url = serve(steps.LASTING)
    before = (tmp_path / "app.ipynb").read_bytes()
    page.goto(url)
    expect(badge(widgets(page).first)).to_have_text("Running")
    assert (tmp_path / "app.ipynb").read_bytes() == before
    record.absent(HOST, "saved", "serves a notebook, and leaves its file as it is")
