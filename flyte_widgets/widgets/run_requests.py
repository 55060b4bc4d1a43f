"""What pages ask of one run, and how it is done."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.abort import abort
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.widgets.static_view.collect import READ_LIMIT_S
from flyte_widgets.widgets.static_view.notebook import StaticView
from flyte_widgets.wire.requests import Abort, ReadStaticView, RequestHistory, Retry

logger = logging.getLogger(__name__)

_HISTORIES_AT_ONCE: Final = 200
_REASON_LIMIT: Final = 2_000


class RunRequests:
    """Handlers for the requests about a run."""

    def __init__(self, watcher: Watcher, static_view: StaticView) -> None:
        self._watcher, self._static_view = watcher, static_view

    def register(self, inbound: Inbound) -> None:
        """Put them into the table."""
        inbound.handle(Abort, self._abort, once=True)
        inbound.handle(Retry, self._retry)
        inbound.handle(RequestHistory, self._request_history)
        inbound.handle(ReadStaticView, self._read_static_view)

    def _abort(self, request: Abort) -> None:
        """Begin to abort. How it goes is shown by `abort_state`."""
        background().submit(self._abort_and_log(request.action or ROOT, request.reason[:_REASON_LIMIT]))

    async def _abort_and_log(self, action: str, reason: str) -> None:
        try:
            await abort(self._watcher, action, reason)
        except FlyteWidgetsError as error:
            logger.info("abort of %s refused: %s", self._watcher.run_id.name, error)
        except Exception:
            logger.exception("abort of %s", self._watcher.run_id.name)

    def _retry(self, _request: Retry) -> None:
        background().soon(self._watcher.retry)

    def _request_history(self, request: RequestHistory) -> None:
        background().soon(self._watcher.request_history, request.actions[:_HISTORIES_AT_ONCE])

    async def _read_static_view(self, _request: ReadStaticView) -> Answer:
        """Give the static view, for pages that no longer know which output it is."""
        return Answer(await asyncio.to_thread(self._static_view.bundle, READ_LIMIT_S))
