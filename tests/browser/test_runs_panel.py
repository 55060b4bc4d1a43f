"""The panel of runs in a real JupyterLab: palette, launcher, `sidebar()`, one panel, and the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.jupyter_lab import Notebook
from tests.run_helpers import END
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, connect_to

FAILED = "the-failed-one"


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A server of this file's own: more runs than fit the panel, of which an old one has failed."""
    process = ServerProcess()
    process.simulate(seed=7, elapsed_s=END, outcome="failed", name=FAILED)
    for number in range(70):
        process.simulate(seed=number, actions=2, elapsed_s=END, outcome="succeeded")
    yield process
    process.stop()


@pytest.fixture
def connect(server: ServerProcess) -> str:
    """The source of a cell that connects."""
    return connect_to(server)


def the_panel(page: Page) -> Locator:
    return page.locator(".flyte-widgets-panel > .flyte-widgets")


def rows(panel: Locator) -> Locator:
    return panel.locator(".fw-rl-row[data-run]")


def show_by_palette(page: Page, words: str = "Flyte: Show Runs") -> None:
    page.evaluate("() => void jupyterapp.commands.execute('apputils:activate-command-palette')")
    search = page.locator(".jp-ModalCommandPalette input")
    expect(search).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator(".lm-CommandPalette-item.lm-mod-active")).to_have_text(re.compile(f"^{re.escape(words)}"))
    page.keyboard.press("Enter")


def test_by_keyboard_alone_a_failed_run_is_found_read_and_left(
    open_notebook: Callable[..., Notebook], connect: str
) -> None:
    """At 320 px: palette, filter, open, read its error, back; row and scroll are as they were."""
    notebook = open_notebook(connect)
    page = notebook.page
    notebook.run_cell(0)
    show_by_palette(page)
    panel = the_panel(page)
    expect(rows(panel).first).to_be_visible()
    assert 300 <= (panel.bounding_box() or {})["width"] <= 340
    search = panel.get_by_role("searchbox")
    expect(search).to_be_focused()

    # Down to the last run, which is the failed one: its place is kept, too.
    page.keyboard.press("ArrowDown")
    grid = panel.get_by_role("grid", name="Runs")
    expect(grid).to_be_focused()
    failed = panel.locator(f".fw-rl-row[data-run='{FAILED}']")
    for _ in range(4):  # older runs come as the end comes near
        page.keyboard.press("End")
    expect(failed).to_have_attribute("data-current", "")
    expect(failed).to_be_in_viewport()
    top = grid.evaluate("(list) => list.scrollTop")
    assert top > 0
    page.keyboard.press("Enter")
    opened = panel.locator(".fw-rl-opened .flyte-widgets")
    expect(badge(opened)).to_have_text("Failed")
    expect(panel.get_by_role("button", name="Runs", exact=True)).to_be_focused()
    expect(opened.locator(".fw-line-band")).to_contain_text(re.compile(r"\w+Error"))
    page.keyboard.press("Backspace")
    expect(grid).to_be_focused()
    expect(failed).to_have_attribute("data-current", "")
    assert grid.evaluate("(list) => list.scrollTop") == top

    # By the filter, too.
    page.keyboard.press("/")
    page.keyboard.type("failed-one")
    expect(rows(panel)).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(badge(opened)).to_have_text("Failed")


def test_one_panel_and_what_was_open_comes_back(open_notebook: Callable[..., Notebook], connect: str) -> None:
    """Another list takes the panel over; a run's panel leads to it; a reload brings what was open."""
    calls = ["fw.runs().sidebar()", "fw.runs(phase='failed', since=None).sidebar()"]
    notebook = open_notebook(connect, *calls, f"fw.RunWidget({FAILED!r}).sidebar('left')")
    page = notebook.page
    for cell in (0, 1):
        notebook.run_cell(cell)
    panel = the_panel(page)
    expect(rows(panel).first).to_be_visible()
    said = re.compile(r"^The list of runs of \w+ / \w+ was opened in the right sidebar\.")
    expect(page.locator(".jp-OutputArea-output pre").first).to_have_text(said)
    assert page.evaluate("document.activeElement.closest('.jp-Notebook') !== null")
    notebook.run_cell(2)
    expect(panel).to_have_count(1)
    expect(rows(panel)).to_have_count(1)
    rows(panel).first.click()
    expect(badge(panel.locator(".fw-rl-opened .flyte-widgets"))).to_have_text("Failed")

    notebook.reload()
    expect(panel).to_have_count(1)
    expect(badge(panel.locator(".fw-rl-opened .flyte-widgets"))).to_have_text("Failed")

    notebook.run_cell(3)
    left = page.locator("#jp-left-stack .flyte-widgets-panel > .flyte-widgets")
    left.get_by_role("button", name="Runs", exact=True).click()
    expect(left).to_have_count(0)
    expect(panel).to_have_count(1)
    expect(rows(panel).nth(5)).to_be_visible()
    panel.get_by_role("button", name="Close this panel").click()
    expect(panel).to_have_count(0)
    notebook.reload()
    expect(panel).to_have_count(0)


def test_the_command_says_what_is_missing(open_notebook: Callable[..., Notebook], connect: str) -> None:
    """No backend, no package in the kernel, no notebook: each in words."""
    notebook = open_notebook(connect)
    page = notebook.page
    dialog = page.locator(".jp-Dialog")

    def expect_words(words: str) -> None:
        expect(dialog).to_contain_text(words)
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)

    show_by_palette(page)
    expect_words("No Flyte backend is configured.")
    notebook.evaluate("import sys; sys.modules['flyte_widgets.widgets.runs_home'] = None")
    show_by_palette(page)
    expect_words("Its kernel does not have flyte-widgets. Run %pip install flyte-widgets in a cell.")
    page.evaluate("() => jupyterapp.shell.currentWidget.dispose()")
    show_by_palette(page)
    expect_words("They are read by a notebook's kernel. Open a notebook.")
    expect(the_panel(page)).to_have_count(0)


def test_launcher_and_watch_a_run(open_notebook: Callable[..., Notebook], connect: str) -> None:
    """The launcher's card uses the kernel of the notebook that was used last; a run is opened by its name."""
    notebook = open_notebook(connect)
    page = notebook.page
    notebook.run_cell(0)
    page.evaluate("() => void jupyterapp.commands.execute('launcher:create')")
    page.locator(".jp-LauncherCard", has_text="Flyte Runs").click()
    panel = the_panel(page)
    expect(rows(panel).first).to_be_visible()
    show_by_palette(page, "Flyte: Watch a Run…")
    page.locator(".jp-Dialog input").fill(FAILED)
    page.keyboard.press("Enter")
    expect(badge(panel.locator(".fw-rl-opened .flyte-widgets"))).to_have_text("Failed")
