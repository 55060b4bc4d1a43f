"""Outputs of a cell that are replaced later, also when the cell is done, and from any thread."""

from __future__ import annotations

import contextvars
import logging
import weakref
from typing import Any
from uuid import uuid4

logger = logging.getLogger(__name__)

Bundle = dict[str, Any]


class Output:
    """One output, of the cell that makes it.

    ipykernel 7.0 finds the cell that an output belongs to by context variables, which other threads do not have.
    """

    def __init__(self) -> None:
        self._id = uuid4().hex
        self._context = contextvars.copy_context()

    def show(self, bundle: Bundle, metadata: dict[str, Any] | None = None) -> None:
        """Display it for the first time."""
        show(bundle, metadata=metadata, display_id=self._id)

    def replace(self, bundle: Bundle, metadata: dict[str, Any] | None = None) -> None:
        """Replace it. From any thread; a front end that is gone or a kernel that refuses is no error here."""
        options = {"metadata": metadata, "display_id": self._id, "update": True}
        try:
            # As part of the cell that runs now: nbclient hears of no other.
            show(bundle, **options)
        except LookupError:
            # A copy: a context cannot be entered by two threads.
            self._context.copy().run(show, bundle, **options)
        except Exception:  # what is shown is an extra: it must not end the publisher
            logger.debug("an output could not be replaced", exc_info=True)


def show(bundle: Bundle, **options: Any) -> None:
    """Display a bundle of media types."""
    from IPython.display import display  # noqa: PLC0415 - only where a front end is

    display(bundle, raw=True, **options)


def display(widget: Any) -> None:
    """Display a widget in IPython and in notebooks. A script has no place for it: then this does nothing.

    Until the cell ends, `is_displayed` says so: one that ends with `fw.show(run)` has it as its last value, too.
    """
    from IPython import get_ipython  # noqa: PLC0415 - only where a front end is
    from IPython.display import display as show_object  # noqa: PLC0415

    shell = get_ipython()
    if shell is None:
        return
    _displayed.discard(widget)
    show_object(widget)
    _displayed.add(widget)

    def end_of_cell() -> None:
        shell.events.unregister("post_execute", end_of_cell)
        _displayed.discard(widget)

    shell.events.register("post_execute", end_of_cell)


def is_displayed(widget: Any) -> bool:
    """Say whether the cell that runs has called `display` with a widget."""
    return widget in _displayed


_displayed: weakref.WeakSet[Any] = weakref.WeakSet()


def is_terminal() -> bool:
    """Tell whether this is IPython in a terminal: nothing but text can be shown there."""
    return _shell() == "TerminalInteractiveShell"


def has_cells() -> bool:
    """Tell whether this is a kernel of IPython's, whose outputs have a place."""
    return _shell() == "ZMQInteractiveShell"


def _shell() -> str:
    from IPython import get_ipython  # noqa: PLC0415

    return type(get_ipython()).__name__
