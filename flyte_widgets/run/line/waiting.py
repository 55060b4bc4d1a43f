"""The line of a wait: how many actions wait for what, and how long. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from flyte_widgets.api.messages import ClusterEvent
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.line.parts import Summary, Words, progress_of
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.waits import wait_of
from flyte_widgets.run.words import duration, plural

P = ActionPhase

WAITING_FROM_MS: Final = 30_000
"""A wait is worth a line from then on."""


def waiting(state: RunState, now_ms: Milliseconds, events: Mapping[str, Iterable[ClusterEvent]]) -> Summary | None:
    """Say what actions wait for, once one has waited for long and the cluster has said why."""
    those = waiting_actions(state)
    if not those or now_ms - those[0][1] < WAITING_FROM_MS:
        return None
    for action, since_ms in those:
        wait = wait_of(events.get(action.id, ()))
        if wait is None:
            continue
        n = len(those)
        answer = f"{plural(n, 'action')} {'waits' if n == 1 else 'wait'} for {wait.resource}"
        first_since_ms = min(since_ms, those[0][1])
        clock = Words(duration(now_ms - first_since_ms), "", first_since_ms)
        longest = (Words("the longest " if n > 1 else "for "), clock)
        return Summary(
            "waiting",
            P.WAITING_FOR_RESOURCES,
            (Words(answer, "strong"), Words(", "), *longest, Words(f": {wait.detail}")),
            (),
            (Words(answer, "strong"),),
            (*longest, Words(f": {wait.detail}")),
            (Words(answer, "strong"), Words(", "), *longest),
            action.id,
            ("show",),
            progress_of(state),
        )
    return None


def waiting_actions(state: RunState) -> list[tuple[ActionState, Milliseconds]]:
    """Give the actions that wait for resources, and since when, the longest first. Hold the owner's lock."""
    if not state.counts[P.WAITING_FOR_RESOURCES]:
        return []
    waiting = [action for action in state.actions if action.phase is P.WAITING_FOR_RESOURCES]
    since = [(action, segments[-1].start_ms) for action in waiting if (segments := action.segments)]
    return sorted(since, key=lambda item: (item[1], item[0].index))
