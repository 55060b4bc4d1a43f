"""How many actions of a run are in each phase, for the runs of a list that are on screen. On the background loop.

A list of runs does not tell it: the actions of each are listed once, and again every 10 s while the run goes on.
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
        """Count these from now on; with none, rest."""
        self._runs, self._wanted = runs, names
        for name in names:
            if (known := self._known.get(name)) is not None:
                self._changed(name, known.counts)
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self._count(), name="count actions") if names else None

    async def _count(self) -> None:
        while True:
            for name in sorted(self._wanted):
                runs = self._runs
                if runs is None or name not in runs or not self._is_due(name):
                    continue
                try:
                    await self._read(runs, name)
                except FlyteWidgetsError as error:
                    logger.debug("the actions of %s were not counted: %s", name, error)
            await asyncio.sleep(REFRESH_S)

    def _is_due(self, name: str) -> bool:
        known = self._known.get(name)
        assert self._runs is not None
        phase = self._runs[name].phase
        if known is None or known.phase is not phase:
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
        self._known[name] = _Known(dict(counts), asyncio.get_running_loop().time(), row.phase)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self._changed(name, dict(counts))
