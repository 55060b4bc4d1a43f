"""Compares what is known with what the backend reads out: streams lose messages, unary reads do not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import Final

from flyte_widgets.errors import ApiError, CallTimeoutError, NotFoundError
from flyte_widgets.run.state import ROOT
from flyte_widgets.tasks import within
from flyte_widgets.watch import schedule
from flyte_widgets.watch.history import HistoryReader
from flyte_widgets.watch.schedule import ReconcileSchedule
from flyte_widgets.watch.source import PROBE_S, RunSource, is_refusal

logger = logging.getLogger(__name__)

REOPEN_S: Final = 300.0
"""A stream that was silent for this long is opened anew: its connection may be half-open."""
GRACE_S: Final = 1.5
"""How much later than a list the stream may say what was new there. After that, the update is lost."""
_SINGLE_READS: Final = 8
"""Up to so many doubtful actions a second are read one by one; for more, the list is read."""
_LIST_FAILURES: Final = 3
"""After so many failures in succession, whatever they are, the list is done without, if other calls are answered."""
_READS_WITHOUT_LIST: Final = 20
"""Actions that are read at most in the place of a list that the backend refuses."""
_GAPS_BY_DETAILS: Final = 40
"""Up to so many missing names are read one by one; for more, the stream is opened anew: it begins with all names."""
NAMES_S: Final = 5.0
"""How long an ended run is given to tell the names of its actions."""


class Reconciler:
    """Reads the run again when that is due, and shows when the stream loses updates."""

    def __init__(self, source: RunSource, history: HistoryReader) -> None:
        self._source, self._model, self._history = source, source.model, history
        self._schedule = ReconcileSchedule(time.monotonic())
        self._counted_changes = 0
        self._lock = asyncio.Lock()
        self._judge_s: float | None = None
        """When it is known whether the stream has lost what the last list brought."""
        self._lossy_since_s = 0.0
        self._stands_in = False
        self._stands_in_because: ApiError | None = None
        self._doubts_began_s, self._doubts = 0.0, 0
        self._list_failures = 0
        self._nameless: set[str] = set()
        self._next_without_list = 0

    async def run(self) -> None:
        """Reconcile whenever that is due, until cancelled."""
        self._schedule = ReconcileSchedule(time.monotonic())
        while True:
            await self._until_due()
            self._judge()
            if self._model.state.doubted:
                await self._read_doubted()
            if time.monotonic() >= self._schedule.due_s:
                await self._reconcile_or_report()

    async def stand_in(self, for_s: float, because: ApiError | None) -> None:
        """Stand in for the stream for a while, or until a retry is requested. `because`: what is wrong with it."""
        self._stands_in, self._stands_in_because = True, because
        self._schedule.hurried = self._schedule.asked = True
        self._model.publish()  # wakes `run`
        try:
            await self._source.pause(for_s)
        finally:
            self._stands_in = False

    async def reconcile(self) -> None:
        """Read the list of all actions, and of the root and those in focus what has changed. Raises ApiError."""
        async with self._lock:
            begun_s = time.monotonic()
            agreed = await self._read_all()
            now_s = time.monotonic()
            self._schedule.note_reconciled(begun_s=begun_s, now_s=now_s, agreed=agreed)
        if self._model.stream.unsent:
            self._judge_s = now_s + GRACE_S
        elif agreed and self._model.stream.loses_updates and self._model.stream.changed_s > self._lossy_since_s:
            self._model.stream.loses_updates = False
            self._model.show_live()
        await self._read_stale_details()
        self._fill_gaps()

    async def complete(self) -> None:
        """Wait for the names and histories that were asked for."""
        with contextlib.suppress(TimeoutError):
            await within(NAMES_S, self._model.updates.until(self._has_names))
        self._history.request([action.id for action in self._model.state if action.has_gaps])
        await self._history.idle()

    def _has_names(self) -> bool:
        return not self._nameless or not any(self._model.state.by_id[name].is_nameless for name in self._nameless)

    # --- when ------------------------------------------------------------------------------------------------------

    async def _until_due(self) -> None:
        """Wait until something is to be done. It is looked at after each update: most bring nothing to do."""
        model = self._model
        while True:
            self._schedule.hurried = self._is_alone
            due_s = self._due_s()
            delay_s = due_s - time.monotonic()
            if delay_s <= 0 or model.state.doubted:
                return
            with contextlib.suppress(TimeoutError):
                await within(delay_s, model.updates.until(partial(self._is_due_before, due_s)))

    @property
    def _is_alone(self) -> bool:
        """Whether only unary reads can be relied on: the stream is not there, says nothing, or loses updates."""
        return self._stands_in or self._model.stream.loses_updates or not self._model.stream.is_open

    def _is_due_before(self, due_s: float) -> bool:
        return bool(self._model.state.doubted) or self._due_s() < due_s

    def _due_s(self) -> float:
        count, self._counted_changes = self._model.stream.changes - self._counted_changes, self._model.stream.changes
        self._schedule.note_changes(count, time.monotonic())
        due_s = self._schedule.due_s
        return due_s if self._judge_s is None else min(due_s, self._judge_s)

    def _judge(self) -> None:
        """Find out whether the stream has sent by now what the last list brought."""
        model, now_s = self._model, time.monotonic()
        if self._judge_s is None or now_s < self._judge_s:
            return
        self._judge_s = None
        if not model.stream.unsent:
            return
        logger.debug("run %s: WatchActions lost %d updates", model.run_name, len(model.stream.unsent))
        model.stream.unsent.clear()
        if not model.stream.loses_updates and now_s - model.stream.answered_s > schedule.FASTEST_S:
            self._source.retry_requested.set()  # not one of its messages came: its connection may be half-open
        model.stream.loses_updates, self._lossy_since_s = True, now_s
        model.show_polling(schedule.FASTEST_S)

    # --- what ------------------------------------------------------------------------------------------------------

    async def _reconcile_or_report(self) -> None:
        source, model = self._source, self._model
        silent_s = time.monotonic() - model.answered_s
        if time.monotonic() - model.stream.answered_s > REOPEN_S:
            model.stream.answered_s = time.monotonic()
            source.retry_requested.set()
        try:
            if silent_s > schedule.SLOWEST_S:
                await source.read_root(PROBE_S)  # its connection may be dead: that is to show soon
            await self.reconcile()
        except ApiError as error:
            if model.stream.is_open and time.monotonic() - model.stream.answered_s < schedule.FASTEST_S:
                logger.debug("reconcile of run %s: %s", model.run_name, error)
            else:
                model.report_error(error, schedule.FASTEST_S)
                source.retry_requested.set()
            await asyncio.sleep(schedule.FASTEST_S)
            return
        if self._is_alone:
            model.show_polling(schedule.FASTEST_S, self._stands_in_because if self._stands_in else None)
        elif model.connection.state == "live":
            model.show_connection(last_ms=model.now_ms())

    async def _read_all(self) -> bool:
        """Read the list; without one, the root and some of the active actions. False if anything was new."""
        source = self._source
        if not source.may_call("ListActions"):
            return await self._read_without_list()
        try:
            agreed = await source.read_list()
        except ApiError as error:
            return await self._after_list_failed(error)
        self._list_failures = 0
        source.note_allowed("ListActions")
        return agreed

    async def _after_list_failed(self, error: ApiError) -> bool:
        """Do without the list, if the backend refuses it for good. Raises `error` otherwise."""
        if is_refusal(error):
            self._source.client.hurry()  # one refusal is no reason to go easy on the backend
        agreed = await self._read_without_list()  # raises if the backend refuses that, too
        self._list_failures += 1
        if is_refusal(error) and not isinstance(error, CallTimeoutError):
            with contextlib.suppress(ApiError):  # it refused all calls a moment ago, perhaps, and now none
                return await self._source.read_list()
        elif not is_refusal(error) and self._list_failures < _LIST_FAILURES:
            raise error
        self._source.note_refused("ListActions", error)
        self._model.has_list = True  # there is no more to come
        return agreed

    async def _read_without_list(self) -> bool:
        before = self._model.state.changes
        await self._source.read_root()
        active = [action.id for action in self._model.state if not action.is_terminal and action.id != ROOT]
        start = self._next_without_list % max(1, len(active))
        self._next_without_list = start + _READS_WITHOUT_LIST
        await self._read_each((active[start:] + active[:start])[:_READS_WITHOUT_LIST])
        return self._model.state.changes == before

    async def _read_doubted(self) -> None:
        """Read again the actions of which a message said what may be old."""
        doubted = self._model.take_doubted()
        now_s = time.monotonic()
        if now_s - self._doubts_began_s > 1.0:
            self._doubts_began_s, self._doubts = now_s, 0
        self._doubts += len(doubted)
        if self._doubts > _SINGLE_READS and self._source.may_call("ListActions"):
            self._schedule.asked = True
        else:
            await self._read_each(doubted)

    async def _read_stale_details(self) -> None:
        await self._read_each(self._model.stale_details())

    async def _read_each(self, actions: Iterable[str]) -> None:
        """Read actions one by one. What is refused now is read with the next reconcile, if it still has to be."""
        for action in actions:
            try:
                await (self._source.read_root() if action == ROOT else self._source.read_action(action))
            except NotFoundError:
                self._model.note_missing(action)
            except ApiError as error:
                logger.debug("%s of run %s: %s", action, self._model.run_name, error)

    def _fill_gaps(self) -> None:
        """Ask for names, which the list does not have, and for attempts that the backend forgot: details have them."""
        gaps = [action for action in self._model.state if action.has_gaps]
        nameless = {action.id for action in gaps if action.is_nameless}
        if self._model.stream.is_open and len(nameless - self._nameless) > _GAPS_BY_DETAILS:
            self._nameless = nameless
            self._source.retry_requested.set()  # one that is new begins with all names
        else:
            self._history.request([action.id for action in gaps])
