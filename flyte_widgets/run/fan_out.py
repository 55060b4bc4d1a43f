"""Which of its like an action is: the place of a mapped call among its siblings. Pure.

Flyte does not record the index of a mapped input. But `flyte.map` and a loop start their calls in order. So the index
is found from when the actions were queued, and is not told where that does not decide it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from flyte_widgets.run.action import ActionState
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds

FEWEST: Final = 4
"""Fewer siblings outside a group are no fan-out: two calls of one task in a row are two steps."""


def fan_out_indices(actions: Iterable[ActionState]) -> dict[str, int]:
    """Give the place of each action, from 0, among those of its name with the same parent and group, by id.

    Not among them: what is alone, what was queued at the same time as another, all of a set of which one has no time.
    """
    sets: defaultdict[tuple[str, str, str], list[tuple[Milliseconds | None, str]]] = defaultdict(list)
    for action in actions:
        if action.parent:
            sets[action.parent, action.group, action.name].append((action.created_ms, action.id))
    indices: dict[str, int] = {}
    for (_, group, _), members in sets.items():
        timed = sorted((ms, id_) for ms, id_ in members if ms is not None)
        if len(timed) < len(members) or len(members) < (2 if group else FEWEST):
            continue
        for index, (ms, id_) in enumerate(timed):
            is_alone = (index == 0 or timed[index - 1][0] < ms) and (
                index + 1 == len(timed) or ms < timed[index + 1][0]
            )
            if is_alone:
                indices[id_] = index
    return indices


def labelled(name: str, index: int | None) -> str:
    """Give a name with its index: "square[12]"."""
    return name if index is None else f"{name}[{index}]"


class FanOutIndices:
    """The indices of a run's actions, found anew when the run has changed. Hold the lock of the state's owner."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._found_for: tuple[int, int, int] | None = None
        self._indices: dict[str, int] = {}

    def of(self, action: str) -> int | None:
        """Give the index of an action; None where it is not known, or the action is no part of a fan-out."""
        state = self._state
        current = (len(state), state.changes, state.retold)
        if self._found_for != current:
            self._indices, self._found_for = fan_out_indices(state), current
        return self._indices.get(action)
