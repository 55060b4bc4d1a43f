"""An editor like VS Code: a page that owns a kernel, and in it a webview of another origin, in a sandbox."""

from __future__ import annotations

import functools
import http.server
import json
import threading
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import FrameLocator, Locator, Page

from tests.jupyter_lab import TOKEN, JupyterLab


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


class Origin:
    """A folder on a port of its own; with `also`, other folders under a name."""

    def __init__(self, folder: Path, also: dict[str, Path] | None = None) -> None:
        others = also or {}

        class Handler(_Quiet):
            def translate_path(self, path: str) -> str:
                first, _, rest = path.lstrip("/").partition("/")
                if first in others:
                    return str(others[first] / rest)
                return super().translate_path(path)

        handler = functools.partial(Handler, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Editor:
    """The open editor. `theme`: of themes.ts."""

    def __init__(self, page: Page, editor: Origin, webview: Origin, jupyter: JupyterLab, theme: str) -> None:
        self.page = page
        kernel = _start_kernel(jupyter)
        socket = f"ws://127.0.0.1:{jupyter.port}/api/kernels/{kernel}/channels?token={TOKEN}"
        page.goto(f"{editor.url}/editor.html?{urlencode({'kernel': socket, 'webview': f'{webview.url}/webview.html'})}")
        self.open(theme)

    def open(self, theme: str, *, alive: bool = True) -> None:
        """Open the notebook anew; not `alive`: nobody has a kernel any more."""
        self.page.wait_for_function("() => globalThis.editor")
        self.page.evaluate("([theme, alive]) => editor.open(theme, alive)", [theme, alive])

    def set_theme(self, theme: str) -> None:
        """Change the theme of the open webview."""
        self.page.evaluate("(theme) => editor.theme(theme)", theme)

    def start(self, code: str) -> None:
        """Start a cell; does not wait for it."""
        self.page.evaluate("(code) => { editor.last = editor.run(code); }", code)

    def wait(self) -> str:
        """Wait until the cell that was started last is done; gives its status."""
        return str(self.page.evaluate("() => editor.last"))

    def evaluate(self, script: str) -> Any:
        """Run a script in the webview."""
        return self.page.frames[-1].evaluate(script)

    def style(self, selector: str, name: str) -> str:
        """What a custom property or a style of an element in the webview is computed to."""
        script = "(element, name) => getComputedStyle(element).getPropertyValue(name)"
        return str(self.webview.locator(selector).evaluate(script, name))

    @property
    def webview(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def widgets(self) -> Locator:
        return self.webview.locator(".flyte-widgets")


def _start_kernel(jupyter: JupyterLab) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{jupyter.port}/api/kernels",
        data=json.dumps({"name": "python3"}).encode(),
        headers={"Authorization": f"token {TOKEN}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=600) as response:
        answer: Any = json.load(response)
    return str(answer["id"])
