"""Takes the README's pictures from the real widget in a real JupyterLab: `make screenshot`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import expect, sync_playwright  # noqa: E402

from tests.jupyter_lab import CHROMIUM_ARGS, JupyterLab, Notebook, chromium  # noqa: E402

CELL = """
import flyte_widgets as fw
fw.RunWidget(fw.local.simulate(seed=7, elapsed_s=102, hold=True, name="r4p2bdpt7f"))
"""
SIZE = {"width": 1280, "height": 900}


def main() -> None:
    """Show a run in the middle of its life, and photograph its widget, light and dark."""
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as settings:
        lab = JupyterLab(Path(root), Path(settings))
        lab.write("run", CELL.strip())
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
                page = browser.new_page(viewport=SIZE, device_scale_factor=2)
                notebook = Notebook(page, lab, "run")
                notebook.run_all()
                widget = notebook.widgets.first
                expect(widget.locator(".fw-badge")).to_have_text("Running")
                widget.get_by_role("row", name="train_model").click()
                for theme in ("JupyterLab Light", "JupyterLab Dark"):
                    page.evaluate("t => jupyterapp.commands.execute('apputils:change-theme', {theme: t})", theme)
                    page.wait_for_timeout(1500)
                    name = f"runwidget-{theme.rpartition(' ')[2].lower()}.png"
                    widget.screenshot(path=ROOT / "notebooks" / name)
                browser.close()
        finally:
            lab.close()


if __name__ == "__main__":
    main()
