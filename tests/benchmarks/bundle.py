"""What the front end weighs in each widget, and what it costs a page to load it: packed as it ships, and not packed."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.table import REPEATS, Row, beside
from tests.packed import unpack

SHIPPED = Path(__file__).parents[2] / "flyte_widgets" / "widgets" / "static" / "widget.js"
WIDGETS = 10
"""Loaded on each page, one after the other."""
# As anywidget does for each widget.
LOAD = """async ([esm, count]) => {
  const took = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const module = await import(url);
    URL.revokeObjectURL(url);
    (window.widgets ??= []).push(await module.default());
    took.push(performance.now() - begun);
  }
  return took;
}"""


def measure_bundle(browser: Browser) -> list[Row]:
    """Bytes of each widget, time until the module of the first and of the next ones is there, heap a widget."""
    shipped = SHIPPED.read_text(encoding="utf-8")
    ways = {"ours": shipped, "not packed": unpack(shipped).decode()}
    weights = {way: [len(esm.encode()) / 1000] for way, esm in ways.items()}
    first: dict[str, list[float]] = {way: [] for way in ways}
    following: dict[str, list[float]] = {way: [] for way in ways}
    heap: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(REPEATS):
        for way, esm in ways.items():
            page = browser.new_page()
            session = page.context.new_cdp_session(page)
            session.send("HeapProfiler.collectGarbage")
            before = session.send("Runtime.getHeapUsage")["usedSize"]
            took = page.evaluate(LOAD, [esm, WIDGETS])
            session.send("HeapProfiler.collectGarbage")
            heap[way].append((session.send("Runtime.getHeapUsage")["usedSize"] - before) / WIDGETS / 1000)
            first[way].append(took[0])
            following[way] += took[1:]
            page.close()
    return [
        *beside("bundle, in each widget", "kB", weights),
        *beside("bundle, loaded for the first widget", "ms", first),
        *beside("bundle, loaded for each further widget", "ms", following),
        *beside(f"bundle, heap a widget of {WIDGETS}", "kB", heap),
    ]
