"""Debian's WebKit (WebKitGTK, the engine of Safari) by WebDriver, on a screen of its own: Xvfb."""

from __future__ import annotations

import os
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selenium.webdriver import WebKitGTK
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.run_helpers import PATIENCE_S

T = TypeVar("T")


@contextmanager
def launched(size: tuple[int, int] = (1280, 1000)) -> Iterator[WebKitGTK]:
    """A WebKit of a size, with nobody's settings."""
    reader, writer = os.pipe()
    screen = "x".join(str(side + 100) for side in size)
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{screen}x24", "-nolisten", "tcp"]
    xvfb = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as numbers:
        display = f":{numbers.readline().strip()}"
    options = Options()
    options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))
    options.add_argument("--automation")
    env = {**os.environ, "DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "setting remote_server_addr", DeprecationWarning)  # selenium's own call
        driver = WebKitGTK(options=options, service=Service("/usr/bin/WebKitWebDriver", env=env))
    try:
        driver.set_window_size(*size)
        driver.set_script_timeout(PATIENCE_S)
        yield driver
    finally:
        driver.quit()
        xvfb.terminate()
        xvfb.wait(PATIENCE_S)


class Widget:
    """The first RunWidget of a page. All that is asked is asked in its shadow root."""

    def __init__(self, driver: WebKitGTK) -> None:
        self.driver = driver

    def ask(self, script: str, *arguments: Any) -> Any:
        """Run a script in which `root` is the shadow root; None while there is no widget."""
        find = "const root = document.querySelector('.jp-OutputArea-output .flyte-widgets')?.shadowRoot;"
        return self.driver.execute_script(f"{find} if (!root) return null; {script}", *arguments)

    def text(self, selector: str) -> str:
        """What the first match says; "" where there is none."""
        return str(self.ask("return root.querySelector(arguments[0])?.textContent ?? ''", selector) or "").strip()

    def button(self, name: str) -> WebElement | None:
        """The button that can be seen and is called so."""
        return self.ask(  # type: ignore[no-any-return]
            """return [...root.querySelectorAll("button")].find((one) => one.offsetParent
                && (one.getAttribute("aria-label") ?? one.textContent) === arguments[0]) ?? null""",
            name,
        )

    def click(self, find: Callable[[], WebElement | None]) -> None:
        """Click with a mouse on what is found, once it is there."""
        ActionChains(self.driver).move_to_element(until(find)).click().perform()


def until(look: Callable[[], T | None]) -> T:
    """Wait for what is looked for; gives it."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found
