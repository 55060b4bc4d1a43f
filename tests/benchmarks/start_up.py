"""How long it takes to begin: the import, and until the first widget is on screen in JupyterLab. Measures 7 and 17."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.load_messages import RUN_NAME
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.machine import say
from tests.benchmarks.subjects import OURS, RUN_WAIT
from tests.benchmarks.table import REPEATS, Finding, Target, beside
from tests.jupyter_lab import CHROMIUM_ARGS, JupyterLab, Notebook, chromium

SDK, WHOLE = "flyte, flyte.init()", "ours, connect() and RunWidget"
IMPORTS = {
    "ours": "import flyte_widgets",
    "anywidget": "import anywidget",
    SDK: "import flyte; flyte.init(endpoint='http://127.0.0.1:9', insecure=True)",
    WHOLE: "import flyte_widgets; flyte_widgets.connect('http://127.0.0.1:9'); flyte_widgets.RunWidget",
}
"""The import alone brings little: the last says what it costs with all that a first widget needs."""
MORE_MS = 100
"""Ours may take so much longer than anywidget itself."""
IMPORT_REPEATS = 9
CELLS = {"ours": OURS + "w", "run.wait()": RUN_WAIT}

_TIMED = """
import time
begun = time.perf_counter()
{code}
print(time.perf_counter() - begun)
"""
# In the page, so that neither the browser's driver nor its waiting is measured.
_SHOW = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await panel.sessionContext.restartKernel();
  await panel.sessionContext.session.kernel.info;
  await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
  const isShown = () =>
    document.querySelector(".jp-OutputArea .flyte-widgets")?.shadowRoot.querySelector(".fw-badge")?.textContent ===
      "Running" || document.querySelector(".jp-OutputArea")?.textContent.includes("ActionPhase.RUNNING");
  const begun = performance.now();
  void jupyterapp.commands.execute("notebook:run-all-cells");
  return await new Promise((resolve, reject) => {
    const look = () => {
      if (isShown()) resolve(performance.now() - begun);
      else if (performance.now() - begun > 60_000) reject(new Error("nothing was shown within 60 s"));
      else requestAnimationFrame(look);
    };
    look();
  });
}"""


def measure() -> list[Finding]:
    """Measure imports in fresh processes, then first widgets in fresh kernels."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
        try:
            return [*imports(IMPORT_REPEATS), *first_widgets(browser, REPEATS)]
        finally:
            browser.close()


def imports(repeats: int) -> list[Finding]:
    """Time each import in a process of its own, in turn, after one that fills the disk's cache."""
    say("start_up: imports")
    times: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for repeat in range(repeats + 1):
        for name, code in IMPORTS.items():
            command = [sys.executable, "-c", _TIMED.format(code=code)]
            told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
            if repeat:
                times[name].append(float(told) * 1000)
    whole = times.pop(WHOLE)
    ours, anywidget, sdk = beside("import, in a fresh process", "ms", times)
    used = beside("import, and its first use", "ms", {WHOLE: whole, SDK: times[SDK]})
    return [ours, anywidget, sdk, *used, Target(7, ours, anywidget.median + MORE_MS, sdk, 3)]


def first_widgets(browser: Browser, repeats: int) -> list[Finding]:
    """Time a first cell in a fresh kernel until the run's phase is on screen; the first time is not counted."""
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, closing(LoadServer()) as server:
        root, settings = Path(folder) / "root", Path(folder) / "settings"
        root.mkdir(), settings.mkdir()
        with closing(JupyterLab(root, settings)) as lab:
            for number, (name, cell) in enumerate(CELLS.items()):
                say(f"start_up: first widget, {name}")
                lab.write(f"start-{number}", cell.format(endpoint=server.endpoint("idle-50"), run=RUN_NAME))
                with closing(browser.new_context(viewport={"width": 1280, "height": 1000})) as context:
                    page = context.new_page()
                    page.set_default_timeout(90_000)
                    Notebook(page, lab, f"start-{number}")
                    times[name] = [page.evaluate(_SHOW) for _ in range(repeats + 1)][1:]
                    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    rows = beside("first widget on screen, in a fresh kernel", "ms", times)
    return [*rows, Target(17, rows[0], peer=rows[1], factor=2)]
