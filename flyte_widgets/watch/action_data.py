"""Inputs and outputs of an action: read from the backend (GetActionData), decoded without the SDK."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from flyte_widgets.api.messages_data import NamedLiteral
from flyte_widgets.errors import DataTooLargeError, NotFoundError, UnimplementedError
from flyte_widgets.run.literal_types import LiteralType, type_name, variables
from flyte_widgets.run.literals import decode
from flyte_widgets.run.state import KINDS
from flyte_widgets.run.values import Values
from flyte_widgets.sdk.typed_values import typed_values
from flyte_widgets.watch.watcher import Watcher

READ_S: Final = 60.0
"""How long reading inputs and outputs takes at most."""


@dataclass(frozen=True)
class DataOfAction:
    """What an action took and gave. `too_large` holds the reason where the backend hands out no data of that size."""

    inputs: Values = field(default_factory=lambda: Values({}))
    outputs: Values = field(default_factory=lambda: Values({}))
    inputs_uri: str = ""
    outputs_uri: str = ""
    too_large: str = ""


async def read_data(watcher: Watcher, action: str) -> DataOfAction:
    """Read inputs and outputs. What does not exist (yet) is empty. On the background loop. Raises ApiError."""
    known = watcher.model.state.by_id.get(action)
    if known is not None and KINDS[known.kind] == "condition":
        return DataOfAction(outputs=await _answer(watcher, action))
    tracked = bool(watcher.tracked)
    interface, data = await asyncio.gather(
        _types(watcher, action),
        watcher.client.data.get_action_data(watcher.run_id, action, tracked=tracked, timeout_s=READ_S),
        return_exceptions=True,
    )
    types = ({}, {}) if isinstance(interface, BaseException) else interface
    if isinstance(data, DataTooLargeError):
        uris = await watcher.client.data.get_action_data_uris(watcher.run_id, action, tracked=tracked)
        return DataOfAction(inputs_uri=uris.inputs_uri, outputs_uri=uris.outputs_uri, too_large=data.message)
    if isinstance(data, NotFoundError):
        return DataOfAction()
    if isinstance(data, BaseException):
        raise data
    inputs = await asyncio.to_thread(_decoded, data.inputs.literals, types[0])
    outputs = await asyncio.to_thread(_decoded, data.outputs.literals, types[1])
    return DataOfAction(inputs, outputs, data.inputs_uri, data.outputs_uri)


Types = dict[str, LiteralType]


async def read_typed(watcher: Watcher, action: str, side: Literal["inputs", "outputs"]) -> Values:
    """Read inputs or outputs as the types that the task declares, through the SDK: that runs foreign pickles' code.

    On the background loop. Raises ApiError, SdkError.
    """
    interface = await _interface(watcher, action)
    tracked = bool(watcher.tracked)
    data = await watcher.client.data.get_action_data(watcher.run_id, action, tracked=tracked, timeout_s=READ_S)
    literals = {one.name: _parsed(one.value) for one in getattr(data, side).literals}
    return Values(await typed_values(variables(interface.get(side)), literals))


async def _types(watcher: Watcher, action: str) -> tuple[Types, Types]:
    """Read the declared types of inputs and outputs. Empty where the backend has none."""
    interface = await _interface(watcher, action)
    return variables(interface.get("inputs")), variables(interface.get("outputs"))


async def _interface(watcher: Watcher, action: str) -> dict[str, Any]:
    """Read the declared interface; empty where the backend has none."""
    try:
        spec = await watcher.client.launch.get_action_spec(watcher.run_id, action, tracked=bool(watcher.tracked))
    except (NotFoundError, UnimplementedError):
        return {}
    task, trace = _parsed(spec.task), _parsed(spec.trace)
    found: dict[str, Any] = task.get("taskTemplate", {}).get("interface") or trace.get("interface") or {}
    return found


async def _answer(watcher: Watcher, action: str) -> Values:
    """Give the answer of a condition as its one output; nothing while it waits."""
    details = await watcher.read_action(action)
    info = details.signal_info
    return Values({} if info is None else {"o0": decode(info.output)})


def _parsed(raw: msgspec.Raw) -> dict[str, Any]:
    content = bytes(raw)
    try:
        return msgspec.json.decode(content, type=dict[str, Any]) if content else {}
    except msgspec.MsgspecError:
        return {}


def _decoded(literals: tuple[NamedLiteral, ...], types: Types) -> Values:
    values = {literal.name: decode(literal.value, types.get(literal.name)) for literal in literals}
    return Values(values, {name: type_name(types[name]) for name in values if name in types})


def raise_if_too_large(data: DataOfAction, uri: str) -> None:
    """Raise DataTooLargeError, with the address, where the backend does not hand the data out."""
    if data.too_large:
        raise DataTooLargeError(data.too_large, hint=f"Read it where it is stored: {uri or 'that is not known'}.")
