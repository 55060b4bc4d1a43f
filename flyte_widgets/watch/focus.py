"""Follows an action that somebody looks at: its details, and the cluster events of its newest attempt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from flyte_widgets.errors import ApiError, NotFoundError, PermissionDeniedError, UnimplementedError
from flyte_widgets.run.state import ROOT
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.backoff import Backoff
from flyte_widgets.watch.model import RunModel
from flyte_widgets.watch.source import RunSource
from flyte_widgets.watch.streams import follow_action

logger = logging.getLogger(__name__)

_LAST_EVENTS_S: Final = 2.0
"""How long a stream of events is given to end by itself once the action has ended."""


async def follow_focused(source: RunSource, action: str) -> None:
    """Follow details and events of an action. The root's details are followed whether anybody looks or not."""
    if action == ROOT:
        await _follow_events(source, action)
    else:
        await asyncio.gather(follow_action(source, action), _follow_events(source, action))


async def _follow_events(source: RunSource, action: str) -> None:
    """Follow the newest attempt while it runs, and the next one once it comes."""
    model = source.model
    while True:
        # Not over for ever: a failed attempt of a tracked run may be followed by another one.
        attempt = None if _is_terminal(model, action) else _newest_attempt(model, action)
        if attempt is None:
            await model.updates.until_changed()
            continue
        stream = asyncio.create_task(_follow_attempt(source, action, attempt))
        try:
            while _newest_attempt(model, action) == attempt and not _is_terminal(model, action):
                await model.updates.until_changed()
            # The last events come as the attempt ends.
            await asyncio.wait({stream}, timeout=_LAST_EVENTS_S)
        finally:
            await cancel_all([stream])


async def _follow_attempt(source: RunSource, action: str, attempt: int) -> None:
    """WatchClusterEvents. Silent for an attempt that the backend does not know, so there is no deadline."""
    backoff = Backoff()
    while not _is_terminal(source.model, action):
        try:
            stream = source.client.watch_cluster_events(source.run_id, action, attempt, tracked=source.is_tracked)
            async with contextlib.aclosing(stream):
                async for events in stream:
                    backoff.reset()
                    source.model.fold_events(action, attempt, events)
        except (NotFoundError, UnimplementedError, PermissionDeniedError) as error:
            if not isinstance(error, NotFoundError):
                source.note_refused("WatchClusterEvents", error)
            return  # those in the details have to do
        except ApiError as error:
            logger.debug("events of %s/%s: %s", source.model.run_name, action, error)
        await asyncio.sleep(backoff.next_delay_s())


def _newest_attempt(model: RunModel, action: str) -> int | None:
    details = model.details.get(action)
    return max((attempt.attempt for attempt in details.attempts), default=None) if details else None


def _is_terminal(model: RunModel, action: str) -> bool:
    known = model.state.by_id.get(action)
    return known is not None and known.is_terminal
