"""Inputs and outputs of an action: read from the backend (GetActionData), decoded without the SDK."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from flyte_widgets.api.messages_data import DataUris, NamedLiteral
from flyte_widgets.errors import ApiError, DataTooLargeError, NotFoundError, UnimplementedError
from flyte_widgets.run.literal_types import LiteralType, type_name, variables
from flyte_widgets.run.literals import decode
from flyte_widgets.run.state import KINDS
from flyte_widgets.run.values import Values
from flyte_widgets.sdk.typed_values import typed_values
from flyte_widgets.watch.offloaded import load_side, load_within
from flyte_widgets.watch.watcher import Watcher

READ_S: Final = 60.0
"""How long reading inputs and outputs takes at most."""


Types = dict[str, LiteralType]
Side = Literal["inputs", "outputs"]


@dataclass(frozen=True)
class DataOfAction:
    """What an action took and gave. `too_large` holds the reason where the backend hands out no data of that size."""

    inputs: Values = field(default_factory=lambda: Values({}))
    outputs: Values = field(default_factory=lambda: Values({}))
    inputs_uri: str = ""
    outputs_uri: str = ""
    too_large: str = ""
    types: tuple[Types, Types] = ({}, {})
    """Declared types of inputs and outputs."""


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
        uris = DataUris()
        with contextlib.suppress(ApiError):
            uris = await watcher.client.data.get_action_data_uris(watcher.run_id, action, tracked=tracked)
        return DataOfAction(
            inputs_uri=uris.inputs_uri, outputs_uri=uris.outputs_uri, too_large=data.message, types=types
        )
    if isinstance(data, NotFoundError):
        return DataOfAction()
    if isinstance(data, BaseException):
        raise data
    inputs = await asyncio.to_thread(_decoded, data.inputs.literals, types[0])
    outputs = await asyncio.to_thread(_decoded, data.outputs.literals, types[1])
    return DataOfAction(inputs, outputs, data.inputs_uri, data.outputs_uri, types=types)


async def read_side(watcher: Watcher, action: str, side: Side, *, load: bool) -> Values:
    """Read inputs or outputs. `load`: also what the backend does not hand out. On the background loop.

    Raises ApiError; DataTooLargeError where there is more than it hands out, and `load` is false.
    """
    data = await read_data(watcher, action)
    uri = data.inputs_uri if side == "inputs" else data.outputs_uri
    if not data.too_large:
        values: Values = getattr(data, side)
        return await load_within(values) if load else values
    if load:
        return await load_side(uri, side, data.types[side == "outputs"])
    stored = f"It is stored at {uri}" if uri else "The backend does not say where it is stored"
    raise DataTooLargeError(data.too_large, hint=f"{stored}: {side}(load=True) reads it there.")


async def read_typed(watcher: Watcher, action: str, side: Side) -> Values:
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
