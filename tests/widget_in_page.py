"""The widget in a notebook's page: the cell that shows it, and what every kind of test does to it there."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.fault_proxy import FaultProxy
from tests.jupyter_lab import Notebook
from tests.server_process import ServerProcess

_CONNECT = """
import flyte_widgets as fw
_ = fw.connect({endpoint!r}, project={project!r}, domain={domain!r}, console="")
"""

#: A cell that runs for a while. Threads draw its output, as rich does, and so the SDK's `run.wait()`: one each, for a
#: thread stays with the request that it found first.
DRAWN_BY_THREADS = """
import ipywidgets, threading, time
output = ipywidgets.Output()
display(output)
def draw(tick):
    with output:
        output.clear_output(wait=True)
        print("tick", tick)
for tick in range(240):
    threading.Thread(target=draw, args=[tick]).start()
    time.sleep(0.25)
"""


def connect_to(backend: ServerProcess | FaultProxy) -> str:
    """Source of a cell that has the widgets ask `backend`."""
    where = {"project": ServerProcess.project, "domain": ServerProcess.domain}
    return _CONNECT.format(endpoint=backend.endpoint, **where).strip()


def cell_for(name: str, backend: ServerProcess | FaultProxy, last: str = "w") -> str:
    """The cell that makes the widget of a run, asks for it at `backend`, and ends with the line `last`."""
    return f"{connect_to(backend)}\nw = fw.RunWidget({name!r})\n{last}".strip()


def cell_for_runs(backend: ServerProcess | FaultProxy) -> str:
    """The cell that shows all runs of `backend`."""
    return f"{connect_to(backend)}\nw = fw.runs(since=None)\nw"


def badge(widget: Locator) -> Locator:
    """Where the run's phase stands."""
    return widget.locator(".fw-badge")


def press_abort(widget: Locator) -> None:
    """Press Abort, and confirm."""
    widget.get_by_role("button", name="Abort", exact=True).click()
    widget.get_by_role("button", name="Abort run").click()


def see_drawing(notebook: Notebook) -> None:
    """DRAWN_BY_THREADS, the notebook's second cell, draws before and after the widget asks for something."""
    ticks = notebook.page.locator(".jp-OutputArea-output", has_text=re.compile(r"^\s*tick \d+"))
    output, line = ticks.first, ticks.last
    expect(line).to_be_visible()
    widget = notebook.widgets.first
    widget.get_by_role("row", name=re.compile("^train_model")).click()
    # What only the kernel can have told.
    expect(widget.get_by_role("region", name="Details of train_model")).to_contain_text("Attempt 1")
    for _ in range(3):
        expect(line).not_to_have_text(line.inner_text())
    expect(output.locator(line)).to_have_count(1)  # in the Output, and not in its place
    expect(notebook.page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")
