"""Literals to the types that the task declares, by the SDK's own type engine: only where the user asks for it.

The SDK downloads what a value points to, and unpickles what is pickled. So reading the values of a foreign run runs
its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyte_widgets.errors import SdkError


async def typed_values(declared: Mapping[str, Mapping[str, Any]], literals: Mapping[str, Any]) -> dict[str, Any]:
    """Decode literals by their declared `LiteralType`s, both in protojson and by name.

    Raises SdkError where flyte is not installed, or cannot rebuild a type.
    """
    try:
        from flyte.types import TypeEngine  # noqa: PLC0415 - not a dependency
        from flyteidl2.core import literals_pb2, types_pb2  # noqa: PLC0415
        from google.protobuf import json_format  # noqa: PLC0415
    except ImportError as error:
        raise SdkError(
            f"Typed values are read by the Flyte SDK, which is not installed here ({error.name}).",
            hint="pip install flyte, or leave typed=True out: then values are plain.",
        ) from None
    values = {}
    for name, literal in literals.items():
        try:
            kind = json_format.ParseDict(dict(declared[name]), types_pb2.LiteralType(), ignore_unknown_fields=True)
            message = json_format.ParseDict(literal, literals_pb2.Literal(), ignore_unknown_fields=True)
            values[name] = await TypeEngine.to_python_value(message, TypeEngine.guess_python_type(kind))
        except Exception as error:
            raise SdkError(
                f"The Flyte SDK cannot read {name!r}: {type(error).__name__}: {error}",
                hint="Leave typed=True out: then values are plain.",
            ) from error
    return values
