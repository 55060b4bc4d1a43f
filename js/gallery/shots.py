"""Takes pictures of the gallery: `python gallery/shots.py OUT --states running,failed --widths 960,320`.

Run `npm run gallery` first. Each picture is STATE-THEME-WIDTH.png at scale 2, with 16 px of page around the widget.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import sys
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

DIST = Path(__file__).parent / "dist"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MARGIN_PX = 16


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line per request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


class Gallery:
    """The gallery's page, and what it complained of."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.goto(f"{base}/index.html")
        page.wait_for_function("window.gallery !== undefined", timeout=15_000)
        self.states: list[str] = page.evaluate("gallery.states")

    def shoot(self, state: str, theme: str, width: int, out: Path, fonts: str) -> None:
        """Take one picture."""
        setting = {"theme": theme, "width": width, "fonts": fonts}
        self.page.set_viewport_size({"width": width + 2 * MARGIN_PX, "height": 800})
        self.page.evaluate("([state, setting]) => gallery.show(state, setting)", [state, setting])
        box = self.page.locator("main").bounding_box()
        height = int(box["height"]) + 2 * MARGIN_PX if box else 600
        self.page.set_viewport_size({"width": width + 2 * MARGIN_PX, "height": height})
        self.page.wait_for_timeout(60)
        self.page.screenshot(path=out / f"{state}-{theme}-{width}.png")


def main() -> int:
    """Take every picture that was asked for; fail if a page complained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--states", default="", help="comma-separated; default: all")
    parser.add_argument("--themes", default="light,dark,contrast", help="of light, dark, contrast")
    parser.add_argument("--widths", default="960,640,320")
    parser.add_argument("--fonts", default="", help="interface and code font, comma-separated")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    handler = functools.partial(Quiet, directory=str(DIST))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    bad = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, headless=True, args=FLAGS)
        for theme in options.themes.split(","):
            context = browser.new_context(
                device_scale_factor=2,
                reduced_motion="reduce",
                forced_colors="active" if theme == "contrast" else "none",
            )
            gallery = Gallery(context.new_page(), base)
            for width in options.widths.split(","):
                for state in options.states.split(",") if options.states else gallery.states:
                    said = len(gallery.complaints)
                    gallery.shoot(state, theme, int(width), options.out, options.fonts)
                    for text in gallery.complaints[said:]:
                        sys.stderr.write(f"{state} {theme} {width}: {text}\n")
            bad += len(gallery.complaints)
            context.close()
        browser.close()
    server.shutdown()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
