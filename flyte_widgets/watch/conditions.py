"""The conditions of one run that wait for a person: reads what they ask, and how they were answered.

On the background loop. Streams tell that an action is PAUSED, but not what it asks: that is one GetActionDetails each.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Final

from flyte_widgets.api import messages
from flyte_widgets.errors import ApiError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.conditions import WaitingCondition, answer_words, waiting_condition
from flyte_widgets.run.details import ActionDetails, details_of
from flyte_widgets.run.times import epoch_ms
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.source import RunSource
from flyte_widgets.watch.status import AnswerStatus
from flyte_widgets.watch.updates import Update

logger = logging.getLogger(__name__)

_READ_AGAIN_S: Final = 5.0
"""What could not be read is tried again after this time."""
_ANSWERS_KEPT: Final = 20


class Conditions:
    """Keeps what waits for a person in one run. A listener of the model; `start` begins to read."""

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._model = source.model
        self._waiting: dict[str, WaitingCondition] = {}
        self._unread: dict[str, None] = {}
        """Actions to read, in order: they wait and it is not known for what, or they wait no longer."""
        self._others: set[str] = set()
        """Actions that are PAUSED and no conditions."""
        self.answers: dict[str, AnswerStatus] = {}
        """How the answers that were given here stand, and how conditions ended that were seen waiting; by action.
        Replaced, not changed: other threads read it."""
        self._is_started = False
        self._task: asyncio.Task[None] | None = None
        self._model.updates.subscribe(self)

    @property
    def waiting(self) -> list[WaitingCondition]:
        """The conditions that need an answer, the one that waits longest first. On any thread."""
        return sorted(self._waiting.copy().values(), key=lambda one: (epoch_ms(one.since) or 0.0, one.action))

    @property
    def are_read(self) -> bool:
        """Whether it is known of all actions that are PAUSED what they ask."""
        return not self._unread

    def start(self) -> None:
        """Begin to read, whenever there is something to read."""
        self._is_started = True
        for action in list(self._model.state.actions):  # what was heard before
            self._look_at(action)

    async def close(self) -> None:
        """Read no more."""
        self._is_started = False
        await cancel_all([self._task])

    def run_updated(self, update: Update) -> None:
        """Look which actions began to wait, or do no longer."""
        state = self._model.state
        if not update.rows or not (self._waiting or state.counts[ActionPhase.PAUSED]):
            return
        for row in update.rows:
            self._look_at(state.actions[row])

    def show(self, status: AnswerStatus) -> None:
        """Change what is shown of an answer."""
        others = {action: known for action, known in self.answers.items() if action != status.action}
        for action in list(others)[: max(0, len(others) + 1 - _ANSWERS_KEPT)]:
            del others[action]
        self.answers = {**others, status.action: status}
        self._model.publish()

    def take(self, message: messages.ActionDetails) -> None:
        """Take note of an action's details: what it asks, or how it was answered."""
        action = message.id.name
        self._unread.pop(action, None)
        asked = waiting_condition(message)
        if asked is not None:
            self._waiting[action] = asked
        elif message.condition is None and ActionPhase.of(message.status.phase) is ActionPhase.PAUSED:
            self._others.add(action)
        elif message.condition is not None:
            waited = self._waiting.pop(action, None) is not None
            ended = self._end_of(details_of(message))
            if ended is not None and (waited or action not in self.answers):
                self.show(ended)
        self._model.publish()

    def _look_at(self, action: ActionState) -> None:
        may_ask = action.phase is ActionPhase.PAUSED and action.metadata.task is None and action.id not in self._others
        if may_ask != (action.id in self._waiting):
            self._unread[action.id] = None
            if self._is_started and (self._task is None or self._task.done()):
                self._task = asyncio.create_task(self._read_on(), name=f"conditions of {self._model.run_name}")
        else:
            self._unread.pop(action.id, None)

    async def _read_on(self) -> None:
        while self._unread:
            failed = set[str]()
            for action in list(self._unread):
                try:
                    self.take(await self._source.read_action(action))
                except ApiError as error:
                    logger.debug("%s of %s: %s", action, self._model.run_name, error)
                    failed.add(action)
            if not failed.isdisjoint(self._unread):
                await asyncio.sleep(_READ_AGAIN_S)

    def _end_of(self, details: ActionDetails) -> AnswerStatus | None:
        if details.condition is None or details.phase is None or not details.phase.is_terminal:
            return None
        sent = self.answers.get(details.id)
        ended = AnswerStatus(
            "aborted",
            details.id,
            details.condition.name or details.name or details.id,
            at_ms=epoch_ms(details.ended) or self._model.now_ms(),
            since_ms=epoch_ms(details.started),
        )
        if details.phase is ActionPhase.TIMED_OUT:
            return replace(ended, state="timed_out")
        if details.phase is not ActionPhase.SUCCEEDED or details.answer is None:
            return ended
        value = answer_words(details.answer.value)
        is_ours = sent is not None and sent.state in ("sent", "accepted") and sent.value == value
        return replace(ended, state="answered" if is_ours else "answered_elsewhere", value=value, by=details.answer.by)
