"""The packed bundle: unpacked once for a page, and plain about it where it cannot be."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

import flyte_widgets as fw
from tests.jupyter_lab import Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for

# Snapshots are "deflate", the module is "deflate-raw".
COUNT = """
window.unpackings = 0;
window.DecompressionStream = class extends DecompressionStream {
  constructor(format) { super(format); window.unpackings += format === "deflate-raw"; }
};
"""
SLOW = """
const Native = DecompressionStream;
window.DecompressionStream = class {
  constructor(format) {
    const { writable, readable } = new Native(format);
    const busy = new Promise((resolve) => setTimeout(resolve, 3_000));
    const late = new TransformStream({ transform: (chunk, to) => busy.then(() => to.enqueue(chunk)) });
    this.writable = writable;
    this.readable = readable.pipeThrough(late);
  }
};
"""
# As anywidget loads `_esm`: packages/anywidget/src/load.ts.
LOAD = """async (esm) => {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const module = await import(url);
  URL.revokeObjectURL(url);
  const widget = await module.default();
  window.loaded = [...(window.loaded ?? []), widget];
  await widget.render({ model: {}, el: document.body });
}"""

BY_DATA = '"data:text/javascript," + encodeURIComponent(esm)'


def test_two_widgets_on_a_page_share_one_module(
    page: Page, open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """In JupyterLab: both are drawn, each with its own run, and one has unpacked the module for both."""
    page.add_init_script(COUNT)
    runs = [shared_server.simulate(seed=seed, speed=1, elapsed_s=60) for seed in (7, 8)]
    notebook = open_notebook(cell_for(runs[0], shared_server, f"display(w, fw.RunWidget({runs[1]!r}))"))
    notebook.run_all()
    expect(notebook.widgets).to_have_count(2)
    for widget, run in zip(notebook.widgets.all(), runs, strict=True):
        expect(widget.get_by_role("region", name=f"Flyte run {run}")).to_be_visible()
        expect(badge(widget)).to_have_text("Running")
    assert page.evaluate("window.unpackings") == 1


def test_a_page_that_is_slow_to_unpack_hears_the_kernel(
    page: Page, open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """anywidget gives up a model that is not initialized in 2 s: from then on it throws away what the kernel says.

    The widget was drawn as it was when it was made, and stood there for good. A page on a busy machine is as slow.
    """
    page.add_init_script(SLOW)
    run = shared_server.simulate(seed=7, speed=1, elapsed_s=60)
    notebook = open_notebook(cell_for(run, shared_server))
    notebook.run_all()
    expect(badge(notebook.widgets)).to_have_text("Running")
    expect(notebook.widgets.get_by_role("row", name="pipeline, running")).to_be_visible()


def test_an_old_browser_is_told_what_is_missing(browser: Browser) -> None:
    """Without DecompressionStream the cell says so, and what to do instead; the next widget tries again."""
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto("about:blank")
    page.evaluate(LOAD, fw.RunWidget._esm)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("DecompressionStream is not defined")
    expect(alert).to_contain_text("w.to_html(path)")
    page.close()


def test_a_page_that_forbids_blobs_is_told_so(browser: Browser) -> None:
    """Where scripts may come from data: but not from blob: the cell says what the page would have to allow."""
    page = browser.new_page()
    policy = "script-src 'unsafe-inline' 'unsafe-eval' data:"
    page.set_content(f'<meta http-equiv="Content-Security-Policy" content="{policy}"><body></body>')
    by_data = LOAD.replace('URL.createObjectURL(new Blob([esm], { type: "text/javascript" }))', BY_DATA)
    page.evaluate(by_data, fw.RunWidget._esm)
    expect(page.get_by_role("alert")).to_contain_text("content security policy")
    page.close()
