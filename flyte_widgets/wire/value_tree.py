"""Values as a tree that the browser reads a level at a time. Each node is bounded. Pure.

Values are shown as Python writes them. Their texts are foreign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from flyte_widgets.run.values import (
    DataFrame,
    Dir,
    EnumName,
    Failure,
    File,
    Offloaded,
    Opaque,
    Unreadable,
    Values,
    file_name,
)
from flyte_widgets.run.words import bytes_words, duration, plural
from flyte_widgets.wire.values import ValueChildren, ValueNode

PREVIEW: Final = 120
"""Characters of a value that its row shows."""
TEXT: Final = 100_000
"""Characters of a long text that cross when it is unfolded."""
CHILDREN: Final = 50
"""Nodes that cross at a time."""
_IMAGES: Final = frozenset({"png", "jpg", "jpeg", "gif", "webp"})


def top_nodes(values: Values) -> list[ValueNode]:
    """Make the nodes of all inputs, or of all outputs."""
    types = values.types
    return [node(name, value, [index], types.get(name, "")) for index, (name, value) in enumerate(values.items())]


def children_of(values: Values, path: Sequence[int], start: int = 0) -> ValueChildren:
    """Give parts of the value at `path`. KeyError where there is no such value."""
    value = value_at(values, path)
    if isinstance(value, str):
        more = len(value) - TEXT
        text = f"{value[:TEXT]}\n… {more:,} more characters" if more > 0 else value
        return ValueChildren(nodes=[], text=text)
    parts = list(_parts(value))
    end = start + CHILDREN
    chosen = parts[start:end]
    nodes = [node(name, part, [*path, start + index], "") for index, (name, part) in enumerate(chosen)]
    return ValueChildren(nodes=nodes, more=max(0, len(parts) - end))


def value_at(values: Values, path: Sequence[int]) -> Any:
    """Find a part of a value by its positions. KeyError where there is none."""
    value: Any = values
    for position in path:
        parts = list(_parts(value))
        if not 0 <= position < len(parts):
            raise KeyError(f"There is no value at {list(path)}.")
        value = parts[position][1]
    return value


def node_at(values: Values, path: Sequence[int]) -> ValueNode:
    """Make the node of the value at `path`. KeyError where there is none."""
    if len(path) == 1:
        return top_nodes(values)[path[0]]
    name, value = list(_parts(value_at(values, path[:-1])))[path[-1]]
    return node(name, value, list(path), "")


def replaced(values: Values, path: Sequence[int], value: Any) -> Values:
    """Give the same inputs or outputs with another value at `path`, a path of an existing one."""
    first, *rest = path
    names = list(values)
    return Values({**values, names[first]: _replaced(values[names[first]], rest, value)}, values.types)


def _replaced(within: Any, path: Sequence[int], value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(within, Mapping):
        key = list(within)[first]
        return {**within, key: _replaced(within[key], rest, value)}
    parts = list(within)
    parts[first] = _replaced(parts[first], rest, value)
    return parts if isinstance(within, list) else tuple(parts)


def python_path(values: Values, path: Sequence[int]) -> str:
    """Write how Python reaches a part: `["config"]["layers"][0]`."""
    value: Any = values
    written = ""
    for position in path:
        key = position if isinstance(value, (list, tuple)) else list(value)[position]
        written += f"[{key!r}]"
        value = value[key]
    return written


def node(name: str, value: Any, path: list[int], type_name: str) -> ValueNode:
    """Make the node of a value."""
    shape = _special(value) or _plain(value)
    named = type_name or shape.pop("type", "")
    shape.pop("type", None)
    return ValueNode(name=name[:200], path=path, type=named[:200], **shape)


Shape = dict[str, Any]
"""Fields of a `ValueNode` that the value alone decides."""


def _plain(value: Any) -> Shape:
    for kind, shape in _PLAIN:
        if isinstance(value, kind):
            return {"type": type(value).__name__, **shape(value)}
    return {"kind": "plain", "text": _cut_repr(value), "type": type(value).__name__}


def _text(value: str) -> Shape:
    is_long = len(value) > PREVIEW or "\n" in value
    note = f"{len(value):,} chars" if is_long else ""
    return {"kind": "text", "text": _cut_repr(value), "note": note, "children": int(is_long)}


def _time(value: datetime) -> Shape:
    utc = value.astimezone(timezone.utc) if value.tzinfo else value
    form = "%Y-%m-%d %H:%M" + (":%S" if utc.second else "") + (".%f" if utc.microsecond else "")
    return {"kind": "plain", "text": utc.strftime(form), "note": "UTC" if value.tzinfo else ""}


def _tree(noun: str) -> Callable[[Any], Shape]:
    def shape(value: Any) -> Shape:
        count = len(value)
        return {"kind": "tree", "text": _cut_repr(value), "note": plural(count, noun), "children": count}

    return shape


_PLAIN: Final[tuple[tuple[type, Callable[[Any], Shape]], ...]] = (
    (type(None), lambda _: {"kind": "none", "text": "None", "type": "None"}),
    (EnumName, lambda value: {"kind": "plain", "text": str(value)[:PREVIEW], "type": "enum"}),
    (str, _text),
    (datetime, _time),
    (timedelta, lambda value: {"kind": "plain", "text": duration(value.total_seconds() * 1000)}),
    (list, _tree("item")),
    (tuple, _tree("item")),
    (Mapping, _tree("key")),
)


def _special(value: Any) -> Shape | None:
    shape = _SPECIAL.get(type(value))
    return shape(value) if shape is not None else None


def _file(value: File) -> Shape:
    ending = (value.format or PurePosixPath(urlsplit(value.uri).path).suffix.lstrip(".")).lower()
    kind = "image" if ending in _IMAGES else "file"
    return {"kind": kind, "text": file_name(value.uri), "uri": value.uri, "type": "File"}


def _table(value: DataFrame) -> Shape:
    columns = plural(len(value.columns), "column") if value.columns else ""
    note = ", ".join(filter(None, [columns, value.format]))
    return {"kind": "table", "text": file_name(value.uri), "note": note, "uri": value.uri, "type": "DataFrame"}


def _opaque(value: Opaque) -> Shape:
    size = bytes_words(value.size_bytes) if value.size_bytes else ""
    note = ", ".join(filter(None, [size, "not opened: reading one runs its code"]))
    named = file_name(value.uri) if value.uri else "pickle"
    return {"kind": "opaque", "text": named, "note": note, "uri": value.uri, "type": value.type_name}


def _offloaded(value: Offloaded) -> Shape:
    note = f"{bytes_words(value.size_bytes)}, kept outside" if value.size_bytes else "kept outside"
    return {"kind": "offloaded", "text": value.type_name, "note": note, "uri": value.uri, "type": value.type_name}


_SPECIAL: Final[dict[type, Callable[[Any], Shape]]] = {
    File: _file,
    Dir: lambda value: {"kind": "dir", "text": f"{file_name(value.uri)}/", "uri": value.uri, "type": "Dir"},
    DataFrame: _table,
    Opaque: _opaque,
    Offloaded: _offloaded,
    Failure: lambda value: {"kind": "error", "text": value.message[:PREVIEW], "type": "error"},
    Unreadable: lambda value: {"kind": "error", "text": f"Not read: {value.reason}"[:400]},
}


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), part) for key, part in value.items())
    elif isinstance(value, (list, tuple)):
        yield from ((str(index), part) for index, part in enumerate(value))


def _cut_repr(value: Any) -> str:
    """Write a value as Python does, without writing all of a large one."""
    if isinstance(value, str):
        text = repr(value[: PREVIEW + 1])
        return f"{text[: PREVIEW - 1]}…'" if len(value) > PREVIEW else text
    if isinstance(value, Mapping):
        inner = _cut_items(f"{key!r}: {_cut_repr(part)}" for key, part in value.items())
        return f"{{{inner}}}"
    if isinstance(value, (list, tuple)):
        inner = _cut_items(map(_cut_repr, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    text = repr(value)
    return text if len(text) <= PREVIEW else f"{text[: PREVIEW - 1]}…"


def _cut_items(items: Iterator[str]) -> str:
    written = ""
    for item in items:
        if len(written) + len(item) > PREVIEW:
            return f"{written}…"
        written += f"{item}, "
    return written.removesuffix(", ")
