"""The list of runs in a real JupyterLab: many runs, keys, a run that opens in place, news under the pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.fault_proxy import FaultProxy
from tests.jupyter_lab import Notebook
from tests.run_helpers import END, eventually
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for_runs

MANY = 260

BOXES = """(host) => Object.fromEntries([...host.shadowRoot.querySelectorAll('.fw-rl-row[data-run]')].map(
  (row) => [row.dataset.run, Math.round(row.getBoundingClientRect().top)]))"""


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A server of this file's own, whose runs are known: the last one has failed."""
    process = ServerProcess()
    for number in range(MANY):
        process.simulate(seed=number, actions=2, elapsed_s=END, outcome="succeeded")
    process.simulate(seed=7, elapsed_s=END, outcome="failed", name="the-failed-one")
    yield process
    process.stop()


@pytest.fixture
def proxy_of(server: ServerProcess) -> Iterator[FaultProxy]:
    proxy = FaultProxy(server.endpoint)
    yield proxy
    proxy.close()


@pytest.fixture
def show(open_notebook: Callable[..., Notebook], proxy_of: FaultProxy) -> Callable[[], tuple[Notebook, Locator]]:
    """Open a notebook with the list."""

    def show_() -> tuple[Notebook, Locator]:
        notebook = open_notebook(cell_for_runs(proxy_of))
        notebook.run_all()
        runs = notebook.page.locator(".flyte-widgets:has(.fw-runs)").first
        expect(runs.locator(".fw-rl-row[data-run]").first).to_be_visible(timeout=60_000)
        return notebook, runs

    return show_


def rows(runs: Locator) -> Locator:
    return runs.locator(".fw-rl-row[data-run]")


def known(runs: Locator) -> Any:
    return runs.evaluate("(host) => host.runs.shown")


def test_many_runs_in_few_nodes_to_the_last_one(show: Callable[[], tuple[Notebook, Locator]]) -> None:
    """Scrolled to the end, all pages were read, each run once; never more than 60 rows are in the page."""
    _, runs = show()
    grid = runs.get_by_role("grid", name="Runs")
    grid.focus()

    def at_the_end() -> bool:
        grid.press("End")
        assert rows(runs).count() <= 60
        return bool(known(runs) >= MANY + 1)

    eventually(at_the_end)
    expect(runs.get_by_text(re.compile(r"^That was all: \d+ runs$"))).to_be_visible()


def test_find_a_failed_run_read_its_error_and_come_back(show: Callable[[], tuple[Notebook, Locator]]) -> None:
    """By keyboard alone: filter, open, read, back; the row is the current one still."""
    notebook, runs = show()
    chip = runs.get_by_role("button", name="Failed")
    chip.focus()
    chip.press("Enter")
    expect(rows(runs)).to_have_count(1)
    grid = runs.get_by_role("grid", name="Runs")
    grid.focus()
    grid.press("ArrowDown")
    grid.press("Enter")
    back = runs.get_by_role("button", name="Runs", exact=True)
    expect(back).to_be_focused()
    opened = runs.locator(".fw-badge")
    expect(opened).to_have_text("Failed", timeout=60_000)
    back.press("Backspace")
    expect(opened).to_have_count(0)
    expect(grid).to_be_focused()
    expect(rows(runs).first).to_have_attribute("data-current", "")
    expect(notebook.page.locator(".jp-Cell")).not_to_have_count(0)


def test_nothing_moves_under_the_pointer(show: Callable[[], tuple[Notebook, Locator]], server: ServerProcess) -> None:
    """New runs wait while somebody points at the list, are counted, and come with a click."""
    _, runs = show()
    third = rows(runs).nth(3)
    third.hover()
    before = runs.evaluate(BOXES)
    name = server.simulate(seed=3, actions=1, elapsed_s=END)
    runs.evaluate("(host) => void host.channel.request('retry', {})")
    news = runs.get_by_role("button", name=re.compile("new run"))
    expect(news).to_be_visible(timeout=60_000)
    assert runs.evaluate(BOXES) == before
    news.click()
    expect(rows(runs).first).to_have_attribute("data-run", name)


def test_two_runs_of_one_task_are_compared_and_taken_along(show: Callable[[], tuple[Notebook, Locator]]) -> None:
    """The newer one opens beside the older one; their code is copied, their table is a file."""
    notebook, runs = show()
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    names = [rows(runs).nth(at).get_attribute("data-run") or "" for at in (2, 4)]
    for name in names:
        row = runs.locator(f".fw-rl-row[data-run='{name}']")
        row.hover()
        row.locator(".fw-rl-check").click()
    runs.get_by_role("button", name="Copy code").click()
    expect(runs.get_by_text("Copied", exact=True).first).to_be_visible()
    code = notebook.page.evaluate("navigator.clipboard.readText()")
    assert [name in code for name in names] == [True, True], code
    with notebook.page.expect_download() as download:
        runs.get_by_role("button", name="Export").click()
    text = download.value.path().read_text()
    assert text.startswith("run,task,phase,started,ended,seconds,owner")
    assert sorted(line.split(",")[0] for line in text.splitlines()[1:]) == sorted(names)

    runs.get_by_role("button", name="Compare").click()
    opened = runs.locator(".fw-rl-opened .flyte-widgets")
    band = opened.get_by_role("region", name="Comparison with an earlier run")
    expect(band.get_by_role("combobox")).to_have_value(names[1], timeout=60_000)
    expect(opened.locator(".fw-run-name, .fw-header").first).to_contain_text(names[0])


def test_a_wide_view_has_the_list_beside_the_run(show: Callable[[], tuple[Notebook, Locator]]) -> None:
    """From 1,200 px on: a list of 320, narrow, whose rows open in the rest; below, one or the other."""
    notebook, runs = show()
    notebook.page.set_viewport_size({"width": 1900, "height": 1000})
    runs.evaluate("(host) => { host.style.width = '1440px'; }")
    rows(runs).nth(1).click()
    opened = runs.locator(".fw-rl-opened .flyte-widgets")
    expect(badge(opened)).to_be_visible(timeout=60_000)
    expect(rows(runs).nth(1)).to_have_attribute("data-open", "")
    sizes = runs.evaluate("""(host) => ['.fw-rl-main', '.fw-rl-pane'].map(
      (part) => Math.round(host.shadowRoot.querySelector(part).getBoundingClientRect().width))""")
    assert sizes[0] == 320
    assert sizes[1] > 1_000
    other = rows(runs).nth(3).get_attribute("data-run") or ""
    rows(runs).nth(3).click()
    expect(opened).to_contain_text(other)
    runs.evaluate("(host) => { host.style.width = '960px'; }")
    expect(runs.locator(".fw-rl-main")).to_be_hidden()
    expect(opened).to_contain_text(other)


def test_a_reload_shows_the_open_run_again(show: Callable[[], tuple[Notebook, Locator]]) -> None:
    """What was open comes back."""
    notebook, runs = show()
    rows(runs).nth(2).click()
    expect(runs.locator(".fw-badge")).to_be_visible(timeout=60_000)
    notebook.reload()
    runs = notebook.page.locator(".flyte-widgets:has(.fw-runs)").first
    expect(runs.locator(".fw-badge")).to_be_visible(timeout=60_000)


def test_ticked_runs_are_aborted_after_one_question(
    show: Callable[[], tuple[Notebook, Locator]], server: ServerProcess, proxy_of: FaultProxy
) -> None:
    """Two that go on: one question, two aborts, each told."""
    names = [server.simulate(seed=seed, actions=3, elapsed_s=1, hold=True) for seed in (1, 2)]
    _, runs = show()
    for name in names:
        row = runs.locator(f".fw-rl-row[data-run='{name}']")
        row.hover()
        row.locator(".fw-rl-check").click()
    expect(runs.get_by_text("2 selected")).to_be_visible()
    runs.get_by_role("button", name="Abort 2 runs").click()
    runs.get_by_role("button", name="Abort", exact=True).click()
    for name in names:
        expect(runs.locator(f".fw-rl-row[data-run='{name}']")).to_have_accessible_name(
            re.compile("aborted"), timeout=60_000
        )
    assert proxy_of.count("AbortRun") == 2
