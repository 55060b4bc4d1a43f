"""Faults that a `FaultProxy` can do to an exchange. Each function makes one."""

from __future__ import annotations

import asyncio
import gzip
import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

from tests.fault_proxy import Exchange, Fault, pass_on
from tests.scripted_server import end_frame, http, stream

Frame = tuple[int, bytes]
"""Flags and payload of a Connect frame."""


def answer(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer in the backend's place."""

    async def fault(exchange: Exchange) -> None:
        await exchange.send(http(status, body, **headers))

    return fault


def connect_error(status: int, code: str, message: str = "", **headers: str) -> Fault:
    """Answer with an error as Connect has it."""
    body = json.dumps({"code": code, "message": message}).encode()
    return answer(status, body, content_type="application/json", **headers)


def refused_in_stream(code: str, message: str) -> Fault:
    """Answer 200, and say in the stream's end frame that it is refused. Unary calls get a plain error."""

    async def fault(exchange: Exchange) -> None:
        if is_stream(exchange):
            await exchange.send(stream(end_frame(code, message)))
        else:
            await connect_error(401, code, message)(exchange)

    return fault


def is_stream(exchange: Exchange) -> bool:
    """Whether the client asks for a stream."""
    return exchange.headers.get("content-type", "").startswith("application/connect")


async def no_answer(exchange: Exchange) -> None:
    """Take the request, and never answer."""
    await asyncio.sleep(3600)


def cut_after(size: int, *, reset: bool = True) -> Fault:
    """Pass on so many bytes of the body, then end the connection: by a reset, or in good order."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.ask()
        await exchange.send(reply.head)
        left = size
        async for piece in reply.pieces:
            await exchange.send(reply.coded(piece[:left]) if left else b"")
            left -= len(piece[:left])
            if not left:
                await asyncio.sleep(0.02)  # a reset overtakes what has not been read yet
                exchange.reset() if reset else exchange.close()
        await exchange.send(reply.end)

    return fault


def slow(delay_s: float, size: int = 1) -> Fault:
    """Send the body in pieces of `size` bytes."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.ask()
        await exchange.send(reply.head)
        async for piece in reply.pieces:
            for start in range(0, len(piece), size):
                await exchange.send(reply.coded(piece[start : start + size]))
                await asyncio.sleep(delay_s)
        await exchange.send(reply.end)

    return fault


def end_after(delay_s: float) -> Fault:
    """End streams in good order after a time."""

    async def fault(exchange: Exchange) -> None:
        if not is_stream(exchange):
            await pass_on(exchange)
            return
        passing = asyncio.ensure_future(pass_on(exchange))
        done, _ = await asyncio.wait({passing}, timeout=delay_s)
        if not done:
            passing.cancel()
            await asyncio.gather(passing, return_exceptions=True)
            end = end_frame()
            await exchange.send(f"{len(end):x}\r\n".encode() + end + b"\r\n0\r\n\r\n")
        else:
            await passing

    return fault


def frames(change: Callable[[Frame], Iterator[Frame]]) -> Fault:
    """Change the frames of streams, and the body of unary answers as if it were one frame with flags 0."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.ask()
        if not is_stream(exchange):
            body = b"".join([piece async for piece in reply.pieces])
            changed = b"".join(payload for _, payload in change((0, body)))
            status = int(reply.head.split(b" ")[1])
            await exchange.send(http(status, changed, content_type=reply.headers["content-type"]))
            return
        await exchange.send(reply.head.replace(b"identity", b"gzip"))  # some changed frames are packed
        buffer = bytearray()
        async for piece in reply.pieces:
            buffer += piece
            while len(buffer) >= 5 and len(buffer) >= 5 + (size := struct.unpack_from(">BI", buffer)[1]):
                flags, payload = buffer[0], bytes(buffer[5 : 5 + size])
                del buffer[: 5 + size]
                for new_flags, new_payload in change((flags, payload)):
                    await exchange.send(reply.coded(struct.pack(">BI", new_flags, len(new_payload)) + new_payload))
        await exchange.send(reply.end)

    return fault


def packed_end(frame: Frame) -> Iterator[Frame]:
    """The end frame comes compressed (0x03)."""
    flags, payload = frame
    yield (3, gzip.compress(payload)) if flags == 2 else frame


def replaced(old: bytes, new: bytes) -> Callable[[Frame], Iterator[Frame]]:
    """Words in messages are others."""

    def change(frame: Frame) -> Iterator[Frame]:
        yield frame[0], frame[1].replace(old, new)

    return change


def numbers_as_text(frame: Frame) -> Iterator[Frame]:
    """All integers come as strings, as protojson writes those of 64 bits."""

    def quoted(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: quoted(item) for name, item in value.items()}
        if isinstance(value, list):
            return [quoted(item) for item in value]
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    flags, payload = frame
    yield flags, json.dumps(quoted(json.loads(payload))).encode()


def before_the_end(payload: bytes) -> Callable[[Frame], Iterator[Frame]]:
    """A message of another kind comes after each of the backend's."""

    def change(frame: Frame) -> Iterator[Frame]:
        yield frame
        if frame[0] == 0:
            yield 0, payload

    return change


def shifted_date(date: str) -> Fault:
    """The clock by which answers are dated is another one."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.ask()
        lines = [line for line in reply.head.split(b"\r\n") if not line.lower().startswith(b"date:")]
        await exchange.send(b"\r\n".join([lines[0], f"date: {date}".encode(), *lines[1:]]))
        async for piece in reply.pieces:
            await exchange.send(reply.coded(piece))
        await exchange.send(reply.end)

    return fault
