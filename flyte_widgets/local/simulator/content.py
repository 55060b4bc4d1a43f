"""The content of a simulated run's actions, made up when it is asked for: nothing of it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from flyte_widgets.local.services.changes import Wakeup
from flyte_widgets.local.services.content import LogLine, Uploads
from flyte_widgets.local.services.control import now_us
from flyte_widgets.local.services.records import RunKey, to_us
from flyte_widgets.local.services.store import Store
from flyte_widgets.local.simulator import logs, reports, values
from flyte_widgets.local.simulator.plan import PlannedAction
from flyte_widgets.local.simulator.planner import shared_plan
from flyte_widgets.local.simulator.spec import SimSpec
from flyte_widgets.phases import ActionPhase

_BATCH: Final = 500
_LOOK_EVERY_S: Final = 1.0


class _Attempt(NamedTuple):
    """When an attempt ran, by the wall clock in microseconds: as it was planned, and as it was."""

    began_us: int
    planned_end_us: int
    ended_us: int | None
    """None while it runs."""

    def at_us(self, share: float) -> int:
        """Give the time at which `share` of the planned time is over."""
        return self.began_us + round(share * (self.planned_end_us - self.began_us))

    def is_due(self, at_us: int) -> bool:
        return at_us <= (now_us() if self.ended_us is None else self.ended_us)


class SimulatedContent:
    """Content of one simulated run, from the seed and spec in its origin. Inputs that were uploaded go first."""

    def __init__(self, store: Store, key: RunKey, origin: dict[str, Any]) -> None:
        self._store, self._key = store, key
        self._uploads = Uploads(store, key)
        self._spec = SimSpec.of(origin["spec"])
        self._speed = float(origin["speed"])
        self._actions = _planned(int(origin["seed"]), self._spec)

    def inputs(self, action: str) -> bytes | None:
        """Give inputs by the task's name."""
        if (uploaded := self._uploads.inputs(action)) is not None:
            return uploaded
        planned = self._actions.get(action)
        if planned is None or planned.kind != "task":
            return None
        message = values.inputs_message(values.inputs_of(planned.task, planned.index))
        return bytes(message.SerializeToString())

    def outputs(self, action: str, attempt: int) -> bytes | None:
        """Give outputs by the task's name."""
        planned = self._actions.get(action)
        if planned is None or planned.kind != "task":
            return None
        message = values.outputs_message(values.outputs_of(planned.task, planned.index))
        return bytes(message.SerializeToString())

    def report(self, action: str, attempt: int) -> bytes | None:
        """Give the report as far as the task has got."""
        planned = self._actions.get(action)
        if planned is None or not reports.has_report(planned.task):
            return None
        found = self._attempt(planned, attempt)
        if found is None:
            return None
        elapsed_us = (found.ended_us or now_us()) - found.began_us
        share = elapsed_us / max(1, found.planned_end_us - found.began_us)
        html = reports.report(planned.task, min(1.0, share))
        return None if html is None else html.encode()

    def has_log(self, action: str, attempt: int) -> bool:
        """Whether the attempt has begun to run."""
        planned = self._actions.get(action)
        return planned is not None and self._attempt(planned, attempt) is not None

    async def tail(self, action: str, attempt: int, wakeup: Wakeup, *, follow: bool) -> AsyncIterator[list[LogLine]]:
        """Give the lines that are due, and with `follow` those that come until the attempt ends."""
        planned = self._actions[action]
        found = self._attempt(planned, attempt)
        error = next((step.error for step in planned.steps if step.attempt == attempt and step.error), None)
        ready: list[LogLine] = []
        for line in logs.printed(planned.task, action, attempt, count=self._spec.log_lines, error=error):
            while found is not None and not found.is_due(found.at_us(line.share)):
                if ready:
                    yield ready
                    ready = []
                wait_s = (found.at_us(line.share) - now_us()) / 1e6
                if not follow or found.ended_us is not None or not await wakeup.sleep(min(wait_s, _LOOK_EVERY_S)):
                    return
                found = self._attempt(planned, attempt)
            if found is None:
                return
            ready.append(LogLine(found.at_us(line.share), line.text, line.is_system))
            if len(ready) >= _BATCH:
                yield ready
                ready = []
        if ready:
            yield ready

    def _attempt(self, planned: PlannedAction, attempt: int) -> _Attempt | None:
        """Read when an attempt ran; None where it has not, or not yet."""
        running_ms = planned.running_ms(attempt)
        with self._store.read(self._key) as run:
            record = run.actions.get(planned.name)
            events = [] if record is None else [event for event in record.events if event.attempt == attempt]
            is_over = record is None or record.is_terminal or record.events[-1].attempt > attempt
        began = next((event for event in events if event.phase == ActionPhase.RUNNING.number), None)
        if began is None or running_ms is None:
            return None
        began_us = to_us(began.updated_time)
        ended_us = to_us(events[-1].updated_time) if is_over else None
        return _Attempt(began_us, began_us + round(running_ms * 1000 / self._speed), ended_us)


@lru_cache(maxsize=4)
def _planned(seed: int, spec: SimSpec) -> dict[str, PlannedAction]:
    return {action.name: action for action in shared_plan(seed, spec).actions}
