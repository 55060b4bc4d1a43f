"""The httpx clients of this package: which certificates and proxies, no redirects, and nothing of theirs in the logs.

httpx logs each URL at INFO, httpcore each answer's headers at DEBUG: with them the secret path of the embedded backend,
the query of a login's redirect, cookies. Neither can be told to be silent for one client, so the records of our own
requests (and of no others in the process) are dropped by a filter; `flyte_widgets.api` logs a line in their place.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from contextvars import ContextVar
from typing import Final

import httpx

from flyte_widgets.api.proxies import is_loopback_host, register_proxies
from flyte_widgets.api.proxy_transport import EnvironmentTransport
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.redaction import register

_LOGGERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
# One connection per open stream, so no limit; idle ones are kept shortly, as a proxy may drop them unseen.
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=10, keepalive_expiry=5.0)
#: For clients that nobody closes: no connection stays open between requests.
UNKEPT: Final = httpx.Limits(max_keepalive_connections=0)
# A stream may be silent for hours: whoever reads it decides how long is too long.
# Connecting ends before the time limits of those who wait: cancelled within TLS, httpcore 1.0 leaves the socket open.
_TIMEOUT: Final = httpx.Timeout(connect=8.0, read=None, write=15.0, pool=10.0)
#: Headers that every request has, and that tell nobody anything. All others may be credentials.
_PUBLIC_HEADERS: Final = frozenset({
    "accept", "accept-encoding", "cache-control", "connect-protocol-version", "connection", "content-length",
    "content-type", "host", "user-agent",
})  # fmt: skip

_SECRET_PART: Final = 16

_unlogged: ContextVar[bool] = ContextVar("flyte_widgets_unlogged", default=False)


class _NotOurs(logging.Filter):
    """Drops the records of requests made within `unlogged()`."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _unlogged.get()


for _name in _LOGGERS:
    # A logger's filter does not see what loggers below it log: each needs its own.
    logging.getLogger(_name).addFilter(_NotOurs())


class unlogged:  # noqa: N801 (called like a function)
    """Keep httpx and httpcore from logging what this task sends and receives. A class: entered for every chunk."""

    def __enter__(self) -> None:
        self._token = _unlogged.set(True)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with suppress(ValueError):  # a generator that is collected ends in another context
            _unlogged.reset(self._token)


def make_http_client(
    *, tls: TlsSettings, auth: httpx.Auth | None = None, limits: httpx.Limits = _LIMITS, store: bool = False
) -> httpx.AsyncClient:
    """Make a client for the running loop. Use it within `unlogged()`.

    HTTP(S)_PROXY, ALL_PROXY and NO_PROXY are followed, but not to this machine's own loopback. Everything that looks
    like a credential is registered for redaction when it is sent, whoever put it there. `store` is for an object store:
    the system's authorities count there beside a given one. A request raises SetupError where a setting of the
    environment that it needs cannot be used.
    """
    register_proxies()
    return httpx.AsyncClient(
        auth=auth,
        transport=EnvironmentTransport(lambda: tls.context(beside_system=store), limits),
        timeout=_TIMEOUT,
        follow_redirects=False,  # a redirect leads to a login page: no credentials for that
        trust_env=False,  # the transport does that
        event_hooks={"request": [_register_sent]},
    )


async def _register_sent(request: httpx.Request) -> None:
    """Register what is sent. httpx calls this when all authentication is in place."""
    register(*(value for name, value in request.headers.items() if name not in _PUBLIC_HEADERS))


def register_path(url: str) -> None:
    """Have the path of an endpoint redacted, which may be a secret; its parts where they are as long as one."""
    path = httpx.URL(url).path.strip("/")
    register(path, *(part for part in path.split("/") if len(part) >= _SECRET_PART))


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine itself."""
    return is_loopback_host(httpx.URL(url).host)


async def read_some(response: httpx.Response, limit: int) -> bytes:
    """Read the body, unpacked, but not much more than `limit` bytes of it."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body)
