"""The widget in JupyterLab, seen with WebKit: it appears, lives, hears clicks, and draws what Chromium draws."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from selenium.webdriver import WebKitGTK

from tests.fault_proxy import FaultProxy
from tests.hosts import steps, webkit
from tests.hosts.patterns import COUNT_COLOURS, PATTERNS, PUT_FILL, is_as_it_should
from tests.hosts.record import Record
from tests.hosts.webkit import Widget, until
from tests.jupyter_lab import READY_JS, JupyterLab
from tests.server_process import ServerProcess
from tests.widget_in_page import cell_for

HOST = "JupyterLab in WebKit"


@pytest.fixture(scope="module")
def driver() -> Iterator[WebKitGTK]:
    with webkit.launched() as driver:
        yield driver


@pytest.fixture
def lab_in_webkit(lab: JupyterLab) -> Iterator[JupyterLab]:
    yield lab
    lab.end_kernels()


def show(driver: WebKitGTK, lab: JupyterLab, cell: str) -> Widget:
    """Open a notebook with this cell, and run it."""
    name = f"webkit-{uuid4().hex[:8]}"
    lab.write(name, cell)
    driver.get(lab.url(name))
    until(lambda: driver.execute_script("return Boolean(window.jupyterapp?.shell?.currentWidget?.context)"))
    ready = f"const done = arguments[0]; ({READY_JS})(120000).then(() => done(''), (error) => done(String(error)))"
    assert driver.execute_async_script(ready) == ""
    driver.execute_script("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    return Widget(driver)


def test_live_and_abort(
    driver: WebKitGTK, lab_in_webkit: JupyterLab, shared_server: ServerProcess, proxy: FaultProxy, record: Record
) -> None:
    """It is drawn and goes on; a click on Abort reaches the backend, once."""
    with record(HOST, "live") as cell:
        begun = time.monotonic()
        widget = show(driver, lab_in_webkit, cell_for(shared_server.simulate(**steps.LIVE), proxy))
        until(lambda: widget.text(".fw-badge") == "Running")
        cell.seconds = time.monotonic() - begun
        before = widget.text(".fw-counts")
        until(lambda: widget.text(".fw-counts") != before)
    with record(HOST, "click idle") as cell:
        widget = show(driver, lab_in_webkit, cell_for(shared_server.simulate(**steps.LASTING), proxy))
        until(lambda: widget.text(".fw-badge") == "Running")
        widget.click(lambda: widget.button("Abort"))
        clicked = time.monotonic()
        widget.click(lambda: widget.button("Abort run"))
        until(lambda: widget.text(".fw-badge") == "Aborted")
        cell.seconds = steps.asked_s(proxy) - clicked


def test_details_and_patterns(
    driver: WebKitGTK, lab_in_webkit: JupyterLab, shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """A click on a row opens its details; each phase's fill has its ground and its figure."""
    widget = show(driver, lab_in_webkit, cell_for(shared_server.simulate(**steps.LASTING), proxy))
    until(lambda: widget.text(".fw-badge") == "Running")

    widget.click(lambda: widget.ask("return root.querySelector('[role=row][aria-label^=train_model]')"))
    until(lambda: "Attempt 1" in widget.text(".fw"))
    wrong = {}
    for number, pattern in PATTERNS.items():
        fill = widget.ask(f"return ({PUT_FILL})(root, arguments[0])", number)
        box = driver.execute_script("return arguments[0].getBoundingClientRect().toJSON()", fill)
        driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")  # it is painted
        shot = [driver.get_screenshot_as_base64(), box]
        driver.execute_script("arguments[0].remove()", fill)
        counts = driver.execute_async_script(f"({COUNT_COLOURS})(arguments[0]).then(arguments[1])", shot)
        if not is_as_it_should(pattern, counts):
            wrong[number] = (pattern, counts)
    assert wrong == {}


def test_dark(
    driver: WebKitGTK, lab_in_webkit: JupyterLab, shared_server: ServerProcess, proxy: FaultProxy, record: Record
) -> None:
    """The theme is changed under the widget's feet."""
    widget = show(driver, lab_in_webkit, cell_for(shared_server.simulate(**steps.LASTING), proxy))
    until(lambda: widget.text(".fw-badge") == "Running")
    with record(HOST, "dark"):
        for theme, low, high in (("JupyterLab Light", 600, 765), ("JupyterLab Dark", 0, 200)):
            driver.execute_script("jupyterapp.commands.execute('apputils:change-theme', {theme: arguments[0]})", theme)

            def is_painted(low: int = low, high: int = high) -> bool:
                colour = widget.ask("return getComputedStyle(root.querySelector('.fw')).backgroundColor")
                return low <= sum(int(number) for number in colour[4:-1].split(",")) <= high

            until(is_painted)
