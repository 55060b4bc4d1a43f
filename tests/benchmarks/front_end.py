"""The front end in a headless Chromium: the widget as it ships beside two simpler ways to draw the same rows.

variants/ has both: a pool of elements, and one canvas on which everything is drawn. All show one row per action, in a
view of eight rows. The widget draws its header, diagram and overview besides.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.bundle import measure_bundle
from tests.benchmarks.table import Row, beside
from tests.jupyter_lab import CHROMIUM_ARGS, chromium

HERE = Path(__file__).parent
JS = HERE.parents[1] / "js"
WAYS = ("ours", "pooled DOM", "draw everything")
PAINTS = 3
"""First paints measured, each on a new page."""


def measure() -> list[Row]:
    """Measure at each size, in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        rows = measure_in(browser, (1_000, 10_000, 100_000), seconds=3.0)
        browser.close()
    return rows


def measure_in(browser: Browser, counts: tuple[int, ...], seconds: float) -> list[Row]:
    """Measure first paint, frames while the run goes on and while scrolling, elements, heap; weigh the bundle."""
    rows: list[Row] = []
    script = bundle_of(HERE / "variants" / "page.ts")
    for count in counts:
        measured = {way: measure_way(browser, script, way, count, seconds) for way in WAYS}
        for name, unit, more_is_better in MEASURES:
            values = {way: told[name] for way, told in measured.items()}
            rows += beside(f"{name}, {count:,} actions", unit, values, more_is_better=more_is_better)
    return rows + measure_bundle(browser)


MEASURES = (
    ("first paint", "ms", False),
    ("live growth", "fps", True),
    ("live growth, drawing", "ms/s", False),
    ("scroll", "fps", True),
    ("scroll, a frame's drawing", "ms", False),
    ("elements for rows", "nodes", False),
    ("heap once shown", "MB", False),
)


def measure_way(browser: Browser, script: str, way: str, count: int, seconds: float) -> dict[str, list[float]]:
    """Measure one way of drawing at one size."""
    paints = []
    for paint in range(PAINTS):
        page = open_page(browser, script)
        page.evaluate("([way, count]) => bench.prepare(way, count)", [way, count])
        before_mb = heap_mb(page)
        paints.append(page.evaluate("bench.mount()"))
        if paint < PAINTS - 1:
            page.close()
    heap = heap_mb(page) - before_mb
    if page.evaluate("bench.rowsPx()") < 22 * count:
        raise AssertionError(f"{way} shows fewer rows than the {count} actions there are")
    grown = page.evaluate("(ms) => bench.grow(ms)", seconds * 1000)
    scrolled = page.evaluate("(ms) => bench.scroll(ms)", seconds * 1000)
    nodes = page.evaluate("bench.nodes()")
    page.close()
    return {
        "first paint": paints,
        "live growth": [rate for rate, _ in by_half_second(grown)],
        "live growth, drawing": [drawn for _, drawn in by_half_second(grown)],
        "scroll": [rate for rate, _ in by_half_second(scrolled)],
        "scroll, a frame's drawing": [drawn_ms for drawn_ms in scrolled["drawMs"] if drawn_ms > 0],
        "elements for rows": [nodes],
        "heap once shown": [max(heap, 0.1)],
    }


def by_half_second(counted: dict[str, Any]) -> list[tuple[float, float]]:
    """Frames and milliseconds of drawing a second, in each half second: a mean over all would hide a standstill."""
    rates: list[tuple[float, float]] = []
    frames, span_ms, drawn_ms = 0, 0.0, 0.0
    for interval_ms, draw_ms in zip(counted["intervalMs"], counted["drawMs"], strict=True):
        frames, span_ms, drawn_ms = frames + 1, span_ms + interval_ms, drawn_ms + draw_ms
        if span_ms >= 500:
            rates.append((frames / span_ms * 1000, drawn_ms / span_ms * 1000))
            frames, span_ms, drawn_ms = 0, 0.0, 0.0
    return rates


def open_page(browser: Browser, script: str) -> Page:
    """Open a page of 960 px with the benchmark's script."""
    page = browser.new_page(viewport={"width": 976, "height": 700})
    page.set_default_timeout(120_000)
    page.set_content("<!doctype html><body style='margin: 8px'><main></main></body>")
    page.add_script_tag(content=script)
    return page


def heap_mb(page: Page) -> float:
    """Heap of the page's script, garbage collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used / 1e6


def bundle_of(entry: Path) -> str:
    """Bundle a page's script, minified, as the widget is."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "page.js"
        options = ["--bundle", "--minify", "--format=iife", "--target=es2022", "--loader:.css=text", f"--outfile={out}"]
        esbuild = JS / "node_modules" / ".bin" / "esbuild"
        subprocess.run([esbuild, entry, *options, "--log-level=warning"], check=True, timeout=60)
        return out.read_text(encoding="utf-8")
