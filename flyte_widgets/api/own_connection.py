"""Connections of their own for streams that are open for hours: no pool, and a sixth of what one costs in httpx's.

httpcore walks over all connections of its pool whenever a request begins or ends, and keeps locks, events and buffers
for the reuse that a stream never has: 400 of them took 29 kB and 1.3 ms each, these 10 kB and 0.3 ms. All else is
httpx's as before: headers, credentials, cookies, hooks.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from typing import Any, Final

import anyio
import h11
import httpx

OWN_CONNECTION: Final = "flyte_widgets_own_connection"
"""The extension of a request that asks for one, and of its answer: the `Body`."""

_MOST_HEAD_BYTES: Final = 100 * 1024
_MOST_UNREAD_BYTES: Final = 256 * 1024
"""Beyond this the server has to wait until some was read."""
_NEXT_ADDRESS_S: Final = 0.25
"""After so long the next of a host's addresses is tried as well (RFC 8305)."""


class DirectTransport(httpx.AsyncHTTPTransport):
    """httpx's transport, but requests with `OWN_CONNECTION` have each its own. Not for use with a proxy."""

    def __init__(self, *, verify: ssl.SSLContext | bool, limits: httpx.Limits) -> None:
        super().__init__(verify=verify, limits=limits, trust_env=False)
        self._tls = verify if isinstance(verify, ssl.SSLContext) else None
        self._open: set[_Connection] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and give the head of its answer."""
        if not request.extensions.get(OWN_CONNECTION):
            return await super().handle_async_request(request)
        connection = await self._connect(request)
        try:
            await connection.send(request)
            head = await connection.head()
        except BaseException:
            connection.abort()
            raise
        body = Body(connection)
        return httpx.Response(
            head.status_code, headers=head.headers.raw_items(), stream=body, extensions={OWN_CONNECTION: body}
        )

    async def aclose(self) -> None:
        """Close all connections. Whoever reads from one is told that it is lost."""
        for connection in list(self._open):
            connection.abort()
        await super().aclose()

    async def _connect(self, request: httpx.Request) -> _Connection:
        url, limit_s = request.url, request.extensions.get("timeout", {}).get("connect")
        tls = self._tls if url.scheme == "https" else None
        host = url.raw_host.decode("ascii")
        try:
            with anyio.fail_after(limit_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: _Connection(self._open),
                    host,
                    url.port or (443 if tls else 80),
                    ssl=tls,
                    server_hostname=host if tls else None,
                    happy_eyeballs_delay=None if _is_address(host) else _NEXT_ADDRESS_S,
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time", request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return connection


class _Connection(asyncio.Protocol):
    """One request and its answer. `opened` holds those that are open."""

    __slots__ = ("_http", "_is_lost", "_lost_by", "_opened", "_transport", "_unread", "_waiter")

    def __init__(self, opened: set[_Connection]) -> None:
        self._opened = opened
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD_BYTES)
        self._transport: asyncio.Transport
        self._waiter: asyncio.Future[None] | None = None
        self._unread = 0
        self._is_lost = False
        self._lost_by: Exception | None = None

    # --- asyncio -----------------------------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._opened.add(self)

    def data_received(self, data: bytes) -> None:
        self._http.receive_data(data)
        self._unread += len(data)
        if self._unread > _MOST_UNREAD_BYTES:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._http.receive_data(b"")
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._opened.discard(self)
        self._is_lost, self._lost_by = True, error
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- for the transport -------------------------------------------------------------------------------------------

    async def send(self, request: httpx.Request) -> None:
        """Hand over the whole request: it is small."""
        try:
            head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error), request=request) from error
        content = b"".join([chunk async for chunk in request.stream])  # type: ignore[union-attr] # asynchronous here
        parts = [self._http.send(event) for event in (head, h11.Data(data=content), h11.EndOfMessage())]
        self._transport.write(b"".join(part for part in parts if part))

    async def head(self) -> h11.Response:
        """Wait for the head of the answer, which may come only with its first message."""
        while not isinstance(event := await self._event(), h11.Response):
            if event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        return event

    async def data(self) -> bytes | None:
        """Wait for more of the body; None: it is complete."""
        event = await self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def abort(self) -> None:
        """Close it now: the server is to see that nobody reads any more."""
        self._transport.abort()

    async def _event(self) -> Any:
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise httpx.RemoteProtocolError(str(error)) from error
            if event is not h11.NEED_DATA:
                return event
            if self._is_lost:
                raise httpx.ReadError(str(self._lost_by or "closed")) from self._lost_by
            if self._unread > _MOST_UNREAD_BYTES:
                self._transport.resume_reading()
            self._unread = 0
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None


class Body(httpx.AsyncByteStream):
    """The body of an answer. It can be read without the answer, which then need not be kept."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (data := await self._connection.data()) is not None:
            yield data

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """Give it as it comes, as `httpx.Response` does."""
        return aiter(self)

    async def aclose(self) -> None:
        """Close the connection."""
        self._connection.abort()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
