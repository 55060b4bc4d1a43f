"""Flyte's values, decoded, as JSON has them: for programs that read the output of a command. Pure."""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Mapping
from datetime import date, timedelta
from functools import singledispatch
from typing import Any


def as_json(value: Any) -> Any:
    """Give what `json.dumps` writes.

    A datetime is ISO 8601 text, a timedelta its seconds, bytes are base64. JSON has no NaN and no infinity: they are
    the texts "NaN", "Infinity" and "-Infinity", as in protobuf's JSON. Keys are texts. What stands for a file, a table
    or a value that cannot be read (`run.values`) is an object with its class as "kind".
    """
    if isinstance(value, Mapping):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(inner) for inner in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: as_json(getattr(value, one.name)) for one in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    return _scalar(value)


@singledispatch
def _scalar(value: object) -> Any:
    return repr(value)


@_scalar.register(int)  # bool is one
@_scalar.register(type(None))
def _(value: int | None) -> int | None:
    return value


@_scalar.register
def _(value: str) -> str:
    return str(value)


@_scalar.register
def _(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


@_scalar.register(date)  # datetime is one
def _(value: date) -> str:
    return value.isoformat()


@_scalar.register
def _(value: timedelta) -> float:
    return value.total_seconds()


@_scalar.register
def _(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
