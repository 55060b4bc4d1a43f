"""Answers what pages ask about the data of a run's actions: values, tables, files, reports."""

from __future__ import annotations

import asyncio
import builtins
import dataclasses
import hashlib
import keyword
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from flyte_widgets.errors import DataTooLargeError, FlyteWidgetsError, NotKeptError
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.values import DataFrame, Dir, File, Offloaded, Opaque, Values
from flyte_widgets.watch.action_data import DataOfAction, read_data
from flyte_widgets.watch.action_report import MAX_REPORT_BYTES, MOST_REPORT_BYTES, read_report
from flyte_widgets.watch.offloaded import load_side, load_value
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets import files
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.wire.data_requests import (
    LoadData,
    LoadValue,
    PreviewTable,
    PythonOfValue,
    ReadData,
    ReadImage,
    ReadTaskReport,
    ReadValue,
    SaveValue,
    ValueRequest,
)
from flyte_widgets.wire.reports import ReportVersion
from flyte_widgets.wire.value_tree import children_of, node_at, python_path, replaced, top_nodes, value_at
from flyte_widgets.wire.values import ActionValues

KEPT: Final = 8
"""Actions whose data is kept, so that unfolding a value does not read it anew."""


class DataRequests:
    """Handlers for requests about values and reports. `python_of_run` writes what Python calls the run."""

    def __init__(self, watcher: Watcher, python_of_run: Callable[[], str]) -> None:
        self._watcher, self._python_of_run = watcher, python_of_run
        self._data: OrderedDict[str, DataOfAction] = OrderedDict()
        self._loaded: set[tuple[str, str]] = set()
        """Actions and sides of which something was read from where it is stored."""

    def register(self, inbound: Inbound) -> None:
        """Put them into the table."""
        inbound.handle(ReadData, self._read)
        inbound.handle(ReadValue, self._children)
        inbound.handle(LoadValue, self._load_value)
        inbound.handle(LoadData, self._load_data)
        inbound.handle(PythonOfValue, self._python)
        inbound.handle(PreviewTable, self._preview)
        inbound.handle(ReadImage, self._image)
        inbound.handle(SaveValue, self._save)
        inbound.handle(ReadTaskReport, self._report)

    async def _read(self, request: ReadData) -> Answer:
        action = request.action or ROOT
        data = await read_data(self._watcher, action)
        self._data.pop(action, None)
        self._loaded -= {(action, "inputs"), (action, "outputs")}
        self._data[action] = data
        while len(self._data) > KEPT:
            self._data.popitem(last=False)
        values = ActionValues(
            inputs=top_nodes(data.inputs),
            outputs=top_nodes(data.outputs),
            python=self._python_of_action(action),
            inputs_uri=data.inputs_uri,
            outputs_uri=data.outputs_uri,
            too_large=data.too_large,
        )
        return Answer(values)

    async def _children(self, request: ReadValue) -> Answer:
        return Answer(children_of(self._side(request), request.path, max(0, request.start)))

    async def _load_value(self, request: LoadValue) -> Answer:
        value = self._value(request)
        if isinstance(value, Offloaded):
            loaded = await load_value(value)
            self._keep(request, replaced(self._side(request), request.path, loaded))
        return Answer(node_at(self._side(request), request.path))

    async def _load_data(self, request: LoadData) -> Answer:
        data = self._read_data(request)
        uri, types = (data.inputs_uri, data.types[0]) if request.side == "inputs" else (data.outputs_uri, data.types[1])
        self._keep(request, await load_side(uri, request.side, types))
        return Answer(top_nodes(self._side(request)))

    def _keep(self, request: LoadValue | LoadData, values: Values) -> None:
        action = request.action or ROOT
        data = self._read_data(request)
        is_inputs = request.side == "inputs"
        self._data[action] = (
            dataclasses.replace(data, inputs=values) if is_inputs else dataclasses.replace(data, outputs=values)
        )
        self._loaded.add((action, request.side))

    async def _python(self, request: PythonOfValue) -> Answer:
        path = python_path(self._side(request), request.path)
        arguments = "load=True" if (request.action or ROOT, request.side) in self._loaded else ""
        code = f"{self._python_of_action(request.action)}.{request.side}({arguments}){path}"
        return Answer(f"{_name_for(node_at(self._side(request), request.path).name, code)} = {code}")

    async def _preview(self, request: PreviewTable) -> Answer:
        table = self._value(request)
        if not isinstance(table, DataFrame):
            raise FlyteWidgetsError("This value is no table.")
        return Answer(await asyncio.to_thread(files.preview_table, table.uri, table.format, request.rows))

    async def _image(self, request: ReadImage) -> Answer:
        image = self._value(request)
        if not isinstance(image, File):
            raise FlyteWidgetsError("This value is no file.")
        return Answer(buffers=[await asyncio.to_thread(files.read_image, image.uri)])

    async def _save(self, request: SaveValue) -> Answer:
        value = self._value(request)
        if not isinstance(value, (File, Dir, Opaque, DataFrame)) or not value.uri:
            raise FlyteWidgetsError("This value is no file.")
        is_directory = isinstance(value, Dir)
        return Answer(await asyncio.to_thread(files.save, value.uri, is_directory=is_directory))

    async def _report(self, request: ReadTaskReport) -> Answer:
        limit = MOST_REPORT_BYTES if request.however_large else MAX_REPORT_BYTES
        at_ms = self._watcher.now_ms()
        try:
            body = await read_report(self._watcher, request.action or ROOT, request.attempt, max_bytes=limit)
        except NotKeptError as error:
            return Answer(ReportVersion(state="none", message=error.message, at_ms=at_ms))
        except DataTooLargeError:
            message = f"The report has more than {limit >> 20} MB."
            return Answer(ReportVersion(state="too_large", message=message, at_ms=at_ms))
        version = hashlib.blake2b(body, digest_size=12).hexdigest()
        is_same = version == request.version
        state = ReportVersion(
            state="unchanged" if is_same else "read", version=version, size_bytes=len(body), at_ms=at_ms
        )
        return Answer(state, [b"" if is_same else body])

    def _read_data(self, request: ValueRequest) -> DataOfAction:
        data = self._data.get(request.action or ROOT)
        if data is None:
            raise FlyteWidgetsError("The data of this action was not read.", hint="Open it again.")
        return data

    def _side(self, request: ValueRequest) -> Values:
        data = self._read_data(request)
        return data.inputs if request.side == "inputs" else data.outputs

    def _value(self, request: ReadValue | LoadValue | PreviewTable | ReadImage | SaveValue) -> Any:
        return value_at(self._side(request), request.path)

    def _python_of_action(self, action: str) -> str:
        return f'{self._python_of_run()}.actions["{action or ROOT}"]'


def _name_for(name: str, code: str) -> str:
    """Give a name that a cell may assign to without harm: no keyword, no built-in, not what `code` begins with."""
    is_free = name.isidentifier() and not keyword.iskeyword(name) and not hasattr(builtins, name)
    return name if is_free and not name.startswith("_") and name != code.partition(".")[0] else "value"
