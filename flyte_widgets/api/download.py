"""Reads what a signed link leads to: an object store, not Flyte. No credentials, no cookies, no other host.

The link is a secret, and its host is named by the backend. So nothing of the link but the host gets into an error, a
redirect is followed only within the host, and size and time are bounded.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing, suppress
from typing import Final, TypeVar

import anyio
import httpx

from flyte_widgets.api.failures import transport_error
from flyte_widgets.api.http_client import UNKEPT, is_loopback, make_http_client, unlogged
from flyte_widgets.api.messages_data import SignedUrl
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import (
    ApiError,
    DataTooLargeError,
    FlyteWidgetsError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    TransportError,
    UnavailableError,
)

T = TypeVar("T")

IDLE_S: Final = 20.0
"""How long a store may be silent."""
_MOST_REDIRECTS: Final = 3
_LOOPBACK_HINT: Final = (
    "The backend gives links to localhost. If it runs on another machine than this kernel, open it in the console, "
    "or set the address of the object store in the backend's configuration."
)
_NEW_LINK_HINT: Final = "Ask for a new link: it is good for some minutes only."


async def fetch(link: SignedUrl, *, max_bytes: int, timeout_s: float = 60.0, tls: TlsSettings | None = None) -> bytes:
    """Read it all, into memory. Raises what `stream` does, and TransportError after `timeout_s`."""
    body = bytearray()
    try:
        with anyio.fail_after(timeout_s):
            async with aclosing(stream(link, max_bytes=max_bytes, tls=tls)) as chunks:
                async for chunk in chunks:
                    body += chunk
    except FlyteWidgetsError:
        raise
    except TimeoutError:
        raise TransportError(f"{link.host} did not send everything within {timeout_s:g} s.") from None
    return bytes(body)


async def stream(
    link: SignedUrl, *, max_bytes: int, idle_s: float = IDLE_S, tls: TlsSettings | None = None
) -> AsyncGenerator[bytes, None]:
    """Read it in pieces. Close it (`contextlib.aclosing`) if you stop before the end.

    Raises NotFoundError, PermissionDeniedError (usually an expired link), DataTooLargeError as soon as there are more
    than `max_bytes`, TransportError also where nothing came for `idle_s`, UnavailableError, ProtocolError.
    """
    url = _checked(link)
    with unlogged():
        client = make_http_client(tls=tls or TlsSettings(), limits=UNKEPT, store=True)
    left = max_bytes
    response: httpx.Response | None = None
    try:
        response = await _guarded(_open(client, url, link.host), link, idle_s)
        if _announced(response) > max_bytes:
            raise _too_large(link, max_bytes)
        chunks = response.aiter_bytes()
        while chunk := await _guarded(anext(chunks, b""), link, idle_s):
            left -= len(chunk)
            if left < 0:
                raise _too_large(link, max_bytes)
            yield chunk
    finally:
        with unlogged():
            if response is not None:
                await response.aclose()
            await client.aclose()


def _checked(link: SignedUrl) -> httpx.URL:
    url = None
    with suppress(httpx.InvalidURL, ValueError):
        url = httpx.URL(link.reveal())
    if url is None or url.scheme not in ("http", "https") or not url.host:
        raise ProtocolError("The backend gave a link that leads nowhere on the web.")
    return url


async def _open(client: httpx.AsyncClient, url: httpx.URL, host: str) -> httpx.Response:
    for _ in range(_MOST_REDIRECTS + 1):
        response = await client.send(client.build_request("GET", url), stream=True)
        if not response.has_redirect_location:
            if response.is_success:
                return response
            await response.aclose()
            raise _refusal(response.status_code, host)
        await response.aclose()
        target = url.join(response.headers["location"])
        if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
            raise ProtocolError(f"{host} redirects to another host: not followed.", hint=_NEW_LINK_HINT)
        url = target
    raise ProtocolError(f"{host} redirects again and again.", hint=_NEW_LINK_HINT)


def _refusal(status: int, host: str) -> ApiError:
    """Say what a status means. The body is not repeated: a store's error quotes the link."""
    if status in (401, 403):
        return PermissionDeniedError(f"{host} does not accept the link (HTTP {status}).", hint=_NEW_LINK_HINT)
    if status in (404, 410):
        return NotFoundError(f"{host} does not have it (HTTP {status}).", hint="It may have been deleted since.")
    if status >= 500 or status == 429:
        return UnavailableError(f"{host} answered HTTP {status}.")
    return ProtocolError(f"{host} answered HTTP {status}.", hint=_NEW_LINK_HINT)


def _announced(response: httpx.Response) -> int:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _too_large(link: SignedUrl, max_bytes: int) -> DataTooLargeError:
    return DataTooLargeError(
        f"{link.host} has more than {max_bytes:,} bytes of it.", hint="Download it to a file, or ask for more."
    )


async def _guarded(awaitable: Awaitable[T], link: SignedUrl, idle_s: float) -> T:
    """Await it, not for ever, and turn what goes wrong into errors that name the host only."""
    try:
        with anyio.fail_after(idle_s), unlogged():
            return await awaitable
    except FlyteWidgetsError:
        raise
    except TimeoutError:
        raise TransportError(f"{link.host} sent nothing for {idle_s:g} s.") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
        failure = transport_error(error, link.host)
        if is_loopback(f"http://{link.host}"):
            failure.hint = _LOOPBACK_HINT
    raise failure  # out here: the exceptions of httpx hold the request
