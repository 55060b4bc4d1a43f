"""Cluster events of an action, put together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flyte_widgets.api.messages import ClusterEvent
from flyte_widgets.run.times import Milliseconds, epoch_ms

EVENTS_LIMIT: Final = 200
"""Events of an attempt that are kept: the newest."""


def merge_events(*sources: Iterable[ClusterEvent]) -> list[ClusterEvent]:
    """Put events in the order of time, each once: a stream that is opened again repeats what it sent before.

    Two events with the same time and message are the same event. The later one counts (`count` grows).
    """
    latest: dict[tuple[Milliseconds | None, str], ClusterEvent] = {}
    for source in sources:
        for event in source:
            latest[epoch_ms(event.occurred_at), event.message] = event
    by_time = sorted(latest.items(), key=lambda item: (item[0][0] is not None, item[0][0] or 0.0))
    return [event for _, event in by_time][-EVENTS_LIMIT:]
