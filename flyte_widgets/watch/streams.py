"""The streams of a run. Each coroutine runs until it is cancelled, and folds what it receives into the model."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from typing import Any, Final

from flyte_widgets.errors import (
    ApiError,
    FirstMessageTimeoutError,
    NotFoundError,
    PermissionDeniedError,
    UnimplementedError,
)
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.backoff import Backoff
from flyte_widgets.watch.model import RunModel
from flyte_widgets.watch.reconcile import Reconciler
from flyte_widgets.watch.source import RunSource

logger = logging.getLogger(__name__)

FIRST_MESSAGE_S: Final = 10.0
STAND_IN_S: Final = 60.0
"""How long unary reads stand in for WatchActions before that is tried again."""
POLL_DETAILS_S: Final = 5.0
"""How often details are read where WatchActionDetails is refused."""


async def follow_tree(source: RunSource, reconciler: Reconciler) -> None:
    """WatchActions: all actions, for as long as the run lives."""
    model = source.model
    backoff = Backoff()
    delay_s = 0.0
    while True:
        error: ApiError | None = None
        begun_s = time.monotonic()
        try:
            await _unless_retry_requested(_read_tree(source), source.retry_requested)
        except FirstMessageTimeoutError:
            await reconciler.stand_in(STAND_IN_S, None)
            continue
        except ApiError as failure:
            error = failure
        finally:
            model.stream.note_closed()
        if time.monotonic() - begun_s > delay_s:
            backoff.reset()  # it lived longer than the wait for it
        if error is not None and not error.transient and source.client.outage is None:
            await reconciler.stand_in(STAND_IN_S, error)  # the next try would fail in the same way
            continue
        delay_s = backoff.next_delay_s(error.retry_after_s if error else None)
        await source.pause(delay_s)
        try:
            await reconciler.reconcile()  # notifications may have been lost while nobody listened
        except ApiError as failure:
            model.report_error(failure, delay_s)
        else:
            if error is not None and backoff.failures > 1:
                model.show_polling(delay_s, error)


async def _read_tree(source: RunSource) -> None:
    """Fold one stream of WatchActions until its end."""
    stream = source.client.watch_actions(
        source.run_id, tracked=source.is_tracked, first_message_timeout_s=FIRST_MESSAGE_S
    )
    async with contextlib.aclosing(stream):
        async for actions in stream:
            source.model.fold_stream(actions)


async def _unless_retry_requested(reading: Coroutine[Any, Any, None], retry_requested: asyncio.Event) -> None:
    """Read a stream to its end, or until a new one is asked for."""
    retry_requested.clear()
    read, retry = asyncio.create_task(reading), asyncio.create_task(retry_requested.wait())
    try:
        await asyncio.wait({read, retry}, return_when=asyncio.FIRST_COMPLETED)
        if read.done():
            read.result()
    finally:
        await cancel_all((read, retry))  # even if done: nobody looks at its error


async def follow_action(source: RunSource, action: str) -> None:
    """WatchActionDetails of one action. It ends early and often: a unary read then gives its state."""
    model = source.model
    backoff = Backoff()
    while True:
        before = _status_key(model, action)
        delay_s = None
        try:
            if source.may_call("WatchActionDetails"):
                await _read_details(source, action)
            else:
                delay_s = POLL_DETAILS_S
            await source.read_action(action)
        except ApiError as error:
            logger.debug("details of %s/%s: %s", model.run_name, action, error)
            if isinstance(error, NotFoundError):
                model.note_missing(action)
        if _status_key(model, action) != before:
            backoff.reset()
        # It may go on: a failed attempt of a tracked run may be followed by another one.
        await model.updates.until(lambda: not _was_read_to_the_end(model, action))
        await asyncio.sleep(backoff.next_delay_s() if delay_s is None else delay_s)


async def _read_details(source: RunSource, action: str) -> None:
    """Fold one stream of WatchActionDetails until its end, or until nothing comes of it."""
    stream = source.client.watch_action_details(
        source.run_id, action, tracked=source.is_tracked, first_message_timeout_s=FIRST_MESSAGE_S
    )
    try:
        async with contextlib.aclosing(stream):
            async for details in stream:
                source.model.note_answer()
                source.note_allowed("WatchActionDetails")
                source.model.fold_details(details)
    except (FirstMessageTimeoutError, UnimplementedError, PermissionDeniedError) as error:
        await source.read_root()  # raises if it is not this call alone
        source.note_refused("WatchActionDetails", error)


def _status_key(model: RunModel, action: str) -> object:
    known = model.state.by_id.get(action)
    return known.status_key if known else None


def _was_read_to_the_end(model: RunModel, action: str) -> bool:
    known = model.state.by_id.get(action)
    return known is not None and known.is_terminal and not known.needs_history


async def report_outage(source: RunSource) -> None:
    """Show that the backend is down as soon as any watcher has found out: of many watchers, few get to try."""
    model = source.model
    while True:
        await asyncio.sleep(0.5)
        outage, shown = source.client.outage, model.connection
        if outage is None or model.stream.is_open:
            continue
        if shown.next_try_ms is None or shown.next_try_ms < model.now_ms():
            model.report_error(outage.error, outage.next_try_s)
