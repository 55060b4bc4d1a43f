"""How many actions of a run are in each phase, for the runs of a list that are on screen. On the background loop.

A list of runs does not have them. The actions of each are listed when it is first seen, then in the turns of the list's
polling while the run goes on, so that both together keep to one request each time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.runs_list import RunList

logger = logging.getLogger(__name__)

REFRESH_S: Final = 10.0
"""Counts of a run that goes on are right for so long."""
_MOST_ACTIONS: Final = 1_000
"""A run with more of them is not counted: that would take many pages."""
_KEPT: Final = 2_000

Counts = dict[str, int]


class _Known(NamedTuple):
    counts: Counts
    read_s: float
    phase: ActionPhase | None
    """The run's when it was read: the counts of one that had ended stay."""


class RunCounter:
    """Counts the actions of runs on screen, one run at a time. `changed(name, counts)` is called with what is new."""

    def __init__(self, changed: Callable[[str, Counts], None]) -> None:
        self._changed = changed
        self._runs: RunList | None = None
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._wanted: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None

    def look_at(self, runs: RunList, names: frozenset[str]) -> None:
        """Count these from now on, each at once where it never was; with none, rest."""
        self._runs, self._wanted = runs, names
        for name in names:
            if (known := self._known.get(name)) is not None:
                self._changed(name, known.counts)
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if any(name not in self._known for name in names):
            self._task = asyncio.get_running_loop().create_task(self._count_unknown(), name="count actions")

    async def refresh(self) -> bool:
        """Count the run that has changed, or else was counted longest ago. False: none needs it, or it failed."""
        runs, due = self._runs, [name for name in self._wanted if self._is_due(name)]
        if runs is None or not due:
            return False
        name = min(due, key=lambda name: self._known[name].read_s)
        row = runs[name]
        try:
            await self._read(runs, name)
        except FlyteWidgetsError as error:
            # It may concern this run alone: the list goes on, and the run has its next turn after the others.
            logger.debug("the actions of %s were not counted: %s", name, error)
            self._note(name, self._known[name].counts, row.phase)
            return False
        return True

    async def _count_unknown(self) -> None:
        for name in sorted(self._wanted):
            runs = self._runs
            if runs is None or name not in runs or name in self._known:
                continue
            try:
                await self._read(runs, name)
            except FlyteWidgetsError as error:
                logger.debug("the actions of %s were not counted: %s", name, error)

    def _is_due(self, name: str) -> bool:
        known, runs = self._known.get(name), self._runs
        if known is None or runs is None or name not in runs:
            return False
        phase = runs[name].phase
        if known.phase is not phase:
            return True
        ended = phase is not None and phase.is_terminal
        return not ended and asyncio.get_running_loop().time() - known.read_s >= REFRESH_S

    async def _read(self, runs: RunList, name: str) -> None:
        row = runs[name]
        counts: Counter[str] = Counter()
        async for action in runs.client.list_actions(RunIdentifier(runs.client.org, row.project, row.domain, name)):
            phase = ActionPhase.of(action.status.phase)
            counts[phase.value if phase is not None else "queued"] += 1
            if counts.total() > _MOST_ACTIONS:
                counts.clear()
                break
        self._note(name, dict(counts), row.phase)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self._changed(name, dict(counts))

    def _note(self, name: str, counts: Counts, phase: ActionPhase | None) -> None:
        self._known[name] = _Known(counts, asyncio.get_running_loop().time(), phase)
