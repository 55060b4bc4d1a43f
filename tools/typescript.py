"""Writes the TypeScript types of what crosses to the browser from the Python ones: `python -m tools.typescript`.

Its output is checked in; a test compares it. It reads all modules of flyte_widgets/wire (TypedDicts, msgspec Structs,
aliases of Literals) and the synced traits of the widgets. Docstrings become comments.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import pkgutil
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec
import traitlets

from flyte_widgets import wire
from flyte_widgets.widgets.progress_widget import ProgressWidget
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.runs_widget import RunsWidget
from flyte_widgets.wire.messages import Message, Pushed
from flyte_widgets.wire.requests import Request

OUTPUT: Final = Path(__file__).parents[1] / "js/src/core/protocol.generated.ts"
WIDGETS: Final = {"RunTraits": RunWidget, "ProgressTraits": ProgressWidget, "RunsTraits": RunsWidget}
"""Name of the TypeScript interface, and the widget whose synced traits it describes."""
_HEAD: Final = "// Generated from flyte_widgets/wire and the traits of the widgets by `python -m tools.typescript`.\n"
_PLAIN: Final = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    bytes: "DataView",
    type(None): "null",
    Any: "unknown",
}
_TRAITS: Final = {
    traitlets.Unicode: "string",
    traitlets.Bool: "boolean",
    traitlets.Int: "number",
    traitlets.Float: "number",
    traitlets.Bytes: "DataView",
}
_BASES: Final = (Request, Message, Pushed)
_NO_TRAITS: Final = ("layout", "tabbable", "tooltip")


class Writer:
    """Collects declarations, and knows the names of what was declared."""

    def __init__(self) -> None:
        self.parts: list[str] = [_HEAD]
        self._aliases: list[tuple[Any, str]] = []

    def module(self, module: types.ModuleType) -> None:
        """Declare what a module defines, in its order."""
        documents = _documents(module)
        for name, value in vars(module).items():
            if get_origin(value) is Literal:
                self._aliases.append((value, name))
                values = " | ".join(map(_quoted, get_args(value)))
                self.parts.append(f"{_comment(documents.get(name, ''))}export type {name} = {values};\n")
            elif getattr(value, "__module__", "") == module.__name__ and _is_record(value):
                self.record(value)

    def record(self, record: Any) -> None:
        """Declare a TypedDict or a Struct."""
        documents = _documents(record)
        fields = []
        if (tag := _tag(record)) is not None:
            fields.append(f"  kind: {_quoted(tag)};\n")
        optional = record.__struct_defaults__ if _may_leave_out(record) else ()
        hints = {name: of for name, of in get_type_hints(record).items() if get_origin(of) is not ClassVar}
        names = record.__struct_fields__ if _is_struct(record) else tuple(hints)
        for at, name in enumerate(names):
            mark = "?" if at >= len(names) - len(optional) else ""
            field = f"{_wire_name(record, name)}{mark}: {self.type(hints[name])};"
            fields.append(f"{_comment(documents.get(name, ''), '  ')}  {field}\n")
        self.parts.append(
            f"{_comment(inspect.getdoc(record) or '')}export interface {record.__name__} {{\n{''.join(fields)}}}\n"
        )

    def union(self, name: str, base: type, comment: str) -> None:
        """Declare the union of all Structs of a base."""
        members = "".join(f"\n  | {cls.__name__}" for cls in _subclasses(base)) or " never"
        self.parts.append(f"{_comment(comment)}export type {name} ={members};\n")

    def replies(self) -> None:
        """Declare the payloads of replies."""
        answered = [request for request in _subclasses(Request) if request.reply is not None]
        lines = "".join(f"  {_tag(request)}: {self.type(request.reply)};\n" for request in answered)
        comment = "Payloads of replies, by kind of request. All others are empty."
        self.parts.append(f"{_comment(comment)}export interface Replies {{\n{lines}}}\n")

    def traits(self, name: str, widget: type[traitlets.HasTraits]) -> None:
        """Declare the synced traits of a widget, and list their names."""
        documents: dict[str, str] = {}
        for cls in widget.__mro__:
            if cls.__module__.startswith("flyte_widgets."):
                documents = _documents(cls) | documents
        traits = {
            key: trait
            for key, trait in sorted(widget.class_traits(sync=True).items())
            if not key.startswith("_") and key not in _NO_TRAITS
        }
        lines = "".join(
            f"{_comment(documents.get(key, ''), '  ')}  {key}: {self._trait_type(trait)};\n"
            for key, trait in traits.items()
        )
        comment = f"The synced traits of {widget.__name__}. Read-only for the browser, all but `selected`."
        self.parts.append(f"{_comment(comment)}export interface {name} {{\n{lines}}}\n")
        listed = "".join(f"  {_quoted(key)},\n" for key in traits)
        self.parts.append(f"export const {_constant(name)}: readonly (keyof {name})[] = [\n{listed}];\n")

    def type(self, of: Any) -> str:
        """Give the TypeScript type of a Python one."""
        for alias, name in self._aliases:
            if get_origin(of) is Literal and of == alias:
                return name
        if of in _PLAIN:
            return _PLAIN[of]
        if _is_record(of):
            return str(of.__name__)
        if hasattr(of, "_fields"):  # a NamedTuple
            return f"[{', '.join(f'{name}: {self.type(field)}' for name, field in get_type_hints(of).items())}]"
        return self._generic(of)

    def _generic(self, of: Any) -> str:
        origin, arguments = get_origin(of), get_args(of)
        if origin is Literal:
            return " | ".join(map(_quoted, arguments))
        if origin in (Union, types.UnionType):
            return " | ".join(map(self.type, arguments))
        if origin is list:
            inner = self.type(arguments[0])
            return f"({inner})[]" if "|" in inner and not inner.startswith("[") else f"{inner}[]"
        if origin is dict:
            return f"Record<{self.type(arguments[0])}, {self.type(arguments[1])}>"
        raise TypeError(f"{of!r} has no TypeScript type here: add it to tools/typescript.py.")

    def _trait_type(self, trait: Any) -> str:
        of = trait.metadata.get("wire")
        written = self.type(of) if of is not None else next(ts for cls, ts in _TRAITS.items() if isinstance(trait, cls))
        return f"{written} | null" if trait.allow_none and of is not str else written


def text() -> str:
    """Give the whole file."""
    writer = Writer()
    for module in _modules():
        writer.module(module)
    writer.union("Request", Request, "Browser to Python. Each gets exactly one reply with its `id`.")
    writer.replies()
    writer.union("Message", Message, "Python to the browser.")
    writer.union("PushedContent", Pushed, "What pushes bring.")
    for name, widget in WIDGETS.items():
        writer.traits(name, widget)
    return "\n".join(writer.parts)


def _modules() -> Iterator[types.ModuleType]:
    for found in sorted(pkgutil.iter_modules(wire.__path__), key=lambda one: one.name):
        yield importlib.import_module(f"{wire.__name__}.{found.name}")


def _is_struct(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, msgspec.Struct)


def _is_record(value: Any) -> bool:
    return is_typeddict(value) or (_is_struct(value) and value not in _BASES)


def _subclasses(base: Any) -> list[Any]:
    return [cls for cls in base.__subclasses__() if cls.__module__.startswith("flyte_widgets.")]


def _tag(record: Any) -> str | None:
    tag = record.__struct_config__.tag if _is_struct(record) else None
    return None if tag is None else str(tag)


def _may_leave_out(record: Any) -> bool:
    return _is_struct(record) and record.__struct_config__.omit_defaults


def _wire_name(record: Any, name: str) -> str:
    if not _is_struct(record):
        return name
    return next(field.encode_name for field in msgspec.structs.fields(record) if field.name == name)


def _documents(of: Any) -> dict[str, str]:
    """Give the docstrings of what a module or class defines: the string that follows a name."""
    body = ast.parse(inspect.getsource(of)).body
    if inspect.isclass(of):
        assert isinstance(body[0], ast.ClassDef)
        body = body[0].body
    found = {}
    for statement, following in itertools.pairwise(body):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        says = following.value if isinstance(following, ast.Expr) else None
        if isinstance(targets[0], ast.Name) and isinstance(says, ast.Constant) and isinstance(says.value, str):
            found[targets[0].id] = inspect.cleandoc(says.value)
    return found


def _comment(words: str, indent: str = "") -> str:
    lines = words.replace("``", "`").splitlines()
    if len(lines) < 2:
        return f"{indent}/** {lines[0]} */\n" if lines else ""
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def _quoted(value: object) -> str:
    return f'"{value}"'


def _constant(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() and at else letter for at, letter in enumerate(name)).upper()


if __name__ == "__main__":
    OUTPUT.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"wrote {OUTPUT}\n")
