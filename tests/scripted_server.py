"""A raw-socket HTTP server that plays bytes by script: whatever a backend, a proxy or a broken line may send.

It runs in a thread with a loop of its own. A reply is a list of steps: bytes are sent as they stand, a function gives
bytes for the request, a number is a pause in seconds, HOLD waits until the client closes, CLOSE ends the connection in
good order, RESET with a TCP reset. After the last step the connection takes the next request.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Act(Enum):
    HOLD = 1
    RESET = 2
    CLOSE = 3


HOLD, RESET, CLOSE = Act


@dataclass
class Request:
    """What the server was sent. `method` is the last part of the path."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def method(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def message(self) -> Any:
        """The request message, taken out of its frame where it is in one."""
        return json.loads(self.body[5:] if "connect" in self.headers["content-type"] else self.body)


Step = bytes | float | Act | Callable[[Request], bytes]


class ScriptedServer:
    """Plays a method's replies in turn, and the last one again and again. 404 for a method that has none."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.client_closed = threading.Event()
        self._replies: dict[str, list[tuple[Step, ...]]] = defaultdict(list)
        self._ready = threading.Event()
        self._tls = tls
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def reply(self, method: str, *steps: Step) -> None:
        """Answer a method like this from now on."""
        self._replies[method] = [steps]

    def then(self, method: str, *steps: Step) -> None:
        """After that, answer like this."""
        self._replies[method].append(steps)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connection(reader, writer))
            tasks.add(task)
            task.add_done_callback(lambda done: ended(done, writer))

        def ended(task: asyncio.Task[None], writer: asyncio.StreamWriter) -> None:
            tasks.discard(task)
            writer.transport.abort()  # it was cancelled before it began, perhaps, or had more to write

        server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the aborted ones close their sockets now

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _read_request(reader):
                self.requests.append(request)
                replies = self._replies.get(request.method) or [(http(404, b"404 page not found"),)]
                for step in replies.pop(0) if len(replies) > 1 else replies[0]:
                    if isinstance(step, bytes) or callable(step):
                        writer.write(step if isinstance(step, bytes) else step(request))
                        await writer.drain()
                    elif step is HOLD:
                        while await reader.read(1024):
                            pass
                        self.client_closed.set()
                        return
                    elif step is RESET:
                        linger = struct.pack("ii", 1, 0)
                        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                        writer.transport.abort()
                        return
                    elif step is CLOSE:
                        return
                    else:
                        await asyncio.sleep(step)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.client_closed.set()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(first.split()[1], headers, await reader.readexactly(int(headers.get("content-length", 0))))


def http(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole response. Header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def http_json(status: int, message: Any, **headers: str) -> bytes:
    return http(status, json.dumps(message).encode(), content_type="application/json", **headers)


STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/connect+json\r\ntransfer-encoding: chunked\r\n"
    b"connect-content-encoding: gzip\r\n\r\n"
)
LAST_CHUNK = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Data as one chunk of HTTP's chunked coding."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def frame(message: Any, *, flags: int = 0) -> bytes:
    """A Connect frame; flag 1 compresses. The message is JSON, or bytes as they stand."""
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    payload = gzip.compress(payload) if flags & 1 else payload
    return struct.pack(">BI", flags, len(payload)) + payload


def end_frame(code: str | None = None, message: str = "", *, compressed: bool = False) -> bytes:
    """The frame that ends a stream, with an error if there is a code."""
    content = {"error": {"code": code, "message": message}} if code else {}
    return frame(content, flags=3 if compressed else 2)


def stream(*frames: bytes) -> bytes:
    """A whole stream response."""
    return STREAM_HEAD + b"".join(map(chunk, frames)) + LAST_CHUNK
