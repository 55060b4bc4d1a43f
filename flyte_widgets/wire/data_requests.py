"""What pages ask about the data of an action: values, tables, files, its report."""

from __future__ import annotations

from typing import ClassVar, Literal

from flyte_widgets.wire.reports import ReportVersion
from flyte_widgets.wire.requests import Request
from flyte_widgets.wire.values import ActionValues, SavedFile, TablePreview, ValueChildren, ValueNode


class ReadData(Request, tag="read_data"):
    """Read inputs and outputs of an action."""

    reply: ClassVar[object] = ActionValues

    action: str


class ReadValue(Request, tag="read_value"):
    """Give parts of a value of an action whose data the page has read, from the one at `start` on."""

    reply: ClassVar[object] = ValueChildren

    action: str
    side: Literal["inputs", "outputs"]
    path: list[int]
    start: int


class LoadValue(Request, tag="load_value"):
    """Read an offloaded value from where it is stored; gives its node anew. Its parts can be read then."""

    reply: ClassVar[object] = ValueNode

    action: str
    side: Literal["inputs", "outputs"]
    path: list[int]


class LoadData(Request, tag="load_data"):
    """Read all inputs or outputs from where they are stored: the backend does not hand out as much."""

    reply: ClassVar[object] = list[ValueNode]

    action: str
    side: Literal["inputs", "outputs"]


class PythonOfValue(Request, tag="python_of_value"):
    """Write the line of Python that gives a value a name: `model = w.run.actions["a7"].outputs()["o0"]`."""

    reply: ClassVar[object] = str

    action: str
    side: Literal["inputs", "outputs"]
    path: list[int]


class PreviewTable(Request, tag="preview_table"):
    """Read the first rows of a table."""

    reply: ClassVar[object] = TablePreview

    action: str
    side: Literal["inputs", "outputs"]
    path: list[int]
    rows: int


class ReadImage(Request, tag="read_image"):
    """Read a picture; it comes in one buffer."""

    action: str
    side: Literal["inputs", "outputs"]
    path: list[int]


class SaveValue(Request, tag="save_value"):
    """Copy a file or a directory beside the notebook."""

    reply: ClassVar[object] = SavedFile

    action: str
    side: Literal["inputs", "outputs"]
    path: list[int]


class ReadTaskReport(Request, tag="read_task_report"):
    """Read the report of an attempt as it is now; it comes in one buffer. HTML of the task: for a sandbox only."""

    reply: ClassVar[object] = ReportVersion

    action: str
    attempt: int
    version: str
    """Of the report that the page has; "" for none. The buffer is empty where that is still the one."""
    however_large: bool


ValueRequest = ReadValue | LoadValue | LoadData | PythonOfValue | PreviewTable | ReadImage | SaveValue
"""What names a value: `path` holds positions from the top down, the first among the inputs or outputs."""
