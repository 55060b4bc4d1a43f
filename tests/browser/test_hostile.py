"""Hostile text in a real page: it is shown as text, and nothing of it acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.hostile import LINKS, hostile_server
from tests.jupyter_lab import Notebook
from tests.scripted_server import ScriptedServer
from tests.widget_in_page import badge

CELL = """
import flyte_widgets as fw
_ = fw.connect({url!r}, project="p", domain="d", console="")
w = fw.RunWidget("r1")
w.selected = "a0"
w
"""
#: Everything that could act, in the light DOM and in all shadow roots of the outputs.
ACTING_JS = """() => {
  const roots = [...document.querySelectorAll(".jp-OutputArea-output")];
  const found = [];
  for (const root of roots) {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
      const acts = [...element.attributes].some((attribute) => attribute.name.startsWith("on"));
      if (acts || ["SCRIPT", "IFRAME", "OBJECT", "EMBED"].includes(element.tagName)) found.push(element.outerHTML);
      if (element.tagName === "IMG" && !element.src.startsWith("data:image/svg+xml")) found.push(element.outerHTML);
      if (element.tagName === "A" && element.href) found.push(`link ${element.getAttribute("href")}`);
    }
  }
  return found;
}"""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A backend that has hostile text wherever there is text."""
    server = hostile_server()
    yield server
    server.close()


def test_hostile_text_is_shown_and_does_nothing(open_notebook: Callable[..., Notebook], server: ScriptedServer) -> None:
    """Names, errors, reasons, events and links, live and in the static view: no script, no image, web links only."""
    notebook = open_notebook(CELL.format(url=server.url).strip())
    page = notebook.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    notebook.run_all()
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Failed")
    widget.get_by_role("treegrid").get_by_role("row").first.click()
    expect(widget.locator(".fw-details")).to_be_visible()
    for tab in widget.get_by_role("tab").all():
        tab.click()
    page.wait_for_timeout(1_000)  # whatever would act has had its time
    assert dialogs == []
    web = {f"link {link}".lower() for link, is_web in LINKS.items() if is_web}
    assert {acting.lower() for acting in page.evaluate(ACTING_JS)} == web
