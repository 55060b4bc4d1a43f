"""The Connect protocol over httpx: unary calls and server streams, in JSON.

HTTP/1.1 only, on purpose. A stream then has a connection of its own: closing it is seen by the server, and a frozen
one cannot hold up other calls. Over HTTP/2, httpcore 1.0 sends no RST_STREAM when a stream is given up, so that it
goes on and eats the connection's flow-control window, and a unary call's time limit does not bound its wait for the
lock that an idle stream holds while it reads.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeVar

import anyio
import httpx
import msgspec

from flyte_widgets.api.circuit_breaker import Outage
from flyte_widgets.api.clock import ServerClock
from flyte_widgets.api.credentials import CredentialAuth
from flyte_widgets.api.envelope import DEFAULT_MAX_BYTES, EnvelopeReader, encode_envelope, oversize_error
from flyte_widgets.api.failures import has_content_type, host_of, http_error, transport_error
from flyte_widgets.api.http_client import make_http_client, read_some, register_path, unlogged
from flyte_widgets.api.loop_client import LoopClient
from flyte_widgets.api.protojson import Message, decode_message
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import (
    ApiError,
    CallTimeoutError,
    FirstMessageTimeoutError,
    FlyteWidgetsError,
    ProtocolError,
    UnauthenticatedError,
    UnimplementedError,
)
from flyte_widgets.redaction import HoldsSecret

UNARY_TIMEOUT_S: Final = 15.0
"""From the first byte sent to the last received, a login included."""

_HEADERS: Final = {"connect-protocol-version": "1", "user-agent": "flyte-widgets"}
_UNARY_TYPE: Final = "application/json"
_STREAM_TYPE: Final = "application/connect+json"
_MAX_ERROR_BYTES: Final = 4 * 1024 * 1024

T = TypeVar("T", bound=Message)

logger = logging.getLogger(__name__)


class ConnectTransport(HoldsSecret):
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
        self._http = LoopClient(self.host, lambda: make_http_client(tls=self.tls, auth=auth))
        self._answered: set[str] = set()
        """The calls that this backend has answered at least once."""
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
        return self._http.breaker.outage

    def hurry(self) -> None:
        """Make the next request at once, even if the backend is down: a person waits for it."""
        self._http.breaker.hurry()

    async def aclose(self) -> None:
        """Close all connections. Streams that are still read end with a TransportError."""
        await self._http.aclose()
        if isinstance(self._auth, CredentialAuth):
            await self._auth.aclose()

    @asynccontextmanager
    async def _turn(self, method: str) -> AsyncIterator[httpx.AsyncClient]:
        """Wait for the turn of a request, give the client for it, and take note of how it went."""
        self._http.get()  # raises where it cannot be used, and makes the breaker of this loop
        breaker = self._http.breaker
        await breaker.wait_turn()
        with self._http.in_use() as client:
            try:
                yield client
            except ApiError as error:
                # A backend that has answered others, and never this one, does not have it: that is no outage.
                is_missing = isinstance(error, UnimplementedError) and self._answered and method not in self._answered
                if not is_missing:
                    breaker.note_failure(error)
                raise

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
        self._http.breaker.note_answer()
        self._answered.add(method)
        encoding = response.headers.get("connect-content-encoding", "identity")
        if encoding not in ("identity", "gzip"):
            raise ProtocolError(
                f"{self.host} compresses messages with {encoding[:40]!r}; gzip or nothing was asked for.",
                hint="Look for a proxy on the way that changes answers.",
            )

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
