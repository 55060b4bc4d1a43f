"""10,000 runs as a list in a real JupyterLab: first rows, scrolling, nodes, requests to the backend. Measure 15.

The embedded backend is a process of its own, behind a proxy that counts. "First rows" is from the kernel's having the
backend's answer to the frame in which rows stand in the page: both clocks are this machine's. The front end was loaded
by a list before, as it is once a notebook.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, sync_playwright

from tests.benchmarks.machine import say
from tests.benchmarks.table import REPEATS, Finding, Row, Target, beside
from tests.fault_proxy import FaultProxy
from tests.jupyter_lab import CHROMIUM_ARGS, JupyterLab, Notebook, chromium
from tests.server_process import ServerProcess

RUNS = 10_000
OURS = "fw.runs()"
WATCHED_S = 20.0
FRAMES = 240
OVER_S = 1e9
NUMBER = 15

CONNECT = """
import time, flyte_widgets as fw
from flyte_widgets.watch.runs_list import RunList
_ = fw.connect({endpoint!r}, project={project!r}, domain={domain!r}, console="")
answers, read_newest = [], RunList.read_newest
async def noting(self):
    rows = await read_newest(self)
    answers.append(time.time() * 1e3)
    return rows
RunList.read_newest = noting
"""
SHOW = "fw.runs(since=None)"

_NOTE_ROWS = """() => {
  window.paintedMs = 0;
  const look = () => {
    const lists = [...document.querySelectorAll(".flyte-widgets")].filter((host) => host.runs);
    if (lists.at(-1)?.shadowRoot.querySelector(".fw-rl-row[data-run]")) {
      window.paintedMs = performance.timeOrigin + performance.now();
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
_SCROLL = """async (host, frames) => {
  const list = host.shadowRoot.querySelector(".fw-list");
  list.scrollTop = 0;
  const taken = [];
  let nodes = 0;
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i++) {
    list.scrollTop += 180;
    const now = await new Promise(requestAnimationFrame);
    taken.push(now - before);
    before = now;
    nodes = Math.max(nodes, host.shadowRoot.querySelectorAll(".fw-rl-row[data-run], .fw-rl-row[data-heading]").length);
  }
  return { taken, nodes };
}"""
METHODS = ("ListRuns", "ListActions", "UserInfo")


def measure(runs: int = RUNS, repeats: int = REPEATS, watched_s: float = WATCHED_S) -> list[Finding]:
    """Measure one list of so many runs, in a server, a JupyterLab and a browser of its own."""
    server = ServerProcess()
    try:
        say(f"runs_list: {runs} runs")
        for number in range(runs):
            server.simulate(seed=number, actions=1, elapsed_s=OVER_S)
        with closing(FaultProxy(server.endpoint)) as proxy:
            told = _in_a_browser(server, proxy, runs, repeats, watched_s)
    finally:
        server.stop()
    return findings_of(runs, told, watched_s)


def findings_of(runs: int, told: dict[str, list[float]], watched_s: float) -> list[Finding]:
    """Lay out what was measured, with what was promised of it."""

    def row(what: str, unit: str, values: list[float], at: float = 0.5) -> Row:
        (found,) = beside(f"{what}, {runs:,} runs", unit, {OURS: values}, at=at)
        return found

    paint = row("first rows after the answer", "ms", told["paint"])
    frame = row("a frame while scrolling", "ms", told["frames"])
    slow = row("a frame while scrolling, 95th percentile", "ms", told["frames"], 0.95)
    nodes = row("rows in the page", "", told["nodes"])
    asked = row(f"requests in {watched_s:.0f} s, a run goes on", "", told["asked"])
    hidden = row(f"requests in {watched_s:.0f} s, hidden", "", told["hidden"])
    return [
        slow,
        *(paint, frame, nodes, asked, hidden),
        Target(NUMBER, paint, limit=300),
        Target(NUMBER, frame, limit=1000 / 60 + 0.1),  # the browser's own frames are of 16.6 to 16.7 ms
        Target(NUMBER, nodes, limit=60),
        Target(NUMBER, asked, limit=watched_s / 2),
        Target(NUMBER, hidden, limit=0),
    ]


def _in_a_browser(
    server: ServerProcess, proxy: FaultProxy, runs: int, repeats: int, watched_s: float
) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root, settings = Path(folder) / "root", Path(folder) / "settings"
        root.mkdir(), settings.mkdir()
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        with closing(browser), closing(JupyterLab(root, settings)) as lab:
            connect = CONNECT.format(endpoint=proxy.endpoint, project=server.project, domain=server.domain)
            lab.write("list", connect, *[SHOW] * (repeats + 1))
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(120_000)
            notebook = Notebook(page, lab, "list")
            paint = [_first_rows(notebook, cell) for cell in range(repeats + 1)][1:]
            shown = page.locator(".flyte-widgets:has(.fw-runs)").last
            _read_all(shown, runs)
            scrolled = shown.evaluate(_SCROLL, FRAMES)
            asked, hidden = _requests(page, shown, server, proxy, watched_s)
    return {
        "paint": paint,
        "frames": scrolled["taken"],
        "nodes": [scrolled["nodes"]],
        "asked": [asked],
        "hidden": [hidden],
    }


def _first_rows(notebook: Notebook, number: int) -> float:
    """Show a list, alone in the notebook, and give how long its rows took from the answer on, in ms."""
    page = notebook.page
    if number == 0:
        notebook.run_cell(0)
    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.evaluate(_NOTE_ROWS)
    count = int(notebook.evaluate("print(len(answers))"))
    notebook.run_cell(number + 1)
    page.wait_for_function("window.paintedMs > 0")
    answered_ms = float(notebook.evaluate(f"print(answers[{count}])"))
    painted: Any = page.evaluate("paintedMs")
    return float(painted) - answered_ms


def _read_all(shown: Locator, runs: int) -> None:
    """Have the reader go to the end until all runs were read."""
    grid = shown.get_by_role("grid", name="Runs")
    grid.focus()
    give_up_s = time.monotonic() + 600
    while shown.evaluate("(host) => host.runs.known") < runs:
        if time.monotonic() > give_up_s:
            raise AssertionError("not all runs could be read")
        grid.press("End")
        shown.page.wait_for_timeout(50)


def _requests(
    page: Page, shown: Locator, server: ServerProcess, proxy: FaultProxy, watched_s: float
) -> tuple[float, float]:
    """Count requests while the first rows are shown, one of which goes on; then while the list is hidden."""

    def count() -> int:
        return sum(proxy.count(method) for method in METHODS)

    going = server.simulate(seed=1, actions=3, elapsed_s=1, hold=True)
    shown.evaluate("(host) => void host.channel.request('retry', {})")
    page.mouse.move(0, 0)
    shown.evaluate("(host) => { host.shadowRoot.querySelector('.fw-list').blur(); document.activeElement?.blur(); }")
    shown.evaluate("(host) => { host.shadowRoot.querySelector('.fw-list').scrollTop = 0; }")
    shown.locator(f".fw-rl-row[data-run='{going}']").wait_for()
    page.wait_for_timeout(5_000)  # the rows that came on screen are counted
    before = count()
    page.wait_for_timeout(watched_s * 1000)
    asked = count() - before
    shown.evaluate("(host) => { host.style.display = 'none'; }")
    page.wait_for_timeout(5_000)
    before = count()
    page.wait_for_timeout(watched_s * 1000)
    return asked, count() - before
