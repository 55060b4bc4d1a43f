"""The widget in JupyterLab, seen with Firefox: it appears, lives, hears clicks, and draws what Chromium draws."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import firefox, steps
from tests.hosts.jupyter import Jupyter
from tests.hosts.patterns import COUNT_COLOURS, PATTERNS, PUT_FILL, is_as_it_should
from tests.hosts.record import Record
from tests.jupyter_lab import JupyterLab, new_page
from tests.server_process import ServerProcess
from tests.widget_in_page import badge


@pytest.fixture(scope="module")
def fox(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Firefox, one for all tests here."""
    with firefox.launched(playwright, tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


@pytest.fixture
def fox_page(fox: Browser) -> Iterator[Page]:
    """A page of it."""
    with new_page(fox) as page:
        yield page


@pytest.fixture
def host(
    fox_page: Page, lab: JupyterLab, shared_server: ServerProcess, proxy: FaultProxy, record: Record
) -> Iterator[Jupyter]:
    """JupyterLab in Firefox."""
    yield Jupyter("JupyterLab in Firefox", lab, "python3", fox_page, shared_server, proxy, record)
    lab.end_kernels()


def test_live(host: Jupyter) -> None:
    host.live()


def test_click_when_idle(host: Jupyter) -> None:
    host.click_idle()


def test_click_while_a_cell_runs(host: Jupyter, blocker: steps.Blocker) -> None:
    host.click_busy(blocker, at_once=True)


def test_dark(host: Jupyter) -> None:
    host.dark()


def test_sidebar(host: Jupyter) -> None:
    host.sidebar()


def test_details(host: Jupyter) -> None:
    """A click on a row opens its details, with what only the kernel can have told."""
    widget = host.show(steps.LASTING).widgets.first
    widget.get_by_role("row", name=re.compile("^train_model")).click()
    expect(widget.get_by_role("region", name="Details of train_model")).to_contain_text("Attempt 1")


def test_patterns(host: Jupyter) -> None:
    """Each phase's fill is drawn: a pattern has its ground and its figure, and neither is nearly all of it."""
    widget = host.show(steps.LASTING).widgets.first
    expect(badge(widget)).to_have_text("Running")
    wrong = {}
    for number, pattern in PATTERNS.items():
        fill = widget.evaluate_handle(f"(host, number) => ({PUT_FILL})(host.shadowRoot, number)", number).as_element()
        assert fill is not None
        shot = [base64.b64encode(host.page.screenshot()).decode(), fill.bounding_box()]
        fill.evaluate("(fill) => fill.remove()")
        counts = host.page.evaluate(COUNT_COLOURS, shot)
        if not is_as_it_should(pattern, counts):
            wrong[number] = (pattern, counts)
    assert wrong == {}
