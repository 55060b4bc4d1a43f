"""Values as Flyte stores them, in binary protobuf, to protojson: by the message classes that come with the SDK."""

from __future__ import annotations

from typing import Any, Literal

from flyte_widgets.errors import FlyteWidgetsError, SdkError


def stored_literal(body: bytes) -> dict[str, Any]:
    """Read a `core.Literal`: what an offloaded value is stored as. Raises as `stored_literals`."""
    try:
        from flyteidl2.core.literals_pb2 import Literal as Message  # noqa: PLC0415 - not a dependency
    except ImportError as error:
        raise _missing(error) from None
    return _parsed(Message(), body)


def stored_literals(body: bytes, side: Literal["inputs", "outputs"]) -> dict[str, dict[str, Any]]:
    """Read a `task.Inputs` or `task.Outputs` (inputs.pb, outputs.pb): literals by name, in their order.

    Raises SdkError where flyteidl2 is not installed, FlyteWidgetsError where the bytes are none of it.
    """
    try:
        from flyteidl2.task import common_pb2  # noqa: PLC0415 - not a dependency
    except ImportError as error:
        raise _missing(error) from None
    message = common_pb2.Inputs() if side == "inputs" else common_pb2.Outputs()
    return {str(one["name"]): one.get("value", {}) for one in _parsed(message, body).get("literals", [])}


def _parsed(message: Any, body: bytes) -> dict[str, Any]:
    from google.protobuf.json_format import Error, MessageToDict  # noqa: PLC0415 - flyteidl2 needs it
    from google.protobuf.message import DecodeError  # noqa: PLC0415

    try:
        message.ParseFromString(body)
        found: dict[str, Any] = MessageToDict(message)
    except (DecodeError, Error, ValueError, TypeError):
        raise FlyteWidgetsError("What is stored there is no value of Flyte.") from None
    return found


def _missing(error: ImportError) -> SdkError:
    return SdkError(
        f"Stored values are in protobuf, and {error.name or 'flyteidl2'} is not installed here.",
        hint="pip install flyteidl2",
    )
