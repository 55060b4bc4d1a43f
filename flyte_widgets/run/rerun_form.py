"""The inputs of a run as fields that a person can change, and what was typed as Python values again. Pure."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Literal, NamedTuple

import msgspec

from flyte_widgets.errors import InputError
from flyte_widgets.run.conditions import answer_from_text
from flyte_widgets.run.literal_types import LiteralType, parsed, simple, type_name
from flyte_widgets.run.literals import decode
from flyte_widgets.run.literals_encode import can_encode
from flyte_widgets.run.values import Offloaded, Opaque, Unreadable
from flyte_widgets.untrusted import shortened

_TEXT_LIMIT: Final = 20_000
"""A longer value is kept as it is: nobody edits it in a field."""
_KEPT_SHOWN: Final = 80
_PRIMITIVES: Final = {"INTEGER": "int", "FLOAT": "float", "BOOLEAN": "bool", "STRING": "str"}
_NOT_FINITE: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

FieldKind = Literal["bool", "choice", "line", "text", "kept"]


class Field(NamedTuple):
    """One input: how it is changed, and its value as text."""

    name: str
    kind: FieldKind
    type: str
    text: str
    choices: tuple[str, ...] = ()


def field_of(name: str, literal: msgspec.Raw | None, of: LiteralType) -> Field:
    """Give the field of an input. `literal` None: it has no value so far."""
    value = decode(literal, of) if literal is not None else ""
    named = type_name(of)
    if not can_encode(of) or isinstance(value, (Offloaded, Opaque, Unreadable)):
        return Field(name, "kept", named, shortened(repr(value), _KEPT_SHOWN))
    if "enumType" in of:
        choices = tuple(str(one) for one in parsed(of["enumType"]).get("values", ()))
        return Field(name, "choice", named, str(value), choices)
    kind = _PRIMITIVES.get(simple(of), "")
    if kind == "str":
        text = str(value)
    elif literal is None:
        text = ""
    elif kind == "bool":
        text = "true" if value else "false"
    else:
        text = _text_of(value)
    if len(text) > _TEXT_LIMIT or (kind and "\r" in text):
        return Field(name, "kept", named, shortened(text, _KEPT_SHOWN))
    if kind == "bool":
        return Field(name, "bool", named, text)
    is_long = "\n" in text or not (kind or simple(of) in ("DATETIME", "DURATION"))
    return Field(name, "text" if is_long else "line", named, text)


def value_from_text(name: str, text: str, of: LiteralType) -> Any:
    """Read what was typed into a field. Raises InputError, which says what is accepted."""
    kind = _PRIMITIVES.get(simple(of), "")
    if kind == "float" and text.strip().lower() in _NOT_FINITE:
        return _NOT_FINITE[text.strip().lower()]
    if kind:
        try:
            return answer_from_text(text, kind)
        except InputError as error:
            raise InputError(f"{name}: {error.message}", hint=error.hint) from None
    if "enumType" in of:
        return text
    if simple(of) == "DATETIME":
        return _moment(name, text)
    if simple(of) == "DURATION":
        return _length(name, text)
    return _literal(name, text)


def _text_of(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    return repr(_plain(value))


def _plain(value: Any) -> Any:
    """Give names of enums as texts, as `ast.literal_eval` reads them."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    return value


def _moment(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise InputError(f"{name}: {_cut(text)} is no time.", hint="A time, such as 2026-11-28 20:00.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)


def _length(name: str, text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text.strip().removesuffix("s")))
    except (ValueError, OverflowError):
        raise InputError(f"{name}: {_cut(text)} is no duration.", hint="Seconds, such as 90 s.") from None


def _literal(name: str, text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise InputError(
            f"{name}: {_cut(text)} cannot be read.", hint="A value as Python writes it, such as [1, 2] or {'a': None}."
        ) from None


def _cut(text: str) -> str:
    return shortened(repr(text), _KEPT_SHOWN)
