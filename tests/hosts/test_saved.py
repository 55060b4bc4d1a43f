"""Notebooks that nobody looked at while they ran, and that nobody has a kernel for: what a reader sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bleach
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Page

from tests.hosts import steps
from tests.hosts.batch import Batch
from tests.hosts.record import Record
from tests.unit.test_static_view import GITHUB_ATTRIBUTES, GITHUB_TAGS

VIEW = "application/vnd.jupyter.widget-view+json"


def bundles(content: Any) -> list[Any]:
    return [output.data for cell in content.cells for output in cell.get("outputs", []) if "data" in output]


def test_papermill_ends_with_the_final_static_view(batch: Batch, record: Record) -> None:
    """`w.wait()` in a batch run: the file has the view, and below it one static view, that of the end."""
    with record("papermill", "saved") as cell:
        views = [bundle for bundle in bundles(batch.content) if VIEW in bundle]
        static_views = [bundle for bundle in bundles(batch.content) if "text/html" in bundle]
        assert (len(views), len(static_views)) == (1, 1)
        assert static_views[0]["text/plain"].startswith("✕ Failed  pipeline")
        assert batch.run_name in static_views[0]["text/html"]
        cell.note = "static view"


@pytest.mark.parametrize("state", [True, False], ids=["with state", "without state"])
def test_nbconvert(batch: Batch, page: Page, tmp_path: Path, record: Record, state: bool) -> None:
    """The page is opened with no network: scripts that it would fetch from a CDN do not come."""
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    html, _ = HTMLExporter().from_notebook_node(batch.copy(state=state))
    (tmp_path / "page.html").write_text(html)
    with record("nbconvert to HTML, no network", "saved") as cell:
        page.goto((tmp_path / "page.html").as_uri())
        steps.see_saved(cell, steps.static_view(page.locator(".jp-RenderedHTML")), batch.run_name)


def test_sanitiser(batch: Batch, page: Page, record: Record) -> None:
    """Rules as GitHub's leave the words; the drawings are no images from the web."""
    html = next(bundle["text/html"] for bundle in bundles(batch.content) if "text/html" in bundle)
    cleaned = bleach.clean(html, tags=set(GITHUB_TAGS.split()), attributes=GITHUB_ATTRIBUTES, strip=True)
    with record("GitHub's sanitiser (its rules)", "saved") as cell:
        page.set_content(f"<main>{cleaned}</main>")
        steps.see_words(page.locator("main"), batch.run_name)
        cell.note = "words of the static view"
