"""marimo, in an environment of its own: a notebook served as an app, its widget in a shadow root of marimo's."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import sidebar, steps
from tests.hosts.app_process import AppProcess, free_port
from tests.hosts.environments import Environment
from tests.hosts.record import Record
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for

HOST = "marimo"
Serve = Callable[..., str]
#: A theme is the notebook's own matter, or the user's; without either it is light.
THEME = '# /// script\n# [tool.marimo.display]\n# theme = "{theme}"\n# ///\n'
APP = """import marimo

app = marimo.App()


@app.cell
def _():
{show}
    return (w,)


@app.cell
def _(w):
{more}
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def serve(tmp_path: Path, shared_server: ServerProcess, proxy: FaultProxy) -> Iterator[Serve]:
    """Serve a notebook that shows a new run, and has one more cell; gives its URL."""
    started: list[AppProcess] = []

    def serve_(run: dict[str, object], more: str = "w", theme: str = "light") -> str:
        cells = (cell_for(shared_server.simulate(**run), proxy), more)
        show, more = (textwrap.indent(cell, "    ") for cell in cells)
        file = tmp_path / "app.py"
        file.write_text(THEME.format(theme=theme) + APP.format(show=show, more=more))
        port = free_port()
        marimo = str(Environment(HOST).make().folder / "bin" / "marimo")
        options = ["--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port)]
        # Its settings are the user's; the tests want none.
        homes = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
        started.append(AppProcess([marimo, "run", str(file), *options], port, tmp_path, homes))
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
        cell.note = "page opened"


@pytest.mark.parametrize("shown", ["w", "__import__('marimo').ui.anywidget(w)"], ids=["raw", "ui.anywidget"])
def test_click_when_idle(serve: Serve, page: Page, proxy: FaultProxy, record: Record, shown: str) -> None:
    """By the widget as it is, and by what marimo wraps it in."""
    page.goto(serve(steps.LASTING, shown))
    expect(widgets(page)).to_have_count(2)
    with record(HOST, "click idle") as cell:
        steps.abort_when_idle(cell, widgets(page).nth(1), proxy)
    expect(badge(widgets(page).nth(0))).to_have_text("Aborted")


def test_click_while_a_cell_runs(
    serve: Serve, page: Page, proxy: FaultProxy, record: Record, blocker: steps.Blocker
) -> None:
    page.goto(serve(steps.LASTING, f"w\n{blocker.source}"))
    expect(badge(widgets(page))).to_have_text("Running")
    with record(HOST, "click while busy") as cell:
        steps.abort_after_the_cell(cell, widgets(page), proxy, blocker)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme(serve: Serve, page: Page, record: Record, theme: str) -> None:
    page.goto(serve(steps.LASTING, theme=theme))
    expect(badge(widgets(page).first)).to_have_text("Running")
    with record(HOST, "dark") as cell:
        steps.see_theme(cell, widgets(page).first, theme == "dark")


def test_sidebar(serve: Serve, page: Page, record: Record) -> None:
    page.goto(serve(steps.LASTING, sidebar.CALL))
    with record(HOST, "sidebar") as cell:
        sidebar.see_that_there_is_none(cell, widgets(page).first)


def test_nothing_is_saved(serve: Serve, page: Page, tmp_path: Path, record: Record) -> None:
    url = serve(steps.LASTING)
    before = (tmp_path / "app.py").read_bytes()
    page.goto(url)
    expect(badge(widgets(page).first)).to_have_text("Running")
    assert (tmp_path / "app.py").read_bytes() == before
    record.absent(HOST, "saved", "a notebook is a Python file, without outputs")
