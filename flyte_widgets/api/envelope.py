"""The frames of a Connect stream, without any I/O.

A frame is one byte of flags, the payload's length as a 32-bit big-endian integer, and the payload. Flag 0x01:
the payload is compressed (gzip). Flag 0x02: this is the end frame, JSON `{"error": {"code", "message"}}`.
Errors and success both end with one, under HTTP status 200. A stream without an end frame was cut.

Source: the Connect protocol, "Streaming RPCs".
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import msgspec

from flyte_widgets.api.rpc_errors import rpc_error
from flyte_widgets.errors import ApiError, ProtocolError

DEFAULT_MAX_BYTES: Final = 128 * 1024 * 1024
"""Largest message that is accepted, packed and unpacked. 1,000 actions are about 0.5 MB."""

_HEADER: Final = struct.Struct(">BI")
_COMPRESSED: Final = 0x01
_END: Final = 0x02
_GZIP: Final = 16 + zlib.MAX_WBITS


class WireError(msgspec.Struct):
    """Connect's error, in an end frame or as the body of a failed unary call."""

    code: str = ""
    message: str = ""


class _EndFrame(msgspec.Struct):
    """The payload of an end frame. Its metadata (the trailers) is not used."""

    error: WireError | None = None


def encode_envelope(payload: bytes) -> bytes:
    """Wrap a request message into its frame."""
    return _HEADER.pack(0, len(payload)) + payload


class EnvelopeReader:
    """Bytes in, messages out, however the bytes are cut.

    `feed()` never raises: whatever is wrong with the stream is kept, so that the messages before it are not
    lost, and is raised by `close()`. After the end frame, or a fault, `done` is true and further bytes are
    dropped: whether they would be seen at all depends on how the network cuts them.
    """

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._messages = 0
        self._failure: ApiError | None = None
        self.done = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes of the stream; give the payloads of the messages that they complete."""
        if self.done:
            return []
        self._buffer += data
        messages: list[bytes] = []
        position = 0
        try:
            while not self.done and (frame := self._frame_at(position)):
                flags, payload, position = frame
                if flags & _COMPRESSED and payload:
                    payload = _gunzip(payload, self._max_bytes)
                if flags & _END:
                    self.done = True
                    self._failure = _error_of(payload)
                else:
                    messages.append(payload)
        except ProtocolError as error:
            self.done = True
            self._failure = error
        del self._buffer[:position]
        self._messages += len(messages)
        return messages

    def close(self) -> None:
        """Say that no more bytes come. A clean end says nothing of the run: it may go on.

        Raises RpcError if the end frame holds one, ProtocolError if the stream was cut or is not a Connect
        stream.
        """
        if self._failure is not None:
            raise self._failure
        if not self.done:
            rest = f", {len(self._buffer)} bytes into a frame" if self._buffer else ""
            raise ProtocolError(
                f"The stream was cut off: no end frame after {self._messages} messages{rest}.",
                hint="It is opened again; if that happens often, look for a proxy with a time limit.",
            )

    def _frame_at(self, position: int) -> tuple[int, bytes, int] | None:
        """Give flags, payload and the position behind the frame; None while the frame is not complete."""
        if len(self._buffer) - position < _HEADER.size:
            return None
        flags, size = _HEADER.unpack_from(self._buffer, position)
        if flags & ~(_COMPRESSED | _END):
            raise ProtocolError(f"A frame with unknown flags (0x{flags:02x}) came: not a Connect stream.")
        if size > self._max_bytes:
            raise oversize_error(f"announces {size:,} bytes", self._max_bytes)
        start = position + _HEADER.size
        if len(self._buffer) - start < size:
            return None
        with memoryview(self._buffer) as view:  # one copy, not two
            return flags, bytes(view[start : start + size]), start + size


def _gunzip(payload: bytes, max_bytes: int) -> bytes:
    """Unpack gzip, building at most `max_bytes` and one byte more."""
    unpacked = bytearray()
    while payload:
        unpacker = zlib.decompressobj(_GZIP)
        try:
            unpacked += unpacker.decompress(payload, max_bytes + 1 - len(unpacked))
        except zlib.error as error:
            raise ProtocolError(f"A compressed frame is not gzip ({error}).") from error
        if len(unpacked) > max_bytes:
            raise oversize_error(f"unpacks from {len(payload):,} to more than {max_bytes:,} bytes", max_bytes)
        if not unpacker.eof:
            raise ProtocolError("A compressed frame breaks off before the end of its gzip data.")
        payload = unpacker.unused_data
    return bytes(unpacked)


def oversize_error(what: str, max_bytes: int) -> ProtocolError:
    """Make the error for a message over the limit. `what` says how large it is."""
    error = ProtocolError(
        f"A message {what}; the limit is {max_bytes:,} bytes.",
        hint="Raise it (max_message_bytes=...) if the backend is trusted and the run is really that large.",
    )
    error.transient = False  # the next try would bring the same message
    return error


def _error_of(payload: bytes) -> ApiError | None:
    """Read an end frame: the error that it holds, or None."""
    try:
        end = msgspec.json.decode(payload, type=_EndFrame)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ProtocolError("The end frame of a stream is not readable JSON.")
    if end.error is None:
        return None
    return rpc_error(end.error.code or "unknown", end.error.message)
