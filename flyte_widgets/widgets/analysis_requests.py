"""What pages ask of a run's analysis: the report of a failure."""

from __future__ import annotations

from flyte_widgets.errors import NotFoundError
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.analysis import action_report
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.wire.requests import ReadReport


class AnalysisRequests:
    """Handlers for the requests about where the time went, and why a run failed."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def register(self, inbound: Inbound) -> None:
        """Put them into the table."""
        inbound.handle(ReadReport, self._report)

    async def _report(self, request: ReadReport) -> Answer:
        """Write an action's failure as Markdown."""
        action = request.action or ROOT
        if action not in self._watcher.state.by_id:
            raise NotFoundError(f"The run has no action {action[:80]!r}.")
        return Answer(await action_report(self._watcher, action))
