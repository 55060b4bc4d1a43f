"""Keeps a list of runs true while somebody looks: one small read at a time, fast only while something moves.

Open-source backends send new runs late in WatchRuns, and lose changes. So the list is asked for, as the console does
it: every 2 s while a run on screen has not ended, else every 15 s, not at all while nobody looks. Each time takes one
request, be it for the list or for the counts of a run on screen: only the first look is followed by a second at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from flyte_widgets.errors import ApiError, FlyteWidgetsError
from flyte_widgets.redaction import redact
from flyte_widgets.watch.runs_list import RunList
from flyte_widgets.watch.status import NEEDS_USER, Connection, state_of

logger = logging.getLogger(__name__)

ACTIVE_S: Final = 2.0
IDLE_S: Final = 15.0
_SLOWEST_S: Final = 30.0
_ON_SCREEN: Final = 30
"""So many of the newest are taken to be on screen until a page reports which are."""
_TURNS: Final = ("newest", "counts", "active", "counts", "newest", "counts", "waiting", "counts")
"""What is read in turn: one request each."""


_SECOND, _THIRD = 1, 2


async def _nothing_to_count() -> bool:
    return False


class RunsPoll:
    """Reads a list again and again. All on the background loop.

    `changed()` is called after each read. `count()` counts the actions of the run on screen that needs it most, by one
    request; it gives False where none does, or that failed: then the list is read, which says how the backend is.
    """

    def __init__(
        self, runs: RunList, changed: Callable[[], None], count: Callable[[], Awaitable[bool]] = _nothing_to_count
    ) -> None:
        self.runs, self._changed, self._count = runs, changed, count
        self.connection = Connection()
        self._on_screen: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._seen = asyncio.Event()
        self._reading = asyncio.Lock()
        self._turn = 0
        self._failures = 0

    def look(self, looks: bool) -> None:
        """Somebody looks, or nobody does any more."""
        if looks and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._poll(), name="watch runs")
        elif not looks and self._task is not None:
            self._task.cancel()
            self._task = None

    def see(self, names: frozenset[str]) -> None:
        """Pages show these runs: one that goes on is followed closely."""
        self._on_screen = names
        self._seen.set()

    def retry(self) -> None:
        """Read now."""
        self.runs.client.hurry()
        self._hurry.set()

    async def read(self) -> None:
        """Read once, what is next in turn. What goes wrong is in `connection`."""
        async with self._reading:  # else a slow first read would be made twice
            await self._read()

    async def _read(self) -> None:
        try:
            await self._read_next()
        except FlyteWidgetsError as error:
            self._failures += 1
            state = state_of(error) if isinstance(error, ApiError) else "failed"
            self.connection = Connection(state, self.connection.last_ms, message=error.message, hint=error.hint)
        else:
            self._failures = 0
            self._turn += 1
            self.connection = Connection("live", self.runs.client.now_ms)

    async def _read_next(self) -> None:
        runs = self.runs
        turn = _TURNS[self._turn % len(_TURNS)]
        if not runs.is_read:
            await runs.read_newest()
        elif self._turn == _SECOND:
            await runs.read_waiting()
        elif self._turn == _THIRD and runs.user is None:
            await runs.learn_user()
        elif runs.unsure:
            await runs.read_unsure()
        elif turn == "active":
            await runs.read_active()
        elif turn == "waiting":
            await runs.read_waiting()
        elif turn == "newest" or not await self._count():
            await runs.read_newest()

    async def _poll(self) -> None:
        while True:
            self._hurry.clear()
            try:
                await self.read()
                self._changed()
            except Exception as error:
                logger.exception("a list of runs could not be read")
                self.connection = Connection(
                    "failed", self.connection.last_ms, message=redact(f"{type(error).__name__}: {error}")
                )
                self._failures += 1
                self._changed()
            await self._pause()

    async def _pause(self) -> None:
        """Wait until it is time for the next read, which may come nearer meanwhile."""
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        while not self._hurry.is_set() and (left_s := begun_s + self._pause_s() - loop.time()) > 0:
            self._seen.clear()
            waits = [asyncio.ensure_future(event.wait()) for event in (self._hurry, self._seen)]
            try:
                await asyncio.wait(waits, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    def _pause_s(self) -> float:
        if self._failures:
            if self.connection.state in NEEDS_USER:
                return _SLOWEST_S
            return min(ACTIVE_S * 2.0 ** (self._failures - 1), _SLOWEST_S)
        if self._turn == _SECOND:
            return 0.0
        rows = self.runs.rows
        shown = [self.runs[name] for name in self._on_screen if name in self.runs] or rows[:_ON_SCREEN]
        return ACTIVE_S if any(not row.is_terminal for row in shown) else IDLE_S
