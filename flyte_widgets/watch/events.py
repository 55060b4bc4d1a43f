"""Cluster events of an action that somebody looks at: WatchClusterEvents of its newest attempt, kept and bounded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from flyte_widgets.api.messages import ClusterEvent
from flyte_widgets.errors import ApiError, NotFoundError, UnimplementedError
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.times import Milliseconds, epoch_ms
from flyte_widgets.watch.backoff import Backoff
from flyte_widgets.watch.followers import follow_action

if TYPE_CHECKING:
    from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

EVENTS_LIMIT: Final = 200
"""Events of an attempt that are kept: the newest."""
_LAST_WORDS_S: Final = 2.0
"""How long a stream is given to end by itself once the action has ended."""


def merge_events(*sources: Iterable[ClusterEvent]) -> list[ClusterEvent]:
    """Put events in the order of time, each once: a stream that is opened again repeats what it told before.

    The same time and message are the same event, and its latest telling counts (`count` grows).
    """
    latest: dict[tuple[Milliseconds | None, str], ClusterEvent] = {}
    for source in sources:
        for event in source:
            latest[epoch_ms(event.occurred_at), event.message] = event
    by_time = sorted(latest.items(), key=lambda item: (item[0][0] is not None, item[0][0] or 0.0))
    return [event for _, event in by_time][-EVENTS_LIMIT:]


async def follow_focused(watcher: Watcher, action: str) -> None:
    """Follow an action that somebody looks at: its details, and what the cluster tells of it.

    The root's details are followed whether anybody looks or not.
    """
    if action == ROOT:
        await _follow_events(watcher, action)
    else:
        await asyncio.gather(follow_action(watcher, action), _follow_events(watcher, action))


async def _follow_events(watcher: Watcher, action: str) -> None:
    """Follow the newest attempt while it runs, and the next one once it comes."""
    while True:
        # Not over for ever: a failed attempt of a tracked run may be followed by another one.
        attempt = None if _has_ended(watcher, action) else _newest_attempt(watcher, action)
        if attempt is None:
            await watcher.until_changed()
            continue
        stream = asyncio.create_task(_follow_attempt(watcher, action, attempt))
        try:
            while _newest_attempt(watcher, action) == attempt and not _has_ended(watcher, action):
                await watcher.until_changed()
            # The last events come as the attempt ends.
            await asyncio.wait({stream}, timeout=_LAST_WORDS_S)
        finally:
            stream.cancel()
            await asyncio.gather(stream, return_exceptions=True)


async def _follow_attempt(watcher: Watcher, action: str, attempt: int) -> None:
    """WatchClusterEvents. Silent for an attempt that the backend does not know, so there is no deadline."""
    backoff = Backoff()
    while not _has_ended(watcher, action):
        try:
            stream = watcher.client.watch_cluster_events(watcher.run_id, action, attempt, tracked=bool(watcher.tracked))
            async with contextlib.aclosing(stream):
                async for events in stream:
                    backoff.reset()
                    _take(watcher, action, attempt, events)
        except (NotFoundError, UnimplementedError):
            return  # a backend without them: those in the details have to do
        except ApiError as error:
            logger.debug("events of %s/%s: %s", watcher.run_id.name, action, error)
        await asyncio.sleep(backoff.next_delay_s())


def _take(watcher: Watcher, action: str, attempt: int, events: Iterable[ClusterEvent]) -> None:
    before = watcher.events.get(action, {})
    merged = merge_events(before.get(attempt, ()), events)
    if merged != before.get(attempt):
        watcher.events[action] = {**before, attempt: merged}  # replaced, for others read it on their threads
        watcher.publish({action})


def _newest_attempt(watcher: Watcher, action: str) -> int | None:
    details = watcher.details.get(action)
    return max((attempt.attempt for attempt in details.attempts), default=None) if details else None


def _has_ended(watcher: Watcher, action: str) -> bool:
    known = watcher.state.by_id.get(action)
    return known is not None and known.is_terminal
