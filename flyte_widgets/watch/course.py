"""The course of a watch: find the run, follow it, believe its end. On the background loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from flyte_widgets.errors import ApiError, NotFoundError, UnimplementedError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.backoff import Backoff
from flyte_widgets.watch.followers import break_silence, follow_action, follow_tree, tell_outage

if TYPE_CHECKING:
    from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

SETTLE_S = 30.0
"""How long the children of an ended root are given to end, too."""
RETRIED_ROOT_S = 2.0
"""A tracked local run reports FAILED between two attempts of its root: an end by failure is looked at twice."""


async def watch(watcher: Watcher) -> None:
    """Watch until the run is over and was read whole. What breaks on the way is shown and logged."""
    followers: list[asyncio.Task[None]] = []

    def begin(*follows: Callable[[], Awaitable[None]]) -> None:
        followers.extend(asyncio.create_task(_guarded(watcher, follow)) for follow in follows)

    try:
        try:
            begin(lambda: tell_outage(watcher))
            await _find_run(watcher)
            begin(lambda: follow_tree(watcher), lambda: follow_action(watcher, ROOT), lambda: break_silence(watcher))
            begin(lambda: _list_actions(watcher))
            await _until_over(watcher)
        finally:
            for task in followers:
                task.cancel()
            await asyncio.gather(*followers, return_exceptions=True)
        watcher.show(state="ended", last_ms=watcher.now_ms(), next_try_ms=None, message="", hint="", poll_s=None)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        logger.exception("the watch of run %s broke", watcher.run_id.name)
        watcher.show(state="failed", message=f"The watch broke: {type(error).__name__}.", hint="See the log.")
    watcher.over.set()
    watcher.publish()


async def _guarded(watcher: Watcher, follow: Callable[[], Awaitable[None]]) -> None:
    """Run a follower again if it breaks: a bug in one must not leave the view standing still in silence."""
    backoff = Backoff()
    while True:
        try:
            await follow()
        except Exception as error:
            logger.exception("watching run %s", watcher.run_id.name)
            watcher.show(state="reconnecting", message=f"An error of flyte-widgets: {type(error).__name__}.", hint="")
        else:
            return
        await watcher.pause(backoff.next_delay_s())


async def _find_run(watcher: Watcher) -> None:
    """Read the run for the first time: only GetRunDetails says reliably that there is none."""
    backoff = Backoff()
    while True:
        try:
            await _read_run(watcher)
        except ApiError as error:
            await watcher.pause(watcher.trouble(error, backoff.next_delay_s(error.retry_after_s)))
        else:
            return


async def _list_actions(watcher: Watcher) -> None:
    """Read the list of all actions once: the stream's first messages may be long in coming, or hold but a part."""
    backoff = Backoff()
    while not watcher.has_list:
        try:
            await watcher.reconcile()
        except ApiError as error:
            await watcher.pause(watcher.trouble(error, backoff.next_delay_s(error.retry_after_s)))


async def _read_run(watcher: Watcher) -> None:
    """GetRunDetails, on RunService and, where that does not know the run, on TrackedRunService."""
    services = (False, True) if watcher.tracked is None else (watcher.tracked,)
    first_error: ApiError | None = None
    for tracked in services:
        try:
            details = await watcher.client.get_run_details(watcher.run_id, tracked=tracked)
        except (NotFoundError, UnimplementedError) as error:
            first_error = first_error or error
            continue
        watcher.tracked = tracked
        watcher.heard()
        if details.action is not None:
            watcher.take_details(details.action)
        return
    if first_error is not None:
        raise first_error


async def _until_over(watcher: Watcher) -> None:
    """Return when a unary read has shown the run's end, and its children have settled."""
    backoff = Backoff()
    while True:
        await watcher.until(lambda: watcher.phase is not None and watcher.phase.is_terminal)
        try:
            if await _settle(watcher):
                return
        except ApiError as error:
            await watcher.pause(watcher.trouble(error, backoff.next_delay_s(error.retry_after_s)))


async def _settle(watcher: Watcher) -> bool:
    """Read the end. False where the run turns out not to be over."""
    give_up_s = time.monotonic() + SETTLE_S
    if watcher.phase is ActionPhase.FAILED:
        await asyncio.sleep(RETRIED_ROOT_S)
    while True:
        await watcher.reconcile()
        root = watcher.state.root
        if root is None or not root.is_terminal:
            return False
        if watcher.state.active_count == 0 or time.monotonic() > give_up_s:
            break
        await asyncio.sleep(1.0)
    for action in watcher.focused:
        try:
            await watcher.read_action(action)
        except NotFoundError:
            watcher.take_missing(action)  # that is no reason not to end
    await watcher.history_read()
    return True
