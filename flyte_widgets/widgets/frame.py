"""The frame of every widget of this package: its comm, its traits, its observers. It knows nothing of runs.

A widget is a frame and its parts: outbound, inbound, static view, sidebar calls. The parts are private attributes, so
that `dir(w)` shows what is the user's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import GenericAlias
from typing import Any, Final, TypeVar, cast

import anywidget
import traitlets as t
from ipywidgets import widget_serialization

from flyte_widgets.redaction import redact
from flyte_widgets.widgets import front_end
from flyte_widgets.widgets.front_end import FrontEnd, stub
from flyte_widgets.widgets.inbound import Inbound
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.widgets.outputs import Bundle, is_displayed
from flyte_widgets.widgets.running_cell import (
    RunningCell,
    leave_hooks_to_cells,
    route_messages_to_their_subshell,
    running_cell,
)
from flyte_widgets.wire.trait_types import WidgetError

T = TypeVar("T")

logger = logging.getLogger(__name__)

VIEW_MIME: Final = "application/vnd.jupyter.widget-view+json"
_FROM_BROWSER: Final = {"selected", "_view_count"}


def json_trait(of: type[T]) -> t.Instance[T | None]:
    """Make a read-only trait that holds JSON of this type (a TypedDict), or None."""
    return cast("t.Instance[T | None]", t.Instance(dict, allow_none=True, read_only=True).tag(sync=True, wire=of))


def json_object(of: type[T]) -> t.Instance[T]:
    """Make a read-only trait that holds JSON of this type (a TypedDict); empty until the widget is made."""
    return cast("t.Instance[T]", t.Dict(read_only=True).tag(sync=True, wire=of))


def json_list(of: type[T]) -> t.Instance[list[T]]:
    """Make a read-only trait that holds a list of JSON of this type (a TypedDict)."""
    return cast("t.Instance[list[T]]", t.List(read_only=True).tag(sync=True, wire=GenericAlias(list, of)))


class WidgetFrame(anywidget.AnyWidget):
    """Base of the widgets. Traits that follow the backend are read-only; they are set on a thread of flyte-widgets.

    What an observer raises there would reach nobody: it is shown in `error` and logged, and the other observers and
    traits get their news.
    """

    _esm = stub()
    _front_end = t.Instance(FrontEnd, read_only=True).tag(sync=True, **widget_serialization)
    """The model that holds the module."""

    error = json_trait(WidgetError)
    """What went wrong in the widget itself or in one of your observers: {"message", "hint"}. Not the error of the run,
    which is in `root`. None: nothing."""

    _running_cell: RunningCell | None = None
    _own_layout: Any = None
    """Its layout, unless that is the user's."""
    _setting_thread: int | None = None
    """Ident of the thread that sets traits because the backend has news; None while none does."""

    def __init__(self, outbound: Outbound, inbound: Inbound, values: dict[str, Any], **arguments: Any) -> None:
        """Open the comm with these trait values. `arguments`: what the user may set (`selected`, `layout`)."""
        self._outbound, self._inbound = outbound, inbound
        front_end.register(inbound)
        for name, value in {**values, "_front_end": front_end.front_end()}.items():
            self.set_trait(name, value)
        super().__init__(**arguments)
        self._own_layout = None if "layout" in arguments else self.layout
        route_messages_to_their_subshell(self.comm)
        leave_hooks_to_cells(self.comm, self._handle_msg)
        self._running_cell = running_cell()

    def _set_traits(self, values: dict[str, Any]) -> None:
        """Set traits, in one message to the front ends."""
        self._setting_thread = threading.get_ident()
        try:
            with self.hold_sync():
                for name, value in values.items():
                    try:
                        self.set_trait(name, value)
                    except Exception as error:  # noqa: BLE001 - shown and logged; a subclass's observer is not guarded
                        self._show_observer_error(name, error)
        finally:
            self._setting_thread = None

    def observe(self, handler: Callable[..., Any], names: Any = t.All, type: Any = "change") -> None:  # noqa: A002
        """Have `handler` called when a trait changes; see `traitlets.HasTraits.observe`."""
        guarded = handler if isinstance(handler, t.EventHandler) else _Observer(handler, self._show_observer_error)
        super().observe(guarded, names, type)

    def _show_observer_error(self, name: str, error: Exception) -> bool:
        """Say that an observer raised; False where whoever set the trait gets the error."""
        if self._setting_thread != threading.get_ident():
            return False
        logger.error("an observer of %s.%s raised", type(self).__name__, name, exc_info=error)
        if name == "error":
            return True
        message = redact(f"An observer of {name} raised {type(error).__name__}: {error}")
        self.set_trait("error", {"message": message, "hint": "Its traceback is in the log."})
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(f"A {type(self).__name__} cannot be pickled: it is shown by this kernel. Pickle its `run`.")

    # --- ipywidgets --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the view."""
        if self.comm is not None:
            self._inbound.close()
            self._outbound.close()
        super().close()
        if self._own_layout is not None:
            self._own_layout.close()  # ipywidgets keeps each model that is open

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take trait values from the browser: only those that are its to set."""
        with self._outbound.lock:
            super().set_state({name: value for name, value in sync_data.items() if name in _FROM_BROWSER})

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Give the state as a (re)loaded page needs it."""
        with self._outbound.lock:
            state: dict[str, Any] = super().get_state(key, drop_defaults)
            return state

    def _handle_msg(self, msg: Any) -> None:
        if self._running_cell is not None:
            self._running_cell.take_back()
        super()._handle_msg(msg)

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        self._inbound.receive(content)
        super()._handle_custom_msg(content, buffers)

    def _view_with_text(self) -> tuple[Bundle, Bundle]:
        """Give the live view, and its repr for those who cannot show it, as an output."""
        self._outbound.expect_page()
        data, metadata = super()._repr_mimebundle_() or ({}, {})
        return data, metadata

    def _ipython_display_(self, **_options: Any) -> None:
        if not is_displayed(self):
            self._display_in_cell()

    def _display_in_cell(self) -> None:
        raise NotImplementedError

    def _view_alone(self, text: str) -> tuple[Bundle, Bundle]:
        """Give the live view as an output, with this text for those who cannot show it."""
        data, metadata = self._view_with_text()
        return {VIEW_MIME: data[VIEW_MIME], "text/plain": text}, metadata


class _Observer:
    """A user's observer. It equals what it stands for, so that `unobserve` finds it."""

    def __init__(self, handler: Callable[..., Any], failed: Callable[[str, Exception], bool]) -> None:
        self._handler, self._failed = handler, failed

    def __call__(self, change: Any) -> None:
        try:
            self._handler(change)
        except Exception as error:
            if not self._failed(str(change["name"]), error):
                raise

    def __eq__(self, other: object) -> bool:
        return bool(self._handler == (other._handler if isinstance(other, _Observer) else other))

    def __hash__(self) -> int:
        return hash(self._handler)
