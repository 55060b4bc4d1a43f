"""The Connect protocol over httpx: unary calls and server streams, in JSON.

HTTP/1.1 only, on purpose. A stream then has a connection of its own: closing it is seen by the server, and a frozen
one cannot hold up other calls. Over HTTP/2, httpcore 1.0 sends no RST_STREAM when a stream is given up, so that it
goes on and eats the connection's flow-control window, and a unary call's time limit does not bound its wait for the
lock that an idle stream holds while it reads.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeVar

import anyio
import httpx
import msgspec

from flyte_widgets.api.circuit_breaker import CircuitBreaker, Outage
from flyte_widgets.api.clock import ServerClock
from flyte_widgets.api.credentials import CredentialAuth
from flyte_widgets.api.envelope import DEFAULT_MAX_BYTES, EnvelopeReader, encode_envelope, oversize_error
from flyte_widgets.api.failures import has_content_type, host_of, http_error, transport_error
from flyte_widgets.api.http_client import make_http_client, read_some, register_path, unlogged
from flyte_widgets.api.messages import Message, decode_message
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import (
    ApiError,
    CallTimeoutError,
    FirstMessageTimeoutError,
    FlyteWidgetsError,
    ProtocolError,
    TransportError,
    UnauthenticatedError,
    UnimplementedError,
)

UNARY_TIMEOUT_S: Final = 15.0
"""From the first byte sent to the last received, a login included."""

_HEADERS: Final = {"connect-protocol-version": "1", "user-agent": "flyte-widgets"}
_UNARY_TYPE: Final = "application/json"
_STREAM_TYPE: Final = "application/connect+json"
_MAX_ERROR_BYTES: Final = 4 * 1024 * 1024
_CLOSE_IDLE_AFTER_S: Final = 6.0
"""Longer than httpx keeps an idle connection."""

T = TypeVar("T", bound=Message)

logger = logging.getLogger(__name__)


class ConnectTransport:
    """Calls of one backend. Made on any thread; used, and closed, on one event loop.

    `base_url` has scheme, host and possibly a path, and no userinfo.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        tls: TlsSettings | None = None,
        max_message_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        self.host = host_of(base_url)
        self.base_url = base_url.rstrip("/")
        """With its path, which may be a secret: not for messages."""
        register_path(base_url)
        self._auth = auth
        self.tls = tls or TlsSettings()
        self._max_bytes = max_message_bytes
        self._client: httpx.AsyncClient | None = None
        self._owner: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._closed = False
        self._breaker = CircuitBreaker()
        self._answered: set[str] = set()
        """The calls that this backend has answered at least once."""
        self._under_way = 0
        self._idle_timer: asyncio.TimerHandle | None = None
        self.clock = ServerClock()

    def __repr__(self) -> str:
        return f"ConnectTransport({self.host!r})"

    def to_host(self, base_url: str) -> ConnectTransport:
        """Make a transport to another host, with the same credentials: only for a host that may have them."""
        return ConnectTransport(base_url, auth=self._auth, tls=self.tls, max_message_bytes=self._max_bytes)

    async def unary(
        self,
        service: str,
        method: str,
        request: Mapping[str, Any],
        response_type: type[T],
        *,
        timeout_s: float = UNARY_TIMEOUT_S,
    ) -> T:
        """Call and wait for the answer, `timeout_s` at most.

        Raises TransportError, ProtocolError or the backend's RpcError.
        """
        async with self._turn(method) as client:
            message = self._request(client, service, method, msgspec.json.encode(request), _UNARY_TYPE, "gzip")
            try:
                with anyio.fail_after(timeout_s), self._translated():
                    response = await self._send(client, message, method)
                    try:
                        await self._expect(response, _UNARY_TYPE, method)
                        body = await self._read(response)
                    finally:
                        await response.aclose()
            except FlyteWidgetsError:
                raise
            except TimeoutError:
                raise CallTimeoutError(f"{self.host} did not answer {method} within {timeout_s:g} s.") from None
            return decode_message(body, response_type)

    async def server_stream(
        self,
        service: str,
        method: str,
        request: Mapping[str, Any],
        response_type: type[T],
        *,
        first_message_timeout_s: float | None = None,
    ) -> AsyncGenerator[T, None]:
        """Open a stream and yield its messages. Returns at a clean end, which does not prove completion.

        Close it (`contextlib.aclosing`) or cancel the task that reads: the connection is closed either way. Raises
        what `unary` does, and FirstMessageTimeoutError if nothing, not even the end, came in that time. If the
        stream was refused inside a 200, new credentials are fetched: the UnauthenticatedError is then `transient`.
        """
        async with self._turn(method) as client:
            content = encode_envelope(msgspec.json.encode(request))
            message = self._request(client, service, method, content, _STREAM_TYPE, "identity")
            reader = EnvelopeReader(max_bytes=self._max_bytes)
            response: httpx.Response | None = None
            try:
                with self._first_message_limit(method, first_message_timeout_s), self._translated():
                    response = await self._send(client, message, method)
                    await self._expect(response, _STREAM_TYPE, method)
                    chunks = response.aiter_raw()
                    payloads = await _next_payloads(chunks, reader)
                while payloads:
                    payloads.reverse()
                    while payloads:  # none is kept while the next is waited for, which may be for hours
                        yield decode_message(payloads.pop(), response_type)
                    with self._translated():
                        payloads = await _next_payloads(chunks, reader)
                try:
                    reader.close()
                except UnauthenticatedError as error:
                    if isinstance(self._auth, CredentialAuth):
                        error.transient = await self._auth.refresh(response.request.headers)
                    raise
            finally:
                if response is not None:
                    with unlogged():
                        await response.aclose()

    @property
    def outage(self) -> Outage | None:
        """Why the backend does not answer, if it has not for a second or more; None while it does."""
        return self._breaker.outage

    def hurry(self) -> None:
        """Make the next request at once, even if the backend is down: a person waits for it."""
        self._breaker.hurry()

    async def aclose(self) -> None:
        """Close all connections. Streams that are still read end with a TransportError."""
        self._closed = True
        self._breaker.note_answer()  # whoever waits is to hear that this is closed
        client, self._client = self._client, None
        if isinstance(self._auth, CredentialAuth):
            await self._auth.aclose()
        if client is not None:
            with unlogged():
                await client.aclose()

    @asynccontextmanager
    async def _turn(self, method: str) -> AsyncIterator[httpx.AsyncClient]:
        """Wait for the turn of a request, give the client for it, and take note of how it went."""
        self._http()
        breaker = self._breaker
        await breaker.wait_turn()
        self._under_way += 1
        try:
            yield self._http()
        except ApiError as error:
            # A backend that has answered others, and never this one, does not have it: that is no outage.
            is_missing = isinstance(error, UnimplementedError) and self._answered and method not in self._answered
            if not is_missing:
                breaker.note_failure(error)
            raise
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._close_idle_later()

    def _close_idle_later(self) -> None:
        """Close idle connections when nothing was asked for a while: httpx itself only does so at the next request."""

        async def close_idle() -> None:
            if not self._under_way and self._client is not None:
                client, self._client = self._client, None
                with unlogged():
                    await client.aclose()

        if self._idle_timer is not None:
            self._idle_timer.cancel()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(_CLOSE_IDLE_AFTER_S, lambda: loop.create_task(close_idle()))

    def _http(self) -> httpx.AsyncClient:
        """Give the httpx client of this loop; a new one after a fork, or when the loop before it is closed."""
        if self._closed:
            error = TransportError(f"The connection to {self.host} was closed here.", hint="Make a new client.")
            error.transient = False
            raise error
        here = (os.getpid(), asyncio.get_running_loop())
        if self._client is None or self._owner != here:
            in_use = self._owner if self._owner != here else None
            if in_use is not None and in_use[0] == here[0] and not in_use[1].is_closed():
                raise FlyteWidgetsError(
                    f"The client of {self.host} is in use on another event loop.",
                    hint="A client belongs to one loop: make another for this one.",
                )
            if self._owner != here:
                self._owner, self._breaker, self._under_way = here, CircuitBreaker(), 0
            self._client = make_http_client(tls=self.tls, auth=self._auth)
        return self._client

    def _request(
        self, client: httpx.AsyncClient, service: str, method: str, content: bytes, kind: str, encoding: str
    ) -> httpx.Request:
        headers = {**_HEADERS, "content-type": kind, "accept": kind, "accept-encoding": encoding}
        with self._translated():
            url = f"{self.base_url}/{service}/{method}"
            return client.build_request("POST", url, content=content, headers=headers)

    async def _send(self, client: httpx.AsyncClient, message: httpx.Request, method: str) -> httpx.Response:
        response = await client.send(message, stream=True)
        logger.debug("%s on %s: HTTP %d", method, self.host, response.status_code)
        return response

    async def _expect(self, response: httpx.Response, content_type: str, method: str) -> None:
        """Raise what the answer says unless it is the wanted kind of success."""
        self.clock.note(response.headers.get("date"))
        if not has_content_type(response, content_type):
            body = b""
            with suppress(httpx.DecodingError):  # the status says enough
                body = await read_some(response, _MAX_ERROR_BYTES)
            raise http_error(response, body)
        self._breaker.note_answer()
        self._answered.add(method)
        encoding = response.headers.get("connect-content-encoding", "identity")
        if encoding not in ("identity", "gzip"):
            raise ProtocolError(f"{self.host} packs messages in a way that was not asked for.")

    async def _read(self, response: httpx.Response) -> bytes:
        body = await read_some(response, self._max_bytes + 1)
        if len(body) > self._max_bytes:
            raise oversize_error(f"is larger than {self._max_bytes:,} bytes", self._max_bytes)
        return body

    def _translated(self) -> _Translated:
        return _Translated(self.host)

    @contextmanager
    def _first_message_limit(self, method: str, timeout_s: float | None) -> Iterator[None]:
        try:
            with anyio.fail_after(timeout_s):
                yield
        except FlyteWidgetsError:
            raise
        except TimeoutError:
            raise FirstMessageTimeoutError(f"{self.host} sent nothing on {method} within {timeout_s:g} s.") from None


class _Translated(unlogged):
    """Turns httpx's errors into ours, and keeps httpx from logging."""

    def __init__(self, host: str) -> None:
        self._host = host

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        super().__exit__(kind, error, trace)
        if isinstance(error, FlyteWidgetsError):
            return
        if isinstance(error, (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError)):
            raise transport_error(error, self._host) from error


async def _next_payloads(chunks: AsyncIterator[bytes], reader: EnvelopeReader) -> list[bytes]:
    """Read on until at least one message is complete. Empty: the stream is over."""
    while not reader.done:
        chunk = await anext(chunks, None)
        if chunk is None:
            break
        if payloads := reader.feed(chunk):
            return payloads
    return []
