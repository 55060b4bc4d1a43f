"""Connect's JSON (protojson), decoded into msgspec structs.

protojson leaves out zero values, writes enums as names (or as numbers, where the name is unknown to the server), 64-bit
integers as strings and times as RFC 3339. Fields that a struct does not name are skipped without being built.
"""

from __future__ import annotations

import functools
import json
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec

from flyte_widgets.errors import ProtocolError
from flyte_widgets.phases import PhaseName

EnumWire = str | int | None
"""A protobuf enum: its name, its number where the server knows no name, None where it is left out."""
PhaseWire = PhaseName | int | None
"""Likewise, where the enum is ActionPhase."""
Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A timestamp. Nanoseconds are rounded to microseconds; zero is the year 1970, or 1 (Go)."""
_TIMES: Final = ("startTime", "endTime", "occurredAt", "expiresAt")


class Message(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Base of all messages: camelCase on the wire, unknown fields are skipped."""


T = TypeVar("T", bound=Message)


@functools.cache
def _decoder(message_type: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(message_type, strict=False)


def decode_message(data: bytes, message_type: type[T]) -> T:
    """Decode one message of Connect JSON. Text that is no Unicode, and times that are none, cost a second parse.

    Raises ProtocolError if this is not JSON, or not of this type: it names type and place, never the data.
    """
    decoder: msgspec.json.Decoder[T] = _decoder(message_type)
    try:
        try:
            return decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return decoder.decode(_repaired(data))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, msgspec.MsgspecError) else "it is not JSON"
        raise ProtocolError(f"A {message_type.__name__} could not be read: {detail}.") from None


def _repaired(data: bytes) -> bytes:
    """Replace bytes that are not UTF-8, and lone surrogates (JSON can hold them), and leave out what is no time."""
    parsed = json.loads(data.decode(errors="replace"), object_hook=_without_false_times)
    return json.dumps(parsed, ensure_ascii=False).encode(errors="replace")


def _without_false_times(parsed: dict[str, Any]) -> dict[str, Any]:
    for name in _TIMES:
        try:
            msgspec.convert(parsed.get(name), Time | None)
        except (msgspec.ValidationError, ValueError):  # ValueError: it is no Unicode
            del parsed[name]
    return parsed
