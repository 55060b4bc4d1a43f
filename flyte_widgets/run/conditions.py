"""Conditions that wait for a person: what is asked, and which answers are accepted. Pure."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from flyte_widgets.api import messages as wire
from flyte_widgets.errors import InputError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.details import details_of
from flyte_widgets.untrusted import shortened

Answer = bool | int | float | str
"""What a condition can be answered with. Flyte knows these four types, and no others."""

_INT64: Final = 2**63
_SHOWN: Final = 80
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}")
_FLOAT: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_YES: Final = ("true", "yes")
_NO: Final = ("false", "no")
_ACCEPTED: Final = {
    "bool": "True or False",
    "int": "a whole number, such as 1250",
    "float": "a number, such as 0.1",
    "str": "a text; it may be empty",
}


@dataclass(frozen=True)
class WaitingCondition:
    """A condition that needs an answer. Its texts are foreign.

    Source: GetActionDetails of an action whose phase is PAUSED.
    """

    action: str
    """Id of the action: `run.actions[action].signal(value)` answers it."""
    name: str
    type: str
    """ "bool", "int", "float" or "str"; "" where the backend does not say."""
    prompt: str = ""
    description: str = ""
    prompt_type: Literal["text", "markdown"] = "text"
    since: datetime | None = None
    """When it began to wait, in UTC."""
    deadline: datetime | None = None
    """When it times out, in UTC: a moment early or late, as the backend does not say when its clock began. None: never,
    or not known."""


def waiting_condition(message: wire.ActionDetails) -> WaitingCondition | None:
    """Give what an action asks a person; None where it is no condition, or does not wait."""
    details = details_of(message)
    asked = details.condition
    if asked is None or details.phase is not ActionPhase.PAUSED:
        return None
    ends = details.started + asked.timeout if details.started is not None and asked.timeout is not None else None
    return WaitingCondition(
        details.id,
        asked.name or details.name or details.id,
        asked.type,
        asked.prompt,
        asked.description,
        "markdown" if asked.is_markdown else "text",
        details.started,
        ends,
    )


def checked_answer(value: Any, of: str) -> Answer:
    """Check an answer against a condition's type, before it is sent; `of` as in `WaitingCondition.type`.

    An int is taken for a float; a bool for a bool only. Raises InputError, which says what is accepted.
    """
    if of == "bool" or (not of and _is_bool(value)):
        if _is_bool(value):
            return bool(value)
    elif of == "str" or (not of and isinstance(value, str)):
        if isinstance(value, str):
            return str(value)
    elif not _is_bool(value) and not isinstance(value, str):
        whole = _as_integer(value) if of != "float" else None
        number = _as_float(value) if of != "int" and whole is None else whole
        if number is not None:
            return number
    raise InputError(f"The answer {shortened(repr(value), _SHOWN)} is not accepted.", hint=_hint(of))


def answer_from_text(text: str, of: str) -> Answer:
    """Read what a person typed, in a page or a terminal, as an answer of a condition's type. Raises InputError."""
    typed = text.strip()
    if of == "str" or not of:
        return text
    if of == "bool" and typed.lower() in _YES + _NO:
        return typed.lower() in _YES
    if of == "int" and _INTEGER.fullmatch(typed) and -_INT64 <= int(typed) < _INT64:
        return int(typed)
    if of == "float" and _FLOAT.fullmatch(typed) and math.isfinite(float(typed)):
        return float(typed)
    accepted = "It takes yes or no." if of == "bool" else _hint(of)
    raise InputError(f"The answer {shortened(repr(typed), _SHOWN)} is not accepted.", hint=accepted)


def answer_words(value: Any) -> str:
    """Give an answer as a person says it: yes, no, 1250, "nightly". Bounded."""
    if _is_bool(value):
        return "yes" if value else "no"
    return shortened(f"“{value}”" if isinstance(value, str) else str(value), _SHOWN)


def _as_integer(value: Any) -> int | None:
    try:
        number = operator.index(value)  # numpy's integers, too
    except TypeError:
        return None
    return number if -_INT64 <= number < _INT64 else None


def _as_float(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _hint(of: str) -> str:
    return f"It takes {_ACCEPTED.get(of, 'a bool, an int, a float or a text')}."


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")  # numpy's, too
