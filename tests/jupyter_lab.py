"""A real JupyterLab with a real browser on it: started once, each test with a notebook of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page

TOKEN = "t"
START_TIMEOUT_S = 180.0
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The notebook's "idle" shows before the kernel can be used; a Run All in between is lost without a word.
READY_JS = """async (limitMs) => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  const { context, sessionContext } = panel;
  const steps = {
    "the application": () => app.restored,
    "the notebook": () => context.ready,
    "the session": () => sessionContext.ready,
    "the kernel's first word": () => sessionContext.session.kernel.info,
  };
  for (const [name, step] of Object.entries(steps)) {
    const late = new Promise((_, reject) => setTimeout(() => {
      const { status, connectionStatus } = sessionContext.session?.kernel ?? {};
      const said = [...document.querySelectorAll(".jp-Dialog")].map((dialog) => dialog.textContent);
      reject(new Error(`${name} did not come; kernel ${status}, ${connectionStatus}; dialogs: ${said}`));
    }, limitMs));
    await Promise.race([step(), late]);
  }
}"""


def chromium() -> str:
    """Path of the browser: Debian's package, or Chrome."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    raise AssertionError("no Chromium: run the tests by `make test`, which installs it")


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own: one size, one language and one time zone for all tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    page.set_default_timeout(START_TIMEOUT_S * 1000)
    yield page
    context.close()


class JupyterLab:
    """A JupyterLab server with settings of its own, serving `root`. `python`: of the environment it is installed in."""

    module = "jupyterlab"
    app = "LabApp"

    def __init__(self, root: Path, settings: Path, python: Path | str = sys.executable, port: int = 0) -> None:
        self.root = root
        self.data_dir = settings / "JUPYTER_DATA_DIR"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = port or probe.getsockname()[1]
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
        env = {**os.environ, **{name: str(settings / name) for name in (*folders, "JUPYTERLAB_WORKSPACES_DIR")}}
        # JupyterLab would ask whether it may show news.
        notification = settings / "JUPYTERLAB_SETTINGS_DIR/@jupyterlab/apputils-extension"
        notification /= "notification.jupyterlab-settings"
        notification.parent.mkdir(parents=True, exist_ok=True)
        notification.write_text('{"fetchNews": "false", "checkForUpdates": false}')
        self._log = (settings / "jupyterlab.log").open("w")
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port_retries": "0",
            "IdentityProvider.token": TOKEN,
            "ServerApp.root_dir": str(root),
            f"{self.app}.expose_app_in_browser": "True",
            "LabApp.news_url": "None",
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        }
        command = [str(python), "-m", self.module, "--no-browser", "--allow-root", f"--port={self.port}"]
        command += [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            command, env=env, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )
        self._await_start()

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                self.api("status")
                return
            except OSError:
                assert self._process.poll() is None, f"{self.module} ended: see {self._log.name}"
                time.sleep(0.1)
        raise AssertionError(f"{self.module} did not start")

    def api(self, path: str, method: str = "GET") -> Any:
        """Ask the server's REST API; None where it has nothing to say."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}", headers={"Authorization": f"token {TOKEN}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=START_TIMEOUT_S) as response:
            return json.loads(response.read() or "null")

    def end_kernels(self) -> None:
        """End all kernels: their runs go on, and so would their work."""
        for kernel in self.api("kernels"):
            self.api(f"kernels/{kernel['id']}", "DELETE")

    def close(self) -> None:
        """End the server with all its kernels."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._log.close()

    def write(self, name: str, *sources: str, kernel: str = "python3") -> None:
        """Put a notebook with these cells into the root."""
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        spec = {"name": kernel, "display_name": kernel, "language": "python"}
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), self.root / f"{name}.ipynb"
        )

    def url(self, name: str) -> str:
        """Where a notebook opens, in a workspace of its own."""
        return f"http://127.0.0.1:{self.port}/lab/workspaces/auto-{name}/tree/{name}.ipynb?token={TOKEN}&reset"


class Notebook7(JupyterLab):
    """A Notebook 7 server: JupyterLab's parts, one document a page."""

    module = "notebook"
    app = "JupyterNotebookApp"

    def url(self, name: str) -> str:
        """Where a notebook opens."""
        return f"http://127.0.0.1:{self.port}/notebooks/{name}.ipynb?token={TOKEN}"


class Notebook:
    """An open notebook. `widgets` are its RunWidgets; Playwright sees into their shadow roots."""

    def __init__(self, page: Page, lab: JupyterLab, name: str) -> None:
        self.page = page
        self.lab = lab
        self.name = name
        # JupyterLab's own dialog on a lost connection would stand before the widget. It comes when it comes.
        lost = page.locator(".jp-Dialog", has_text="Server Connection Error")
        page.add_locator_handler(lost, lambda dialog: dialog.locator(".jp-mod-reject").click())
        page.goto(lab.url(name))
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until the kernel takes requests."""
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell?.currentWidget?.context", timeout=START_TIMEOUT_S * 1000
        )
        self.page.evaluate(READY_JS, START_TIMEOUT_S * 1000)

    def run_all(self) -> None:
        """Start all cells; does not wait for them."""
        self.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def run_cell(self, index: int) -> None:
        """Run one cell, and wait until it is done."""
        self.page.evaluate(
            """async (index) => {
              const { content } = window.jupyterapp.shell.currentWidget;
              content.activeCellIndex = index;
              await window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def reload(self) -> None:
        """Reload the page; the kernel lives on."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.page.reload()
        self.await_ready()

    def saved(self) -> Any:
        """Save, end the kernel, and give the file's content."""
        self.page.evaluate(
            """async () => {
              await window.jupyterapp.commands.execute('docmanager:save');
              await window.jupyterapp.shell.currentWidget.sessionContext.shutdown();
            }"""
        )
        return json.loads((self.lab.root / f"{self.name}.ipynb").read_text())

    def evaluate(self, code: str) -> str:
        """Run code in the kernel, beside the notebook; gives what it prints."""
        return str(
            self.page.evaluate(
                """async (code) => {
                  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                  let text = "";
                  const future = kernel.requestExecute({ code, store_history: false });
                  future.onIOPub = ({ header, content }) => {
                    if (header.msg_type === "stream") text += content.text;
                    if (header.msg_type === "error") text += content.traceback.join("\\n");
                  };
                  await future.done;
                  return text;
                }""",
                code,
            )
        )

    def await_printed(self, expression: str, text: str) -> None:
        """Wait until the kernel prints this of an expression."""
        printed = None
        deadline = time.monotonic() + START_TIMEOUT_S
        while (printed := self.evaluate(f"print({expression})").strip()) != text:
            assert time.monotonic() < deadline, f"{expression} is {printed}, not {text}"
            self.page.wait_for_timeout(100)

    @property
    def widgets(self) -> Locator:
        """The RunWidgets on the page."""
        return self.page.locator(".jp-OutputArea-output .flyte-widgets")
