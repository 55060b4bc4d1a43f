"""An embedded backend in another process (`flyte-widgets serve`), chosen by `fw.connect()`."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.endpoint import parse_endpoint
from flyte_widgets.errors import LocalError
from flyte_widgets.watch.backends import connected

_TIMEOUT_S: Final = 10.0
_PROBE_TIMEOUT_S: Final = 2.0


class ServedBackend:
    """Its control endpoint, and its services as binary messages. Use a `copy` on each thread."""

    def __init__(self, client: FlyteClient, base_url: str) -> None:
        self.client, self._base_url = client, base_url
        parts = urlsplit(base_url)
        self._path = parts.path
        self._address = (parts.hostname or "", parts.port or 80)
        self._connection: http.client.HTTPConnection | None = None
        self.project = self.domain = ""

    def __repr__(self) -> str:
        return f"<ServedBackend at {self.client.host}>"

    def copy(self, client: FlyteClient | None = None) -> ServedBackend:
        """Make another one, with a connection of its own."""
        other = ServedBackend(client or self.client, self._base_url)
        other.project, other.domain = self.project, self.domain
        return other

    def is_ours(self) -> bool:
        """Ask whether an embedded backend is there, and where it has its runs."""
        try:
            home = json.loads(self.request("GET", "/simulate", timeout_s=_PROBE_TIMEOUT_S))
            self.project, self.domain = str(home["project"]), str(home["domain"])
        except (OSError, LocalError, ValueError, LookupError, TypeError):
            return False
        finally:
            self.close()
        return True

    def simulate(self, request: Mapping[str, Any]) -> str:
        """Start a simulated run; returns its name. Raises LocalError with what the backend says."""
        try:
            with contextlib.closing(self.copy()) as own:
                return str(json.loads(own.request("POST", "/simulate", json.dumps(request).encode()))["name"])
        except OSError as error:
            raise LocalError(f"The backend that is connected does not answer: {error}.") from None

    def call(self, service: str, method: str, request: Any) -> bytes:
        """Call a method with a protobuf message; returns the bytes of the response."""
        path = f"/{service}/{method}"
        return self.request("POST", path, request.SerializeToString(), content_type="application/proto")

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        timeout_s: float = _TIMEOUT_S,
    ) -> bytes:
        """Send a request. Raises OSError where nobody answers, LocalError for any status but 200."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self._address, timeout=timeout_s)
        try:
            self._connection.request(method, self._path + path, body, {"content-type": content_type})
            response = self._connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise OSError(str(error)) from error
        if response.status != http.client.OK:
            raise LocalError(f"The backend that is connected answers {response.status}: {_message(answer)}")
        return answer

    def close(self) -> None:
        """Close the connection. The next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def served_backend() -> ServedBackend | None:
    """Find the embedded backend that `fw.connect()` chose; None where it chose none, or another kind."""
    chosen = connected()
    if chosen is None:
        return None
    client, endpoint = chosen
    with _lock:
        found = _known.get(endpoint)
        if found is None and _is_loopback(url := parse_endpoint(endpoint).url):
            candidate = ServedBackend(client, url)
            if candidate.is_ours():
                found = _known[endpoint] = candidate
        if found is not None and found.client is not client:  # fw.connect() was called again
            found = _known[endpoint] = found.copy(client)
        if found is not None:
            client.fill_in(project=found.project, domain=found.domain)
    return found


_known: dict[str, ServedBackend] = {}
_lock = threading.Lock()


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and (
            parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False


def _message(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["message"])[:500]
    except (ValueError, LookupError, TypeError):
        return "(no message)"
