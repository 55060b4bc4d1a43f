"""What a cell ends with shows by itself: a run or a list of runs as its widget, in notebooks. `repr()` is text."""

from __future__ import annotations

import sys
from typing import Any

_is_on = True


def show_by_itself(on: bool) -> None:
    """Switch it on or off for this process."""
    global _is_on  # noqa: PLW0603 - one choice a process
    _is_on = on


def shows_by_itself() -> bool:
    """Whether it is switched on."""
    return _is_on


def display_as_widget(what: Any) -> None:
    """Display the widget of a run or of a list. Raises NotImplementedError, so that IPython goes on to the repr.

    That is so in a terminal, without IPython, and where it was switched off.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if not _is_on or type(shell).__name__ in ("NoneType", "TerminalInteractiveShell"):
        raise NotImplementedError
    # The widgets are above this room. The root of the package is above all, and imports them when they are asked for.
    sys.modules["flyte_widgets"].show(what)
