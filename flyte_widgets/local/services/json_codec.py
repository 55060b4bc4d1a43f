"""JSON as the embedded backend writes it, in one line.

connectrpc's codec indents, which the standard library does in pure Python: that is slower, and longer by half. It is
time of the process in which local tasks run.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from connectrpc.codec import Codec, proto_json_codec
from google.protobuf.json_format import MessageToDict


class CompactJsonCodec(Codec):
    """Protobuf's JSON in one line."""

    def name(self) -> str:
        """Give the content type's last part."""
        return str(_JSON.name())

    def encode(self, message: Any) -> bytes:
        """Write a message."""
        return msgspec.json.encode(MessageToDict(message))

    def decode(self, data: bytes | bytearray, message: Any) -> Any:
        """Read a message."""
        return _JSON.decode(data, message)


_JSON: Final = proto_json_codec()


def compact(application: Any) -> Any:
    """Have one of flyteidl2's generated applications write compact JSON: they take no codecs, and pass none on."""
    codec = CompactJsonCodec()
    application._codecs = {**application._codecs, codec.name(): codec}  # noqa: SLF001
    return application
