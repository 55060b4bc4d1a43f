"""Literals that nobody wrote in good faith, or that only other versions write. For what the SDK writes: the oracle."""

from __future__ import annotations

import base64
import copy
import enum
import json
import pickle
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.errors import InputError
from flyte_widgets.run.literal_types import type_name, variables
from flyte_widgets.run.literals import MAX_DEPTH, decode, value_of
from flyte_widgets.run.literals_encode import can_encode, encode
from flyte_widgets.run.values import DataFrame, Dir, EnumName, Failure, File, Offloaded, Opaque, Unreadable, Values


def primitive(kind: str, value: Any) -> dict[str, Any]:
    return {"scalar": {"primitive": {kind: value}}}


def packed(data: bytes, tag: str = "msgpack") -> dict[str, Any]:
    return {"scalar": {"binary": {"value": base64.b64encode(data).decode(), "tag": tag}}}


BLOB = {"type": {"format": "csv", "dimensionality": "SINGLE"}}


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ({}, None),
        ({"scalar": {}}, None),
        ({"scalar": {"noneType": {}}}, None),
        ({"collection": {}}, []),
        ({"map": {}}, {}),
        (primitive("integer", "-9223372036854775808"), -(2**63)),
        (primitive("integer", 3), 3),
        (primitive("floatValue", "-Infinity"), float("-inf")),
        (primitive("floatValue", 3), 3.0),
        (primitive("stringValue", ""), ""),
        (primitive("boolean", False), False),
        (primitive("datetime", "2026-01-02T03:04:05.5Z"), datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=timezone.utc)),
        (primitive("duration", "-1.5s"), timedelta(seconds=-1.5)),
        ({"scalar": {"blob": {"uri": "s3://b/x.csv", "metadata": BLOB}}}, File("s3://b/x.csv", "csv")),
        ({"scalar": {"blob": {"uri": "s3://b", "metadata": {"type": {"dimensionality": 1}}}}}, Dir("s3://b")),
        (
            {"scalar": {"blob": {"uri": "s3://b/p", "metadata": {"type": {"format": "PythonPickle"}}}}},
            Opaque("PythonPickle", uri="s3://b/p"),
        ),
        (
            {
                "scalar": {
                    "structuredDataset": {
                        "uri": "s3://b/t",
                        "metadata": {
                            "structuredDatasetType": {
                                "format": "parquet",
                                "columns": [{"name": "a", "literalType": {"simple": "INTEGER"}}],
                            }
                        },
                    }
                }
            },
            DataFrame("s3://b/t", "parquet", (("a", "int"),)),
        ),
        ({"scalar": {"schema": {"uri": "s3://b/t"}}}, DataFrame("s3://b/t")),
        ({"scalar": {"generic": {"a": [1, None]}}}, {"a": [1, None]}),
        ({"scalar": {"error": {"message": "no", "failedNodeId": "n"}}}, Failure("no", "n")),
        ({"offloadedMetadata": {"uri": "s3://b/o", "sizeBytes": "99"}}, Offloaded("s3://b/o", 99)),
        (packed(b"\x93\x01\xc0\xa1x"), [1, None, "x"]),
        (packed(pickle.dumps("x"), tag=""), Opaque("PythonPickle", len(pickle.dumps("x")))),
        (packed(b"abcd", tag="other"), Opaque("other", 4)),
        (packed(b"\xd4\x07\x01"), Opaque("MessagePack extension 7", 1)),
        ({"scalar": {"binary": {"value": "gaFhwf_-".replace("wf", "wc")[:4] + "AQ", "tag": "msgpack"}}}, {"a": 1}),
    ],
)
def test_values_as_they_stand_on_the_wire(literal: Any, value: Any) -> None:
    got = value_of(literal)
    assert (got, type(got)) == (value, type(value))


def nested(depth: int) -> dict[str, Any]:
    literal: dict[str, Any] = primitive("integer", "1")
    for _ in range(depth):
        literal = {"collection": {"literals": [literal]}}
    return literal


@pytest.mark.parametrize(
    "literal",
    [
        nested(MAX_DEPTH + 1),
        primitive("integer", "9" * 5_000),
        primitive("integer", "one"),
        primitive("integer", None),
        primitive("datetime", "yesterday"),
        primitive("duration", "soon"),
        primitive("duration", "1e999999s"),
        primitive("new", 1),
        {"scalar": {"new": {}}},
        {"scalar": {"primitive": {}}},
        {"scalar": 3},
        {"collection": []},
        {"map": {"literals": [1]}},
        "nothing",
        None,
        [],
        packed(b"\xc1"),
        packed(b"\x91" * 100_000),
        packed(b"\x92\x01"),
        packed(b"\x81\x91\x01\x01\x01"),
        {"scalar": {"binary": {"value": "*", "tag": "msgpack"}}},
        {"scalar": {"binary": {"value": "A" * (23 * 1024 * 1024), "tag": "msgpack"}}},
    ],
)
def test_what_cannot_be_read_says_why(literal: Any) -> None:
    got = value_of(literal)
    assert isinstance(got, Unreadable)
    assert 5 < len(got.reason) < 100


def test_a_broken_value_does_not_hide_itself_behind_a_crash() -> None:
    assert isinstance(decode(b"{"), Unreadable)
    assert isinstance(decode(b'{"a":' * 3_000), Unreadable)
    assert decode(msgspec.Raw(b'{"scalar":{"primitive":{"integer":"3"}}}')) == 3


class Bomb:
    def __reduce__(self) -> Any:
        return (exec, ("raise SystemExit('unpickled')",))


def test_nothing_is_ever_unpickled() -> None:
    data = pickle.dumps(Bomb())
    for tag in ("", "pickle", "cloudpickle"):
        assert isinstance(value_of(packed(data, tag)), Opaque)
    assert not isinstance(value_of(packed(data, "msgpack")), Bomb)


NAMES = [
    "scalar", "primitive", "collection", "map", "literals", "union", "value", "type", "binary", "tag", "blob",
    "metadata", "integer", "floatValue", "datetime", "duration", "offloadedMetadata", "sizeBytes", "structuredDataset",
    "simple", "unionType", "variants", "collectionType", "enumType", "values", "structure", "properties", "title",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, JSON)
def test_no_literal_and_no_type_raises(literal: Any, of: Any) -> None:
    value_of(literal, of)
    assert isinstance(type_name(of if isinstance(of, dict) else {}), str)


def test_a_type_tells_enums_and_tuples() -> None:
    got = value_of(primitive("stringValue", "BLUE"), {"enumType": {"values": ["RED", "BLUE"]}})
    assert isinstance(got, EnumName)
    assert (got, repr(got)) == ("BLUE", "BLUE")
    wrapped = {
        "simple": "STRUCT",
        "metadata": {
            "title": "TupleWrapper_tuple",
            "properties": {"item_1": {"type": "string"}, "item_10": {}, "item_0": {"type": "integer"}},
        },
    }
    data = msgspec.msgpack.encode({"item_10": None, "item_0": 1, "item_1": "a"})
    assert value_of(packed(data), wrapped) == (1, "a", None)
    assert type_name(wrapped) == "tuple[int, str, …]"


def test_the_types_of_an_interface_go_by_name() -> None:
    given = {"variables": [{"key": "n", "value": {"type": {"simple": "INTEGER"}}}, {"key": "x"}, None]}
    assert variables(given) == {"n": {"simple": "INTEGER"}, "x": {}, "": {}}
    assert variables(None) == {}


@pytest.mark.parametrize(
    ("of", "name"),
    [
        ({}, ""),
        ({"simple": 1}, "int"),
        ({"simple": "NEW"}, ""),
        ({"blob": {"format": "csv"}}, "File[csv]"),
        ({"blob": {"dimensionality": "MULTIPART"}}, "Dir"),
        ({"structuredDatasetType": {}}, "DataFrame"),
        ({"unionType": {"variants": [{"simple": "INTEGER"}, {"simple": "NONE"}]}}, "int | None"),
        ({"blob": {"format": "PythonPickle"}, "metadata": {"python_class_name": "<class 'torch.X'>"}}, "torch.X"),
    ],
)
def test_names_of_types(of: dict[str, Any], name: str) -> None:
    assert type_name(of) == name


# --- values by name


def test_values_are_a_mapping_that_cannot_be_changed() -> None:
    values = Values({"o0": [1], "model": "m", "not an identifier": 2, "keys": 3}, {"o0": "list[int]"})
    assert values["o0"] is values[0]
    assert values.model == values["model"] == values[1]
    assert values[-1] == 3
    assert list(values) == ["o0", "model", "not an identifier", "keys"]
    assert callable(values.keys)  # a mapping's own names win
    assert "model" in dir(values)
    assert values.types == {"o0": "list[int]"}
    assert dict(values) == {"o0": [1], "model": "m", "not an identifier": 2, "keys": 3}
    with pytest.raises(KeyError, match="o0, model"):
        values["o9"]
    with pytest.raises(IndexError):
        values[9]
    with pytest.raises(AttributeError, match="o0, model"):
        _ = values.o9
    with pytest.raises(TypeError):
        values["o0"] = 1  # type: ignore[index]
    assert pickle.loads(pickle.dumps(values)) == values
    assert copy.deepcopy(values) == values
    assert len(repr(Values({"text": "x" * 10_000}))) < 200


# --- to literals

INT, FLOAT, STR = {"simple": "INTEGER"}, {"simple": "FLOAT"}, {"simple": "STRING"}
STRUCT = {
    "simple": "STRUCT",
    "metadata": {
        "title": "DC",
        "properties": {
            "x": {"type": "number"},
            "i": {"properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False},
        },
        "required": ["x"],
    },
}
PICKLE = {"unionType": {"variants": [{"simple": "BINARY", "structure": {"tag": "FlytePickle"}}]}}


class Mode(enum.Enum):
    FAST = 1


@dataclass
class Inner:
    a: int


@dataclass
class Outer:
    x: float
    i: Inner


@pytest.mark.parametrize(
    ("value", "of", "literal"),
    [
        (True, {"unionType": {"variants": [INT, {"simple": "BOOLEAN"}]}}, primitive("boolean", True)),
        (3, {"unionType": {"variants": [FLOAT, INT]}}, primitive("integer", "3")),
        (3, {"unionType": {"variants": [FLOAT, STR]}}, primitive("floatValue", 3.0)),
        (None, {"unionType": {"variants": [INT, {"simple": "NONE"}]}}, {"scalar": {"noneType": {}}}),
    ],
)
def test_a_union_takes_the_variant_that_fits_best(value: Any, of: Any, literal: Any) -> None:
    union = encode("n", value, of)["scalar"]["union"]
    assert union["value"] == literal
    assert union["type"] in of["unionType"]["variants"]


@pytest.mark.parametrize(
    ("value", "of", "literal"),
    [
        (3, FLOAT, primitive("floatValue", 3.0)),
        (float("nan"), FLOAT, primitive("floatValue", "NaN")),
        (Mode.FAST, {"enumType": {"values": ["FAST"]}}, primitive("stringValue", "FAST")),
        ("FAST", {"enumType": {"values": ["FAST"]}}, primitive("stringValue", "FAST")),
        (timedelta(days=-1, microseconds=1), {"simple": "DURATION"}, primitive("duration", "-86399.999999s")),
        (datetime(2026, 1, 2), {"simple": "DATETIME"}, primitive("datetime", "2026-01-02T00:00:00Z")),
        (range(2), {"collectionType": INT}, {"collection": {"literals": [encode("", 0, INT), encode("", 1, INT)]}}),
        (
            File("s3://b/x", "csv"),
            {"blob": {"format": "csv"}},
            {"scalar": {"blob": {"metadata": {"type": {"format": "csv"}}, "uri": "s3://b/x"}}},
        ),
        (Outer(1, Inner(2)), STRUCT, packed(msgspec.msgpack.encode({"x": 1.0, "i": {"a": 2}}))),
        ({"x": 1, "i": {"a": 2}}, STRUCT, packed(msgspec.msgpack.encode({"x": 1.0, "i": {"a": 2}}))),
        ({"anything": [1]}, {"simple": "STRUCT"}, packed(msgspec.msgpack.encode({"anything": [1]}))),
    ],
)
def test_values_become_literals(value: Any, of: Any, literal: Any) -> None:
    assert can_encode(of) or "blob" in of
    assert encode("n", value, of) == literal
    json.dumps(literal)


@pytest.mark.parametrize(
    ("value", "of", "message"),
    [
        ("3", INT, r"n is '3'\. Accepted: int\."),
        (True, INT, r"n is True\. Accepted: int\."),
        (1.5, INT, r"n is 1\.5\."),
        (2**63, INT, "64 bits"),
        (True, FLOAT, "Accepted: float"),
        (1, {"simple": "BOOLEAN"}, "Accepted: bool"),
        (b"x", STR, "Accepted: str"),
        ("SLOW", {"enumType": {"values": ["FAST", "SAFE"]}}, "Accepted: FAST, SAFE"),
        ("abc", {"collectionType": STR}, r"Accepted: list\[str\]"),
        ([1, "2"], {"collectionType": INT}, r"n\[1\] is '2'"),
        ({"a": {"b": 1.5}}, {"mapValueType": {"mapValueType": INT}}, r"n\['a'\]\['b'\] is 1\.5"),
        ({1: 2}, {"mapValueType": INT}, r"Accepted: dict\[str, int\]"),
        ("x", {"unionType": {"variants": [INT, {"simple": "NONE"}]}}, r"n is 'x'\. Accepted: int \| None"),
        ({"i": {"a": 1}}, STRUCT, "n misses x. Its fields: x, i"),
        ({"x": 1, "z": 2}, STRUCT, "n has 'z'"),
        ({"x": 1, "i": {"a": 1, "b": 2}}, STRUCT, r"n\.i has 'b'"),
        ({"x": object()}, STRUCT, "a object has no form in MessagePack"),
        (5, STRUCT, "Accepted: DC"),
        (b"x", PICKLE, "only the task's own code"),
        ("s3://x", {"blob": {}}, "only a File of another action"),
        (None, {"structuredDatasetType": {}}, "cannot be changed"),
        (1, {}, "cannot write"),
        ("x" * 10_000, INT, "…"),
    ],
)
def test_what_does_not_fit_says_where_and_what_is_accepted(value: Any, of: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        encode("n", value, of)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("of", "can"),
    [
        (INT, True),
        ({"collectionType": STRUCT}, True),
        ({"collectionType": {"blob": {}}}, False),
        (PICKLE, False),
        ({"unionType": {"variants": [{"blob": {}}, INT]}}, True),
        ({"structuredDatasetType": {}}, False),
        ({"simple": "ERROR"}, False),
        ({}, False),
    ],
)
def test_a_form_knows_what_can_be_changed(of: Any, can: bool) -> None:
    assert can_encode(of) is can


def test_a_loop_of_lists_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    of: dict[str, Any] = {"simple": "STRUCT"}
    with pytest.raises(InputError):
        encode("n", {"a": loop}, of)
