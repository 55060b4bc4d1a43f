"""httpx's transport, with the proxy chosen for each host, and TLS set up only where there is any.

An error on the way to a proxy names the proxy, not the backend behind it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Final

import httpx

from flyte_widgets.api.proxies import ProxySetting, proxy_for
from flyte_widgets.api.rpc_errors import server_words
from flyte_widgets.errors import TransportError
from flyte_widgets.redaction import causes, scrub


class EnvironmentTransport(httpx.AsyncBaseTransport):
    """Sends each request as the environment wants it. `make_context` is called at the first one that needs TLS."""

    def __init__(self, make_context: Callable[[], ssl.SSLContext], limits: httpx.Limits) -> None:
        self._make_context = make_context
        self._limits = limits
        self._context: ssl.SSLContext | None = None
        self._routes: dict[tuple[bool, ProxySetting | None], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises SetupError, TransportError of a proxy, and what httpx raises."""
        proxy = proxy_for(request.url)
        route = self._route(request.url.scheme == "https", proxy)
        if proxy is None:
            return await route.handle_async_request(request)
        error: httpx.TransportError | None = None
        try:
            response = await route.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as failure:
            if not _is_of_proxy(failure, proxy):
                raise
            error = failure
        else:
            if response.status_code != httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
                return response
            await response.aclose()
        raise _proxy_error(proxy, request.url.host, error)  # out here: the exceptions of httpx hold the request

    async def aclose(self) -> None:
        """Close all connections."""
        routes, self._routes = self._routes, {}
        for route in routes.values():
            await route.aclose()

    def _route(self, is_https: bool, proxy: ProxySetting | None) -> httpx.AsyncHTTPTransport:
        uses_tls = is_https or (proxy is not None and proxy.uses_tls)
        key = (uses_tls, proxy)
        if key not in self._routes:
            # Without TLS, a context that trusts nobody: making a real one reads files that do not matter then.
            context = self._tls() if uses_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            through = None
            if proxy is not None:
                through = httpx.Proxy(proxy.url, ssl_context=context) if proxy.uses_tls else httpx.Proxy(proxy.url)
            self._routes[key] = httpx.AsyncHTTPTransport(
                verify=context, limits=self._limits, proxy=through, trust_env=False
            )
        return self._routes[key]

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = self._make_context()
        return self._context


def _is_of_proxy(error: httpx.TransportError, proxy: ProxySetting) -> bool:
    """Whether the proxy is at fault: behind an unencrypted one, TLS is spoken with the backend."""
    if isinstance(error, httpx.ProxyError):
        return True
    return proxy.uses_tls or not any(isinstance(cause, ssl.SSLError) for cause in causes(error))


def _proxy_error(proxy: ProxySetting, host: str, error: httpx.TransportError | None) -> TransportError:
    if error is not None:
        scrub(error)
    why = _why(error)
    if "407" in why or error is None:
        refusal = TransportError(
            f"The proxy {proxy.host} ({proxy.variable}) wants a login.",
            hint=f"Put it into {proxy.variable}: http://user:password@{proxy.host}, with special characters quoted.",
        )
        refusal.transient = False
        return refusal
    return TransportError(
        f"The proxy {proxy.host} ({proxy.variable}) {why}.",
        hint=f"Check {proxy.variable}; if {host} needs no proxy, add it to NO_PROXY.",
    )


def _why(error: httpx.TransportError | None) -> str:
    """Say what happened with the proxy, without repeating what it sent at any length."""
    chain = list(causes(error)) if error else []
    for kind, what in _REASONS:
        if any(isinstance(cause, kind) for cause in chain):
            return what
    answer = server_words(str(error))[:80] if isinstance(error, httpx.ProxyError) else ""
    return f"does not let the request through ({answer})" if answer else "could not be reached"


_REASONS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (ssl.SSLCertVerificationError, "has a TLS certificate that is not accepted"),
    (ssl.SSLError, "does not speak TLS as was expected"),
    (socket.gaierror, "has a name that is not known"),
    (ConnectionRefusedError, "refused the connection"),
    (httpx.ConnectTimeout, "could not be reached in time"),
)
