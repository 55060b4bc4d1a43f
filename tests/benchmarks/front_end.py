"""The front end in a headless Chromium: the widget as it ships beside two simpler ways to draw the same rows.

variants/ has both: a pool of elements, and one canvas on which everything is drawn; and what people reach for instead,
vis-timeline and Observable Plot, at the sizes at which they paint within `LIMIT_S`. All show one row per action, in a
view of eight rows. The widget draws its header, diagram and overview besides.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from tests.benchmarks.bundle import measure_bundle
from tests.benchmarks.machine import say
from tests.benchmarks.table import Finding, Growth, Row, Target, beside
from tests.jupyter_lab import CHROMIUM_ARGS, chromium

HERE = Path(__file__).parent
VARIANTS = HERE / "variants"
JS = HERE.parents[1] / "js"
OURS = "ours"
WAYS = (OURS, "pooled DOM", "draw everything")
PEERS = ("vis-timeline", "Observable Plot")
SIZES = (1_000, 10_000, 100_000)
PEER_SIZES = (1_000, 10_000)
PAINTS = 5
PEER_PAINTS = 3
SLOW_MS = 1_500
"""First paints measured, each on a new page; of what is not ours fewer, and one where it takes this long."""
LIMIT_S = 20.0
"""What has not painted by then is given up, and is not tried at larger sizes."""


def measure() -> list[Finding]:
    """Measure at each size, in a browser of its own."""
    install_peers()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        findings = measure_in(browser, SIZES, seconds=2.0, peer_counts=PEER_SIZES)
        browser.close()
    return findings


def measure_in(
    browser: Browser, counts: Sequence[int], seconds: float, peer_counts: Sequence[int] = ()
) -> list[Finding]:
    """Measure first paint, frames while the run goes on and while scrolling, elements, heap; weigh the bundle."""
    findings: list[Finding] = []
    script = bundle_of(VARIANTS / "page.ts")
    peers = dict.fromkeys(PEERS, bundle_of(VARIANTS / "peers.ts")) if peer_counts else {}
    ours: dict[tuple[str, int], Row] = {}
    for count in counts:
        scripts = dict.fromkeys(WAYS, script) | (peers if count in peer_counts else {})
        measured: dict[str, dict[str, list[float]]] = {}
        for way, of in scripts.items():
            say(f"  {count:,} actions, {way}")
            told = measure_way(browser, of, way, count, seconds)
            if told is None:
                peers.pop(way, None)
                measured[f"{way} (given up)"] = {"first paint": [LIMIT_S * 1000]}
            else:
                measured[way] = told
        folded = measure_way(browser, script, OURS, count, seconds, in_folds=True) if count == counts[-1] else None
        for name, unit, more_is_better in MEASURES:
            values = {way: told[name] for way, told in measured.items() if name in told}
            if folded and name.startswith("live growth"):
                values["ours, in folds"] = folded[name]
            rows = beside(f"{name}, {count:,} actions", unit, values, more_is_better=more_is_better)
            ours[name, count] = rows[0]
            findings += rows
    return [*findings, *measure_bundle(browser), *targets(ours), *growths(ours, counts)]


MEASURES = (
    ("first paint", "ms", False),
    ("live growth", "fps", True),
    ("live growth, drawing", "ms/s", False),
    ("scroll", "fps", True),
    ("scroll, a frame's drawing", "ms", False),
    ("elements for rows", "nodes", False),
    ("heap once shown", "MB", False),
)
TARGETS = (
    ("first paint", 10_000, 300.0),
    ("live growth", 10_000, 58.0),
    ("scroll", 10_000, 58.0),
    ("elements for rows", 10_000, 100.0),
    ("live growth", 100_000, 55.0),
    ("scroll", 100_000, 55.0),
    ("scroll, a frame's drawing", 100_000, 8.0),
)
"""Of measure 8, as the picture's issue has them: a display of 60 Hz draws 60 fps but for a frame now and then."""


def targets(ours: dict[tuple[str, int], Row]) -> list[Target]:
    """What is promised of ours, at the sizes measured."""
    return [
        Target(8, ours[name, count], limit=limit, at_least=name in ("live growth", "scroll"))
        for name, count, limit in TARGETS
        if (name, count) in ours
    ]


def growths(ours: dict[tuple[str, int], Row], counts: Sequence[int]) -> list[Growth]:
    """How ours grows with the number of actions."""
    if len(counts) < 2:
        return []
    costs = ("first paint", "live growth, drawing", "scroll, a frame's drawing", "heap once shown")
    return [
        Growth(cost, "actions", ours[cost, counts[0]].unit, tuple((n, ours[cost, n].median) for n in counts))
        for cost in costs
    ]


def measure_way(
    browser: Browser, script: str, way: str, count: int, seconds: float, *, in_folds: bool = False
) -> dict[str, list[float]] | None:
    """Measure one way of drawing at one size; None where it did not paint in time."""
    paints: list[float] = []
    while True:
        page = open_page(browser, script)
        page.evaluate("([way, count, inFolds]) => bench.prepare(way, count, inFolds)", [way, count, in_folds])
        before_mb = heap_mb(page)
        painted_ms = first_paint(page)
        if painted_ms is None:
            page.close()
            return None
        paints.append(painted_ms)
        is_slow = in_folds or (way != OURS and painted_ms > SLOW_MS)
        if is_slow or len(paints) == (PAINTS if way == OURS else PEER_PAINTS):
            break
        page.close()
    heap = heap_mb(page) - before_mb
    if not in_folds and page.evaluate("bench.rowsPx()") < 22 * count:
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
        # What the browser scrolls by itself is drawn by no script.
        "scroll, a frame's drawing": [drawn_ms for drawn_ms in scrolled["drawMs"] if drawn_ms > 0] or [0.0],
        "elements for rows": [nodes],
        "heap once shown": [max(heap, 0.1)],
    }


def first_paint(page: Page) -> float | None:
    """Time until what is mounted is on screen, ms; None after `LIMIT_S`."""
    page.evaluate("bench.mount()")
    try:
        page.wait_for_function("bench.paintedMs !== null", timeout=LIMIT_S * 1000)
    except TooLate:
        return None
    painted_ms: float = page.evaluate("bench.paintedMs")
    return painted_ms


def install_peers() -> None:
    """Install the packages of variants/package.json where they are not yet, as its lock file has them."""
    lock = VARIANTS / "package-lock.json"
    installed = VARIANTS / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        say("  installing vis-timeline and Observable Plot")
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=VARIANTS, check=True)


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
    command = ["node", "page.mjs", str(entry.resolve())]
    return subprocess.run(command, cwd=JS, check=True, stdout=subprocess.PIPE, encoding="utf-8", timeout=600).stdout
