"""Values that the backend does not hand out, read from where they are stored, with the kernel's own credentials.

No link of the backend leads there: CreateDownloadLink is for reports and code only. Nothing is unpickled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Literal

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.literal_types import LiteralType, type_name
from flyte_widgets.run.literals import value_of
from flyte_widgets.run.values import Offloaded, Values
from flyte_widgets.sdk.stored_values import stored_literal, stored_literals
from flyte_widgets.watch.storage import read_bytes

MAX_BYTES: Final = 64 * 1024 * 1024
"""What is read of one value."""


async def load_value(value: Offloaded) -> Any:
    """Read an offloaded value. Raises FlyteWidgetsError with the reason where that is not possible."""
    return await asyncio.to_thread(_load, value)


async def load_side(uri: str, side: Literal["inputs", "outputs"], types: Mapping[str, LiteralType]) -> Values:
    """Read inputs or outputs from the file that Flyte wrote them to. Raises as `load_value`."""
    if not uri:
        raise FlyteWidgetsError("The backend does not say where this is stored.")
    return await asyncio.to_thread(_load_side, uri, side, types)


async def load_within(values: Values) -> Values:
    """Read what is offloaded in inputs or outputs, at any depth. Raises as `load_value`."""
    return await asyncio.to_thread(
        lambda: Values({name: _loaded(value) for name, value in values.items()}, values.types)
    )


def _load(value: Offloaded) -> Any:
    return value_of(stored_literal(read_bytes(value.uri, MAX_BYTES)), value.literal_type)


def _load_side(uri: str, side: Literal["inputs", "outputs"], types: Mapping[str, LiteralType]) -> Values:
    literals = stored_literals(read_bytes(uri, MAX_BYTES), side)
    values = {name: value_of(literal, types.get(name)) for name, literal in literals.items()}
    return Values(values, {name: type_name(types[name]) for name in values if name in types})


def _loaded(value: Any) -> Any:
    if isinstance(value, Offloaded):
        return _load(value)
    if isinstance(value, list):
        return [_loaded(part) for part in value]
    if isinstance(value, dict):
        return {name: _loaded(part) for name, part in value.items()}
    return value
