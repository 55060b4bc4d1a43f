"""Values cross as bounded trees that read as Python writes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from flyte_widgets.run.values import DataFrame, Dir, EnumName, File, Offloaded, Opaque, Unreadable, Values
from flyte_widgets.run.words import bytes_words
from flyte_widgets.wire.value_tree import children_of, python_path, top_nodes, value_at

VALUES = Values(
    {
        "n": 20,
        "rate": 0.0003,
        "dry_run": False,
        "name": "nightly",
        "note": "Rerun of Monday. " * 100,
        "limit": None,
        "mode": EnumName("FAST"),
        "since": datetime(2026, 11, 23, tzinfo=timezone.utc),
        "budget": timedelta(minutes=90),
        "cfg": {"epochs": 30, "layers": [64, 64, 32], "opt": {"lr": 0.0003}},
        "tags": [f"t{i}" for i in range(120)],
        "raw": File("s3://acme/orders.csv"),
        "roc": File("s3://acme/roc.png"),
        "shards": Dir("s3://acme/squares/"),
        "orders": DataFrame("s3://acme/orders.parquet", "parquet", (("id", "int"), ("city", "str"))),
        "model": Opaque("PythonPickle", 88_000_000, "s3://acme/model.pkl", "TorchModel"),
        "vectors": Offloaded("s3://acme/v.pb", 8_200_000, "list[float]"),
        "broken": Unreadable("it is not JSON"),
    },
    {"limit": "int | None", "cfg": "TrainConfig"},
)
NODES = {node.name: node for node in top_nodes(VALUES)}


@pytest.mark.parametrize(
    ("name", "kind", "text", "note"),
    [
        ("n", "plain", "20", ""),
        ("rate", "plain", "0.0003", ""),
        ("dry_run", "plain", "False", ""),
        ("name", "text", "'nightly'", ""),
        ("limit", "none", "None", ""),
        ("mode", "plain", "FAST", ""),
        ("since", "plain", "2026-11-23 00:00", "UTC"),
        ("budget", "plain", "1h 30m", ""),
        ("cfg", "tree", "{'epochs': 30, 'layers': [64, 64, 32], 'opt': {'lr': 0.0003}}", "3 keys"),
        ("raw", "file", "orders.csv", ""),
        ("roc", "image", "roc.png", ""),
        ("shards", "dir", "squares/", ""),
        ("orders", "table", "orders.parquet", "2 columns, parquet"),
        ("model", "opaque", "model.pkl", "88.0 MB, not opened: reading one runs its code"),
        ("vectors", "offloaded", "list[float]", "8.2 MB, kept outside"),
        ("broken", "error", "Not read: it is not JSON", ""),
    ],
)
def test_each_kind_reads_as_python_writes_it(name: str, kind: str, text: str, note: str) -> None:
    node = NODES[name]
    assert (node.kind, node.text, node.note) == (kind, text, note)


def test_what_is_long_is_cut_and_unfolds() -> None:
    """A list of 120 in pieces of 50, a text of 1,700 characters whole."""
    tags = NODES["tags"]
    assert tags.note == "120 items"
    assert len(tags.text) < 130
    first = children_of(VALUES, tags.path)
    assert (len(first.nodes), first.more) == (50, 70)
    last = children_of(VALUES, tags.path, 100)
    assert ([node.name for node in last.nodes], last.more) == ([str(i) for i in range(100, 120)], 0)
    assert children_of(VALUES, NODES["note"].path).text == VALUES["note"]
    assert NODES["note"].note == "1,700 chars"


def test_a_path_leads_to_a_part_and_to_its_python() -> None:
    layers = children_of(VALUES, NODES["cfg"].path).nodes[1]
    assert value_at(VALUES, [*layers.path, 2]) == 32
    assert python_path(VALUES, [*layers.path, 2]) == "['cfg']['layers'][2]"
    with pytest.raises(KeyError):
        value_at(VALUES, [99])


def test_a_declared_type_goes_before_the_values_own() -> None:
    assert (NODES["limit"].type, NODES["cfg"].type, NODES["n"].type) == ("int | None", "TrainConfig", "int")


def test_a_huge_value_is_not_written_out() -> None:
    """A row of it is bounded, whatever is inside."""
    nodes = top_nodes(Values({"big": [["x" * 10_000] * 10_000] * 3, "s": "\\n" * 10**6}))
    assert all(len(node.text) < 400 for node in nodes)


def test_sizes_are_words() -> None:
    assert [bytes_words(n) for n in (0, 999, 4_100_000, 88_000_000, 1_600_000_000)] == [
        "0 B",
        "999 B",
        "4.1 MB",
        "88.0 MB",
        "1.6 GB",
    ]
