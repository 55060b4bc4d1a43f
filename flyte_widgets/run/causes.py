"""Why a run failed: the actions that failed first, not the parents that raise the error again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from flyte_widgets.api.messages import ActionDetails, ErrorInfo
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import redact
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.state import RunState
from flyte_widgets.run.tracebacks import exception_line
from flyte_widgets.untrusted import printable, shortened, without_colours

FAILURES: Final = frozenset({ActionPhase.FAILED, ActionPhase.TIMED_OUT})
"""Phases in which an action ends by an error."""
_LINE_LIMIT: Final = 400
_EXIT_CODE: Final = re.compile(r"exit code:? ?(\d{1,3})|exited with (?:code )?(\d{1,3})", re.IGNORECASE)
_OUT_OF_MEMORY: Final = re.compile(r"\bOOM ?Killed\b", re.IGNORECASE)


class ErrorWords(NamedTuple):
    """One error in one line; no secrets, no colours, nothing that acts on a terminal."""

    verb: str
    """"raised", "was killed" or "failed"."""
    what: str
    """The exception with its message, or what is known instead; "" where nothing is."""
    exception: str = ""
    """Class of the exception, where one is named."""
    exit_code: str = ""
    kind: str = ""
    """Whose fault it is: "user", "system" or "" where that is not said."""

    @property
    def is_known(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.what)


def error_words(error: ErrorInfo | None) -> ErrorWords:
    """Say an error in one line: the exception at the end of a traceback, or the first line of the message."""
    if error is None:
        return ErrorWords("failed", "")
    text = printable(without_colours(redact(error.message))).strip()
    kind = {"KIND_USER": "user", "KIND_SYSTEM": "system"}.get(str(error.kind), "")
    found = _EXIT_CODE.search(text)
    exit_code = (found[1] or found[2]) if found else ""
    if _OUT_OF_MEMORY.search(text) or _OUT_OF_MEMORY.search(error.code):
        return ErrorWords("was killed", "out of memory", "", exit_code or "137", kind)
    exception, line = exception_line(text)
    if exception:
        return ErrorWords("raised", shortened(line, _LINE_LIMIT), exception, exit_code, kind)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    code = " ".join(printable(redact(error.code)).split())
    if code.isidentifier() and code[:1].isupper() and not code.isupper():
        return ErrorWords(
            "raised", shortened(f"{code}: {first}" if first else code, _LINE_LIMIT), code, exit_code, kind
        )
    return ErrorWords("failed", shortened(first or code, _LINE_LIMIT), "", exit_code, kind)


def failed_leaves(state: RunState) -> list[ActionState]:
    """Give the actions that failed and have no failed action below them, the first to end first.

    The root counts where nothing else failed. Hold the lock of the state's owner.
    """
    if not any(state.counts[phase] for phase in FAILURES):
        return []
    failed = [action for action in state.actions if action.phase in FAILURES]
    above = {action.parent for action in failed if action.parent != action.id}
    leaves = [action for action in failed if action.id not in above]
    return sorted(leaves, key=lambda action: (action.ended_ms or 0.0, action.index))


def first_causes(state: RunState, details: Mapping[str, ActionDetails]) -> list[ActionState]:
    """Give the failed leaves, the one that explains the run's error first.

    That is the earliest. But code may live with an error: where the root's message repeats the error of some leaves,
    those come before the others. A run that timed out, and whose error repeats none, is its own cause. `details`: of
    the actions that were read.
    """
    leaves = failed_leaves(state)
    root = state.root
    root_details = details.get(root.id) if root is not None else None
    message = root_details.error_info.message if root_details is not None and root_details.error_info else ""
    text = printable(without_colours(redact(message)))

    def is_other(action: ActionState) -> bool:
        known = details.get(action.id)
        words = error_words(error_of(known)) if known is not None else None
        return not (words is not None and words.is_known and words.what in text)

    if text and root is not None and root.phase is ActionPhase.TIMED_OUT and all(is_other(leaf) for leaf in leaves):
        return [root]  # the run's own limit ended it: what failed before, its code has lived with
    return sorted(leaves, key=is_other) if text else leaves


def error_of(details: ActionDetails) -> ErrorInfo | None:
    """Give the error of an action: its own, or that of its latest attempt that has one."""
    if details.error_info is not None and (details.error_info.message or details.error_info.code):
        return details.error_info
    attempts = sorted(details.attempts, key=lambda attempt: attempt.attempt, reverse=True)
    return next((attempt.error_info for attempt in attempts if attempt.error_info is not None), None)
