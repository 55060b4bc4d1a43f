"""Reads the reports of a run for its static view: the last one of each action, as many as a notebook can bear."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from flyte_widgets.errors import FlyteWidgetsError, NotKeptError
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.causes import FAILURES
from flyte_widgets.run.state import KINDS, ROOT
from flyte_widgets.run.words import plural
from flyte_widgets.tasks import within
from flyte_widgets.watch.action_report import read_report
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.static_view.model import KeptReport, Reports
from flyte_widgets.widgets.static_view.report_frame import without_scripts

logger = logging.getLogger(__name__)

READ_S: Final = 30.0
"""How long reading all reports of a run may take."""
MAX_BYTES: Final = 2 * 1024 * 1024
"""What is kept of one report, without its scripts: all of it, or nothing."""
MAX_BYTES_IN_ALL: Final = 8 * 1024 * 1024
MOST: Final = 100
"""So many actions are asked for a report."""
_MOST_TASKS: Final = 50
_MOST_ATTEMPTS: Final = 3
_AT_ONCE: Final = 4


async def read_reports(watcher: Watcher) -> Reports:
    """Read the last report of each action whose task makes one. On the background loop.

    First that of the root, then those of failed actions, then the others in the order of the run.
    """
    reading = _Reading(watcher)
    with contextlib.suppress(TimeoutError):
        await within(READ_S, reading.run())
    return reading.reports


class _Reading:
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._wanted: list[ActionState] = []
        self._found: dict[str, KeptReport] = {}
        self._size = 0
        self._without: set[str] = set()
        """Actions that turned out to have none."""

    async def run(self) -> None:
        """Read as many as there is room for."""
        with self._watcher.lock:
            tried = [action for action in self._watcher.state if KINDS[action.kind] == "task" and action.attempts]
        by_task = {action.name: action for action in tried}
        makes: dict[str, bool] = {}

        async def ask(action: ActionState) -> None:
            details = await self._watcher.read_action(action.id)
            makes[action.name] = details.task is not None and details.task.task_template.metadata.generates_deck

        await _each(itertools.islice(by_task.values(), _MOST_TASKS), ask)
        self._wanted = sorted((action for action in tried if makes.get(action.name)), key=_rank)
        await _each(self._wanted[:MOST], self._read)

    @property
    def reports(self) -> Reports:
        """What is kept, and in words how many are not."""
        kept = tuple(self._found[action.id] for action in self._wanted if action.id in self._found)
        left = len(self._wanted) - len(kept) - len(self._without)
        return Reports(kept, f"{plural(left, 'report')} not kept: too large, or not read in time." if left else "")

    async def _read(self, action: ActionState) -> None:
        if self._size >= MAX_BYTES_IN_ALL:
            return
        for attempt in range(action.attempts, max(0, action.attempts - _MOST_ATTEMPTS), -1):
            with contextlib.suppress(NotKeptError):
                body = await read_report(self._watcher, action.id, attempt)
                html = await asyncio.to_thread(without_scripts, body.decode("utf-8", "replace"))
                size = len(html.encode())
                if size <= min(MAX_BYTES, MAX_BYTES_IN_ALL - self._size):
                    self._size += size
                    self._found[action.id] = KeptReport(action.name, action.id, attempt, html)
                return
        self._without.add(action.id)


def _rank(action: ActionState) -> int:
    return 0 if action.id == ROOT else 1 if action.phase in FAILURES else 2


async def _each(actions: Iterable[ActionState], act: Callable[[ActionState], Awaitable[None]]) -> None:
    """Do it for each, a few at once. What the backend refuses is left out."""
    waiting = iter(actions)

    async def work() -> None:
        for action in waiting:
            try:
                await act(action)
            except FlyteWidgetsError as error:
                logger.debug("the reports of action %s: %s", action.id, error)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
