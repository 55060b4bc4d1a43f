"""Log lines from the backend to the screen of a real JupyterLab: our Logs tab beside the SDK's `show_logs()`.

A server prints numbered lines that say when they were sent. In each frame the page looks for the newest line that it
shows: all before it are on screen, or were. The line of that number is as old as it says; those in between, which came
with it, are a little older. Messages are those of the kernel's WebSocket. What is on screen costs its own bytes: the
text of the rows shown, at each change; the rest is what is beyond. Measure 13.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, WebSocket, expect, sync_playwright

from tests.benchmarks.load_messages import RUN_NAME
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.machine import say
from tests.benchmarks.subjects import OURS, SHOW_LOGS
from tests.benchmarks.table import Finding, Target, beside
from tests.jupyter_lab import CHROMIUM_ARGS, JupyterLab, Notebook, chromium

RATE: Final = 5_000
FLOOD: Final = 20_000
"""Lines a second. At the first rate all is measured, at the second only how many lines come through."""
WARM_UP_S, SECONDS = 3.0, 15.0
OUR_NAME, SDK_NAME = "ours", "show_logs()"
CELLS: Final = {OUR_NAME: OURS + "w", SDK_NAME: SHOW_LOGS}
FEWER, MOST_KIB, MOST_LATE_MS = 10, 8.0, 300.0

# [epoch ms, number of the newest line shown, when it was sent, characters on screen], at each change.
_LOOK = """(seconds) => new Promise((resolve) => {
  const seen = [];
  const rows = () => {
    const list = document.querySelector(".flyte-widgets")?.shadowRoot?.querySelector(".fw-log-lines");
    if (!list) return [...document.querySelectorAll(".jp-OutputArea-output pre")];
    const { top, bottom } = list.getBoundingClientRect();
    const isShown = ({ top: from, bottom: to }) => to > top && from < bottom;
    return [...list.querySelectorAll(".fw-log-row")].filter((row) => isShown(row.getBoundingClientRect()));
  };
  const until = performance.now() + seconds * 1000;
  let newest = -1;
  const look = () => {
    const text = rows().map((row) => row.textContent).join("\\n");
    const lines = [...text.matchAll(/#(\\d+) @(\\d+)/g)];
    const last = lines.reduce((best, line) => (+line[1] > best[0] ? [+line[1], +line[2]] : best), [-1, 0]);
    if (last[0] > newest) {
      newest = last[0];
      seen.push([performance.timeOrigin + performance.now(), ...last, text.length]);
    }
    if (performance.now() < until) requestAnimationFrame(look);
    else resolve(seen);
  };
  look();
})"""


@dataclass
class Followed:
    """What was seen of a log in some seconds, and what came over the WebSocket meanwhile."""

    seen: list[tuple[float, int, float, int]]
    messages: int
    bytes: int
    seconds: float


class Traffic:
    """Counts what a page gets from kernels."""

    def __init__(self, page: Page) -> None:
        self.messages = self.bytes = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:
            socket.on("framereceived", self._received)

    def _received(self, payload: str | bytes) -> None:
        self.messages += 1
        self.bytes += len(payload.encode() if isinstance(payload, str) else payload)


def measure() -> list[Finding]:
    """Measure both at the first rate, then at the second."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        try:
            return findings_of(follow(browser, RATE, SECONDS), follow(browser, FLOOD, SECONDS))
        finally:
            browser.close()


def follow(browser: Browser, rate: int, seconds: float) -> dict[str, Followed]:
    """Follow a log each way, in a notebook of its own."""
    followed: dict[str, Followed] = {}
    with tempfile.TemporaryDirectory() as folder, closing(LoadServer("tests.benchmarks.log_server")) as server:
        root, settings = Path(folder) / "root", Path(folder) / "settings"
        root.mkdir(), settings.mkdir()
        with closing(JupyterLab(root, settings)) as lab:
            for name, cell in CELLS.items():
                say(f"log_lines: {name}, {rate:,} lines/s")
                notebook = f"logs-{len(followed)}"
                lab.write(notebook, cell.format(endpoint=server.endpoint(f"idle-5-{rate}"), run=RUN_NAME))
                with closing(browser.new_context(viewport={"width": 1280, "height": 1000})) as context:
                    page = context.new_page()
                    page.set_default_timeout(90_000)
                    followed[name] = _follow(Notebook(page, lab, notebook), Traffic(page), name, seconds)
    return followed


def _follow(notebook: Notebook, traffic: Traffic, name: str, seconds: float) -> Followed:
    page = notebook.page
    notebook.reload()  # so that the page's WebSocket is one that is counted
    notebook.run_all()
    if name == OUR_NAME:
        widget = notebook.widgets.first
        widget.get_by_role("row", name="pipeline, ").first.click()
        widget.get_by_role("tab", name="Logs").click()
        expect(widget.get_by_role("log")).to_contain_text("#")
    else:
        expect(page.locator(".jp-OutputArea-output pre").last).to_contain_text("#")
    page.wait_for_timeout(WARM_UP_S * 1000)
    messages, size = traffic.messages, traffic.bytes
    seen: list[Any] = page.evaluate(_LOOK, seconds)
    told = Followed([tuple(each) for each in seen], traffic.messages - messages, traffic.bytes - size, seconds)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    if len(seen) < 2:
        raise AssertionError(f"{name} showed no lines: nothing was measured")
    return told


def late_ms(followed: Followed) -> list[float]:
    """How old each line was when it, or one after it, was on screen."""
    return [
        at - sent_before - (sent - sent_before) * (n - before) / (newest - before)
        for (_, before, sent_before, _), (at, newest, sent, _) in pairwise(followed.seen)
        for n in range(before + 1, newest + 1)
    ]


def lines_a_second(followed: Followed) -> float:
    """How many lines came to the screen in a second."""
    (begun, first, *_), (ended, last, *_) = followed.seen[0], followed.seen[-1]
    return (last - first) / (ended - begun) * 1000


def kib_beyond(followed: Followed) -> float:
    """KiB a second beyond the text on screen: that counts at each change."""
    shown = sum(characters for *_, characters in followed.seen)
    return (followed.bytes - shown) / 1024 / followed.seconds


def findings_of(told: dict[str, Followed], flooded: dict[str, Followed]) -> list[Finding]:
    """Lay both side by side."""

    def rows(what: str, unit: str, values: dict[str, list[float]], **how: Any) -> list[Any]:
        return beside(f"{what}, {RATE:,} lines/s", unit, values, **how)

    messages = rows("log messages", "msg/s", {way: [one.messages / one.seconds] for way, one in told.items()})
    size = rows("log bytes", "KiB/s", {way: [one.bytes / 1024 / one.seconds] for way, one in told.items()})
    beyond = rows(
        "log bytes beyond the screen", "KiB/s", {way: [max(0.0, kib_beyond(one))] for way, one in told.items()}
    )
    late = rows("log line to pixel, 95th percentile", "ms", {way: late_ms(one) for way, one in told.items()}, at=0.95)
    median = rows("log line to pixel, median", "ms", {way: late_ms(one) for way, one in told.items()})
    through = {way: [lines_a_second(one)] for way, one in flooded.items()}
    sustained = beside(f"log lines to the screen, of {FLOOD:,} a second", "lines/s", through, more_is_better=True)
    at_rate = rows(
        "log lines to the screen",
        "lines/s",
        {way: [lines_a_second(one)] for way, one in told.items()},
        more_is_better=True,
    )
    return [
        *(row for each in (messages, size, beyond, median, late, at_rate, sustained) for row in each),
        Target(13, messages[0], peer=messages[1], factor=FEWER),
        Target(13, beyond[0], MOST_KIB, beyond[1]),
        Target(13, late[0], MOST_LATE_MS, late[1]),
        Target(13, sustained[0], peer=sustained[1]),
    ]
