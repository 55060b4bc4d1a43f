"""Flyte 2 runs, live in a notebook.

import flyte_widgets as fw
fw.RunWidget("r4p2bdpt7f")
"""

from __future__ import annotations

import importlib
import logging
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyte_widgets import errors, local
    from flyte_widgets.api.client import FlyteClient
    from flyte_widgets.phases import ActionPhase
    from flyte_widgets.run.action import PhaseChange
    from flyte_widgets.run.details import ActionDetails
    from flyte_widgets.watch.action_handle import Action
    from flyte_widgets.watch.backends import connect
    from flyte_widgets.watch.handles import Run
    from flyte_widgets.watch.runs import RunChange, Runs
    from flyte_widgets.watch.status import Connection
    from flyte_widgets.widgets.progress_widget import ProgressWidget, gather, progress
    from flyte_widgets.widgets.run_widget import RunWidget
    from flyte_widgets.widgets.runs_widget import RunsWidget, runs
    from flyte_widgets.widgets.show import show

__version__ = "0.1.0"

__all__ = [
    "Action",
    "ActionDetails",
    "ActionPhase",
    "Connection",
    "FlyteClient",
    "PhaseChange",
    "ProgressWidget",
    "Run",
    "RunChange",
    "RunWidget",
    "Runs",
    "RunsWidget",
    "connect",
    "errors",
    "gather",
    "local",
    "progress",
    "runs",
    "show",
]

_HOMES = {
    "Action": "flyte_widgets.watch.action_handle",
    "ActionDetails": "flyte_widgets.run.details",
    "ActionPhase": "flyte_widgets.phases",
    "Connection": "flyte_widgets.watch.status",
    "FlyteClient": "flyte_widgets.api.client",
    "PhaseChange": "flyte_widgets.run.action",
    "ProgressWidget": "flyte_widgets.widgets.progress_widget",
    "Run": "flyte_widgets.watch.handles",
    "RunChange": "flyte_widgets.watch.runs",
    "RunWidget": "flyte_widgets.widgets.run_widget",
    "Runs": "flyte_widgets.watch.runs",
    "RunsWidget": "flyte_widgets.widgets.runs_widget",
    "connect": "flyte_widgets.watch.backends",
    "gather": "flyte_widgets.widgets.progress_widget",
    "progress": "flyte_widgets.widgets.progress_widget",
    "runs": "flyte_widgets.widgets.runs_widget",
    "show": "flyte_widgets.widgets.show",
}

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: an import alone costs no HTTP client, no widgets, no server."""
    if sys.platform == "emscripten" and name in __all__ and name != "errors":
        raise importlib.import_module("flyte_widgets.in_browser").not_in_a_browser()
    if name in {"errors", "local"}:
        return importlib.import_module(f"flyte_widgets.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """Have `%load_ext flyte_widgets` show the SDK's runs live, and bring `%flyte_run`."""
    importlib.import_module("flyte_widgets.widgets.ipython").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Undo `%load_ext flyte_widgets`."""
    importlib.import_module("flyte_widgets.widgets.ipython").unload(shell)
