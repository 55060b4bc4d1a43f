"""Writes docs/reference.md from the docstrings and docs/messages.md from flyte_widgets/wire: `python -m tools.docs`.

Both are checked in; a test compares them.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import itertools
import re
import textwrap
import types
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

import msgspec
import traitlets

import flyte_widgets as fw
from flyte_widgets import shared
from flyte_widgets.wire import messages, requests

FOLDER: Final = Path(__file__).parents[1] / "docs"
_MADE: Final = "<!-- Made by `python -m tools.docs`. Do not edit. -->\n"
_MODULES: Final = {"errors", "local"}
_TRAIT: Final = "*Trait.*"
#: What users hand on, and do not use themselves.
_OPAQUE: Final = {fw.FlyteClient}
#: Sections of columns are arrays of these.
_TYPES: Final = {
    "f64": "64-bit float",
    "i32": "signed 32-bit integer",
    "u32": "unsigned 32-bit integer",
    "u16": "unsigned 16-bit integer",
    "u8": "byte",
}

_BETWEEN: Final = """# All messages between Python and the browser

How they are used is in [protocol.md](protocol.md).

Everything goes over the widget's own comm: synced traits, requests with exactly one reply each, messages from Python,
and packed columns. Types are declared once, in `flyte_widgets/wire`; `python -m tools.typescript` makes those of the
browser.

Times are epoch milliseconds of the backend's clock. Phases are the SDK's values. All text comes from other people's
code: Python bounds it, the browser sets it as text, never as HTML.
"""
_TRAITS: Final = """## Traits of RunWidget

Small, and what a reopened notebook must show. The browser may set `selected` and nothing else.

| trait | what it holds |
| --- | --- |"""
_REQUESTS: Final = """
## Requests

From the browser. A request has a `kind` and an `id` that no other page has; it is answered exactly once. One that
changes something is remembered: sent again with its id, it is answered, not done twice.
"""
_MESSAGES: Final = """## Messages

From Python. At most five go out in a second, whatever the run does, but for replies.
"""
_COLUMNS: Final = """## Columns

Actions cross as packed columns. A block is `u32 magic, u32 header bytes, header` (JSON, padded to 8 bytes) and then,
little-endian and each padded to 8 bytes, these sections. A snapshot is a delta since 0. A page that missed a block sees
it by `since`, and makes its handshake again.

| section | type | length |
| --- | --- | --- |"""


def pages() -> dict[str, str]:
    """All pages by their file's name."""
    return {"reference.md": reference(), "messages.md": all_messages()}


# --- reference -------------------------------------------------------------------------------------------------------


def reference() -> str:
    """Tell what `flyte_widgets` offers, in the words of its docstrings."""
    parts = [
        _MADE,
        "# Reference\n",
        "`import flyte_widgets as fw`. What is not on this page is not public, and may change in any version.\n",
    ]
    names = [name for name in fw.__all__ if name not in _MODULES]
    classes = [name for name in names if inspect.isclass(getattr(fw, name))]
    parts += ["## Functions\n", *(_function(name, getattr(fw, name)) for name in names if name not in classes)]
    parts += [_class(f"fw.{name}", getattr(fw, name)) for name in classes]
    for module in sorted(_MODULES):
        parts.append(_module(f"fw.{module}", importlib.import_module(f"flyte_widgets.{module}")))
    return "\n".join(parts).rstrip() + "\n"


def _module(name: str, module: types.ModuleType) -> str:
    lines = [f"## `{name}`\n", _text(module)]
    public = getattr(module, "__all__", None) or [
        key for key, value in vars(module).items() if inspect.isclass(value) and value.__module__ == module.__name__
    ]
    for key in public:
        value = getattr(module, key)
        if inspect.isclass(value) and issubclass(value, BaseException):
            bases = ", ".join(f"`{base.__name__}`" for base in value.__bases__)
            lines.append(f"- **`{key}`** ({bases}): {_one_line(_text(value))}")
        elif inspect.isclass(value):
            lines.append(_class(f"{name}.{key}", value).replace("## ", "### ", 1))
        elif callable(value):
            lines.append(_function(f"{name}.{key}", value))
    return "\n".join(lines) + "\n"


def _class(name: str, kind: type) -> str:
    lines = [f"## `{name}`\n", _text(kind), ""]
    notes = _notes(kind)
    if issubclass(kind, enum.Enum):
        rows = [(f"{one.name}", f"`{one.value}`: {notes.get(one.name, '')}") for one in kind]
        rows += [row for row in _members(kind) if row[0] not in kind.__members__]
    else:
        rows = [] if kind in _OPAQUE else list(_members(kind))
    if rows:
        lines += ["| name | what it is |", "| --- | --- |", *(f"| `{one}` | {_one_line(text)} |" for one, text in rows)]
    return "\n".join(lines).rstrip() + "\n"


def _members(kind: type) -> Iterator[tuple[str, str]]:
    """Attributes and methods that are the user's, those of our own base classes included, in their order."""
    seen: set[str] = set()
    for base in kind.__mro__:
        if not base.__module__.startswith("flyte_widgets"):
            continue
        notes = _notes(base)
        for key in [*(key for key in notes if key not in vars(base)), *vars(base)]:
            member = None if key.startswith("_") or key in seen else _member(key, vars(base).get(key), notes)
            if member is not None:
                seen.add(key)
                yield member


def _member(key: str, value: Any, notes: dict[str, str]) -> tuple[str, str] | None:
    if isinstance(value, (property, cached_property)):
        return key, _text(value)
    if isinstance(value, traitlets.TraitType):
        return (key, f"{notes.get(key, '')} {_TRAIT}") if value.metadata.get("sync") else None
    if isinstance(value, (classmethod, staticmethod)) or inspect.isfunction(value):
        function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        return (f"{key}{_signature(function)}", _text(function)) if _text(function) else None
    return (key, notes[key]) if key in notes else None


def _notes(kind: type) -> dict[str, str]:
    """Read the strings below the attributes of a class, which Python does not keep; "" where there is none."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for this, below in itertools.pairwise([*body.body, ast.Pass()]):
        if target := _target(this):
            note = below.value if isinstance(below, ast.Expr) else None
            found[target] = inspect.cleandoc(str(note.value)) if isinstance(note, ast.Constant) else ""
    return found


def _target(statement: ast.stmt) -> str:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def _function(name: str, function: Callable[..., Any]) -> str:
    return f"### `{name if '.' in name else f'fw.{name}'}{_signature(function)}`\n\n{_text(function)}\n"


def _signature(function: Callable[..., Any]) -> str:
    shown = str(inspect.signature(function))
    shown = re.sub(r"(: |-> )'([^']*)'", r"\1\2", shown)  # annotations are kept as strings
    return re.sub(r"\((?:self|cls)(?:, )?", "(", re.sub(r"flyte_widgets(?:\.\w+)*\.", "", shown), count=1)


def _text(thing: Any) -> str:
    return inspect.getdoc(thing) or "" if not isinstance(thing, type) else inspect.cleandoc(thing.__doc__ or "")


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# --- protocol --------------------------------------------------------------------------------------------------------


def all_messages() -> str:
    """Tell what crosses between Python and the browser."""
    columns = shared.table("columns")
    sections = [f"| `{name}` | {_TYPES[kind]} | {length} |" for name, kind, length in columns["sections"]]
    flags = {
        of: ", ".join(f"`{name}` {bit}" for name, bit in columns[f"{of}Flags"].items()) for of in ("row", "segment")
    }
    synced = [(key, text.removesuffix(_TRAIT)) for key, text in _members(fw.RunWidget) if text.endswith(_TRAIT)]
    parts = [
        _MADE,
        _BETWEEN,
        _TRAITS,
        *(f"| `{key}` | {_one_line(text)} |" for key, text in synced),
        _REQUESTS,
        *_structs(requests, requests.Request),
        _MESSAGES,
        *_structs(messages, messages.Message),
        _COLUMNS,
        *sections,
        "",
        *(f"- flags of a {of}: {', '.join(words)}" for of, words in flags.items()),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _structs(module: types.ModuleType, base: type) -> Iterator[str]:
    for kind in vars(module).values():
        if not (inspect.isclass(kind) and issubclass(kind, base) and kind is not base):
            continue
        struct = cast("type[msgspec.Struct]", kind)
        tag = struct.__struct_config__.tag
        yield f"### `{tag}`\n\n{_text(kind)}\n"
        notes, hints = _notes(kind), get_type_hints(kind)
        for field in msgspec.structs.fields(struct):
            note = f": {_one_line(notes[field.name])}" if notes.get(field.name) else ""
            yield f"- `{field.encode_name}` ({_named(hints[field.name])}){note}"
        reply = getattr(kind, "reply", None)
        if reply is not None:
            yield f"- answer: {_named(reply)}"
        yield ""


def _named(hint: Any) -> str:
    if get_origin(hint) is None and inspect.isclass(hint):
        return f"`{hint.__name__}`"
    shown = re.sub(r"[\w.]*\.", "", str(hint)) if not get_args(hint) else re.sub(r"\b(?:\w+\.)+", "", str(hint))
    return f"`{shown}`"


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
