"""The front end in a headless Chromium: the widget as it ships beside two simpler ways to draw the same rows.

variants/ has both: a pool of elements, and one canvas on which everything is drawn. All show one row per action, in a
view of eight rows. The widget draws its header, diagram and overview besides.
"""

from __future__ import annotations

import gzip
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.table import Row, beside
from tests.jupyter_lab import CHROMIUM_ARGS, chromium

HERE = Path(__file__).parent
JS = HERE.parents[1] / "js"
BUNDLE = HERE.parents[1] / "flyte_widgets" / "widgets" / "static" / "widget.js"
WAYS = ("ours", "pooled DOM", "draw everything")
PAINTS = 3
"""First paints measured, each on a new page."""


def measure(counts: tuple[int, ...] = (1_000, 10_000, 100_000), seconds: float = 3.0) -> list[Row]:
    """Measure at each size: first paint, frames while the run goes on and while scrolling, elements, heap."""
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        script = bundle_of(HERE / "variants" / "page.ts")
        for count in counts:
            measured = {way: measure_way(browser, script, way, count, seconds) for way in WAYS}
            for name, unit, more_is_better in MEASURES:
                values = {way: told[name] for way, told in measured.items()}
                rows += beside(f"{name}, {count:,} actions", unit, values, more_is_better=more_is_better)
        browser.close()
    return rows + bundle_bytes()


MEASURES = (
    ("first paint", "ms", False),
    ("live growth", "fps", True),
    ("live growth, a frame's drawing", "ms", False),
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
        "live growth": fps(grown),
        "live growth, a frame's drawing": grown["drawMs"],
        "scroll": fps(scrolled),
        "scroll, a frame's drawing": scrolled["drawMs"],
        "elements for rows": [nodes],
        "heap once shown": [max(heap, 0.1)],
    }


def fps(counted: dict[str, Any]) -> list[float]:
    """Frames a second, in each half second: a mean over all would hide that it stands still now and then."""
    rates: list[float] = []
    frames, span_ms = 0, 0.0
    for interval_ms in counted["intervalMs"]:
        frames, span_ms = frames + 1, span_ms + interval_ms
        if span_ms >= 500:
            rates.append(frames / span_ms * 1000)
            frames, span_ms = 0, 0.0
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


def bundle_bytes() -> list[Row]:
    """Weigh the bundle that is in the wheel."""
    content = BUNDLE.read_bytes()
    sizes = {"bundle, minified": len(content), "bundle, minified and gzipped": len(gzip.compress(content, 9))}
    return [row for name, size in sizes.items() for row in beside(name, "kB", {"ours": [size / 1000]})]
