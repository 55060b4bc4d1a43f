"""Python values to Flyte's literals, by the declared type: the changed inputs of a rerun. Pure, without the SDK.

What cannot be written without the task's own code or an upload is refused: files, tables, pickled objects. A rerun
keeps their old literals.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import math
import numbers
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

import msgspec

from flyte_widgets.errors import InputError
from flyte_widgets.run.literal_types import LiteralType, field_types, is_pickle, is_tuple, parsed, simple, type_name
from flyte_widgets.run.values import Dir, File

Literal = dict[str, Any]
_INT64: Final = 2**63
_MAX_DEPTH: Final = 32
_SHOWN: Final = 80


def encode(name: str, value: Any, literal_type: LiteralType) -> Literal:
    """Give the literal of an input. `name` is for messages only.

    Raises InputError, which says what was got and what is accepted, and where in the value.
    """
    return _encode(value, parsed(literal_type), name, exact=False, depth=0)


def can_encode(literal_type: LiteralType) -> bool:
    """Whether values of a type can be given at all: a form offers the others as "kept as it is"."""
    of = parsed(literal_type)
    if is_pickle(of) or any(kind in of for kind in ("blob", "structuredDatasetType", "schema")):
        return False
    if union := parsed(of.get("unionType")):
        return any(can_encode(parsed(variant)) for variant in union.get("variants", ()))
    inner = parsed(of.get("collectionType")) or parsed(of.get("mapValueType"))
    return can_encode(inner) if inner else "enumType" in of or simple(of) in _SIMPLE


def _encode(value: Any, of: LiteralType, where: str, *, exact: bool, depth: int) -> Literal:
    if depth > _MAX_DEPTH:
        raise InputError(f"{where} is nested more than {_MAX_DEPTH} deep.")
    if is_pickle(of):
        raise _refusal(where, of, "Flyte pickles values of this type, which only the task's own code can do")
    for kind, writer in _COMPOSED.items():
        if kind in of:
            return writer(value, of, where, exact, depth)
    write = _SIMPLE.get(simple(of))
    if write is None:
        raise _refusal(where, of, "this version cannot write values of this type")
    return {"scalar": write(value, of, where, exact)}


def _list(value: Any, of: LiteralType, where: str, exact: bool, depth: int) -> Literal:
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
        raise _wrong(where, of, value)
    inner = parsed(of["collectionType"])
    items = [
        _encode(item, inner, f"{where}[{index}]", exact=exact, depth=depth + 1) for index, item in enumerate(value)
    ]
    return {"collection": {"literals": items}}


def _map(value: Any, of: LiteralType, where: str, exact: bool, depth: int) -> Literal:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _wrong(where, of, value)
    inner = parsed(of["mapValueType"])
    items = {
        key: _encode(item, inner, f"{where}[{key!r}]", exact=exact, depth=depth + 1) for key, item in value.items()
    }
    return {"map": {"literals": items}}


def _union(value: Any, of: LiteralType, where: str, exact: bool, depth: int) -> Literal:
    """Choose the first variant that takes the value as it is, else the first that takes it at all."""
    variants = [parsed(variant) for variant in parsed(of["unionType"]).get("variants", ())]
    refusals = []
    for is_exact in (True,) if exact else (True, False):
        for variant in variants:
            try:
                inner = _encode(value, variant, where, exact=is_exact, depth=depth + 1)
            except InputError as error:
                refusals.append(error)
            else:
                return {"scalar": {"union": {"value": inner, "type": variant}}}
    deeper = [error for error in refusals if not error.message.startswith(f"{where} ")]
    raise deeper[-1] if deeper else _wrong(where, of, value)


def _enum(value: Any, of: LiteralType, where: str, _exact: bool, _depth: int) -> Literal:
    names = [str(name) for name in parsed(of["enumType"]).get("values", ())]
    name = value.name if isinstance(value, enum.Enum) else value
    if not isinstance(name, str) or name not in names:
        raise InputError(f"{where} is {_shown(value)}.", hint=f"Accepted: {', '.join(names)}.")
    return {"scalar": {"primitive": {"stringValue": str(name)}}}


def _blob(value: Any, of: LiteralType, where: str, _exact: bool, _depth: int) -> Literal:
    """Take what another action gave: it is in a store already."""
    kind = parsed(of["blob"])
    wanted = Dir if kind.get("dimensionality") in ("MULTIPART", 1) else File
    if not isinstance(value, wanted):
        raise _refusal(where, of, f"only a {wanted.__name__} of another action's inputs() or outputs() is taken")
    return {"scalar": {"blob": {"metadata": {"type": dict(kind)}, "uri": value.uri}}}


def _dataset(_value: Any, of: LiteralType, where: str, _exact: bool, _depth: int) -> Literal:
    raise _refusal(where, of, "tables are not written from here")


_COMPOSED: Final[dict[str, Callable[[Any, LiteralType, str, bool, int], Literal]]] = {
    "collectionType": _list,
    "mapValueType": _map,
    "unionType": _union,
    "enumType": _enum,
    "blob": _blob,
    "structuredDatasetType": _dataset,
    "schema": _dataset,
}


def _none(value: Any, of: LiteralType, where: str, _exact: bool) -> Literal:
    if value is not None:
        raise _wrong(where, of, value)
    return {"noneType": {}}


def _integer(value: Any, of: LiteralType, where: str, _exact: bool) -> Literal:
    if _is_bool(value) or not hasattr(value, "__index__"):
        raise _wrong(where, of, value)
    number = operator.index(value)  # numpy's integers, too
    if not -_INT64 <= number < _INT64:
        raise InputError(f"{where} is {_shown(value)}.", hint="Flyte's integers have 64 bits.")
    return {"primitive": {"integer": str(number)}}


def _float(value: Any, of: LiteralType, where: str, exact: bool) -> Literal:
    if _is_bool(value) or not isinstance(value, numbers.Real) or (exact and isinstance(value, numbers.Integral)):
        raise _wrong(where, of, value)
    number = float(value)
    if math.isfinite(number):
        return {"primitive": {"floatValue": number}}
    return {"primitive": {"floatValue": "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"}}


def _string(value: Any, of: LiteralType, where: str, exact: bool) -> Literal:
    if not isinstance(value, str):
        raise _wrong(where, of, value)
    return {"primitive": {"stringValue": str(value)}}


def _boolean(value: Any, of: LiteralType, where: str, _exact: bool) -> Literal:
    if not _is_bool(value):
        raise _wrong(where, of, value)
    return {"primitive": {"boolean": bool(value)}}


def _datetime(value: Any, of: LiteralType, where: str, exact: bool) -> Literal:
    """Write a time: one without a zone is UTC, as in the SDK; a date is its first moment."""
    if not isinstance(value, date):
        raise _wrong(where, of, value)
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return {"primitive": {"datetime": moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")}}


def _duration(value: Any, of: LiteralType, where: str, _exact: bool) -> Literal:
    if not isinstance(value, timedelta):
        raise _wrong(where, of, value)
    microseconds = value // timedelta(microseconds=1)
    seconds, rest = divmod(abs(microseconds), 1_000_000)
    sign = "-" if microseconds < 0 else ""
    return {"primitive": {"duration": f"{sign}{seconds}{f'.{rest:06d}' if rest else ''}s"}}


def _struct(value: Any, of: LiteralType, where: str, _exact: bool) -> Literal:
    """Write a dict, dataclass or model as MessagePack: the fields that the type declares are checked by name."""
    plain = _plain(value, of, where)
    schema = parsed(of.get("metadata"))
    fitted = _fitted(plain, schema, where, of)
    try:
        data = msgspec.msgpack.encode(fitted, enc_hook=_unwritable)
    except (TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"{where} cannot be written: {error}.") from None
    return {"binary": {"value": base64.b64encode(data).decode(), "tag": "msgpack"}}


def _plain(value: Any, of: LiteralType, where: str) -> Mapping[str, Any]:
    if is_tuple(of) and isinstance(value, (list, tuple)):
        names = list(field_types(of))
        if len(value) != len(names):
            raise InputError(f"{where} has {len(value)} values.", hint=f"Accepted: {type_name(of)}.")
        return dict(zip(names, value, strict=True))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if callable(dump := getattr(value, "model_dump", None)) and not isinstance(value, type):
        value = dump()  # pydantic's, which is not a dependency
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _wrong(where, of, value)
    return value


def _fitted(value: Any, schema: Mapping[str, Any], where: str, of: LiteralType | None = None) -> Any:
    """Check names of fields against a JSON schema, and make floats where it says number. What it refers to is taken."""
    properties = schema.get("properties")
    if isinstance(value, Mapping) and isinstance(properties, Mapping):
        missing = [name for name in schema.get("required", ()) if name not in value]
        unknown = [name for name in value if name not in properties] if _is_closed(schema, of) else []
        if missing or unknown:
            wrong = f"misses {', '.join(missing)}" if missing else f"has {', '.join(map(repr, unknown))}"
            raise InputError(f"{where} {wrong}.", hint=f"Its fields: {', '.join(properties)}.")
        return {name: _fitted(item, parsed(properties.get(name)), f"{where}.{name}") for name, item in value.items()}
    if isinstance(value, (list, tuple)) and isinstance(schema.get("items"), Mapping):
        return [_fitted(item, schema["items"], f"{where}[{index}]") for index, item in enumerate(value)]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_whole and schema.get("type") == "number" else value


def _is_closed(schema: Mapping[str, Any], of: LiteralType | None) -> bool:
    """Whether there can be no other fields: a dataclass's, and those of a model's own level."""
    return schema.get("additionalProperties") is False or of is not None


def _unwritable(value: Any) -> Any:
    raise TypeError(f"a {type(value).__name__} has no form in MessagePack")


_SIMPLE: Final[dict[str, Callable[[Any, LiteralType, str, bool], Literal]]] = {
    "NONE": _none,
    "INTEGER": _integer,
    "FLOAT": _float,
    "STRING": _string,
    "BOOLEAN": _boolean,
    "DATETIME": _datetime,
    "DURATION": _duration,
    "STRUCT": _struct,
}


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or (type(value).__name__ in ("bool_", "bool") and type(value).__module__ == "numpy")


def _wrong(where: str, of: LiteralType, value: Any) -> InputError:
    return InputError(f"{where} is {_shown(value)}.", hint=f"Accepted: {type_name(of) or 'a value of its type'}.")


def _refusal(where: str, of: LiteralType, why: str) -> InputError:
    return InputError(
        f"{where} ({type_name(of) or 'of a type without a name'}) cannot be changed: {why}.",
        hint="Leave it out: the new run then gets the old run's value.",
    )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
