"""What Flyte's values are in Python: plain ones where that is possible, and small stand-ins for all others.

Nothing here reads a file, opens a connection or unpickles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

_REPR_LENGTH: Final = 120
_NAME_LENGTH: Final = 120


@dataclass(frozen=True)
class Offloaded:
    """A value that the backend keeps outside its answer, because it is large. `size_bytes` is 0 where not known.

    `action.outputs(load=True)` reads it.
    """

    uri: str
    size_bytes: int = 0
    type_name: str = ""
    literal_type: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Its `core.LiteralType`, for who reads it."""


@dataclass(frozen=True)
class Opaque:
    """A value that only the code that wrote it can read, usually a pickle. Reading a pickle runs its code.

    `uri` is where it is stored; "" if it came with the answer.
    """

    format: str
    size_bytes: int = 0
    uri: str = ""
    type_name: str = ""


@dataclass(frozen=True)
class File:
    """A file in an object store, or on this machine for local runs."""

    uri: str
    format: str = ""


@dataclass(frozen=True)
class Dir:
    """A directory, likewise."""

    uri: str
    format: str = ""


@dataclass(frozen=True)
class DataFrame:
    """A table that is stored as files. `columns` are names and types, where the task declared them."""

    uri: str
    format: str = ""
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Failure:
    """A value that stands for an error of the task that should have made it."""

    message: str
    failed_node: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A value that could not be decoded, and why."""

    reason: str


class EnumName(str):
    """The name of a member of an enum, whose class only the task's own code has. Equal to the text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Values(Mapping[str, Any]):
    """Inputs or outputs by name, in their order. Also by position (`[0]`), and by attribute (`.model`).

    Read-only. Values are plain Python where Flyte has them so: int, float, str, bool, None, datetime, timedelta, list,
    dict; dataclasses and models are dicts, enums their member's name. The rest are the small classes of this module.
    """

    __slots__ = ("_types", "_values")

    def __init__(self, values: Mapping[str, Any], types: Mapping[str, str] | None = None) -> None:
        self._values = dict(values)
        self._types = dict(types or {})

    @property
    def types(self) -> Mapping[str, str]:
        """The declared type of each value, as Python writes it ("list[int]"), where that is known."""
        return dict(self._types)

    def __getitem__(self, key: str | int) -> Any:
        if isinstance(key, int):
            try:
                return list(self._values.values())[key]
            except IndexError:
                raise IndexError(f"There is no value {key}: there are {len(self._values)}.") from None
        try:
            return self._values[key]
        except KeyError:
            raise KeyError(f"{key!r} is not among them: {', '.join(self._values) or 'there are none'}") from None

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"There is no {name!r}: {', '.join(self._values) or 'none at all'}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self._values if name.isidentifier())]

    def __repr__(self) -> str:
        parts = (f"{name}={_cut(repr(value))}" for name, value in self._values.items())
        return f"Values({', '.join(parts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Values, (self._values, self._types)


def _cut(text: str) -> str:
    return text if len(text) <= _REPR_LENGTH else text[: _REPR_LENGTH - 1] + "…"


def file_name(uri: str) -> str:
    """Give the last part of an address."""
    return urlsplit(uri).path.rstrip("/").rpartition("/")[2][:_NAME_LENGTH] or uri[:_NAME_LENGTH]
