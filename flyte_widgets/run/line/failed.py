"""The line of a failure: which action failed first, how, and what else there is to know. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from flyte_widgets.api.messages import ActionDetails
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.causes import ErrorWords, error_of, error_words, first_causes
from flyte_widgets.run.critical_path import end_of, start_of
from flyte_widgets.run.line.parts import LineState, Summary, Words, short_name
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.words import duration

P = ActionPhase


def failed(
    state: RunState, root: ActionState, details: Mapping[str, ActionDetails], now_ms: Milliseconds
) -> Summary | None:
    """Name the first cause; of several, say how many there are."""
    causes = first_causes(state, details) or [root]
    first = causes[0]
    words = _error_words(details.get(first.id))
    attempts = f"last of {first.attempts} attempts" if first.attempts > 1 else ""
    more, more_short = _others(words, [_error_words(details.get(action.id)) for action in causes[1:]])
    tail = tuple(part for part in (attempts, more, *_fault(words)) if part)
    return _about_error("failed", first, words, now_ms, tail, attempts or more_short, more_short)


def error(state: RunState, details: Mapping[str, ActionDetails], now_ms: Milliseconds) -> Summary | None:
    """Tell of an error while the run goes on: of an attempt that is made again, or of an action that failed."""
    action = retried_action(state)
    if action is not None:
        known = details.get(action.id)
        tried = sorted(known.attempts, key=lambda attempt: attempt.attempt) if known is not None else []
        errors = [error_words(attempt.error_info) for attempt in tried if attempt.error_info is not None]
        if errors and errors[-1].is_known:
            goes_on = f"attempt {action.attempts} is running" if action.phase is P.RUNNING else ""
            goes_on = goes_on or f"attempt {action.attempts} is {_phase_word(action.phase)}"
            return _about_error("error", action, errors[-1], now_ms, (goes_on, *_fault(errors[-1])), goes_on, "")
    causes = first_causes(state, details)
    if not causes:
        return None
    words = _error_words(details.get(causes[0].id))
    more, more_short = _others(words, [_error_words(details.get(action.id)) for action in causes[1:]])
    tail = tuple(part for part in (more, "the run goes on", *_fault(words)) if part)
    return _about_error("error", causes[0], words, now_ms, tail, more_short or "the run goes on", more_short)


def retried_action(state: RunState) -> ActionState | None:
    """Give the action that goes on after a failed attempt; of several the one whose latest attempt began last."""
    retried = [action for action in state.actions if action.status.attempts > 1 and not action.is_terminal]
    return max(retried, key=lambda retry: (_latest_attempt_ms(retry), -retry.index), default=None)


def _about_error(
    state: LineState,
    action: ActionState,
    words: ErrorWords,
    now_ms: Milliseconds,
    tail: tuple[str, ...],
    place: str,
    compact: str,
) -> Summary:
    """Compose "square a17 raised **ValueError: n is too big**"."""
    name = short_name(action.name)
    verb, answer, rest = words.verb, words.what, ""
    if action.phase is P.TIMED_OUT:
        after = duration(end_of(action, now_ms) - start_of(action)).replace("m 00s", "m")
        limit = words.what.removeprefix(f"{words.exception}: ")
        verb, answer, rest = "", f"timed out after {after}", f": {limit}" if limit else ""
    elif verb == "was killed":
        verb, answer = "", f"was killed: {words.what}"
    elif verb == "failed":
        verb, answer = "", f"failed: {words.what}" if words.what else "failed"
    who = (Words(f"{name} "), Words(action.id, "mono"), Words(f" {verb} " if verb else " "))
    more = (Words(rest),) if rest else ()
    short_place = ", ".join(part for part in (f"{name} {action.id}", place) if part)
    return Summary(
        state,
        P.TIMED_OUT if action.phase is P.TIMED_OUT else P.FAILED,
        (*who, Words(answer, "strong"), *more),
        tail,
        (Words(answer if verb else answer[:1].upper() + answer[1:], "strong"),),
        (Words(short_place),),
        (Words(f"{name} "), Words(answer, "strong"), *([Words(f" · {compact}")] if compact else [])),
        action.id,
        ("show", "logs", "report"),
    )


def _error_words(details: ActionDetails | None) -> ErrorWords:
    return error_words(error_of(details) if details is not None else None)


def _others(first: ErrorWords, others: list[ErrorWords]) -> tuple[str, str]:
    """Say how many other causes there are, and how many of them are the same; in full and in short."""
    if not others:
        return "", ""
    more = f"and {len(others):,} more"
    if not all(words.is_known for words in others):
        return more, more  # what was not read may be the same, or not
    same = sum(words.what == first.what for words in others)
    if same == len(others):
        return (f"{more}, the same", more) if same == 1 else (f"{more}, all the same", more)
    if same:
        return f"{more}, {same} of them the same", f"{more}, {same} the same"
    name = others[0].exception if len(others) == 1 else ""
    return f"{more}: {name}" if name else more, more


def _fault(words: ErrorWords) -> list[str]:
    code = f"exit code {words.exit_code}" if words.exit_code else ""
    return [part for part in (code, f"{words.kind} error" if words.kind else "") if part]


def _latest_attempt_ms(action: ActionState) -> Milliseconds:
    segments = action.segments
    return next((s.start_ms for s in segments if s.attempt == action.attempts), 0.0)


def _phase_word(phase: ActionPhase | None) -> str:
    return phase.label.lower() if phase is not None else "under way"
