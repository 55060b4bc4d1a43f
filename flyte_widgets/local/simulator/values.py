"""What the tasks of a simulated run take and give: Flyte literals of every kind, from the task's name. Pure.

Nothing stands behind the addresses: there are no such buckets.
"""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import msgspec
from flyteidl2.core import literals_pb2, types_pb2
from flyteidl2.task import common_pb2
from google.protobuf import struct_pb2

_BUCKET: Final = "s3://acme-data/etl"
_SIMPLE: Final = {
    bool: types_pb2.BOOLEAN,
    int: types_pb2.INTEGER,
    float: types_pb2.FLOAT,
    str: types_pb2.STRING,
    dt.datetime: types_pb2.DATETIME,
    dt.timedelta: types_pb2.DURATION,
    type(None): types_pb2.NONE,
}

_SCHEMA_TYPES: Final = {int: "integer", float: "number", str: "string", list: "array", dict: "object"}


@dataclass(frozen=True)
class Typed:
    """A literal with its type."""

    type: Any
    literal: Any


def inputs_of(task: str, index: int) -> dict[str, Typed]:
    """Give what a task takes, by name."""
    name = task.rpartition(".")[2]
    if name == "pipeline":
        return {
            "n": simple(40),
            "lr": simple(0.0003),
            "dry_run": simple(False),
            "label": simple("nightly"),
            "since": simple(dt.datetime(2026, 11, 23, tzinfo=dt.timezone.utc)),
            "budget": simple(dt.timedelta(minutes=90)),
            "mode": enum("FAST", ("FAST", "EXACT")),
            "owner": optional(None),
            "config": struct({"layers": 12, "dropout": 0.1, "heads": [8, 8, 16], "optimizer": {"name": "adamw"}}),
        }
    if name == "square":
        return {"x": simple(index)}
    if "train" in name or name.startswith("fold"):
        return {
            "rows": table(f"{_BUCKET}/rows.parquet"),
            "config": struct({"epochs": 30, "lr": 0.0003, "tags": ["nightly", "gpu"]}),
            "weights": optional(simple(0.5)),
        }
    return {"source": file(f"{_BUCKET}/raw/{name}.csv"), "limit": simple(1000 + index)}


def outputs_of(task: str, index: int) -> dict[str, Typed]:
    """Give what a task returns: `o0`, `o1`, … as Flyte names them."""
    name = task.rpartition(".")[2]
    rng = Random(f"{task}/{index}")  # noqa: S311 - it is meant to be repeatable
    values: list[Typed]
    if name == "pipeline":
        scores = {f"fold_{i}": simple(round(rng.uniform(0.7, 0.95), 4)) for i in range(5)}
        values = [mapping(scores), listing([simple(i * i) for i in range(120)]), simple(NOTES)]
    elif name == "square":
        values = [simple(index * index)]
    elif "train" in name or name.startswith("fold"):
        values = [
            pickled(88_000_000),
            struct({"loss": round(rng.uniform(0.1, 0.4), 4), "epochs": 30, "best": {"epoch": 27, "loss": 0.1127}}),
            file(f"{_BUCKET}/{name}/loss.png", "png"),
        ]
    elif name in ("embed_corpus", "embed_batch", "build_index"):
        values = [directory(f"{_BUCKET}/squares/"), offloaded(f"{_BUCKET}/vectors.pb", 8_600_000, simple(1.0).type)]
    elif name in ("prepare", "clean_rows"):
        values = [table(f"{_BUCKET}/{name}.parquet"), simple(rng.randint(10_000, 99_000))]
    else:
        values = [simple(round(rng.uniform(0, 1), 4)), simple("ok"), optional(None)]
    return {f"o{position}": value for position, value in enumerate(values)}


NOTES: Final = "The nightly pipeline reads the orders of the day, squares them and trains a model. " * 24


def simple(value: bool | float | str | dt.datetime | dt.timedelta | None) -> Typed:
    """Make a primitive, or None."""
    literal = literals_pb2.Literal()
    if value is None:
        literal.scalar.none_type.SetInParent()
    elif isinstance(value, bool):
        literal.scalar.primitive.boolean = value
    elif isinstance(value, int):
        literal.scalar.primitive.integer = value
    elif isinstance(value, float):
        literal.scalar.primitive.float_value = value
    elif isinstance(value, str):
        literal.scalar.primitive.string_value = value
    elif isinstance(value, dt.datetime):
        literal.scalar.primitive.datetime.FromDatetime(value)
    else:
        literal.scalar.primitive.duration.FromTimedelta(value)
    return Typed(types_pb2.LiteralType(simple=_SIMPLE[type(value)]), literal)


def enum(name: str, names: tuple[str, ...]) -> Typed:
    """Make a member of an enum: Flyte keeps its name."""
    return Typed(types_pb2.LiteralType(enum_type=types_pb2.EnumType(values=names)), simple(name).literal)


def optional(value: Typed | None) -> Typed:
    """Make a union of a float and None."""
    variants = [
        types_pb2.LiteralType(simple=kind, structure=types_pb2.TypeStructure(tag=tag))
        for kind, tag in ((types_pb2.FLOAT, "float"), (types_pb2.NONE, "none"))
    ]
    literal = literals_pb2.Literal()
    literal.scalar.union.value.CopyFrom((value or simple(None)).literal)
    literal.scalar.union.type.CopyFrom(variants[value is None])
    return Typed(types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=variants)), literal)


def struct(value: Mapping[str, Any]) -> Typed:
    """Make a dataclass: MessagePack with a JSON schema in its type."""
    literal = literals_pb2.Literal()
    literal.scalar.binary.value, literal.scalar.binary.tag = msgspec.msgpack.encode(value), "msgpack"
    properties = {name: {"title": name, **_schema(item)} for name, item in value.items()}
    schema = {"title": "Config", "type": "object", "properties": properties, "required": list(value)}
    metadata = struct_pb2.Struct()
    metadata.update(schema)
    return Typed(types_pb2.LiteralType(simple=types_pb2.STRUCT, metadata=metadata), literal)


def listing(values: list[Typed]) -> Typed:
    """Make a list of values of one type."""
    literal = literals_pb2.Literal()
    literal.collection.literals.extend(value.literal for value in values)
    return Typed(types_pb2.LiteralType(collection_type=values[0].type), literal)


def mapping(values: dict[str, Typed]) -> Typed:
    """Make a dict of values of one type."""
    literal = literals_pb2.Literal()
    for name, value in values.items():
        literal.map.literals[name].CopyFrom(value.literal)
    return Typed(types_pb2.LiteralType(map_value_type=next(iter(values.values())).type), literal)


def file(uri: str, form: str = "csv") -> Typed:
    """Make a file."""
    return _blob(uri, form, types_pb2.BlobType.SINGLE)


def directory(uri: str) -> Typed:
    """Make a directory."""
    return _blob(uri, "", types_pb2.BlobType.MULTIPART)


def table(uri: str) -> Typed:
    """Make a data frame: a Parquet file with named columns."""
    columns = ("id", "amount", "country", "at")
    simple_types = (types_pb2.INTEGER, types_pb2.FLOAT, types_pb2.STRING, types_pb2.DATETIME)
    kind = types_pb2.StructuredDatasetType(format="parquet")
    for column, simple_type in zip(columns, simple_types, strict=True):
        kind.columns.add(name=column, literal_type=types_pb2.LiteralType(simple=simple_type))
    literal = literals_pb2.Literal()
    literal.scalar.structured_dataset.uri = uri
    literal.scalar.structured_dataset.metadata.structured_dataset_type.CopyFrom(kind)
    return Typed(types_pb2.LiteralType(structured_dataset_type=kind), literal)


def pickled(size_bytes: int) -> Typed:
    """Make what only Python's pickle can hold. Small ones are in the literal, untagged; large ones are files."""
    kind = types_pb2.BlobType(format="PythonPickle", dimensionality=types_pb2.BlobType.SINGLE)
    if size_bytes > 10_240:
        return Typed(types_pb2.LiteralType(blob=kind), _blob(f"{_BUCKET}/model.pkl", "PythonPickle", 0).literal)
    literal = literals_pb2.Literal()
    literal.scalar.binary.value = pickle.dumps(complex(1, 2))
    return Typed(types_pb2.LiteralType(blob=kind), literal)


def offloaded(uri: str, size_bytes: int, inferred: Any) -> Typed:
    """Make a value that is too large for a message."""
    literal = literals_pb2.Literal()
    literal.offloaded_metadata.uri, literal.offloaded_metadata.size_bytes = uri, size_bytes
    literal.offloaded_metadata.inferred_type.CopyFrom(inferred)
    return Typed(types_pb2.LiteralType(collection_type=inferred), literal)


def inputs_message(values: Mapping[str, Typed]) -> Any:
    """Pack values as a `flyteidl2.task.Inputs`."""
    return common_pb2.Inputs(literals=_named(values))


def outputs_message(values: Mapping[str, Typed]) -> Any:
    """Pack values as a `flyteidl2.task.Outputs`."""
    return common_pb2.Outputs(literals=_named(values))


def _schema(value: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _SCHEMA_TYPES[type(value)]}
    if isinstance(value, list):
        schema["items"] = _schema(value[0])
    elif isinstance(value, dict):
        schema["additionalProperties"] = _schema(next(iter(value.values())))
    return schema


def _named(values: Mapping[str, Typed]) -> list[Any]:
    return [common_pb2.NamedLiteral(name=name, value=value.literal) for name, value in values.items()]


def _blob(uri: str, form: str, dimensionality: Any) -> Typed:
    kind = types_pb2.BlobType(format=form, dimensionality=dimensionality)
    literal = literals_pb2.Literal()
    literal.scalar.blob.uri = uri
    literal.scalar.blob.metadata.type.CopyFrom(kind)
    return Typed(types_pb2.LiteralType(blob=kind), literal)
