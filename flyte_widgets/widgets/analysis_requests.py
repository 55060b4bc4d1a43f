"""What pages ask of a run's analysis: the critical path, the time by task, the report of a failure.

On the background loop, which alone writes the state: its lock is not needed here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Coroutine
from typing import Any, Final

from flyte_widgets.errors import NotFoundError
from flyte_widgets.run.by_task import by_task
from flyte_widgets.run.critical_path import critical_path
from flyte_widgets.run.state import ROOT
from flyte_widgets.tasks import within
from flyte_widgets.watch.analysis import READ_LIMIT_S, read_histories, read_path
from flyte_widgets.watch.backends import Backend
from flyte_widgets.watch.comparing import Comparer
from flyte_widgets.watch.failure_report import failure_report
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.wire.analysis import comparison_dict, path_parts, task_rows
from flyte_widgets.wire.requests import ReadByTask, ReadComparison, ReadPath, ReadReport

_NAME_LIMIT: Final = 200


class AnalysisRequests:
    """Handlers for the requests about where the time went, and why a run failed."""

    def __init__(self, watcher: Watcher, backend: Backend) -> None:
        self._watcher = watcher
        self._comparer = Comparer(watcher, backend)

    def register(self, inbound: Inbound) -> None:
        """Put them into the table."""
        inbound.handle(ReadReport, self._report)
        inbound.handle(ReadPath, self._path)
        inbound.handle(ReadByTask, self._by_task)
        inbound.handle(ReadComparison, self._compare)

    def close(self) -> None:
        """Read no other run any more. On the background loop."""
        self._comparer.let_go()

    async def _path(self, _request: ReadPath) -> Answer:
        watcher = self._watcher
        await _within_limit(read_path(watcher))
        return Answer(path_parts(critical_path(watcher.state, watcher.now_ms())))

    async def _by_task(self, request: ReadByTask) -> Answer:
        watcher = self._watcher
        await _within_limit(read_histories(watcher))
        between = None
        if request.from_ms is not None or request.to_ms is not None:
            between = (request.from_ms or 0.0, watcher.now_ms() if request.to_ms is None else request.to_ms)
        return Answer(task_rows(by_task(watcher.state, watcher.now_ms(), between)))

    async def _compare(self, request: ReadComparison) -> Answer:
        return Answer(comparison_dict(await self._comparer.compare_with(request.other[:_NAME_LIMIT])))

    async def _report(self, request: ReadReport) -> Answer:
        """Write an action's failure as Markdown."""
        action = request.action or ROOT
        if action not in self._watcher.state.by_id:
            raise NotFoundError(f"The run has no action {action[:80]!r}.")
        return Answer(await failure_report(self._watcher, action))


async def _within_limit(reading: Coroutine[Any, Any, None]) -> None:
    """Read for a while. What has not come by then is answered as not known."""
    with contextlib.suppress(TimeoutError):
        await within(READ_LIMIT_S, reading)
