"""The widget in a notebook's page: the cell that shows it, and what every kind of test does to it there."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.fault_proxy import FaultProxy
from tests.server_process import ServerProcess

_CELL = """
import flyte_widgets as fw
_ = fw.connect({endpoint!r}, project={project!r}, domain={domain!r}, console="")
w = fw.RunWidget({name!r})
"""


def cell_for(name: str, backend: ServerProcess | FaultProxy, last: str = "w") -> str:
    """The cell that makes the widget of a run, asks for it at `backend`, and ends with the line `last`."""
    cell = _CELL.format(
        endpoint=backend.endpoint, project=ServerProcess.project, domain=ServerProcess.domain, name=name
    )
    return f"{cell}{last}".strip()


def badge(widget: Locator) -> Locator:
    """Where the run's phase stands."""
    return widget.locator(".fw-badge")


def press_abort(widget: Locator) -> None:
    """Press Abort, and confirm."""
    widget.get_by_role("button", name="Abort", exact=True).click()
    widget.get_by_role("button", name="Abort run").click()
