"""`core.LiteralType`, in protojson: what it is called in Python, and what is inside it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

LiteralType = Mapping[str, Any]

_SIMPLE: Final = {
    "NONE": "None",
    "INTEGER": "int",
    "FLOAT": "float",
    "STRING": "str",
    "BOOLEAN": "bool",
    "DATETIME": "datetime",
    "DURATION": "timedelta",
    "BINARY": "bytes",
    "STRUCT": "dict",
    "ERROR": "error",
}
_JSON: Final = {
    "integer": "int",
    "number": "float",
    "string": "str",
    "boolean": "bool",
    "null": "None",
    "array": "list",
    "object": "dict",
}
_TUPLE_TITLE: Final = "TupleWrapper"
_MAX_DEPTH: Final = 16
_NUMBERS: Final = (
    "NONE", "INTEGER", "FLOAT", "STRING", "BOOLEAN", "DATETIME", "DURATION", "BINARY", "ERROR", "STRUCT",
)  # fmt: skip


def parsed(literal_type: Any) -> LiteralType:
    """Give a type as a mapping; an empty one where there is none, or it makes no sense."""
    return literal_type if isinstance(literal_type, Mapping) else {}


def simple(of: LiteralType) -> str:
    """Give the name of a simple type ("INTEGER"); "" for all others."""
    kind = of.get("simple", "")
    if isinstance(kind, int) and 0 <= kind < len(_NUMBERS):
        return _NUMBERS[kind]
    return str(kind)


def type_name(of: LiteralType) -> str:
    """Give a type as Python writes it: "list[int]", "int | None", "File[csv]"; "" where it is not known."""
    return _named(of, 0)


def _named(of: LiteralType, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return "…"
    if is_pickle(of):
        return _class_name(of)
    kind = next((name for name in _NAMERS if name in of), None)
    return _NAMERS[kind](parsed(of[kind]), depth + 1) if kind else _simple_name(of)


def _simple_name(of: LiteralType) -> str:
    kind = simple(of)
    return _struct_name(of) if kind == "STRUCT" else _SIMPLE.get(kind, "")


def _union_name(union: LiteralType, depth: int) -> str:
    names = (_named(parsed(variant), depth) for variant in union.get("variants", ()))
    return " | ".join(dict.fromkeys(names))


def _blob_name(blob: LiteralType, _depth: int) -> str:
    name = "Dir" if blob.get("dimensionality") in ("MULTIPART", 1) else "File"
    return f"{name}[{blob['format']}]" if blob.get("format") else name


_NAMERS: Final[dict[str, Callable[[LiteralType, int], str]]] = {
    "collectionType": lambda inner, depth: f"list[{_named(inner, depth)}]",
    "mapValueType": lambda inner, depth: f"dict[str, {_named(inner, depth)}]",
    "unionType": _union_name,
    "enumType": lambda _inner, _depth: "enum",
    "blob": _blob_name,
    "structuredDatasetType": lambda _inner, _depth: "DataFrame",
    "schema": lambda _inner, _depth: "DataFrame",
}


def _struct_name(of: LiteralType) -> str:
    if is_tuple(of):
        return f"tuple[{', '.join(_JSON.get(str(parsed(one).get('type')), '…') for one in field_types(of).values())}]"
    title = parsed(of.get("metadata")).get("title")
    return str(title) if title else "dict"


def _class_name(of: LiteralType) -> str:
    """Give the name of a class that Flyte pickles: "<class 'torch.nn.Module'>" is torch.nn.Module."""
    name = str(parsed(of.get("metadata")).get("python_class_name", ""))
    return name.removeprefix("<class '").removesuffix("'>") or "pickle"


def is_pickle(of: LiteralType) -> bool:
    """Whether Flyte pickles values of this type."""
    variants = parsed(of.get("unionType")).get("variants", ())
    tags = {parsed(parsed(variant).get("structure")).get("tag") for variant in variants}
    is_blob = parsed(of.get("blob")).get("format") == "PythonPickle"
    return is_blob or tags == {"FlytePickle"} or parsed(of.get("structure")).get("tag") == "FlytePickle"


def is_tuple(of: LiteralType) -> bool:
    """Whether this is a tuple, which the SDK wraps into an object."""
    return str(parsed(of.get("metadata")).get("title", "")).startswith(_TUPLE_TITLE)


def field_types(of: LiteralType) -> dict[str, Mapping[str, Any]]:
    """Give the fields of a dataclass, model or tuple, with their JSON schemas; tuples in order."""
    properties = parsed(parsed(of.get("metadata")).get("properties"))
    names = sorted(properties, key=_item_number) if is_tuple(of) else properties
    return {str(name): parsed(properties[name]) for name in names}


def _item_number(name: str) -> int:
    digits = name.rpartition("_")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def variables(variable_map: Any) -> dict[str, LiteralType]:
    """Give names and types of an interface's inputs or outputs: `interface.inputs`, a `VariableMap`.

    The backend sorts them by name.
    """
    found: dict[str, LiteralType] = {}
    for variable in parsed(variable_map).get("variables", ()):
        entry = parsed(variable)
        found[str(entry.get("key", ""))] = parsed(parsed(entry.get("value")).get("type"))
    return found
