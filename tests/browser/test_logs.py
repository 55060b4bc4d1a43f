"""The Logs tab in a real JupyterLab: followed live, searched, copied and left by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.jupyter_lab import Notebook
from tests.run_helpers import eventually
from tests.server_process import ServerProcess
from tests.widget_in_page import cell_for

Open = Callable[..., Notebook]


def open_logs(open_notebook: Open, server: ServerProcess, task: str, **simulation: object) -> Locator:
    """Show a run and open the log of a task."""
    notebook = open_notebook(cell_for(server.simulate(**simulation), server))
    notebook.run_all()
    widget = notebook.widgets.first
    widget.get_by_role("row", name=re.compile(f"^{task}, ")).click()
    widget.get_by_role("tab", name="Logs").click()
    return widget


def test_a_log_is_followed_live(open_notebook: Open, shared_server: ServerProcess) -> None:
    """New lines come by themselves; who scrolls up stays there, is told of new lines, and comes back by the pill."""
    widget = open_logs(open_notebook, shared_server, "train_model", seed=7, elapsed_s=100, log_lines=900)
    lines = widget.get_by_role("log", name=re.compile("^Logs of train_model, attempt 2"))
    expect(lines).to_contain_text(re.compile(r"step +\d+  loss"))
    footer = widget.locator(".fw-log-foot")
    expect(footer).to_contain_text("live")
    newest = lines.locator(".fw-log-row").last
    before = newest.inner_text()
    expect(newest).not_to_have_text(before, timeout=60_000)
    lines.hover()
    widget.page.mouse.wheel(0, -200)
    follow = widget.get_by_role("button", name="Follow")
    expect(follow).to_have_attribute("aria-pressed", "false")
    first = lines.locator(".fw-log-row").first.inner_text()
    pill = widget.get_by_role("button", name=re.compile(r"new lines? ↓"))
    expect(pill).to_be_visible(timeout=60_000)
    assert lines.locator(".fw-log-row").first.inner_text() == first
    pill.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    expect(pill).to_be_hidden()


def test_a_log_is_read_by_keyboard_alone(open_notebook: Open, shared_server: ServerProcess) -> None:
    """Find with next and previous, times, wrap, maximise and back, in a log of 20,000 lines."""
    widget = open_logs(open_notebook, shared_server, "fold_0", seed=7, elapsed_s=1e9, log_lines=19_000)
    lines = widget.get_by_role("log")
    expect(lines).to_contain_text("fold_0 done")
    lines.focus()
    keys = widget.page.keyboard
    keys.press("/")
    keys.type("gradient norm")
    found = widget.locator(".fw-log-found")
    expect(found).to_have_text(re.compile(r"^\d+$"))
    count = int(found.inner_text())
    assert count > 500
    keys.press("Enter")
    expect(found).to_have_text(f"1 of {count}")
    expect(lines.locator(".fw-log-mark-on").first).to_be_visible()
    keys.press("Shift+Enter")
    expect(found).to_have_text(f"{count} of {count}")
    keys.press("Escape")
    expect(found).to_have_text("")
    lines.focus()
    pane = widget.locator(".fw-log-pane")
    for key, state in (("t", "data-times"), ("w", "data-wrap")):
        was = pane.get_attribute(state)
        keys.press(key)
        assert (pane.get_attribute(state) is None) == (was is not None)
    keys.press("m")
    expect(widget.locator(".fw-details")).to_have_attribute("data-maximised", "")
    keys.press("End")
    expect(lines).to_contain_text("fold_0 done")
    keys.press("Escape")
    expect(widget.locator(".fw-details")).not_to_have_attribute("data-maximised", "")


def test_the_line_under_the_pointer_is_the_crosshair(open_notebook: Open, shared_server: ServerProcess) -> None:
    """Its time is drawn in the timeline; and a click in the bar brings the log to that second."""
    widget = open_logs(open_notebook, shared_server, "embed_corpus", seed=7, elapsed_s=1e9, log_lines=2_000)
    lines = widget.get_by_role("log")
    expect(lines).to_contain_text("embed_corpus done")
    timeline = widget.get_by_role("treegrid")
    widget.page.mouse.move(5, 5)
    widget.page.wait_for_timeout(300)  # until the row's hover has faded
    without = timeline.screenshot()
    lines.locator(".fw-log-row").nth(3).hover()
    eventually(lambda: timeline.screenshot() != without)
    row = widget.get_by_role("row", name=re.compile("^embed_corpus, "))
    box = row.bounding_box()
    plot = widget.locator(".fw-rows canvas, canvas").last.bounding_box()
    assert box is not None
    assert plot is not None
    widget.page.mouse.click(plot["x"] + plot["width"] * 0.55, box["y"] + box["height"] / 2)
    expect(widget.get_by_role("button", name="Follow")).to_be_hidden()
    expect(lines).not_to_contain_text("embed_corpus done")


def test_frames_of_libraries_are_folded(open_notebook: Open, shared_server: ServerProcess) -> None:
    """The user's own stand; a click, or Find, unfolds the others."""
    run = {"seed": 5, "outcome": "failed", "elapsed_s": 1e9, "log_lines": 20}
    widget = open_logs(open_notebook, shared_server, "train_model", **run)
    lines = widget.get_by_role("log")
    fold = lines.get_by_role("button", name="… 3 frames of flyte and asyncio")
    expect(fold).to_be_visible()
    expect(lines).to_contain_text('File "/app/etl/')
    expect(lines).not_to_contain_text("taskrunner.py")
    fold.click()
    expect(lines).to_contain_text("taskrunner.py")
    expect(fold).to_have_count(0)


def test_all_of_a_long_log_is_downloaded(open_notebook: Open, shared_server: ServerProcess) -> None:
    """The first row says how many lines are not kept; the file beside the notebook has them."""
    run = {"seed": 7, "elapsed_s": 1e9, "log_lines": 25_000}
    widget = open_logs(open_notebook, shared_server, "fold_0", **run)
    lines = widget.get_by_role("log")
    expect(lines).to_contain_text("fold_0 done")
    lines.evaluate("(list) => { list.scrollTop = 0; }")
    expect(lines).to_contain_text("5,003 earlier lines are not kept")
    lines.get_by_role("button", name="Download all").click()
    said = widget.get_by_role("region", name="Note")
    expect(said).to_contain_text(re.compile(r"The log is in the file .+\.log, beside the notebook: 25,003 lines"))


def test_a_log_that_nobody_kept_says_so(open_notebook: Open, shared_server: ServerProcess) -> None:
    widget = open_logs(open_notebook, shared_server, "fold_0", seed=7, elapsed_s=1e9, quirks=["pod_gone"], log_lines=50)
    expect(widget.locator(".fw-log-empty")).to_contain_text("The logs went with the pod")
