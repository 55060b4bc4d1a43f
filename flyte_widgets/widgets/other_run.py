"""The run that a run was started from, or that was started from it: open in the same place, by a widget of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ipywidgets

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.untrusted import shortened
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.wire.requests import OpenOther

_NAME_SHOWN: Final = 60


class OtherRun:
    """Makes the other run's widget when a page asks for it, and closes it with this one.

    make: gives a widget for a run's name, project and domain.
    """

    def __init__(self, watcher: Watcher, make: Callable[[str, str, str], ipywidgets.Widget]) -> None:
        self._watcher, self._make = watcher, make
        self._name = ""
        self._widget: ipywidgets.Widget | None = None

    def register(self, inbound: Inbound) -> None:
        """Put its handler into the table."""
        inbound.handle(OpenOther, self._open)

    def close(self) -> None:
        """Close the other run's widget. That run goes on."""
        widget, self._widget, self._name = self._widget, None, ""
        if widget is not None:
            widget.close()

    def _open(self, request: OpenOther) -> Answer:
        if not request.run:
            self.close()
            return Answer("")
        project, domain = self._place_of(request.run)
        if self._widget is None or self._widget.comm is None or self._name != request.run:
            self.close()
            self._widget, self._name = self._make(request.run, project, domain), request.run
        return Answer(self._widget.model_id)

    def _place_of(self, name: str) -> tuple[str, str]:
        """Give project and domain of the other run. A page opens no run but the ones that it is told of."""
        model, run_id = self._watcher.model, self._watcher.run_id
        relation = model.relation
        if relation is not None and relation.run == name:
            return relation.project or run_id.project, relation.domain or run_id.domain
        if model.rerun_status.run == name:
            return run_id.project, run_id.domain
        raise FlyteWidgetsError(
            f"Run {run_id.name} was not started from {shortened(name, _NAME_SHOWN)!r}, nor that one from it.",
            hint="fw.RunWidget(name) shows any run.",
        )
