"""The drawings of a static view have the theme of the host's page, whatever the reader's system has."""

from __future__ import annotations

import base64
from typing import Literal

import pytest
from playwright.sync_api import Browser

from flyte_widgets.widgets.static_view.html import static_view_html
from tests.unit.test_static_view import FAILED

#: Luminance, from 0 to 255, of the ground between a drawing's border and what it shows.
GROUND = """
async (shot) => {
  const image = new Image();
  image.src = "data:image/png;base64," + shot;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const [r, g, b] = context.getImageData(image.width / 2, 2, 1, 1).data;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
"""
VSCODE, JUPYTER = "data-vscode-theme-kind", "data-jp-theme-light"


@pytest.mark.parametrize(
    ("marker", "is_dark"),
    [
        (f"{VSCODE}=vscode-dark", True),
        (f"{VSCODE}=vscode-light", False),
        (f"{VSCODE}=vscode-high-contrast", True),
        (f"{VSCODE}=vscode-high-contrast-light", False),
        (f"{JUPYTER}=false", True),
        (f"{JUPYTER}=true", False),
    ],
)
def test_drawings_are_as_dark_as_their_page(browser: Browser, marker: str, is_dark: bool) -> None:
    """No white boxes in the dark, no black ones in the light: the reader's system has the other scheme."""
    system: Literal["light", "dark"] = "light" if is_dark else "dark"
    page = browser.new_page(color_scheme=system)
    page.set_content(f"<!DOCTYPE html><body {marker}>{static_view_html(FAILED, 'fw-static-view-1')}</body>")
    drawings = page.locator("img[alt^='Time in each phase'], img[alt^='Timeline']")
    assert drawings.count() == 2
    for drawing in drawings.all():
        ground = page.evaluate(GROUND, base64.b64encode(drawing.screenshot()).decode())
        assert ground < 64 if is_dark else ground > 192
    page.close()
