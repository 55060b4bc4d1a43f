"""An HTTP/1.1 proxy on loopback in front of a backend: it remembers all calls, and does to them what a test asks for.

A fault is a coroutine that is given one exchange and serves it as it likes (`tests.faults.faults` has those that the
tests need); `pass_on` is what happens without one. What hits the whole line (down, frozen, stalled) are methods of the
proxy. It runs in a thread with a loop of its own; all methods are called from other threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

Fault = Callable[["Exchange"], Awaitable[None]]


class Call(NamedTuple):
    """A request that came through. `at_s` is of the monotonic clock; header names are in lower case."""

    at_s: float
    method: str
    headers: dict[str, str]


@dataclass
class Answer:
    """What the backend answers. `pieces` are the parts of its body, without HTTP's chunked coding."""

    head: bytes
    headers: dict[str, str]
    pieces: AsyncIterator[bytes]

    @property
    def is_stream(self) -> bool:
        return "chunked" in self.headers.get("transfer-encoding", "")

    def coded(self, piece: bytes) -> bytes:
        """A part of the body as it goes over the line."""
        return f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if self.is_stream else piece

    @property
    def end(self) -> bytes:
        return b"0\r\n\r\n" if self.is_stream else b""


class Exchange:
    """One request on one connection. `method` is the last part of its path."""

    def __init__(self, proxy: FaultProxy, line: _Line, path: str, headers: dict[str, str], body: bytes) -> None:
        self.proxy, self._line, self._path, self.headers, self._body = proxy, line, path, headers, body
        self.method = path.rpartition("/")[2]
        self._upstream: asyncio.StreamWriter | None = None

    async def ask(self) -> Answer:
        """Pass the request on to the backend. ConnectionError where there is none: the client is cut off, too."""
        reader, writer = await asyncio.open_connection(*self.proxy.upstream)
        self._upstream = writer
        kept = {name: value for name, value in self.headers.items() if name not in _HOP_BY_HOP}
        kept |= {"accept-encoding": "identity", "connection": "close", "content-length": str(len(self._body))}
        first = f"{self._line.verb} {self._path} HTTP/1.1"
        lines = [first, *(f"{name}: {value}" for name, value in kept.items()), "", ""]
        writer.write("\r\n".join(lines).encode("latin-1") + self._body)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        headers = _headers(head)
        return Answer(head.replace(b"connection: close\r\n", b""), headers, _pieces(reader, headers))

    async def send(self, data: bytes) -> None:
        """Send to the client, as soon as the line lets anything through."""
        await self.proxy.flowing.wait()
        await self._line.flowing.wait()
        self._line.writer.write(data)
        await self._line.writer.drain()

    def reset(self) -> None:
        """End the connection to the client with a TCP reset."""
        self._line.reset()
        raise ConnectionResetError

    def close(self) -> None:
        """End the connection to the client in good order."""
        raise ConnectionAbortedError

    def end(self) -> None:
        """Let go of the backend."""
        if self._upstream is not None:
            self._upstream.close()


async def pass_on(exchange: Exchange) -> None:
    """Serve the exchange as it is."""
    answer = await exchange.ask()
    await exchange.send(answer.head)
    async for piece in answer.pieces:
        await exchange.send(answer.coded(piece))
    await exchange.send(answer.end)


class FaultProxy:
    """Stands in front of a backend: `endpoint` is to be used in the backend's place. `host` is only a name for it."""

    def __init__(self, endpoint: str, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        parts = urlsplit(endpoint)
        self.upstream = (parts.hostname or "", parts.port or 0)
        self.log: list[Call] = []
        self.attempts: list[float] = []
        """When connections were opened, by the monotonic clock, those that were refused by `down()` not counted."""
        self._tls = tls
        self._faults: dict[str, list[Fault]] = {}
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._is_up = False
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)
        self._thread.start()
        self._do(self._prepare())
        self.up()
        self.endpoint = f"{'https' if tls else 'http'}://{host}:{self.port}{parts.path}"

    @property
    def calls(self) -> list[str]:
        """The methods that were called, in their order."""
        return [call.method for call in self.log]

    def count(self, method: str) -> int:
        """How often a method was called ("AbortRun")."""
        return self.calls.count(method)

    @property
    def open_count(self) -> int:
        """How many connections of clients are open."""
        return len(self._lines)

    def on(self, method: str, *faults: Fault) -> None:
        """Serve a method so: one fault a call, the last one from then on. "*" is every method without its own."""
        self._faults[method] = list(faults)

    def heal(self) -> None:
        """Pass everything on from now on; what is under way stays as it is."""
        self._faults = {}

    def cut(self) -> None:
        """Reset all connections."""
        self._do(self._reset_all())

    def down(self) -> None:
        """Refuse connections and reset those that are open: the server was killed."""
        self._do(self._stop_listening())
        self.cut()

    def up(self) -> None:
        """Listen, on the same port as ever."""
        self._do(self._listen())

    def freeze(self) -> None:
        """Let nothing through in either direction: connections stay open, and new ones are accepted."""
        self._loop.call_soon_threadsafe(self.flowing.clear)

    def thaw(self) -> None:
        """Go on; what was held back is delivered."""
        self._loop.call_soon_threadsafe(self.flowing.set)

    def stall(self) -> None:
        """Let nothing more through on the connections that are open now, for ever: they are half-open."""
        for line in list(self._lines):
            self._loop.call_soon_threadsafe(line.flowing.clear)

    def close(self) -> None:
        """Close all connections and end the thread."""
        self._do(self._stop_listening())
        self._do(self._end_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, coro: Awaitable[None]) -> None:
        asyncio.run_coroutine_threadsafe(_awaited(coro), self._loop).result(10)

    async def _prepare(self) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def _listen(self) -> None:
        self._is_up = True
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            # What was accepted a moment ago asyncio would let fall, open, if the server were closed now.
            for listener in self._server.sockets:
                self._loop.remove_reader(listener.fileno())
            await asyncio.sleep(0.01)
            self._is_up = False
            self._server.close()
            self._server = None

    async def _reset_all(self) -> None:
        for line in list(self._lines):
            line.reset()

    async def _end_all(self) -> None:
        while self._tasks:  # what was accepted last may come only now
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._reset_all()  # a task that was cancelled before it began has closed nothing
        await asyncio.sleep(0.05)  # transports that were closed are let go in the loop's next rounds

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_up:  # it was on its way when the listening ended
            writer.transport.abort()
            return
        self.attempts.append(time.monotonic())
        line = _Line(reader, writer)
        self._lines.add(line)
        task = asyncio.ensure_future(self._serve(line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # One that is cancelled before its first step has no `finally`.
        task.add_done_callback(lambda _: writer.transport.abort())

    async def _serve(self, line: _Line) -> None:
        try:
            await self.flowing.wait()
            while (request := await line.next_request()) is not None:
                path, headers, body = request
                exchange = Exchange(self, line, path, headers, body)
                self.log.append(Call(time.monotonic(), exchange.method, headers))
                try:
                    await line.unless_gone(self._fault(exchange.method)(exchange))
                finally:
                    exchange.end()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client is gone, or is to go
        finally:
            self._lines.discard(line)
            line.writer.close()
            try:
                with contextlib.suppress(OSError):
                    await line.writer.wait_closed()
            finally:  # cancelled while the client takes its time: nobody else would close it
                line.writer.transport.abort()

    def _fault(self, method: str) -> Fault:
        faults = self._faults.get(method) or self._faults.get("*") or [pass_on]
        return faults.pop(0) if len(faults) > 1 else faults[0]


class _Line:
    """A connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.verb = "POST"
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._read_ahead = b""

    def reset(self) -> None:
        raw = self.writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def next_request(self) -> tuple[str, dict[str, str], bytes] | None:
        """Path, headers and body; None when the client has closed."""
        try:
            head = self._read_ahead + await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        self._read_ahead = b""
        self.verb, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        headers = _headers(head)
        body = b"".join([piece async for piece in _pieces(self.reader, headers)])
        return path, headers, body

    async def unless_gone(self, served: Awaitable[None]) -> None:
        """Serve, but give up when the client closes its side."""
        work = asyncio.ensure_future(served)
        watch = asyncio.ensure_future(self.reader.read(1))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if watch.done() and not watch.cancelled():
                self._read_ahead = watch.result()
                if not self._read_ahead:
                    raise ConnectionResetError
            await work
        finally:
            for task in (work, watch):
                task.cancel()
            await asyncio.gather(work, watch, return_exceptions=True)


_HOP_BY_HOP = {"accept-encoding", "connection", "content-length", "transfer-encoding", "expect"}


async def _awaited(coro: Awaitable[None]) -> None:
    await coro


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").strip().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def _pieces(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    if "chunked" in headers.get("transfer-encoding", ""):
        while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    elif body := await reader.readexactly(int(headers.get("content-length", 0))):
        yield body
