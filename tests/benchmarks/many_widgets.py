"""A page with 30 widgets beside 30 bars of tqdm.notebook and 30 `run.wait()`: time, comm traffic, heap. Measure 17.

Each in a notebook of its own in JupyterLab, with a kernel that has imported all and is connected. Time is from the
cell's start until all 30 are on screen; bytes are what came over the kernel's WebSocket until then, for the first 30 of
a kernel, the front end included; heap is what the page's script has more of, garbage collected. Then all are fed for
some seconds: the runs change ten actions in 250 ms, the bars go on four times a second.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.front_end import heap_mb
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.log_lines import Traffic
from tests.benchmarks.machine import say
from tests.benchmarks.peers import peers_python
from tests.benchmarks.subjects import MANY_OURS, MANY_RUN_WAITS, MANY_TQDMS
from tests.benchmarks.table import Finding, Target, beside
from tests.jupyter_lab import CHROMIUM_ARGS, JupyterLab, Notebook, chromium

COUNT: Final = 30
REPEATS: Final = 3
SECONDS: Final = 10.0
SETTLE_S: Final = 4.0
"""Until those off screen have said so."""
OUR_NAME, TQDM_NAME, WAIT_NAME = "30 widgets", "30 tqdm.notebook bars", "30 run.wait()"
CELLS: Final = {OUR_NAME: MANY_OURS, TQDM_NAME: MANY_TQDMS, WAIT_NAME: MANY_RUN_WAITS}
"""A cell that makes ready, and those that show all."""

_SHOWN: Final = """() => {
  const badges = [...document.querySelectorAll(".jp-OutputArea .flyte-widgets")]
    .filter((each) => each.shadowRoot.querySelector(".fw-badge")?.textContent === "Running").length;
  const bars = document.querySelectorAll(".jp-OutputArea .widget-hprogress, .jp-OutputArea .jupyter-widget-hprogress");
  const lines = document.querySelector(".jp-Notebook").textContent.match(/ActionPhase\\.RUNNING/g) ?? [];
  return Math.max(badges, bars.length, lines.length);
}"""
# In the page, so that neither the browser's driver nor its waiting is measured.
_SHOW: Final = f"""async (count) => {{
  const shown = {_SHOWN};
  const {{ content }} = jupyterapp.shell.currentWidget;
  const begun = performance.now();
  for (let cell = 1; cell < content.widgets.length; cell++) {{
    content.activeCellIndex = cell;
    void jupyterapp.commands.execute("notebook:run-cell");
  }}
  return await new Promise((resolve, reject) => {{
    const look = () => {{
      const there = shown();
      if (there >= count) resolve(performance.now() - begun);
      else if (performance.now() - begun > 90_000) reject(new Error(`only ${{there}} were shown within 90 s`));
      else setTimeout(look, 10);
    }};
    look();
  }});
}}"""
WHAT: Final = {
    "time until shown": "ms",
    "bytes until shown": "kB",
    "messages until shown": "messages",
    "heap": "MB",
    "messages while they live": "msg/s",
    "bytes while they live": "KiB/s",
}


def measure() -> list[Finding]:
    """Measure all three, in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        try:
            pythons = {TQDM_NAME: peers_python(), WAIT_NAME: peers_python()}
            return measure_in(browser, COUNT, REPEATS, SECONDS, pythons)
        finally:
            browser.close()


def measure_in(
    browser: Browser,
    count: int,
    repeats: int,
    seconds: float,
    pythons: dict[str, str],
    ways: tuple[str, ...] = (*CELLS,),
) -> list[Finding]:
    """Measure: `pythons` are those of the ways that need another one than ours."""
    told = {way: [_show(browser, way, count, seconds, pythons.get(way), n) for n in range(repeats)] for way in ways}
    findings: list[Finding] = []
    for what, unit in WHAT.items():
        rows = beside(
            f"{what}, page of {count}", unit, {way: [one[what] for one in all_] for way, all_ in told.items()}
        )
        findings += rows
        if not what.startswith("messages until"):
            findings += [Target(17, rows[0], peer=peer) for peer in rows[1:]]
    return findings


def _show(browser: Browser, way: str, count: int, seconds: float, python: str | None, number: int) -> dict[str, float]:
    say(f"many_widgets: {way}")
    with tempfile.TemporaryDirectory() as folder, closing(LoadServer()) as server:
        root, settings = Path(folder) / "root", Path(folder) / "settings"
        root.mkdir(), settings.mkdir()
        facts = {"endpoint": server.endpoint("live-50"), "count": count}
        with closing(JupyterLab(root, settings, **({"python": python} if python else {}))) as lab:
            lab.write(f"many-{number}", *(cell.format(**facts) for cell in CELLS[way]))
            with closing(browser.new_context(viewport={"width": 1280, "height": 1000})) as context:
                page = context.new_page()
                page.set_default_timeout(120_000)
                traffic = Traffic(page)
                notebook = Notebook(page, lab, f"many-{number}")
                notebook.run_cell(0)
                before_mb, messages, size = heap_mb(page), traffic.messages, traffic.bytes
                took_ms = page.evaluate(_SHOW, count)
                shown = {
                    "time until shown": took_ms,
                    "bytes until shown": (traffic.bytes - size) / 1000,
                    "messages until shown": float(traffic.messages - messages),
                }
                page.wait_for_timeout(SETTLE_S * 1_000)
                messages, size = traffic.messages, traffic.bytes
                page.wait_for_timeout(seconds * 1_000)
                live = {
                    "messages while they live": (traffic.messages - messages) / seconds,
                    "bytes while they live": (traffic.bytes - size) / 1024 / seconds,
                }
                heap = heap_mb(page) - before_mb
                page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    return {**shown, **live, "heap": max(heap, 0.1)}
