"""Which rows the timeline has: the tree, depth first, folded. Pure.

The same as js/src/run/timeline/rows/order.ts (tests/vectors/runs.json).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.fan_out import FEWEST, labelled
from flyte_widgets.widgets.static_view.model import KnownAction
from flyte_widgets.widgets.static_view.words import summary_phase

FOLD_FROM: Final = FEWEST
"""Siblings of one name fold from here on. Groups always have a row, which is open while they are smaller."""
MOST_ROWS: Final = 14


@dataclass(frozen=True)
class Row:
    """One line: an action, or many that are folded into one."""

    label: str
    level: int
    members: tuple[KnownAction, ...]
    is_fold: bool = False

    @property
    def phase(self) -> ActionPhase | None:
        """Where it is: for a fold what still goes on, else the worst end."""
        if not self.is_fold:
            return self.members[0].phase
        return summary_phase(Counter(action.phase for action in self.members if action.phase is not None))


class ChosenRows(NamedTuple):
    """The rows that are drawn, in their order, and how many are left out."""

    rows: list[Row]
    left_out: int


def rows_of(actions: Sequence[KnownAction]) -> list[Row]:
    """Give all rows, top to bottom. Every action has one of its own, or is under a fold that is closed."""
    children: list[list[int]] = [[] for _ in actions]
    roots: list[int] = []
    for place, parent in enumerate(_parents(actions)):
        (children[parent] if parent >= 0 else roots).append(place)
    rows: list[Row] = []
    # A stack of what is still to be drawn, the next on top: a place and its level, or a row that is made already.
    stack: list[tuple[int, int] | Row] = [(root, 0) for root in reversed(roots)]
    while stack:
        entry = stack.pop()
        if isinstance(entry, Row):
            rows.append(entry)
            continue
        place, level = entry
        action = actions[place]
        rows.append(Row(labelled(action.name or action.id, action.fan_out_index), level, (action,)))
        stack.extend(reversed(_below(actions, children[place], level + 1)))
    return rows


def choose_rows(rows: Sequence[Row], limit: int = MOST_ROWS) -> ChosenRows:
    """Choose at most `limit` rows: the first, what did not succeed, then what took longest."""

    def rank(place: int) -> tuple[int, float]:
        row = rows[place]
        ended_well = row.phase in (ActionPhase.SUCCEEDED, ActionPhase.RECOVERED)
        starts = [action.created_ms for action in row.members if action.created_ms is not None]
        ends = [action.ended_ms for action in row.members if action.ended_ms is not None]
        length_ms = max(ends) - min(starts) if starts and ends else 0.0
        return (0 if place == 0 else 2 if ended_well else 1, -length_ms)

    chosen = sorted(sorted(range(len(rows)), key=rank)[:limit])
    return ChosenRows([rows[place] for place in chosen], len(rows) - len(chosen))


def _below(actions: Sequence[KnownAction], places: Sequence[int], level: int) -> list[tuple[int, int] | Row]:
    """Give what stands under an action: single actions, and the folds of a group or of many siblings of one name."""
    buckets: dict[tuple[bool, str], list[int]] = {}
    for place in places:
        group = actions[place].group
        buckets.setdefault((bool(group), group or actions[place].name), []).append(place)
    below: list[tuple[int, int] | Row] = []
    begun: set[tuple[bool, str]] = set()
    for place in places:
        group = actions[place].group
        key = (bool(group), group or actions[place].name)
        bucket = buckets[key]
        if not (key[0] or len(bucket) >= FOLD_FROM):
            below.append((place, level))
        elif key not in begun:
            begun.add(key)
            below.append(Row(key[1], level, tuple(actions[member] for member in bucket), is_fold=True))
            # A small group is open.
            below += [(member, level + 1) for member in bucket] if len(bucket) < FOLD_FROM else []
    return below


def _parents(actions: Sequence[KnownAction]) -> list[int]:
    """Give each action's parent, -1 for none. A faulty backend may report circles: each is cut once."""
    parents = [action.parent if 0 <= action.parent < len(actions) else -1 for action in actions]
    seen_from = [-1] * len(actions)
    for place in range(len(actions)):
        at = place
        while at >= 0 and seen_from[at] < 0:
            seen_from[at] = place
            at = parents[at]
        if at >= 0 and seen_from[at] == place:
            parents[at] = -1
    return parents
