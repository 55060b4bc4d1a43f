"""From the backend's word to the text in the browser, in a real JupyterLab. Measure 3.

The load server sends the root's next phase and notes when. A MutationObserver in the page notes when the text has
changed: the badge of the widget, and the line of the SDK's `run.wait()` beside it. Both clocks are this machine's.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from flyte_widgets.phases import PHASE_TABLE, ActionPhase
from tests.benchmarks.load_messages import RUN_NAME
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.machine import say
from tests.benchmarks.subjects import OURS, RUN_WAIT
from tests.benchmarks.table import Finding, Row, Target, beside
from tests.jupyter_lab import CHROMIUM_ARGS, JupyterLab, Notebook, chromium

SAMPLES = 200
BETWEEN_S = (0.35, 0.5)
"""Pause between two phases: at random, so that no beat of anybody's is met again and again."""
SETTLE_S = 1.0
BUSY = "while True: sum(n * n for n in range(10_000))"
IDLE_NAME, BUSY_NAME, WAIT_NAME, BESIDE_NAME = "idle kernel", "busy kernel", "run.wait()", "beside run.wait()"
SITUATIONS = {IDLE_NAME: "", BUSY_NAME: BUSY, BESIDE_NAME: RUN_WAIT}
"""What runs in the cell after the widget's."""
TUI_POLL_MS = 2_000
"""The SDK's remote terminal view asks so often (flyte/cli/_tui/_remote/_screens.py): half of it passes on average."""

Seen = Sequence[tuple[str, float]]
"""Texts and when they appeared, epoch ms."""
Sent = Sequence[tuple[str, float]]
"""Phases and when they were sent, epoch ms."""

_WATCH = """(rivals) => {
  const read = {
    ours: () => document.querySelector(".flyte-widgets")?.shadowRoot?.querySelector(".fw-badge")?.textContent,
    wait: () => [...document.querySelectorAll(".jp-OutputArea-output")]
      .map((output) => /ActionPhase\\.(\\w+)/.exec(output.textContent)?.[1]).filter(Boolean).at(-1),
  };
  const seen = (window.seen = { ours: [], wait: [] });
  const observe = (name, node) => {
    let last = read[name]();
    new MutationObserver(() => {
      const text = read[name]();
      if (text && text !== last) seen[name].push([(last = text), performance.timeOrigin + performance.now()]);
    }).observe(node, { subtree: true, childList: true, characterData: true });
  };
  observe("ours", document.querySelector(".flyte-widgets").shadowRoot);
  if (rivals) observe("wait", document.querySelector(".jp-Notebook"));
}"""


def measure() -> list[Finding]:
    """Measure all three situations, in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        try:
            alone = {name: cell for name, cell in SITUATIONS.items() if name != BESIDE_NAME}
            latencies = sample(browser, alone, SAMPLES)
            return findings_of(latencies | sample(browser, {BESIDE_NAME: RUN_WAIT}, SAMPLES // 4))
        finally:
            browser.close()


def sample(browser: Browser, situations: dict[str, str], samples: int) -> dict[str, list[float]]:
    """Give so many latencies (ms) of ours in each situation, and of the SDK's line where that is shown."""
    latencies: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, closing(LoadServer()) as server:
        root, settings = Path(folder) / "root", Path(folder) / "settings"
        root.mkdir(), settings.mkdir()
        with closing(JupyterLab(root, settings)) as lab:
            for number, (name, cell) in enumerate(situations.items()):
                say(f"event_to_pixel: {name}, {samples} phases")
                sent, seen = _sample(browser, lab, server, f"steps-{5 + number}", cell, samples)
                latencies[name] = delays(_labels(sent), seen["ours"])
                if cell is RUN_WAIT:
                    latencies[WAIT_NAME] = delays(sent, seen["wait"])
    return latencies


def findings_of(latencies: dict[str, list[float]]) -> list[Finding]:
    """Lay the latencies of all situations side by side."""
    rows: dict[tuple[str, float], list[Row]] = {}
    for name in SITUATIONS:
        subjects = {"ours": latencies[name], WAIT_NAME: latencies[WAIT_NAME]}
        for kind, at in (("median", 0.5), ("95th percentile", 0.95)):
            rows[name, at] = beside(f"event to pixel, {name}, {kind}", "ms", subjects, at=at)
    limits = ((IDLE_NAME, 0.5, 50), (IDLE_NAME, 0.95, 150), (BUSY_NAME, 0.95, 300))
    return [
        *itertools.chain.from_iterable(rows.values()),
        *beside("event to pixel, the SDK's TUI", "ms", {"half of its 2 s between two questions": [TUI_POLL_MS / 2]}),
        *(Target(3, rows[name, at][0], limit, rows[name, at][1]) for name, at, limit in limits),
    ]


def delays(sent: Sent, seen: Seen) -> list[float]:
    """Give for each phase sent how long it, or one sent after it, was not to be seen. Fails where one never was."""
    found = []
    for at, (text, sent_ms) in enumerate(sent):
        later = {text, *(other for other, _ in sent[at : at + 3])}
        shown_ms = next((seen_ms for other, seen_ms in seen if seen_ms >= sent_ms and other in later), None)
        if shown_ms is None:
            raise AssertionError(f"{text} was sent, and nothing of it or of what came after it was seen")
        found.append(shown_ms - sent_ms)
    return found


def _sample(
    browser: Browser, lab: JupyterLab, server: LoadServer, run: str, cell: str, samples: int
) -> tuple[list[tuple[str, float]], dict[str, Any]]:
    """Open a notebook on a run of its own, send the phases, and give what was sent and what was seen."""
    facts = {"endpoint": server.endpoint(run), "run": RUN_NAME}
    lab.write(run, OURS.format(**facts), "w", cell.format(**facts))
    with closing(browser.new_context(viewport={"width": 1280, "height": 1000})) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        notebook = Notebook(page, lab, run)
        notebook.run_all()
        notebook.widgets.locator(".fw-badge", has_text="Queued").wait_for()
        if cell is RUN_WAIT:
            # The whole cell: where the line does not come, the error says what stands there instead.
            expect(page.locator(".jp-Cell").last).to_contain_text("ActionPhase.", timeout=60_000)
        time.sleep(SETTLE_S)
        page.evaluate(_WATCH, cell is RUN_WAIT)
        sent = []
        for _ in range(samples):
            time.sleep(random.uniform(*BETWEEN_S))
            sent.append(server.step(run))
        time.sleep(SETTLE_S)
        seen = page.evaluate("seen")
        page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")  # it may be busy for ever
        return sent, seen


def _labels(sent: Sent) -> list[tuple[str, float]]:
    """The same phases as the widget words them."""
    return [(PHASE_TABLE[ActionPhase[phase]].label, at_ms) for phase, at_ms in sent]
