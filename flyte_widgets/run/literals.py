"""Flyte's literals, as the backend's JSON has them, to Python values. Pure: no SDK, no I/O, and nothing is unpickled.

Foreign bytes cannot do harm here: depth and size are bounded, MessagePack's extension types are not interpreted, and
what cannot be read becomes an `Unreadable` with the reason, so that one broken value does not hide its siblings.

Source: flyteidl2 2.0.51, `core/literals.proto` and `core/types.proto`, in protojson.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from flyte_widgets.run.literal_types import LiteralType, field_types, is_tuple, parsed, type_name
from flyte_widgets.run.values import DataFrame, Dir, EnumName, Failure, File, Offloaded, Opaque, Unreadable

MAX_DEPTH: Final = 64
"""Lists, maps and unions within each other."""
MAX_BINARY_BYTES: Final = 16 * 1024 * 1024
"""The SDK sends at most 10 MiB inline."""
PICKLE_FORMAT: Final = "PythonPickle"

Literal = Mapping[str, Any]
_DURATION: Final = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,9}))?s")


def decode(raw: msgspec.Raw | bytes, literal_type: LiteralType | None = None) -> Any:
    """Decode one literal's JSON. `literal_type` tells enums from texts, and tuples from dicts. Never raises."""
    try:
        return value_of(msgspec.json.decode(raw), literal_type)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Unreadable("it is not JSON, or too deep")


def value_of(literal: Any, literal_type: LiteralType | None = None) -> Any:
    """Give the value of a literal that has been parsed. Never raises."""
    try:
        return _value(literal, parsed(literal_type), 0)
    except _UnreadableError as error:
        return Unreadable(str(error))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        return Unreadable(f"it is not as Flyte writes values ({type(error).__name__})")


class _UnreadableError(Exception):
    """Why a value cannot be decoded."""


def _value(literal: Literal, of: LiteralType, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _UnreadableError(f"it is nested more than {MAX_DEPTH} deep")
    collection: Any = literal.get("collection")
    if collection is not None:
        inner = parsed(of.get("collectionType"))
        return [_value(item, inner, depth + 1) for item in collection.get("literals", ())]
    mapping: Any = literal.get("map")
    if mapping is not None:
        inner = parsed(of.get("mapValueType"))
        return {str(key): _value(item, inner, depth + 1) for key, item in mapping.get("literals", {}).items()}
    offloaded: Any = literal.get("offloadedMetadata")
    if offloaded is not None:
        inferred = parsed(offloaded.get("inferredType"))
        return Offloaded(
            str(offloaded.get("uri", "")), int(offloaded.get("sizeBytes", 0)), type_name(inferred), inferred
        )
    return _scalar(literal.get("scalar", {}), of, depth)


def _scalar(scalar: Mapping[str, Any], of: LiteralType, depth: int) -> Any:
    empty: tuple[str, Any] = ("noneType", {})
    kind, content = next(iter(scalar.items()), empty)
    if kind == "union":
        chosen = parsed(content.get("type"))
        return _value(content.get("value", {}), chosen or of, depth + 1)
    reader = _SCALARS.get(kind)
    if reader is None:
        raise _UnreadableError(f"{kind[:40]!r} is a kind of value that this version does not know")
    return reader(content, of)


def _primitive(primitive: Mapping[str, Any], of: LiteralType) -> Any:
    kind, raw = next(iter(primitive.items()), ("nothing", None))
    reader = _PRIMITIVES.get(kind)
    if reader is None:
        raise _UnreadableError(f"{kind[:40]!r} is a kind of value that this version does not know")
    return EnumName(raw) if "enumType" in of else reader(raw)


def _datetime(text: str) -> datetime:
    try:
        return msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise _UnreadableError("its time is none") from None


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise _UnreadableError("its duration is none")
    microseconds = int(found[2]) * 1_000_000 + int((found[3] or "0").ljust(6, "0")[:6])
    return timedelta(microseconds=-microseconds if found[1] else microseconds)


_PRIMITIVES: Final[dict[str, Callable[[Any], Any]]] = {
    "integer": int,
    "floatValue": float,
    "stringValue": str,
    "boolean": bool,
    "datetime": _datetime,
    "duration": _duration,
}


def _none(_content: Any, _of: LiteralType) -> None:
    return None


def _binary(binary: Mapping[str, Any], of: LiteralType) -> Any:
    text, tag = str(binary.get("value", "")), str(binary.get("tag", ""))
    size = len(text) * 3 // 4 - text[-2:].count("=")
    if tag != "msgpack":
        return Opaque(tag or PICKLE_FORMAT, size, type_name=type_name(of))
    if size > MAX_BINARY_BYTES:
        raise _UnreadableError(f"it has {size:,} bytes; {MAX_BINARY_BYTES:,} are read")
    try:
        data = base64.b64decode(text.translate(_FROM_URL_SAFE) + "=" * (-len(text) % 4), validate=True)
        return _shaped(msgspec.msgpack.decode(data, ext_hook=_extension), of)
    except (msgspec.MsgspecError, binascii.Error, UnicodeDecodeError):
        raise _UnreadableError("its MessagePack data is broken") from None


_FROM_URL_SAFE: Final = str.maketrans("-_", "+/")


def _extension(code: int, data: memoryview) -> Opaque:
    return Opaque(f"MessagePack extension {code}", len(data))


def _shaped(value: Any, of: LiteralType) -> Any:
    """Make a tuple of what the SDK wraps into an object: its fields are item_0, item_1 and so on."""
    if is_tuple(of) and isinstance(value, dict):
        return tuple(value.get(name) for name in field_types(of))
    return value


def _blob(blob: Mapping[str, Any], of: LiteralType) -> Any:
    kind = blob.get("metadata", {}).get("type", {})
    uri, form = str(blob.get("uri", "")), str(kind.get("format", ""))
    if form == PICKLE_FORMAT:
        return Opaque(form, uri=uri, type_name=type_name(of))
    return Dir(uri, form) if kind.get("dimensionality") in ("MULTIPART", 1) else File(uri, form)


def _dataset(dataset: Mapping[str, Any], _of: LiteralType) -> DataFrame:
    kind = dataset.get("metadata", {}).get("structuredDatasetType", {})
    columns = tuple(
        (str(column.get("name", "")), type_name(parsed(column.get("literalType"))))
        for column in kind.get("columns", ())
    )
    return DataFrame(str(dataset.get("uri", "")), str(kind.get("format", "")), columns)


def _schema(schema: Mapping[str, Any], _of: LiteralType) -> DataFrame:
    return DataFrame(str(schema.get("uri", "")))


def _generic(content: Any, _of: LiteralType) -> Any:
    return content


def _error(error: Mapping[str, Any], _of: LiteralType) -> Failure:
    return Failure(str(error.get("message", "")), str(error.get("failedNodeId", "")))


_SCALARS: Final[dict[str, Callable[[Any, LiteralType], Any]]] = {
    "primitive": _primitive,
    "noneType": _none,
    "binary": _binary,
    "blob": _blob,
    "structuredDataset": _dataset,
    "schema": _schema,
    "generic": _generic,
    "error": _error,
}
