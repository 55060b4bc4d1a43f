"""Turns what goes wrong below Flyte (sockets, TLS, proxies, HTTP) into errors that say what to try.

A message names only host and port of a request. It repeats a server's words without secrets, and shortened.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from email.utils import parsedate_to_datetime

import httpx
import msgspec

from flyte_widgets.api.envelope import WireError
from flyte_widgets.api.rpc_errors import RPC_ERRORS, rpc_error, server_words
from flyte_widgets.errors import ApiError, ProtocolError, TransportError
from flyte_widgets.redaction import causes, redact, scrub

#: Connect's table for errors whose body is not Connect's; 429 is ours, where Connect says "unavailable".
_CODE_OF_STATUS = {
    400: "internal",
    401: "unauthenticated",
    403: "permission_denied",
    404: "unimplemented",
    408: "deadline_exceeded",
    429: "resource_exhausted",
    501: "unimplemented",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
}
_LOGIN_PROXY_HINT = (
    "A login proxy or a console seems to answer in Flyte's place: check the endpoint, "
    "and give credentials that the proxy accepts: fw.connect(endpoint=..., auth=...)."
)


def host_of(url: httpx.URL | str) -> str:
    """Give host and port of a URL, never its userinfo, path or query."""
    return httpx.URL(url).netloc.decode("ascii", "replace")


#: Exception, what happened, what to try (None: the default hint). The first row that fits any cause wins.
_REASONS: tuple[tuple[type[BaseException], str, str | None], ...] = (
    (
        ssl.SSLCertVerificationError,
        "The TLS certificate of {host} is not accepted: {detail}.",
        "Give the authority that signed it: fw.connect(ca_cert_file=...), or SSL_CERT_FILE.",
    ),
    (
        ssl.SSLError,
        "TLS with {host} failed: {detail}.",
        "If it speaks plain HTTP, write http:// before the endpoint, or insecure=True.",
    ),
    (
        socket.gaierror,
        "The name {host} is not known.",
        "Check the endpoint's spelling, the network, the VPN.",
    ),
    (ConnectionRefusedError, "{host} refused the connection.", "Is the server running, and the port right?"),
    (httpx.ConnectTimeout, "{host} could not be reached in time.", None),
    (httpx.TimeoutException, "{host} did not answer in time.", None),
    (httpx.ProxyError, "The proxy before {host} refused.", "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."),
    (httpx.ConnectError, "{host} could not be reached.", None),
    (httpx.LocalProtocolError, "No request could be made to {host}.", "Check the form of the credentials."),
    (UnicodeError, "No request could be made to {host}.", "Check the form of the credentials: HTTP takes ASCII."),
    (httpx.InvalidURL, "No request could be made to {host}.", "Check the endpoint."),
    (BaseException, "The connection to {host} was lost.", "It is tried again."),
)


#: Asking again does not mend these: somebody has to do something.
_LASTING = (ssl.SSLCertVerificationError, httpx.InvalidURL, httpx.LocalProtocolError)


def transport_error(error: Exception, host: str) -> ApiError:
    """Turn an exception of httpx, or of a socket, into an error of ours that names the reason."""
    if isinstance(error, httpx.DecodingError):
        return ProtocolError(f"The answer of {host} could not be unpacked.")
    scrub(error)  # it becomes the cause of ours, and is printed with it
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, httpx.RequestError):
            cause.request = None  # type: ignore[assignment] # with its headers: what reports errors shows attributes
    kind, text, hint = next(row for row in _REASONS if any(isinstance(cause, row[0]) for cause in chain))
    cause = next(cause for cause in chain if isinstance(cause, kind))
    detail = getattr(cause, "verify_message", None) or getattr(cause, "reason", None) or "no reason was given"
    failure = TransportError(text.format(host=host, detail=str(detail).rstrip(".")), hint=hint)
    failure.transient = kind not in _LASTING
    return failure


def http_error(response: httpx.Response, body: bytes) -> ApiError:
    """Turn an answer that is not the wanted one into an error. Of `body`, only Connect's JSON is used."""
    host = host_of(response.request.url)
    error: ApiError
    if response.is_redirect:
        error = ProtocolError(
            f"{host} redirects to {_redirect_host(response)} (HTTP {response.status_code}): not followed.",
            hint=_LOGIN_PROXY_HINT,
        )
    elif response.is_success:
        error = _not_connect(response, host)
    else:
        error = _status_error(response, body, host)
    if isinstance(error, ProtocolError):
        error.transient = False  # whoever answers here will answer the same again
    error.retry_after_s = _retry_after_s(response.headers.get("retry-after"))
    return error


def _redirect_host(response: httpx.Response) -> str:
    try:
        return host_of(response.request.url.join(response.headers["location"]))
    except httpx.InvalidURL:
        return "nowhere"


def _not_connect(response: httpx.Response, host: str) -> ApiError:
    got = redact(response.headers.get("content-type", "")).partition(";")[0].strip()[:80] or "no content type"
    hint = _LOGIN_PROXY_HINT if "html" in got.lower() else None
    return ProtocolError(f"{host} answered with {got}, and not as Flyte does.", hint=hint)


def _status_error(response: httpx.Response, body: bytes, host: str) -> ApiError:
    status = response.status_code
    wire = _wire_error(body) if _content_type(response) == "application/json" else WireError()
    code = wire.code.lower()
    if code in RPC_ERRORS:
        return rpc_error(code, wire.message)
    if status == 415:
        return ProtocolError(f"{host} does not take Connect's JSON for this call (HTTP 415).")
    words = f": {server_words(wire.message)}" if wire.message else "."
    if status not in _CODE_OF_STATUS and status < 500:
        return ProtocolError(f"{host} answered HTTP {status}{words}")
    return rpc_error(_CODE_OF_STATUS.get(status, "unknown"), f"{host} answered HTTP {status}{words}")


def _wire_error(body: bytes) -> WireError:
    """Read Connect's error; empty where a proxy's own JSON stands in its place."""
    try:
        return msgspec.json.decode(body, type=WireError)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return WireError()


def _content_type(response: httpx.Response) -> str:
    """Give the media type alone."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def has_content_type(response: httpx.Response, wanted: str) -> bool:
    """Whether this is a success with the wanted media type."""
    return response.status_code == 200 and _content_type(response) == wanted


def _retry_after_s(value: str | None) -> float | None:
    """Read Retry-After: seconds, or an HTTP date. None where it is missing or makes no sense."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
