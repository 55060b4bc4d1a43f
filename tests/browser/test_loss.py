"""What becomes of a widget when page, kernel, connection or server go away, and when nobody looks: in JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fault_proxy import FaultProxy
from tests.hosts.steps import LASTING, Blocker
from tests.jupyter_lab import JupyterLab, Notebook
from tests.server_process import ServerProcess
from tests.tcp_proxy import TcpProxy
from tests.widget_in_page import badge, cell_for, press_abort

#: A run whose actions change all the time, for minutes.
BUSY = {"seed": 6, "actions": 400, "speed": 0.5, "elapsed_s": 30}

Show = Callable[..., Notebook]


@pytest.fixture
def show(open_notebook: Callable[..., Notebook], proxy: FaultProxy, shared_server: ServerProcess) -> Show:
    """Open a notebook whose first cell shows a new run, and run all its cells."""

    def show_(run: dict[str, object], *more_cells: str) -> Notebook:
        notebook = open_notebook(cell_for(shared_server.simulate(**run), proxy), *more_cells)
        notebook.run_all()
        expect(badge(notebook.widgets.first)).to_have_text("Running")
        return notebook

    return show_


def banner(widget: Locator) -> Locator:
    """What is wrong with the kernel, in words."""
    return widget.get_by_role("region", name="Connection to the kernel", exact=True)


def seq(widget: Locator) -> int:
    """How many blocks of columns this page has taken."""
    return int(widget.evaluate("(host) => host.store.actions.seq"))


def await_more(widget: Locator, than: int) -> None:
    """Wait for another block of columns."""
    widget.page.wait_for_function(
        "([host, than]) => host.store.actions.seq > than", arg=[widget.element_handle(), than]
    )


def has_no_button(widget: Locator) -> None:
    expect(widget.get_by_role("button", name=re.compile("^(Abort|Aborting…|Send again|Try again)$"))).to_have_count(0)


def test_reload_while_a_cell_runs(show: Show, proxy: FaultProxy, tmp_path: Path) -> None:
    """JupyterLab restores no widget while a cell runs: until then the static view tells; after it all is live again."""
    blocker = Blocker(tmp_path)
    notebook = show(LASTING, blocker.source)
    page, widget = notebook.page, notebook.widgets.first
    name = notebook.widgets.first.locator(".fw-id").inner_text()
    expect(page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.reload()
    static_view = page.locator("[id^=fw-static-view]")
    expect(static_view).to_be_visible()
    expect(static_view).to_contain_text(name.split()[0])
    expect(static_view).to_contain_text("Last seen running")
    expect(widget).to_have_count(0)
    blocker.release()
    expect(badge(widget)).to_have_text("Running")
    expect(static_view).to_be_hidden()
    press_abort(widget)
    expect(badge(widget)).to_have_text("Aborted")
    assert proxy.count("AbortRun") == 1


def test_tab_closed_and_opened_again(show: Show, lab: JupyterLab) -> None:
    """A page that is closed says so, and columns stop; one that opens the notebook again has everything, live."""
    notebook = show(BUSY)
    watch_pace = "import threading, time\npaces = []\ndef sample():\n    while True:\n"
    watch_pace += "        paces.append(w._outbound.pace)\n        time.sleep(0.05)\n"
    notebook.evaluate(watch_pace + "threading.Thread(target=sample, daemon=True).start()")
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    context = notebook.page.context
    notebook.page.close()
    again = Notebook(context.new_page(), lab, notebook.name)
    widget = again.widgets.first
    expect(badge(widget)).to_have_text("Running")
    await_more(widget, seq(widget))
    assert again.evaluate("print(paces[0], 'stopped' in paces, paces[-1])").split() == ["full", "True", "full"]


def test_two_browsers_on_one_kernel(show: Show, lab: JupyterLab, proxy: FaultProxy, page: Page) -> None:
    """Both are live; what one asks for the other sees; one that looks away takes nothing from the other."""
    first = show(LASTING)
    first.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    context = page.context.browser.new_context(viewport={"width": 1280, "height": 1000})  # type: ignore[union-attr]
    second = Notebook(context.new_page(), lab, first.name)
    expect(badge(second.widgets.first)).to_have_text("Running")
    second.page.close()
    third = Notebook(context.new_page(), lab, first.name)
    expect(badge(third.widgets.first)).to_have_text("Running")
    for notebook in (first, third):
        await_more(notebook.widgets.first, seq(notebook.widgets.first))
    press_abort(third.widgets.first)
    for notebook in (first, third):
        expect(badge(notebook.widgets.first)).to_have_text("Aborted")
    assert proxy.count("AbortRun") == 1
    context.close()


@pytest.mark.parametrize("how", ["restart", "death"])
def test_kernel_is_lost(show: Show, how: str) -> None:
    """The view says so at once and how to go on, with nothing to press; the cell, run again, is live."""
    notebook = show(LASTING)
    widget = notebook.widgets.first
    if how == "restart":
        notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    else:
        notebook.page.evaluate(
            """() => void window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
              .requestExecute({ code: "import os; os._exit(1)" })"""
        )
        notebook.page.locator(".jp-Dialog .jp-mod-accept").click()  # JupyterLab says that the kernel has died
    expect(banner(widget)).to_contain_text("The kernel is gone; the run goes on.")
    expect(badge(widget)).to_have_text("Last seen running")
    has_no_button(widget)
    line = banner(widget).locator("code").inner_text()
    assert re.fullmatch(r'RunWidget\("[\w-]+"\)', line)
    banner(widget).get_by_role("button", name="Copy this line").click()
    expect(banner(widget).get_by_role("button", name="Copy this line")).to_have_attribute("title", "Copied")
    notebook.await_ready()
    notebook.run_cell(0)
    expect(badge(notebook.widgets.first)).to_have_text("Running")
    expect(banner(notebook.widgets.first)).to_have_count(0)
    assert notebook.evaluate(f"print(fw.{line}.run_name)").strip() in line


@dataclass
class Behind:
    """A JupyterLab server as it is reached through a line that can be cut."""

    lab: JupyterLab
    port: int

    def url(self, name: str) -> str:
        return self.lab.url(name).replace(f":{self.lab.port}/", f":{self.port}/")


@pytest.mark.parametrize("cut_s", [8, pytest.param(60, marks=pytest.mark.long)])
def test_connection_is_cut(
    page: Page, lab: JupyterLab, proxy: FaultProxy, shared_server: ServerProcess, cut_s: int
) -> None:
    """Cut off, the view says so and since when; what was pressed waits; mended, all goes on, and the abort is one."""
    name = f"cut-{cut_s}"
    lab.write(name, cell_for(shared_server.simulate(**LASTING), proxy))
    line = TcpProxy(lab.port)
    notebook = Notebook(page, Behind(lab, line.port), name)  # type: ignore[arg-type]
    notebook.run_all()
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Running")
    before = seq(widget)
    line.cut()
    press_abort(widget)
    expect(banner(widget)).to_contain_text("No connection to the kernel; the run goes on.")
    expect(widget.locator(".fw-abort-note:visible")).to_have_text("Abort sent, waiting for the kernel: no connection")
    page.wait_for_timeout(cut_s * 1000)
    expect(banner(widget)).to_contain_text("No connection to the kernel; the run goes on.")
    assert proxy.count("AbortRun") == 0
    line.mend()
    expect(badge(widget)).to_have_text("Aborted", timeout=300_000)
    expect(banner(widget).filter(has_text="No connection")).to_have_count(0)
    assert proxy.count("AbortRun") == 1
    assert seq(widget) > before
    line.close()


@pytest.mark.long
def test_server_is_restarted(
    page: Page, tmp_path_factory: pytest.TempPathFactory, proxy: FaultProxy, shared_server: ServerProcess
) -> None:
    """The kernels went with the server: the view says that nothing is heard, then that the kernel is gone."""
    folders = [tmp_path_factory.mktemp(name) for name in ("root", "settings")]
    lab = JupyterLab(*folders)
    lab.write("restarted", cell_for(shared_server.simulate(**LASTING), proxy))
    notebook = Notebook(page, lab, "restarted")
    notebook.run_all()
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Running")
    lab.close()
    expect(banner(widget)).to_contain_text(re.compile("No connection to the kernel|The kernel is gone"))
    has_no_button(widget)
    again = JupyterLab(*folders, port=lab.port)
    notebook = Notebook(page.context.new_page(), again, "restarted")
    notebook.run_all()
    expect(badge(notebook.widgets.first)).to_have_text("Running")
    again.close()


def test_two_notebooks_on_one_kernel(
    show: Show, lab: JupyterLab, page: Page, proxy: FaultProxy, shared_server: ServerProcess
) -> None:
    """Each notebook's widget is its own: a click in one aborts its run, and shows there."""
    first = show(LASTING)
    kernel = first.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
    other = shared_server.simulate(**LASTING)
    lab.write(f"{first.name}-2", f"v = fw.RunWidget({other!r})\nv")
    second = Notebook(page.context.new_page(), lab, f"{first.name}-2")
    second.page.evaluate("(id) => window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({ id })", kernel)
    second.await_ready()
    second.run_all()
    expect(badge(second.widgets.first)).to_have_text("Running")
    press_abort(second.widgets.first)
    expect(badge(second.widgets.first)).to_have_text("Aborted")
    assert first.evaluate("print(v.phase, w.phase)").split() == ["ABORTED", "RUNNING"]
    expect(badge(first.widgets.first)).to_have_text("Running")
    press_abort(first.widgets.first)
    expect(badge(first.widgets.first)).to_have_text("Aborted")
    assert proxy.count("AbortRun") == 2


def test_box_and_tab(show: Show) -> None:
    """In a VBox and in a Tab a widget is live; behind another tab it rests, and is right when it comes to the front."""
    notebook = show(BUSY, "import ipywidgets as p\np.Tab([p.Label('first'), p.VBox([w])], titles=['a', 'b'])")
    alone, boxed = notebook.widgets.nth(0), notebook.widgets.nth(1)
    expect(boxed).to_be_hidden()
    notebook.page.get_by_role("tab", name="b", exact=True).click()
    expect(badge(boxed)).to_have_text("Running")
    assert notebook.page.evaluate(
        "([one, other]) => one.store === other.store", [alone.element_handle(), boxed.element_handle()]
    )
    notebook.evaluate("w.layout.width = '400px'")
    expect(boxed).to_have_css("width", "400px")


def test_hidden_and_shown(show: Show) -> None:
    """A hidden view gets no columns, while the kernel's side goes on; shown again it is right at once."""
    notebook = show(BUSY)
    widget = notebook.widgets.first
    await_more(widget, seq(widget))
    host = widget.element_handle()
    assert host is not None
    command(notebook, "notebook:hide-cell-outputs")
    await_pace(notebook, "stopped")
    taken = "(host) => host.store.actions.seq"
    before, counts = host.evaluate(taken), notebook.evaluate("print(w.counts)")
    notebook.page.wait_for_timeout(3_000)
    assert host.evaluate(taken) == before
    assert notebook.evaluate("print(w.counts)") != counts
    assert host.evaluate("(host) => host.store.kernelAlive.value")
    command(notebook, "notebook:show-cell-outputs")
    await_more(widget, before)
    await_pace(notebook, "full")
    command(notebook, "notebook:clear-cell-output")
    expect(widget).to_have_count(0)
    await_pace(notebook, "stopped")


def command(notebook: Notebook, name: str) -> None:
    """Do one of JupyterLab's commands to the first cell."""
    notebook.page.evaluate(
        """(name) => {
          window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0;
          return window.jupyterapp.commands.execute(name);
        }""",
        name,
    )


def await_pace(notebook: Notebook, pace: str) -> None:
    """Wait until Python sends columns at this pace."""
    notebook.await_printed("w._outbound.pace", pace)
