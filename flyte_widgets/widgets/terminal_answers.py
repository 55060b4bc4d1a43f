"""Conditions in a terminal: what waits for a person, and the answer of one who typed it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TextIO

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.conditions import WaitingCondition
from flyte_widgets.untrusted import one_line, shortened
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.answers import signal_text
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.answer_words import answer_line, bounded_name

_PROMPT_LIMIT: Final = 200
_EXAMPLES: Final = {"bool": "yes|no", "int": "INT", "float": "NUMBER"}


class TerminalAnswers:
    """Gives a line for each condition that begins to wait, and for each that waits no longer; each of them once."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._said: set[tuple[str, str]] = set()

    def news(self) -> Iterator[str]:
        """Give the lines that were not given yet."""
        conditions = self._watcher.conditions
        for condition in conditions.waiting:
            if self._is_new(condition.action, "waits"):
                yield waiting_line(condition, self._watcher.run_id.name)
        for status in conditions.answers.values():
            line = answer_line(status)
            if line and self._is_new(status.action, status.state):
                yield line

    def _is_new(self, action: str, what: str) -> bool:
        is_new = (action, what) not in self._said
        self._said.add((action, what))
        return is_new


def waiting_line(condition: WaitingCondition, run: str) -> str:
    """Say what needs an answer, and how to give it."""
    prompt = one_line(condition.prompt or condition.description)
    asked = f": {shortened(prompt, _PROMPT_LIMIT)}" if prompt else "."
    how = f"flyte-widgets answer {run} {condition.action} {_EXAMPLES.get(condition.type, 'TEXT')}"
    return f"{bounded_name(condition.name)} {condition.action} needs an answer{asked}  Answer it: {how}"


def answer_in_terminal(run: Run, words: list[str], out: TextIO) -> None:
    """Answer a condition: `words` are its id or name, if there are two, and the answer as it was typed.

    Raises FlyteWidgetsError where it is not clear which is meant, else as `Action.signal`.
    """
    waiting = run.waiting
    listed = "\n  ".join(waiting_line(one, run.name) for one in waiting)
    if len(words) == 1 and len(waiting) != 1:
        raise FlyteWidgetsError(
            f"{len(waiting) or 'No'} conditions of run {run.name} need an answer.",
            hint=f"Name the one that you mean:\n  {listed}" if waiting else "It waits for nobody now.",
        )
    meant = waiting[0].action if len(words) == 1 else words[0]
    named = [one.action for one in waiting if meant in (one.action, one.name)]
    if len(named) > 1:
        raise FlyteWidgetsError(f"{len(named)} conditions are called {meant}.", hint=f"Give an id:\n  {listed}")
    action = named[0] if named else meant
    if action not in run.actions:
        raise FlyteWidgetsError(
            f"Run {run.name} has no condition {meant!r} that waits.", hint=f"These do:\n  {listed}" if waiting else None
        )
    background().call(signal_text(watcher_of(run), action, words[-1]))
    out.write(f"Sent. Run {run.name} goes on as soon as Flyte has taken it.\n")
