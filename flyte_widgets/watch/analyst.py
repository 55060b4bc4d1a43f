"""Finds out what the one line says: reads the errors, waits and histories that it needs, and composes it anew.

On the background loop. It reads little: the first few failed actions, the one that is retried, those that wait
longest, at the end the actions on the critical path, and once the earlier runs of the task.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Final

from flyte_widgets.api.messages import ActionDetails, ClusterEvent
from flyte_widgets.errors import ApiError, NotFoundError
from flyte_widgets.run.causes import failed_leaves
from flyte_widgets.run.critical_path import path_stretches, start_of
from flyte_widgets.run.line.failed import retried_action
from flyte_widgets.run.line.parts import Summary
from flyte_widgets.run.line.waiting import WAITING_FROM_MS, waiting_actions
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.summary import summary
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.usual import Usual, usual_of
from flyte_widgets.tasks import cancel_all, within
from flyte_widgets.watch.earlier import EarlierRun, read_earlier
from flyte_widgets.watch.source import RunSource
from flyte_widgets.watch.updates import Update

logger = logging.getLogger(__name__)

ROUND_EVERY_S: Final = 1.0
"""The line is composed at most this often."""
TICK_S: Final = 10.0
"""So often it is composed while nothing else changes: waits and estimates depend on the time."""
STAYS_S: Final = 10.0
"""A line stays at least so long before another takes its place, unless the run ends."""
_READ_AGAIN_S: Final = 30.0
"""What an action waits for may change; and what could not be read is tried again."""
_MOST_CAUSES: Final = 12
_MOST_WAITING: Final = 2
_MOST_ON_PATH: Final = 100
_AT_ONCE: Final = 4
_FINISH_S: Final = 8.0


class Analyst:
    """Keeps the line of one run. Begins with the first `start` or `settled`."""

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._model = source.model
        self.line: Summary | None = None
        """The one line; None where nothing is known."""
        self._shown_s = -STAYS_S
        self._details: dict[str, ActionDetails] = {}
        self._read: dict[str, tuple[object, float]] = {}
        """What was read of an action: its status then, and when (monotonic)."""
        self._earlier: list[EarlierRun] | None = None
        self._usual: Usual | None = None
        self._news, self._asked = asyncio.Event(), asyncio.Event()
        self._waiters: list[asyncio.Future[None]] = []
        self._main: asyncio.Task[None] | None = None
        self._is_wanted = self._is_last = False
        """Whether anybody wants the line, and whether the run has ended, so that the next round is the last."""

    def start(self) -> None:
        """Begin, unless it has begun. It ends when the run is over and was read."""
        self._is_wanted = True
        if self._main is None or self._main.done():
            self._main = asyncio.create_task(self._rounds(), name=f"analyst of {self._model.run_name}")
            self._model.updates.subscribe(self)

    def resume(self) -> None:
        """Begin again where it has begun before: the watch does, too."""
        self._is_last = False
        if self._is_wanted:
            self.start()

    async def finish(self) -> None:
        """Read what the line of an ended run needs, if anybody wants the line. For 8 s at most."""
        if self._is_wanted:
            self._is_last = True
            with contextlib.suppress(TimeoutError):
                await within(_FINISH_S, self.settled())

    async def settled(self) -> Summary | None:
        """Give the line once all that it needs now was read, as far as the backend has it."""
        self.start()
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._news.set()
        self._asked.set()
        await waiter
        return self.line

    async def close(self) -> None:
        """End. The line stays."""
        self._is_wanted = self._is_last = False
        self._model.updates.unsubscribe(self)
        await cancel_all([self._main])
        self._release(self._waiters)

    async def earlier(self) -> list[EarlierRun]:
        """Give the earlier successful runs of the task, the newest first. They are read once."""
        if self._earlier is None:
            self._earlier = await read_earlier(self._source)
            self._usual = usual_of(run.duration_ms for run in self._earlier)
        return self._earlier

    def left_ms(self) -> Milliseconds | None:
        """Estimate how long the run goes on. None where nothing is usual, and once it has taken longer than that."""
        root = self._model.state.root
        if self._usual is None or root is None or root.is_terminal:
            return None
        return self._usual.left_ms(self._model.now_ms() - start_of(root))

    def details(self) -> Mapping[str, ActionDetails]:
        """Give the details that were read, of the actions that the line may be about."""
        return {**self._details, **self._model.details}

    def run_updated(self, _update: Update) -> None:
        """Take note of news."""
        self._news.set()

    async def _rounds(self) -> None:
        while True:
            self._news.clear()
            self._asked.clear()
            waiters, self._waiters = self._waiters, []
            try:
                await self._read_missing()
                self._compose(at_once=bool(waiters))
            except Exception:
                logger.exception("the line of run %s", self._model.run_name)
            finally:
                self._release(waiters)
            if (self._is_last or self._model.is_over) and not self._waiters:
                break
            with contextlib.suppress(TimeoutError):
                await within(ROUND_EVERY_S, self._asked.wait())
            with contextlib.suppress(TimeoutError):
                await within(None if self._is_over else TICK_S, self._news.wait())

    @property
    def _is_over(self) -> bool:
        root = self._model.state.root
        return root is not None and root.is_terminal

    @staticmethod
    def _release(waiters: Iterable[asyncio.Future[None]]) -> None:
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _compose(self, *, at_once: bool) -> None:
        details = self.details()
        events = {action: self._events_of(action, told) for action, told in details.items()}
        line = summary(self._model.state, self._model.now_ms(), details=details, events=events, usual=self._usual)
        before, now_s = self.line, time.monotonic()
        if line == before:
            return
        is_other = before is not None and (line is None or (line.state, line.action) != (before.state, before.action))
        if is_other and not self._is_over and not at_once and now_s - self._shown_s < STAYS_S:
            return
        if is_other or before is None:
            self._shown_s = now_s
        self.line = line
        self._model.publish()

    def _events_of(self, action: str, details: ActionDetails) -> list[ClusterEvent]:
        """Give the cluster events of the newest attempt: those that were read, then those that a stream sent."""
        newest = max(details.attempts, key=lambda attempt: attempt.attempt, default=None)
        if newest is None:
            return []
        return [*newest.cluster_events, *self._model.events.get(action, {}).get(newest.attempt, [])]

    # --- reading -----------------------------------------------------------------------------------------------------

    async def _read_missing(self) -> None:
        root = self._model.state.root
        if root is None:
            return
        if not root.is_terminal and self._earlier is None and root.metadata.task is not None:
            await self.earlier()
        wanted = iter([action for action in self._wanted() if self._is_stale(action)])

        async def read() -> None:
            for action in wanted:
                await self._read_action(action)

        await asyncio.gather(*(read() for _ in range(_AT_ONCE)))

    def _wanted(self) -> list[str]:
        """Choose the actions whose details the line needs now."""
        state, now_ms = self._model.state, self._model.now_ms()
        wanted = [action.id for action in failed_leaves(state)[:_MOST_CAUSES]]
        if self._is_over:
            on_path = {action.id: action for action, _, _ in path_stretches(state, now_ms)}
            unread = [action.id for action in on_path.values() if action.needs_history]
            wanted += unread[:_MOST_ON_PATH]
        else:
            retried = retried_action(state)
            waiting = [action for action, since_ms in waiting_actions(state) if now_ms - since_ms >= WAITING_FROM_MS]
            wanted += [action.id for action in ([retried] if retried is not None else []) + waiting[:_MOST_WAITING]]
        for action in self._details.keys() - wanted:
            del self._details[action]
        return [action for action in dict.fromkeys(wanted) if action != ROOT]

    def _is_stale(self, action: str) -> bool:
        known = self._model.state.by_id[action]
        read_of, read_s = self._read.get(action, (None, 0.0))
        if read_of != known.status_key:
            return True
        may_change = not known.is_terminal or action not in self._details
        return may_change and not self._is_over and time.monotonic() - read_s > _READ_AGAIN_S

    async def _read_action(self, action: str) -> None:
        status = self._model.state.by_id[action].status_key
        try:
            self._details[action] = await self._source.read_action(action)
            status = self._model.state.by_id[action].status_key
        except NotFoundError:
            logger.debug("%s of %s is not kept", action, self._model.run_name)
        except ApiError as error:
            logger.debug("%s of %s: %s", action, self._model.run_name, error)
        self._read[action] = (status, time.monotonic())
