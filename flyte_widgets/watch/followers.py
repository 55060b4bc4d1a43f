"""The streams that feed a watcher, each in a coroutine that goes on until it is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from flyte_widgets.errors import ApiError, FirstMessageTimeoutError, NotFoundError
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.backoff import Backoff

if TYPE_CHECKING:
    from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

FIRST_MESSAGE_S = 10.0
SILENCE_S = 30.0
"""After this much silence a unary read asks whether all is still as it was."""
PROBE_S = 5.0
"""How long that first read may take before it is said that nothing is heard any more."""
REOPEN_S = 300.0
"""A stream that was silent for this long is opened anew: its connection may be half-open."""
POLL_S = 5.0
POLLS_BEFORE_STREAM = 12


async def follow_tree(watcher: Watcher) -> None:
    """WatchActions: all actions, for as long as the run lives."""
    backoff = Backoff()
    delay_s = 0.0
    while True:
        error: ApiError | None = None
        begun_s = time.monotonic()
        try:
            await _unless_kicked(_read_tree(watcher), watcher.kicked)
        except FirstMessageTimeoutError:
            await _poll(watcher)
            continue
        except ApiError as failure:
            error = failure
        finally:
            watcher.is_streaming = False
        if time.monotonic() - begun_s > delay_s:
            backoff.reset()  # it lived for longer than was waited for it
        if error is not None and not error.transient and watcher.client.outage is None:
            await _poll(watcher, error)  # the next try would fail in the same way
            continue
        delay_s = backoff.next_delay_s(error.retry_after_s if error else None)
        await watcher.pause(delay_s)
        try:
            await watcher.reconcile()  # notifications may have been lost while nobody listened
        except ApiError as failure:
            watcher.trouble(failure, delay_s)
        else:
            if error is not None and backoff.failures > 1:
                watcher.show_polling(delay_s, error)


async def _read_tree(watcher: Watcher) -> None:
    """Fold one stream of WatchActions until its end."""
    stream = watcher.client.watch_actions(
        watcher.run_id, tracked=bool(watcher.tracked), first_message_timeout_s=FIRST_MESSAGE_S
    )
    async with contextlib.aclosing(stream):
        async for actions in stream:
            watcher.take_actions(actions)


async def _unless_kicked(reading: Coroutine[Any, Any, None], kicked: asyncio.Event) -> None:
    """Read a stream to its end, or until `kicked` asks for a new one."""
    kicked.clear()
    read, kick = asyncio.create_task(reading), asyncio.create_task(kicked.wait())
    try:
        await asyncio.wait({read, kick}, return_when=asyncio.FIRST_COMPLETED)
        if read.done():
            read.result()
    finally:
        read.cancel()
        kick.cancel()
        await asyncio.gather(read, kick, return_exceptions=True)  # even if done: its error is looked at by nobody


async def _poll(watcher: Watcher, why: ApiError | None = None) -> None:
    """Stand in for a stream that says nothing (it may be silent for good, or only idle), or that is of no use."""
    for _ in range(POLLS_BEFORE_STREAM):
        try:
            await watcher.reconcile()
        except ApiError as error:
            await watcher.pause(watcher.trouble(error, POLL_S))
            return
        watcher.show_polling(POLL_S, why)
        if await watcher.pause(POLL_S):
            return


async def follow_action(watcher: Watcher, action: str) -> None:
    """WatchActionDetails of one action. It ends early and often: a unary read then says how it stands."""
    backoff = Backoff()
    while True:
        before = _status_key(watcher, action)
        try:
            stream = watcher.client.watch_action_details(
                watcher.run_id, action, tracked=bool(watcher.tracked), first_message_timeout_s=FIRST_MESSAGE_S
            )
            async with contextlib.aclosing(stream):
                async for details in stream:
                    watcher.heard()
                    watcher.take_details(details)
            await watcher.read_action(action)
        except FirstMessageTimeoutError:
            with contextlib.suppress(ApiError):
                await watcher.read_action(action)
        except ApiError as error:
            logger.debug("details of %s/%s: %s", watcher.run_id.name, action, error)
            if isinstance(error, NotFoundError):
                watcher.take_missing(action)
        if _status_key(watcher, action) != before:
            backoff.reset()
        # Not over for ever: a failed attempt of a tracked run may be followed by another one.
        await watcher.until(lambda: not _has_ended(watcher, action))
        await asyncio.sleep(backoff.next_delay_s())


def _status_key(watcher: Watcher, action: str) -> object:
    known = watcher.state.by_id.get(action)
    return known.status_key if known else None


def _has_ended(watcher: Watcher, action: str) -> bool:
    known = watcher.state.by_id.get(action)
    return known is not None and known.is_terminal and not known.needs_history


async def tell_outage(watcher: Watcher) -> None:
    """Say that the backend is down as soon as anybody has found out: of many watchers, few get to try."""
    while True:
        await asyncio.sleep(0.5)
        outage, said = watcher.client.outage, watcher.connection
        if outage is None or watcher.is_streaming:
            continue
        if said.next_try_ms is None or said.next_try_ms < watcher.now_ms():
            watcher.trouble(outage.error, outage.next_try_s)


async def break_silence(watcher: Watcher) -> None:
    """Ask when nothing was heard for long, and open streams anew that may be dead."""
    while True:
        next_s = min(watcher.heard_s + SILENCE_S, watcher.stream_heard_s + REOPEN_S)
        await asyncio.sleep(max(1.0, next_s - time.monotonic()))  # of many watchers, not all every second
        now_s = time.monotonic()
        if now_s - watcher.stream_heard_s > REOPEN_S:
            watcher.stream_heard_s = now_s
            watcher.kicked.set()
        if now_s - watcher.heard_s < SILENCE_S:
            continue
        try:
            await watcher.read_action(ROOT, timeout_s=PROBE_S)
            await watcher.reconcile()
        except ApiError as error:
            watcher.trouble(error, POLL_S)
            watcher.kicked.set()
            await asyncio.sleep(POLL_S)
        else:
            if watcher.connection.state == "live":
                watcher.show(last_ms=watcher.now_ms())
