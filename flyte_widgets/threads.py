"""Starts the threads of this package."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flyte_widgets.errors import FlyteWidgetsError


def start_thread(target: Callable[[], None], name: str) -> threading.Thread:
    """Start a daemon thread. FlyteWidgetsError where Python cannot start any: in a browser, or at a limit."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise FlyteWidgetsError(
            f"flyte-widgets could not start a thread: {error}.",
            hint="It needs threads to follow a run. Python in a browser (JupyterLite, pyodide) has none: use a kernel "
            "that runs on a machine. There, a limit on processes or memory was reached.",
        ) from None
    return thread
