"""What is done to the widget in every host, and what must then be true. `widget` is its element, `.flyte-widgets`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.fault_proxy import FaultProxy
from tests.hosts.record import Cell
from tests.run_helpers import eventually
from tests.widget_in_page import badge

#: A run in the middle of its life, that goes on by itself.
LIVE = {"seed": 7, "speed": 1, "elapsed_s": 15}
#: One that goes on for longer than any test.
LASTING = {"seed": 3, "speed": 0.25, "elapsed_s": 60}
#: One that has failed, with a child whose error is shown.
FAILED = {"seed": 5, "outcome": "failed", "elapsed_s": 100_000}
#: One that waits for a person.
PAUSED = {"seed": 7, "elapsed_s": 170, "answers": False}
#: What the Abort button says while nobody answers it.
WAITING = "waiting for the kernel"


class Blocker:
    """A cell that runs until it is released. It blocks the kernel's main thread, as a training loop does.

    `later_source`: the same for a host that shows nothing before all cells have run. It blocks from `begin()` on.
    """

    def __init__(self, folder: Path) -> None:
        self._begin, self._begun, self._release = (folder / name for name in ("begin", "begun", "release"))
        wait = "while not pathlib.Path({!r}).exists(): time.sleep(0.05)"
        self.source = f"import pathlib, time\n{wait.format(str(self._release))}"
        self.later_source = "\n".join(
            (
                "import asyncio, pathlib, threading, time",
                "def block():",
                f"    pathlib.Path({str(self._begun)!r}).touch()",
                f"    {wait.format(str(self._release))}",
                "def begin(loop=asyncio.get_running_loop()):",
                f"    {wait.format(str(self._begin))}",
                "    loop.call_soon_threadsafe(block)",
                "threading.Thread(target=begin, daemon=True).start()",
            )
        )

    def begin(self) -> None:
        """Begin to block, and wait until it does."""
        self._begin.touch()
        eventually(self._begun.exists)

    def release(self) -> None:
        """Let the cell end."""
        self._release.touch()


def see_it_live(cell: Cell, start: Callable[[], Locator]) -> Locator:
    """`start` shows a LIVE run: it is drawn, and then its counts change by themselves."""
    begun = time.monotonic()
    widget = start()
    expect(badge(widget)).to_have_text("Running")
    cell.seconds = time.monotonic() - begun
    expect(widget.get_by_role("treegrid")).to_be_visible()
    counts = widget.locator(".fw-counts")
    expect(counts).not_to_have_text(counts.inner_text())
    return widget


def see_runs(cell: Cell, start: Callable[[], Locator], name: str) -> Locator:
    """`start` shows all runs: a LASTING one is among them, opens in their place, and leads back. Gives the list."""
    begun = time.monotonic()
    runs = start()
    row = runs.locator(f".fw-rl-row[data-run='{name}']")
    expect(row).to_be_visible()
    cell.seconds = time.monotonic() - begun
    row.click()
    expect(badge(runs.locator(".fw-rl-opened .flyte-widgets"))).to_have_text("Running")
    runs.get_by_role("button", name="Runs", exact=True).click()
    expect(row).to_be_visible()
    return runs


def abort(widget: Locator) -> float:
    """Press Abort and confirm; gives when, by the monotonic clock. In the page: until when it says that it waits."""
    widget.get_by_role("button", name="Abort", exact=True).click()
    sure = widget.get_by_role("button", name="Abort run")
    sure.wait_for()
    widget.evaluate(
        # How long the words take is the page's own to say: what Playwright sees comes later.
        """(host, waiting) => {
          const root = host.shadowRoot;
          const sure = [...root.querySelectorAll("button")].find((one) => one.textContent === "Abort run");
          sure.addEventListener("click", () => {
            const begun = performance.now();
            const look = () => {
              if (!root.textContent.includes(waiting)) return;
              host.waitingAfterMs = performance.now() - begun;
              observer.disconnect();
            };
            const observer = new MutationObserver(look);
            observer.observe(root, { subtree: true, childList: true, characterData: true });
          }, { capture: true });
        }""",
        WAITING,
    )
    at_s = time.monotonic()
    sure.click()
    return at_s


def abort_when_idle(cell: Cell, widget: Locator, proxy: FaultProxy) -> None:
    """Abort a LASTING run: the backend is asked once, and then the widget says that it is so."""
    expect(badge(widget)).to_have_text("Running")
    clicked_s = abort(widget)
    expect(badge(widget)).to_have_text("Aborted")
    cell.seconds = asked_s(proxy) - clicked_s


def abort_at_once(cell: Cell, widget: Locator, proxy: FaultProxy, blocker: Blocker) -> None:
    """Abort a LASTING run while a cell runs: all is done before that ends."""
    clicked_s = abort(widget)
    expect(badge(widget)).to_have_text("Aborted")
    cell.seconds = asked_s(proxy) - clicked_s
    blocker.release()


def abort_after_the_cell(cell: Cell, widget: Locator, proxy: FaultProxy, blocker: Blocker) -> None:
    """The same where the kernel hears nothing meanwhile: the button says so, and the abort comes when the cell ends."""
    abort(widget)
    expect(widget.locator(".fw-abort-note:visible")).to_contain_text(WAITING)
    cell.seconds = widget.evaluate("(host) => host.waitingAfterMs") / 1000
    cell.note = f"“{WAITING}”; aborted when the cell had ended"
    assert proxy.count("AbortRun") == 0
    blocker.release()
    expect(badge(widget)).to_have_text("Aborted")
    asked_s(proxy)


def answer_after_the_cell(widget: Locator, proxy: FaultProxy, blocker: Blocker) -> None:
    """Answer a PAUSED run twice while a cell runs: the band says what it waits for, and one answer comes after that."""
    answer = widget.get_by_role("region", name="The run needs an answer")
    expect(answer).to_be_visible()
    expect(answer).not_to_have_attribute("data-settling", "")
    answer.get_by_role("button", name="Yes").dblclick()
    expect(answer).to_contain_text(f"Yes sent, {WAITING}: a cell is running")
    assert proxy.count("SignalEvent") == 0
    blocker.release()
    expect(widget.get_by_role("region", name="An answer")).to_contain_text("You answered yes")
    assert proxy.count("SignalEvent") == 1


def rerun_when_idle(widget: Locator, proxy: FaultProxy) -> None:
    """Start a FAILED run again by two clicks: the backend is asked once, and the view says which run began."""
    widget.get_by_role("button", name="Rerun", exact=True).click()
    widget.get_by_role("button", name="Start run").dblclick()
    expect(widget.get_by_role("region", name="A run that was started from this one")).to_contain_text(
        "started from this run"
    )
    assert proxy.count("CreateRun") == 1


def asked_s(proxy: FaultProxy) -> float:
    """When the backend was asked to abort, which it was once."""
    eventually(lambda: proxy.count("AbortRun"))
    times = [call.at_s for call in proxy.log if call.method == "AbortRun"]
    assert len(times) == 1, f"{len(times)} requests to abort"
    return times[0]


def see_theme(cell: Cell, widget: Locator, dark: bool) -> None:
    """The widget is painted as the host is, with words that can be read on it."""
    background, words = luminances(widget)
    assert (background < 0.25) is dark, f"painted at {background:.2f} of white"
    assert abs(background - words) > 0.5, f"words of {words:.2f} on {background:.2f}"
    cell.note = f"{background:.2f} of white"


def luminances(widget: Locator) -> tuple[float, float]:
    """How light the widget's background and its words are, 0 to 1, as the browser computes them."""
    colours = widget.locator(".fw").evaluate("(e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]")
    found = []
    for colour in colours:
        red, green, blue, *alpha = (float(number) for number in re.findall(r"[\d.]+", colour))
        assert not alpha or alpha[0] == 1, f"{colour} lets the host's colours through"
        found.append((0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255)
    return found[0], found[1]


def static_view(outputs: Locator) -> Locator:
    """The static view among these outputs, whatever of its attributes a host cut."""
    return outputs.filter(has_text="Saved by flyte-widgets")


def await_static_views(static_view: Locator) -> None:
    """Wait until the static view is that of the end: only that one has all its drawings."""
    expect(static_view.locator("img")).to_have_count(3)


def see_saved(cell: Cell, static_view: Locator, name: str) -> None:
    """With no kernel, what the run was can be read, and its drawings are drawn."""
    see_words(static_view, name)
    drawn = static_view.locator("img").evaluate_all("(all) => all.map((img) => img.complete && img.naturalWidth > 0)")
    assert drawn == [True] * 3
    cell.note = "static view"


def see_words(static_view: Locator, name: str) -> None:
    """The FAILED run's name, final phase, counts, error, durations, and the end of a log can be read."""
    expect(static_view).to_be_visible()
    for words in (name, "Failed", "pipeline", re.compile(r"\d+ of \d+ actions done"), re.compile(r"\d+m \d+s")):
        expect(static_view).to_contain_text(words)
    expect(static_view.locator("pre")).to_contain_text(["Error", "epoch"])
