"""How messages and trait values get to the front ends. The parts of a widget know this protocol, not the widget."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from flyte_widgets.wire.messages import Message


class Channel(Protocol):
    """What reaches all pages that show a widget. Safe on any thread."""

    @property
    def is_open(self) -> bool:
        """Whether anything can still be sent: False once the widget is closed."""

    def send(self, message: Message, buffers: Sequence[bytes] = ()) -> None:
        """Send a message. Does nothing once the channel is closed."""

    def set_traits(self, values: dict[str, Any]) -> None:
        """Set traits, in one message to the front ends."""


class HasComm(Protocol):
    """A widget, as far as a channel needs it."""

    @property
    def comm(self) -> Any:
        """Its comm; None once it is closed."""

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a custom message to the front ends."""


class CommChannel:
    """The comm of a widget.

    ipykernel 7.0 finds the cell that a message belongs to by context variables, which other threads do not have: there
    a message is sent in the context of the last cell that displayed the widget or waited for it.
    """

    def __init__(self, widget: HasComm, set_traits: Callable[[dict[str, Any]], None]) -> None:
        self._widget, self._set_traits = widget, set_traits
        self.belong_to_this_cell()

    def belong_to_this_cell(self) -> None:
        """Have messages belong to the cell that runs now, where they have to belong to one."""
        self._cell = contextvars.copy_context()

    @property
    def is_open(self) -> bool:
        """Whether the widget is not closed."""
        return self._widget.comm is not None

    def send(self, message: Message, buffers: Sequence[bytes] = ()) -> None:
        """Send a message. Does nothing once the widget is closed."""
        if self.is_open:
            self._in_cell(self._widget.send, msgspec.to_builtins(message), list(buffers))

    def set_traits(self, values: dict[str, Any]) -> None:
        """Set traits, in one message. Observers run on the calling thread."""
        self._in_cell(self._set_traits, values)

    def _in_cell(self, function: Callable[..., Any], *arguments: Any) -> None:
        if _can_send_from_here(self._widget.comm):
            function(*arguments)
        else:
            self._cell.copy().run(function, *arguments)


def _can_send_from_here(comm: Any) -> bool:
    """Check whether this thread may send. In ipykernel 7.0 only those may that are at work for a cell."""
    parent_of_messages = getattr(getattr(comm, "kernel", None), "get_parent", None)
    try:
        if parent_of_messages is not None:
            parent_of_messages()
    except LookupError:
        return False
    return True
