"""Says that Python in a browser cannot do it. It imports next to nothing: imports fail there, each in its own words."""

from __future__ import annotations

from typing import Final

from flyte_widgets.errors import FlyteWidgetsError

NO_THREADS: Final = (
    "It needs threads to follow a run. Python in a browser (JupyterLite, pyodide) has none: use a kernel that runs on "
    "a machine."
)


def not_in_a_browser() -> FlyteWidgetsError:
    """Make the error for Python in a browser."""
    return FlyteWidgetsError("flyte-widgets cannot run in a browser.", hint=NO_THREADS)
