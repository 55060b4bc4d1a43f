"""The lifecycle of a watch: find the run, follow it, confirm its end. On the background loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from flyte_widgets.api.connect import UNARY_TIMEOUT_S
from flyte_widgets.errors import ApiError, NotFoundError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import ROOT
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.backoff import Backoff
from flyte_widgets.watch.reconcile import Reconciler
from flyte_widgets.watch.source import PROBE_S, RunSource
from flyte_widgets.watch.streams import follow_action, follow_tree, report_outage

logger = logging.getLogger(__name__)

SETTLE_S: Final = 30.0
"""How long the children of an ended root are given to end, too."""
RETRIED_ROOT_S: Final = 2.0
"""A tracked local run reports FAILED between two attempts of its root: a failure is looked at twice."""


class Lifecycle:
    """Runs one watch from beginning to end."""

    def __init__(self, source: RunSource, reconciler: Reconciler, finish: Callable[[], Awaitable[None]]) -> None:
        """`finish` is awaited before the run is said to be read whole."""
        self._source, self._model, self._reconciler = source, source.model, reconciler
        self._finish = finish
        self._streams: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Watch until the run is over and was read whole. What breaks on the way is shown and logged."""
        source, model, reconciler = self._source, self._model, self._reconciler
        try:
            try:
                self._begin(lambda: report_outage(source))
                await self._find_run()
                self._begin(lambda: follow_tree(source, reconciler))
                self._begin(lambda: follow_action(source, ROOT))
                self._begin(reconciler.run)
                self._begin(self._list_actions)
                await self._until_over()
            finally:
                await cancel_all(self._streams)
            model.show_ended()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            logger.exception("the watch of run %s broke", model.run_name)
            model.show_connection(
                state="failed", message=f"The watch broke: {type(error).__name__}.", hint="See the log."
            )
        model.is_over = True
        model.publish()

    def _begin(self, follow: Callable[[], Awaitable[None]]) -> None:
        self._streams.append(asyncio.create_task(self._guarded(follow)))

    async def _guarded(self, follow: Callable[[], Awaitable[None]]) -> None:
        """Run a stream again if it breaks: a bug in one must not leave the view standing still in silence."""
        backoff = Backoff()
        while True:
            try:
                await follow()
            except Exception as error:
                logger.exception("watching run %s", self._model.run_name)
                message = f"An error of flyte-widgets: {type(error).__name__}."
                self._model.show_connection(state="reconnecting", message=message, hint="")
            else:
                return
            await self._source.pause(backoff.next_delay_s())

    async def _find_run(self) -> None:
        """Read the run for the first time. At first with little patience: a call that hangs may not be the only way."""
        patience = iter((PROBE_S,))
        await self._until_answered(lambda: self._source.find_run(next(patience, UNARY_TIMEOUT_S)))

    async def _list_actions(self) -> None:
        """Read the list of all actions once: the stream's first messages may come late, or hold but a part."""
        while not self._model.has_list:
            await self._until_answered(self._reconciler.reconcile)

    async def _until_answered(self, read: Callable[[], Awaitable[None]]) -> None:
        """Read, again and again, until there is an answer."""
        backoff = Backoff()
        while True:
            try:
                await read()
            except ApiError as error:
                await self._source.pause(self._model.report_error(error, backoff.next_delay_s(error.retry_after_s)))
            else:
                return

    async def _until_over(self) -> None:
        """Return when a unary read has shown the run's end, and its children have settled."""
        model = self._model
        backoff = Backoff()
        while True:
            model.ended_s = None
            await model.updates.until(lambda: model.phase is not None and model.phase.is_terminal)
            try:
                if await self._settle():
                    return
            except ApiError as error:
                await self._source.pause(model.report_error(error, backoff.next_delay_s(error.retry_after_s)))

    async def _settle(self) -> bool:
        """Read the end. False where the run turns out not to be over."""
        model = self._model
        give_up_s = time.monotonic() + SETTLE_S
        if model.phase is ActionPhase.FAILED:
            await asyncio.sleep(RETRIED_ROOT_S)
        while True:
            await self._reconciler.reconcile()
            root = model.state.root
            if root is None or not root.is_terminal:
                return False
            if model.ended_s is None:
                model.ended_s = time.monotonic()
                model.publish()
            if model.state.active_count == 0 or time.monotonic() > give_up_s:
                break
            await asyncio.sleep(1.0)
        for action in model.focused:
            try:
                await self._source.read_action(action)
            except ApiError as error:  # that is no reason not to end
                logger.debug("%s of run %s: %s", action, model.run_name, error)
                if isinstance(error, NotFoundError):
                    model.note_missing(action)
        await self._reconciler.complete()
        await self._finish()
        return True
