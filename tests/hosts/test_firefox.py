"""The widget in JupyterLab, seen with Firefox: it appears, lives, hears clicks, and draws what Chromium draws."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from importlib import resources

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import firefox, steps
from tests.hosts.jupyter import Jupyter
from tests.hosts.record import Record
from tests.jupyter_lab import JupyterLab, new_page
from tests.server_process import ServerProcess
from tests.widget_in_page import badge

#: Phases by their number on the wire, each with how its bars are told apart besides by colour.
PATTERNS = {
    phase["number"]: phase["pattern"]
    for phase in json.loads(resources.files("flyte_widgets.shared").joinpath("phases.json").read_text("utf-8"))[
        "phases"
    ].values()
    if phase["number"]
}
#: Colours of an image, each with how many of its pixels have it.
_COLOURS = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(2, 2, image.width - 4, image.height - 4);
  const counts = {};
  for (let at = 0; at < data.length; at += 4) {
    const colour = data.slice(at, at + 3).join(",");
    counts[colour] = (counts[colour] ?? 0) + 1;
  }
  return counts;
}"""


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
    flat = {}
    for number, pattern in PATTERNS.items():
        widget.evaluate(
            """(host, number) => {
              const fill = document.createElement("div");
              fill.className = "fw-fill";
              fill.dataset.phase = number;
              fill.id = `fill-${number}`;
              fill.style.cssText = "position: fixed; left: 0; top: 0; width: 48px; height: 24px; z-index: 9999";
              host.shadowRoot.querySelector(".fw").append(fill);
            }""",
            number,
        )
        fill = widget.locator(f"#fill-{number}")
        png = base64.b64encode(fill.screenshot()).decode()
        fill.evaluate("(fill) => fill.remove()")
        counts = host.page.evaluate(_COLOURS, png)
        most = max(counts.values()) / sum(counts.values())
        if (most > 0.9) != (pattern in ("solid", "outline")):
            flat[number] = (pattern, round(most, 2), len(counts))
    assert flat == {}
