"""Plays a planned run on the embedded backend, in scaled real time."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import takewhile
from typing import Final, NamedTuple

from flyte_widgets.local.services.control import Control, now_us
from flyte_widgets.local.services.records import RunKey, RunRecord, report
from flyte_widgets.local.services.store import Store
from flyte_widgets.local.simulator import actions
from flyte_widgets.local.simulator.plan import Plan, PlannedAction, PlannedStep
from flyte_widgets.phases import ActionPhase
from flyte_widgets.tasks import within

_TICK_S: Final = 0.02
_LONGEST_SLEEP_S: Final = 3600.0
_BATCH: Final = 400
"""At most so many steps in one transaction."""
_BATCH_S: Final = 0.02
_PAUSE_S: Final = 0.005
"""A transaction ends after that time, and then the server answers others, also where a long past is to be played."""


class ScheduledStep(NamedTuple):
    """A step and when to play it. `version` numbers the steps of one action."""

    at_ms: int
    action: PlannedAction
    version: int
    step: PlannedStep

    @property
    def answers_condition(self) -> bool:
        """Whether this step ends a condition with an answer."""
        return self.action.kind == "condition" and self.step.phase is ActionPhase.SUCCEEDED


class Pace(NamedTuple):
    """How a plan is played: when it began by the wall clock, how fast, and what is done for the person."""

    origin_us: int
    speed: float
    answers: bool = True
    """Whether somebody else answers the conditions. Otherwise the plan stands still until you do."""
    recovered_from: str = ""
    """Name of the run that recovered actions are taken over from."""
    hold_ms: float | None = None
    """Play to here and no further, in milliseconds of the plan."""


def schedule(planned: Plan) -> list[ScheduledStep]:
    """Put the steps of a plan in the order in which they are played."""
    steps = [
        ScheduledStep(step.at_ms, action, version, step)
        for action in planned.actions
        for version, step in enumerate(action.steps)
    ]
    return sorted(steps, key=lambda scheduled: scheduled.at_ms)


class Player:
    """Plays one plan. It stops when the root has ended, or when the run is aborted."""

    reports_ends = False

    def __init__(self, store: Store, control: Control, key: RunKey, scheduled: list[ScheduledStep], pace: Pace) -> None:
        self._store, self._control, self._key, self._pace = store, control, key, pace
        self._origin_us = pace.origin_us
        self._schedule = scheduled if pace.hold_ms is None else [*takewhile(self._is_before_hold, scheduled)]
        self._played = 0
        self._is_aborted = False
        self._changed = asyncio.Event()
        """Set by commands: an answer or an abort ends a wait."""

    def abort_run(self, reason: str) -> None:
        """Executor: play no more; `Control` ends what is under way."""
        self._is_aborted = True
        self._changed.set()

    def abort_action(self, name: str, reason: str) -> None:
        """Executor: an aborted action takes no more steps."""
        self._changed.set()

    def signal(self, name: str) -> None:
        """Executor: an ended action takes no more steps of its attempt."""
        self._changed.set()

    def catch_up(self) -> None:
        """Play everything that is due."""
        while self._play_batch():
            pass

    async def play(self) -> None:
        """Play to the end."""
        try:
            while not self._is_aborted and self._played < len(self._schedule):
                if self._play_batch():
                    await asyncio.sleep(_PAUSE_S)
                elif self._played < len(self._schedule):
                    await self._wait_for(self._schedule[self._played])
        finally:
            self._control.unregister(self._key)

    async def _wait_for(self, scheduled: ScheduledStep) -> None:
        """Wait until a step is due; where it is the person's answer, until that has come or its time is up."""
        wait_s = (self._wall_us(scheduled.at_ms) - now_us()) / 1e6
        if wait_s > 0 or not self._needs_answer(scheduled):
            await asyncio.sleep(min(max(wait_s, _TICK_S), _LONGEST_SLEEP_S))
            return
        self._changed.clear()
        with self._store.read(self._key) as run:
            asked_us = run.actions[scheduled.action.name].created_us
        left_s = actions.CONDITION_TIMEOUT_S - (now_us() - asked_us) / 1e6
        with suppress(TimeoutError):
            await within(max(0.0, left_s), self._changed.wait())
        if left_s <= 0:
            self._time_out(scheduled.action.name)
        if not self._needs_answer(scheduled):
            self._origin_us += max(0, now_us() - self._wall_us(scheduled.at_ms))  # the plan has stood still

    def _is_before_hold(self, scheduled: ScheduledStep) -> bool:
        is_open_question = scheduled.answers_condition and not self._pace.answers
        return scheduled.at_ms <= (self._pace.hold_ms or 0) and not is_open_question

    def _needs_answer(self, scheduled: ScheduledStep) -> bool:
        if self._pace.answers or not scheduled.answers_condition:
            return False
        with self._store.read(self._key) as run:
            record = run.actions.get(scheduled.action.name)
            return record is not None and not record.is_terminal

    def _time_out(self, condition: str) -> None:
        with self._store.change(self._key) as run:
            record = run.actions[condition]
            if not record.is_terminal:
                run.apply(record, report(record, ActionPhase.TIMED_OUT, at_us=now_us()))

    def _play_batch(self) -> bool:
        """Play what is due, up to a batch. Returns whether it was anything."""
        elapsed_ms = (now_us() - self._origin_us) / 1000 * self._pace.speed
        end = self._played
        while end < min(len(self._schedule), self._played + _BATCH) and self._schedule[end].at_ms <= elapsed_ms:
            if not self._pace.answers and self._schedule[end].answers_condition:
                break
            end += 1
        if end == self._played and not self._is_answered(end, elapsed_ms):
            return False
        end = max(end, self._played + 1)
        until_s = time.monotonic() + _BATCH_S
        with self._store.change(self._key) as run:
            while self._played < end and time.monotonic() < until_s:
                self._apply(run, self._schedule[self._played])
                self._played += 1
        return True

    def _is_answered(self, index: int, elapsed_ms: float) -> bool:
        """Whether the plan goes on past the end of a condition."""
        if index >= len(self._schedule) or self._schedule[index].at_ms > elapsed_ms:
            return False
        return self._schedule[index].answers_condition and not self._needs_answer(self._schedule[index])

    def _apply(self, run: RunRecord, scheduled: ScheduledStep) -> None:
        record = run.actions.get(scheduled.action.name)
        if record is None:
            parent = run.actions.get(scheduled.action.parent)
            if scheduled.version or parent is None or parent.phase == ActionPhase.ABORTED.number:
                return  # its parent was aborted before it was created
            created_us = self._wall_us(scheduled.action.created_ms)
            recovered_from = self._pace.recovered_from
            record = actions.create(run, scheduled.action, at_us=created_us, recovered_from=recovered_from)
        step = scheduled.step
        if record.events and record.events[-1].version >= scheduled.version:
            return  # played before a restart
        if record.is_terminal and step.attempt <= record.details.status.attempts:
            return  # ended by a client: aborted, or a condition answered
        if step.phase is ActionPhase.ABORTED:
            run.abort(record, step.reason, at_us=self._wall_us(step.at_ms))
            return
        event = actions.event(run, record, step, scheduled.version, self._wall_us)
        if scheduled.answers_condition:
            run.signal(record, actions.colleagues_answer(record), event)
        else:
            run.apply(record, event)

    def _wall_us(self, at_ms: int) -> int:
        return self._origin_us + round(at_ms * 1000 / self._pace.speed)
