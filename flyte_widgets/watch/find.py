"""Finds actions of a run, and gives their times and errors as Python's own values."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase

from flyte_widgets.errors import UnknownActionError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import redact
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.causes import FAILURES, error_of
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import moment
from flyte_widgets.untrusted import shortened, without_colours
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.watcher import Watcher


def find_actions(state: RunState, name: str, phase: ActionPhase | str | None, group: str | None) -> list[ActionState]:
    """Give the actions that match all that is asked for. Raises ValueError for a phase that there is not."""
    if not isinstance(name, str):
        raise TypeError(f"A name or pattern is a text, got {type(name).__name__}: {'square*'!r}, for instance.")
    wanted = None if phase is None else _phase(phase)
    return [
        action
        for action in list(state.actions)
        if (wanted is None or action.phase is wanted)
        and (group is None or action.group == group)
        and (name == "*" or fnmatchcase(action.name, name) or action.id == name)
    ]


def _phase(phase: ActionPhase | str) -> ActionPhase:
    found = ActionPhase.of(phase.lower()) if isinstance(phase, str) else None
    if found is None or not (found.is_known or isinstance(phase, ActionPhase)):
        known = ", ".join(repr(each.value) for each in ActionPhase)
        raise ValueError(f"There is no phase {phase!r}. It is one of {known}.")
    return found


def unknown_action(run: str, action: object, count: int) -> UnknownActionError:
    """Say that a run has no such action, how many it has, and how to find one."""
    said = shortened(str(action), 80)
    return UnknownActionError(
        f"Run {run} has no action {said!r}. It has {count:,}.",
        hint=f"Find actions by name: run.find({said + '*'!r}). All ids: list(run.actions).",
    )


def action_start(action: ActionState) -> datetime | None:
    """Give when it was queued, in UTC."""
    ms = action.created_ms
    return None if ms is None else moment(ms)


def action_end(action: ActionState) -> datetime | None:
    """Give when it ended, in UTC."""
    ms = action.ended_ms
    return None if ms is None else moment(ms)


def action_error(watcher: Watcher, action: ActionState) -> str:
    """Give the error of an action, whole; "" where it has not failed. Reads it where it is not known."""
    if action.phase not in FAILURES:
        return ""
    details = watcher.analyst.details().get(action.id)
    error = error_of(details) if details is not None else None
    if error is None:
        error = error_of(background().call(watcher.read_action(action.id)))
    return without_colours(redact(error.message or error.code)) if error is not None else ""
