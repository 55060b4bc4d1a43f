"""The packed bundle: unpacked once for a page, and plain about it where it cannot be."""

from __future__ import annotations

import base64
import json
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import flyte_widgets as fw
from flyte_widgets.widgets.front_end import front_end
from tests.browser.gallery import JS
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
  await widget.render({ model: window.model ?? {}, el: document.body });
}"""
# The model that holds the module, seen by another one: as in Jupyter, where it may come later, or only through Python.
MODEL = """([loader, files, lacks]) => {
  const bytes = Uint8Array.from(atob(files), (c) => c.charCodeAt(0));
  const listeners = new Set();
  const shared = { get: (name) => ({ loader, files: bytes })[name] };
  const get_model = async () => {
    if (lacks-- > 0) throw new Error("widget model not found");
    return shared;
  };
  window.asked = [];
  window.model = {
    get: () => "IPY_MODEL_x",
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
    send(request) {
      window.asked.push(request.part);
      const reply = { kind: "reply", id: request.id, ok: true, payload: loader };
      for (const listener of listeners) {
        listener({ ...reply, id: request.id + 1, ok: false });
        listener(reply, [window.parts?.[request.part] ?? bytes]);
      }
    },
  };
  if (lacks >= 0) window.model.widget_manager = { get_model };
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


def stand_in(page: Page, files: bytes, *, lacks: int = 0) -> None:
    """Give the page the models of a widget. `lacks`: so often the shared one is not there yet; -1: never."""
    page.evaluate(MODEL, [front_end().loader, base64.b64encode(files).decode(), lacks])


@pytest.mark.parametrize(("lacks", "asked"), [(0, []), (3, []), (-1, ["widget"])])
def test_the_module_is_found_wherever_it_is(browser: Browser, lacks: int, asked: list[str]) -> None:
    """In the shared model, also where that comes later; where models do not see each other, Python sends it."""
    page = browser.new_page()
    page.goto("about:blank")
    stand_in(page, packed_text('export default () => ({ render({ el }) { el.append("drawn ") } });'), lacks=lacks)
    for _ in range(2):
        page.evaluate(LOAD, fw.RunWidget._esm)
    expect(page.locator("body")).to_have_text("drawn drawn")
    assert page.evaluate("window.asked") == asked
    page.close()


def test_a_part_is_loaded_when_it_is_needed_and_shares_what_is_there(browser: Browser, tmp_path: Path) -> None:
    """A module with a part, as esbuild and js/pack.mjs make it: one request for the part, one shared state."""
    (tmp_path / "shared.ts").write_text("export const state = { count: 0 };")
    (tmp_path / "part.ts").write_text('import { state } from "./shared"; export const add = () => ++state.count;')
    (tmp_path / "widget.ts").write_text(
        'import { state } from "./shared";'
        'const add = async () => (await import("./part")).add();'
        "export default () => ({ async render({ el }) {"
        " await add(); await add(); el.append(`count ${state.count}`); } });"
    )
    script = (
        'import { build } from "esbuild"; import { pack } from "./pack.mjs";'
        f"const result = await build({{ entryPoints: {{ widget: {json.dumps(str(tmp_path / 'widget.ts'))} }},"
        f" outdir: {json.dumps(str(tmp_path / 'out'))}, bundle: true, splitting: true, format: 'esm', minify: true,"
        ' chunkNames: "[name]-[hash]", metafile: true, write: false });'
        "const files = [...await pack(result)].map(([name, bytes]) => [name, bytes.toString('base64')]);"
        "process.stdout.write(JSON.stringify(files));"
    )
    made = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=JS, check=True, capture_output=True, timeout=600
    )
    files = {name: base64.b64decode(content) for name, content in json.loads(made.stdout)}
    (part,) = files.keys() - {"widget.js", "widget.bin", "loader.js"}
    page = browser.new_page()
    page.goto("about:blank")
    stand_in(page, files["widget.bin"])
    page.evaluate(
        "([name, part]) => { window.parts = { [name]: Uint8Array.from(atob(part), (c) => c.charCodeAt(0)) } }",
        [part.removesuffix(".bin"), base64.b64encode(files[part]).decode()],
    )
    page.evaluate(LOAD, files["widget.js"].decode())
    expect(page.locator("body")).to_have_text("count 2")
    assert page.evaluate("window.asked") == [part.removesuffix(".bin")]
    page.close()


def packed_text(text: str) -> bytes:
    """A module of one file, packed."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(f"widget.js\0{text}".encode()) + deflate.flush()


def test_an_old_browser_is_told_what_is_missing(browser: Browser) -> None:
    """Without DecompressionStream the cell says so, and what to do instead; the next widget tries again."""
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto("about:blank")
    stand_in(page, front_end().files)
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
    stand_in(page, front_end().files)
    page.evaluate(by_data, fw.RunWidget._esm)
    expect(page.get_by_role("alert")).to_contain_text("content security policy")
    page.close()
