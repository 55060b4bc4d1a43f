"""Flyte 2 runs, live in a notebook.

import flyte_widgets as fw
fw.RunWidget("r4p2bdpt7f")
"""

from __future__ import annotations

import importlib
import logging
from types import ModuleType
from typing import TYPE_CHECKING, Any

from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.backends import connect
from flyte_widgets.watch.handles import Action, Run
from flyte_widgets.widgets.run_widget import RunWidget

if TYPE_CHECKING:
    from flyte_widgets import local

__version__ = "0.1.0"

__all__ = ["Action", "ActionPhase", "Run", "RunWidget", "connect", "local"]

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> ModuleType:
    """Import the embedded backend when it is first asked for: it brings the SDK and a server with it."""
    if name == "local":
        return importlib.import_module("flyte_widgets.local")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Have `%load_ext flyte_widgets` show the SDK's runs live, and bring `%flyte_run`."""
    importlib.import_module("flyte_widgets.widgets.ipython").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Undo `%load_ext flyte_widgets`."""
    importlib.import_module("flyte_widgets.widgets.ipython").unload(shell)
