"""How inputs and outputs cross to the browser. `value_tree` makes the nodes; their texts are foreign."""

from __future__ import annotations

from typing import Literal

import msgspec

ValueKind = Literal["plain", "none", "tree", "text", "file", "image", "dir", "table", "opaque", "offloaded", "error"]


class ValueNode(msgspec.Struct, rename="camel", kw_only=True, omit_defaults=True):
    """One value, or one part of a value."""

    name: str
    kind: ValueKind
    text: str = ""
    """The value as Python writes it, cut; of a file its name."""
    note: str = ""
    """Beside it: "120 items", "1,840 chars", "8.2 MB"."""
    type: str = ""
    children: int = 0
    """How many parts it has; of a long text 1: the text itself."""
    uri: str = ""
    path: list[int] = []
    """Where it is: positions from the top down. The first is among the inputs or outputs."""


class ValueChildren(msgspec.Struct, rename="camel", kw_only=True):
    """Parts of a value, or the whole of a long text."""

    nodes: list[ValueNode]
    text: str = ""
    more: int = 0
    """Parts after these."""


class ActionValues(msgspec.Struct, rename="camel", kw_only=True):
    """Inputs and outputs of an action, and how Python gets them."""

    inputs: list[ValueNode]
    outputs: list[ValueNode]
    python: str
    """What the Python lines begin with: `w.run.actions["a3"]`."""
    inputs_uri: str = ""
    outputs_uri: str = ""
    too_large: str = ""
    """Why the backend hands out no data; "": it does."""


class TablePreview(msgspec.Struct, rename="camel", kw_only=True):
    """The first rows of a table."""

    columns: list[str]
    is_text: list[bool]
    """Which columns hold text: the others are set at the right."""
    rows: list[list[str | None]]
    """None stands for None."""
    row_count: int
    column_count: int
    note: str
    """"1.2 MB parquet"."""


class SavedFile(msgspec.Struct, rename="camel", kw_only=True):
    """A file or directory that was written beside the notebook."""

    path: str
    note: str
