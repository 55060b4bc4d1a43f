"""The desktop notification at the end of a run, in a real JupyterLab: by wish only, one, honest where it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.jupyter_lab import Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for, press_abort

# What the browser was asked to show, and for leave. A headless browser shows nothing itself.
LISTEN = """
window.shown = [];
window.asked = 0;
window.Notification = class extends Notification {
  constructor(title, options) {
    super(title, options);
    window.shown.push([title, options.body]);
  }
  static requestPermission() {
    window.asked++;
    return super.requestPermission();
  }
};
"""


def running(open_notebook: Callable[..., Notebook], server: ServerProcess) -> Notebook:
    """A notebook with the widget of a running run."""
    name = server.simulate(seed=7, elapsed_s=101, hold=True)
    notebook = open_notebook(cell_for(name, server))
    notebook.run_all()
    expect(notebook.widgets).to_have_count(1)
    expect(badge(notebook.widgets)).to_have_text("Running")
    return notebook


def wish(widget: Locator) -> Locator:
    """Open the menu; gives the box to tick."""
    widget.locator(".fw-tl-view-menu").click()
    return widget.locator(".fw-notify").get_by_role("checkbox")


def end(widget: Locator) -> None:
    press_abort(widget)
    expect(badge(widget)).to_have_text("Aborted")


def test_the_end_is_told_once_where_it_was_wished_for(
    page: Page, open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """With leave: one notification with what ended and how; nobody is asked for leave that is there."""
    page.add_init_script(LISTEN)
    page.context.grant_permissions(["notifications"])
    widget = running(open_notebook, shared_server).widgets.first
    box = wish(widget)
    assert page.evaluate("window.asked") == 0
    box.check()
    end(widget)
    page.wait_for_function("window.shown.length > 0")
    [[title, body]] = page.evaluate("window.shown")
    assert title == "pipeline aborted"
    assert re.search(r"after \d+m", body)
    assert "1 action failed" in body
    expect(widget.locator(".fw-notify")).to_be_hidden()


def test_without_a_wish_nothing_is_told_or_asked(
    page: Page, open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """A run that ends unwatched for asks nobody, and shows nothing."""
    page.add_init_script(LISTEN)
    page.context.grant_permissions(["notifications"])
    widget = running(open_notebook, shared_server).widgets.first
    end(widget)
    assert page.evaluate("[window.asked, window.shown]") == [0, []]


def test_a_browser_that_gives_no_leave_is_told_of(
    page: Page, open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """Refused, as in the frames of some hosts: the box says so, cannot be ticked, and nothing is shown."""
    page.add_init_script(LISTEN)
    widget = running(open_notebook, shared_server).widgets.first
    box = wish(widget)
    if box.is_enabled():
        box.click()
    expect(widget.locator(".fw-notify")).to_contain_text("Notifications are blocked here")
    expect(box).to_be_disabled()
    expect(box).not_to_be_checked()
    end(widget)
    assert page.evaluate("window.shown") == []


def test_a_question_that_is_put_away_leaves_no_wish(
    page: Page, open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """Asked, and neither allowed nor refused: the box is not ticked, for nothing will be shown."""
    page.add_init_script(LISTEN)
    page.add_init_script("""
      Object.defineProperty(Notification, "permission", { get: () => "default" });
      Notification.requestPermission = async () => { window.asked++; return "default"; };
    """)
    widget = running(open_notebook, shared_server).widgets.first
    box = wish(widget)
    box.click()
    page.wait_for_function("window.asked === 1")
    expect(box).not_to_be_checked()
    expect(box).to_be_enabled()
