"""What is known of the attempt whose log is read: whether it has begun, and whether it is over."""

from __future__ import annotations

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.state import KINDS
from flyte_widgets.watch.model import RunModel

_NOT_STARTED = (ActionPhase.QUEUED, ActionPhase.WAITING_FOR_RESOURCES, ActionPhase.INITIALIZING)


class LoggedAttempt:
    """One attempt of an action, as the model knows it now."""

    def __init__(self, model: RunModel, action: str, attempt: int) -> None:
        self._model, self._action, self._attempt = model, action, attempt

    @property
    def other_kind(self) -> str:
        """What the action is, if it is of a kind that writes no log: "trace", "condition"; else ""."""
        known = self._known
        return "" if known is None or KINDS[known.kind] == "task" else str(KINDS[known.kind])

    @property
    def has_started(self) -> bool:
        """Whether its container may have started."""
        known = self._known
        if known is None or known.phase is None or known.is_terminal or known.attempts > self._attempt:
            return True
        return known.phase not in _NOT_STARTED

    @property
    def has_no_log(self) -> bool:
        """Whether the backend says that it has no log of the attempt. False where it says nothing."""
        details = self._model.details.get(self._action)
        attempts = details.attempts if details else ()
        if not attempts:
            return details is not None
        return any(it.attempt == self._attempt and not it.logs_available for it in attempts)

    @property
    def has_run(self) -> bool:
        """Whether the backend says that its code ran."""
        details = self._model.details.get(self._action)
        return any(
            ActionPhase.of(transition.phase) is ActionPhase.RUNNING
            for it in (details.attempts if details else ())
            if it.attempt == self._attempt
            for transition in it.phase_transitions
        )

    @property
    def is_over(self) -> bool:
        """Whether it has ended, as far as is known."""
        known = self._known
        return known is not None and (known.is_terminal or known.attempts > self._attempt)

    @property
    def _known(self) -> ActionState | None:
        return self._model.state.by_id.get(self._action)
