"""What the front end weighs, and what it costs a page to load it: packed as it ships, and not packed."""

from __future__ import annotations

import base64
import json
from typing import Final

from playwright.sync_api import Browser

import flyte_widgets as fw
from flyte_widgets.widgets.front_end import front_end
from tests.benchmarks.table import REPEATS, Row, beside
from tests.browser.gallery import DIST

WIDGETS: Final = 10
"""Loaded on each page, one after the other."""
# As anywidget does for each widget, with the model that all refer to.
LOAD = """async ([esm, loader, files, count]) => {
  const shared = { loader, files: Uint8Array.from(atob(files), (c) => c.charCodeAt(0)) };
  const model = {
    get: () => "IPY_MODEL_x",
    widget_manager: { get_model: async () => ({ get: (name) => shared[name] }) },
  };
  const took = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const module = await import(url);
    URL.revokeObjectURL(url);
    const widget = await module.default();
    // Until the module is there: that has no views to draw.
    const render = async () => widget.render({ model, el: document.createElement("div") });
    await render().catch(() => undefined);
    (window.widgets ??= []).push(widget);
    took.push(performance.now() - begun);
  }
  return took;
}"""


def measure_bundle(browser: Browser) -> list[Row]:
    """Bytes of the first and of each further widget, time until the module is there for them, heap a widget."""
    shared = front_end()
    stub, packed = fw.RunWidget._esm, base64.b64encode(shared.files).decode()
    module = (DIST / "whole.js").read_text(encoding="utf-8")
    ways = {"ours": stub, "not packed": module}
    weights = {"ours": (len(stub) + len(shared.loader) + len(shared.files)) / 1000, "not packed": len(module) / 1000}
    first: dict[str, list[float]] = {way: [] for way in ways}
    following: dict[str, list[float]] = {way: [] for way in ways}
    heap: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(REPEATS):
        for way, esm in ways.items():
            page = browser.new_page()
            session = page.context.new_cdp_session(page)
            session.send("HeapProfiler.collectGarbage")
            before = session.send("Runtime.getHeapUsage")["usedSize"]
            took = page.evaluate(LOAD, [esm, shared.loader, packed, WIDGETS])
            session.send("HeapProfiler.collectGarbage")
            heap[way].append((session.send("Runtime.getHeapUsage")["usedSize"] - before) / WIDGETS / 1000)
            first[way].append(took[0])
            following[way] += took[1:]
            page.close()
    each = {"ours": [len(json.dumps(stub)) / 1000], "not packed": [len(json.dumps(module)) / 1000]}
    return [
        *beside("bundle, with the first widget", "kB", {way: [weight] for way, weight in weights.items()}),
        *beside("bundle, with each further widget", "kB", each),
        *beside("bundle, loaded for the first widget", "ms", first),
        *beside("bundle, loaded for each further widget", "ms", following),
        *beside(f"bundle, heap a widget of {WIDGETS}", "kB", heap),
    ]
