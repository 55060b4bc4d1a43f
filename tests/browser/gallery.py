"""The gallery of js/gallery in a page: every state of the widget without a kernel, switched in place."""

from __future__ import annotations

import functools
import http.server
import subprocess
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

JS = Path(__file__).parents[2] / "js"
DIST = JS / "gallery" / "dist"
AXE = JS / "node_modules" / "axe-core" / "axe.min.js"
BOXES = (Path(__file__).parent / "boxes.js").read_text(encoding="utf-8")
MARGIN_PX = 16
# Only where the whole page is ours: the gallery's page has no heading and no landmarks besides the widget.
NOT_OF_A_PART = ("page-has-heading-one", "landmark-one-main", "region")

# Roles of what can be used or gone to, and of what is drawn, as Chromium has them.
NAMED = {
    *(
        "button",
        "link",
        "checkbox",
        "radio",
        "radiogroup",
        "textbox",
        "searchbox",
        "combobox",
        "slider",
        "tab",
        "menuitem",
    ),
    *("region", "treegrid", "tablist", "tabpanel", "table", "image", "img", "graphics-document", "document"),
}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        pass


class Gallery:
    """One page on which `show` puts a state. It remembers what was said on the console and asked of the network."""

    def __init__(self, page: Page) -> None:
        subprocess.run(["node", "build.mjs", "--gallery"], cwd=JS, check=True, capture_output=True, timeout=600)
        handler = functools.partial(_Quiet, directory=str(DIST))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.page = page
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._accessibility = page.context.new_cdp_session(page)
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(f"{self.base}/index.html")
        page.wait_for_function("window.gallery !== undefined")
        page.add_script_tag(path=AXE)
        self.states: list[str] = page.evaluate("gallery.states")

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def show(self, state: str, theme: str = "light", width: int = 960, fonts: str = "") -> None:
        """Put a state on the page, in "light", "dark" or "contrast"."""
        self.page.emulate_media(forced_colors="active" if theme == "contrast" else "none", reduced_motion="reduce")
        # High enough for all: what is out of sight is not drawn.
        self.page.set_viewport_size({"width": width + 2 * MARGIN_PX, "height": 1_400})
        setting = {"theme": theme, "width": width, "fonts": fonts}
        self.page.evaluate("([state, setting]) => gallery.show(state, setting)", [state, setting])

    def faults(self) -> list[str]:
        """What is wrong with the boxes of what is shown, as boxes.js has it."""
        found: list[str] = self.page.evaluate(BOXES)
        return found

    def unnamed(self) -> list[str]:
        """What the browser's accessibility tree has without a name, of the roles that need one."""
        nodes = self._accessibility.send("Accessibility.getFullAXTree")["nodes"]
        found: list[str] = []
        for node in nodes:
            role = node["role"]["value"]
            # A row of a treegrid has a level; those of a table are named by their heads.
            needs = role in NAMED or (role == "row" and any(fact["name"] == "level" for fact in node["properties"]))
            if needs and not node["ignored"] and not node.get("name", {}).get("value", "").strip():
                found.append(f"{role} without a name: {node['properties']}")
        return found

    def violations(self) -> list[str]:
        """What axe-core finds wrong with what is shown."""
        rules = {rule: {"enabled": False} for rule in NOT_OF_A_PART}
        found: dict[str, Any] = self.page.evaluate(
            "(rules) => axe.run(document.querySelector('main'), { rules, resultTypes: ['violations'] })", rules
        )
        return [
            f"{violation['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
