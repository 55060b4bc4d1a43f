"""The front end, as it is sent: once for all widgets of a kernel, not with each.

A widget's `_esm` is only a stub (js/stub.mjs). The module is in a model that all widgets refer to: so a page that has
it gets no second one, and a saved notebook, which keeps all models, still has it. Parts that most runs never need are
read when a page asks for them.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

import ipywidgets
import traitlets as t

from flyte_widgets.errors import ConfigError, FlyteWidgetsError
from flyte_widgets.forking import PerProcess
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.wire.requests import ReadFrontEnd

_IPYWIDGETS: Final = 8
_STATIC: Final = resources.files("flyte_widgets.widgets") / "static"


def stub() -> str:
    """Read the stub. As a string: anywidget's file-backed form keeps every widget alive."""
    return _read("widget.js").decode()


class FrontEnd(ipywidgets.Widget):  # type: ignore[misc]
    """The model that holds the module. It has no view."""

    loader = t.Unicode(read_only=True).tag(sync=True)
    """JavaScript that unpacks the module (js/loader.mjs)."""
    files = t.Bytes(read_only=True).tag(sync=True)
    """Names and contents of the module's files, deflated (js/pack.mjs)."""

    def __init__(self) -> None:
        self.set_trait("loader", _read("loader.js").decode())
        self.set_trait("files", _read("widget.bin"))
        super().__init__()


def front_end() -> FrontEnd:
    """Give the model of this process; a new one where `Widget.close_all()` closed it.

    Raises ConfigError beside ipywidgets 7: pages of that protocol show nothing, and say nothing.
    """
    if int(ipywidgets.__version__.partition(".")[0]) < _IPYWIDGETS:
        raise ConfigError(
            f"flyte-widgets needs ipywidgets {_IPYWIDGETS}, and ipywidgets {ipywidgets.__version__} is installed.",
            hint=f'Run pip install -U "ipywidgets>={_IPYWIDGETS}", restart the kernel, and reload the page. '
            "Without a view, fw.Run(...) works as it is.",
        )
    model = _front_end.get()
    if model.comm is None:
        model.open()
    return model


def register(inbound: Inbound) -> None:
    """Answer pages that ask for a part, or for the module where they cannot see the model that holds it."""
    inbound.handle(ReadFrontEnd, _part)


def _part(request: ReadFrontEnd) -> Answer:
    for file in _STATIC.iterdir():
        if file.name == f"{request.part}.bin":
            return Answer(_read("loader.js").decode() if request.part == "widget" else None, [file.read_bytes()])
    raise FlyteWidgetsError(f"The front end has no part {request.part[:80]!r}.", hint="Reload the page.")


def _read(name: str) -> bytes:
    file = _STATIC / name
    if not file.is_file():
        raise FlyteWidgetsError(
            "The front end of flyte-widgets is not built.",
            hint="In a checkout run `make build`; otherwise install flyte-widgets from its wheel.",
        )
    return file.read_bytes()


_front_end: Final = PerProcess(FrontEnd)
