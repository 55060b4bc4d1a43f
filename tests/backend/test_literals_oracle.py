"""Literals against the SDK itself: we read what it writes, and write what it writes."""

from __future__ import annotations

import asyncio
import enum
import json
import warnings
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from flyte.types import TypeEngine
from flyteidl2.core import literals_pb2
from google.protobuf import json_format
from pydantic import BaseModel

from flyte_widgets.errors import InputError
from flyte_widgets.run.literal_types import type_name
from flyte_widgets.run.literals import decode
from flyte_widgets.run.literals_encode import can_encode, encode
from flyte_widgets.run.values import EnumName, Opaque


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


@dataclass
class Inner:
    a: int
    b: list[float]


@dataclass
class Outer:
    x: int
    y: str
    i: Inner
    o: int | None = None


class Model(BaseModel):
    n: int
    s: str = "a"


OUTER = {"x": 1, "y": "y", "i": {"a": 2, "b": [1.5]}, "o": None}
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone.utc)

CASES: list[tuple[Any, Any, Any, str]] = [
    (3, int, 3, "int"),
    (2**62, int, 2**62, "int"),
    (1.5, float, 1.5, "float"),
    (float("inf"), float, float("inf"), "float"),
    ("s", str, "s", "str"),
    ("", str, "", "str"),
    (False, bool, False, "bool"),
    (None, type(None), None, "None"),
    (MOMENT, datetime, MOMENT, "datetime"),
    (date(2026, 1, 2), date, datetime(2026, 1, 2, tzinfo=timezone.utc), "datetime"),
    (timedelta(days=1, microseconds=5), timedelta, timedelta(days=1, microseconds=5), "timedelta"),
    ([1, 2], list[int], [1, 2], "list[int]"),
    ([], list[int], [], "list[int]"),
    ({"a": [1]}, dict[str, list[int]], {"a": [1]}, "dict[str, list[int]]"),
    ({"a": 1, "b": [None, 1.5]}, dict, {"a": 1, "b": [None, 1.5]}, "dict"),
    (5, int | None, 5, "int | None"),
    (None, int | None, None, "int | None"),
    ("x", int | str, "x", "int | str"),
    (3, int | str, 3, "int | str"),
    (Color.BLUE, Color, "BLUE", "enum"),
    (Outer(1, "y", Inner(2, [1.5])), Outer, OUTER, "Outer"),
    ([Outer(1, "y", Inner(2, [1.5]))], list[Outer], [OUTER], "list[Outer]"),
    (Model(n=3), Model, {"n": 3, "s": "a"}, "Model"),
    ((1, "a"), tuple[int, str], (1, "a"), "tuple[int, str]"),
]


def from_sdk(value: Any, kind: Any) -> tuple[Any, literals_pb2.Literal]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        of = TypeEngine.to_literal_type(kind)
        literal = asyncio.run(TypeEngine.to_literal(value, kind, of))
    return json_format.MessageToDict(of), literal


def without_hash(literal: literals_pb2.Literal) -> bytes:
    copied = literals_pb2.Literal()
    copied.CopyFrom(literal)
    copied.ClearField("hash")
    return copied.SerializeToString(deterministic=True)


@pytest.mark.parametrize(("value", "kind", "plain", "name"), CASES, ids=[f"{i}-{c[3]}" for i, c in enumerate(CASES)])
def test_we_read_and_write_what_the_sdk_writes(value: Any, kind: Any, plain: Any, name: str) -> None:
    of, literal = from_sdk(value, kind)
    got = decode(msgspec.Raw(json_format.MessageToJson(literal).encode()), of)
    assert got == plain
    assert type(got) in (type(plain), EnumName)
    assert type_name(of) == name
    assert can_encode(of)
    ours = json_format.ParseDict(json.loads(json.dumps(encode("n", value, of))), literals_pb2.Literal())
    assert without_hash(ours) == without_hash(literal)


@pytest.mark.parametrize("plain", [OUTER], ids=["dict"])
def test_what_we_read_can_be_sent_back(plain: Any) -> None:
    of, literal = from_sdk(Outer(1, "y", Inner(2, [1.5])), Outer)
    ours = json_format.ParseDict(encode("n", plain, of), literals_pb2.Literal())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        back = asyncio.run(TypeEngine.to_python_value(ours, Outer))
    assert back == Outer(1, "y", Inner(2, [1.5]))
    assert without_hash(ours) == without_hash(literal)


@pytest.mark.parametrize(("value", "kind"), [(b"abc", bytes), (1 + 2j, complex)])
def test_pickles_stay_shut(value: Any, kind: Any) -> None:
    of, literal = from_sdk(value, kind)
    got = decode(msgspec.Raw(json_format.MessageToJson(literal).encode()), of)
    assert isinstance(got, Opaque)
    assert got.size_bytes == len(literal.scalar.binary.value)
    assert got.type_name == kind.__name__
    assert not can_encode(of)
    with pytest.raises(InputError, match="cannot be changed"):
        encode("n", value, of)
