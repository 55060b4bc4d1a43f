"""The other ipykernels, as kernels of the JupyterLab of the main environment; the newest is in test_jupyter.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.hosts import steps
from tests.hosts.environments import ENVIRONMENTS, Environment
from tests.hosts.jupyter import Jupyter, Row
from tests.hosts.steps import Blocker
from tests.jupyter_lab import JupyterLab
from tests.widget_in_page import badge, press_abort

OLDEST = "ipykernel-6.31"
NEWEST = "newest"
NO_THREADS = "ipykernel-7.0"
"""Where threads cannot display at all, with no widget in sight."""
KERNELS = [name for name in ENVIRONMENTS if name.startswith("ipykernel-")]
#: `make test` has the oldest, and the newest in test_live_run.py.
with_oldest_at_once = pytest.mark.parametrize(
    "kernel", [pytest.param(name, marks=[pytest.mark.hosts] if name == OLDEST else []) for name in KERNELS]
)
every_kernel = pytest.mark.parametrize("kernel", [*KERNELS, NEWEST])

Host = Callable[[str], Jupyter]


@pytest.fixture
def host(row: Row, lab: JupyterLab) -> Host:
    """Make the line of one kernel."""

    def host_(kernel: str) -> Jupyter:
        if kernel == NEWEST:
            return row("JupyterLab", lab)
        environment = Environment(kernel).make()
        version = environment.run("-c", "import ipykernel; print(ipykernel.__version__)").strip()
        assert version.startswith(kernel.partition("-")[2])
        environment.add_kernel(lab.data_dir)
        return row(f"JupyterLab, ipykernel {version}", lab, kernel)

    return host_


def can_interrupt(kernel: str) -> bool:
    """Whether a message of the front end is heard while a cell runs."""
    return not kernel.startswith("ipykernel-6")


@every_kernel
def test_live(host: Host, kernel: str) -> None:
    host(kernel).live()


@every_kernel
def test_click_when_idle(host: Host, kernel: str) -> None:
    host(kernel).click_idle()


@with_oldest_at_once
def test_click_while_a_cell_sleeps(host: Host, kernel: str, blocker: Blocker) -> None:
    """From ipykernel 7 on the abort reaches the backend at once; before, the button says what it waits for."""
    host(kernel).click_busy(blocker, at_once=can_interrupt(kernel))


@every_kernel
def test_click_while_a_cell_computes(host: Host, kernel: str, blocker: Blocker) -> None:
    """The same while a cell does not let go of Python by itself."""
    blocker.source = blocker.source.replace("time.sleep(0.05)", "sum(range(200_000))")
    host(kernel).click_busy(blocker, at_once=can_interrupt(kernel), column="click while computing")


@pytest.mark.parametrize("kernel", [name for name in KERNELS if not can_interrupt(name)])
def test_an_answer_while_a_cell_runs(host: Host, kernel: str, blocker: Blocker) -> None:
    """It waits for the cell, says so, and is sent once."""
    jupyter = host(kernel)
    notebook = jupyter.show(steps.PAUSED, blocker.source)
    expect(jupyter.page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")
    steps.answer_after_the_cell(notebook.widgets.first, jupyter.proxy, blocker)


@every_kernel
def test_rows_grow_behind_a_running_cell(host: Host, kernel: str, blocker: Blocker) -> None:
    """With all cells run at once the page's handshake waits behind the second one: the actions come all the same."""
    notebook = host(kernel).show(steps.LIVE, blocker.source)
    rows = notebook.widgets.first.get_by_role("treegrid")
    expect(rows).to_be_visible()
    before = rows.get_attribute("aria-rowcount")
    expect(rows).not_to_have_attribute("aria-rowcount", before or "")
    expect(notebook.page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")
    blocker.release()


@pytest.mark.parametrize("kernel", [name for name in KERNELS if can_interrupt(name) and name != NO_THREADS])
def test_threads_draw_on_into_a_running_cell(host: Host, kernel: str) -> None:
    """What threads show stays in their cell where messages are heard while it runs. The newest: test_neighbours.py."""
    host(kernel).drawn_by_threads()


@every_kernel
def test_the_static_view_is_replaced_from_a_thread(host: Host, kernel: str) -> None:
    """What the notebook keeps is brought to the run's end without any cell, and no thread dies of it (7.0)."""
    notebook = host(kernel).show(steps.LASTING)
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Running")
    press_abort(widget)
    expect(badge(widget)).to_have_text("Aborted")
    expect(notebook.page.locator("[id^=fw-static-view]")).to_contain_text(re.compile("Aborted"))
    threads: Any = notebook.evaluate("import threading; print([t.name for t in threading.enumerate()])")
    assert "'flyte-widgets-publisher'" in threads
