"""Which proxy a request goes through: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, read as curl reads them.

httpx reads them, too, but all at once and for every client: an entry of NO_PROXY that it does not understand, or a
proxy for a scheme that is not used, keeps it from being made, with an error that names nothing. Here only what decides
about this request is looked at, and a setting that cannot be used is named.

The settings of macOS and Windows count where the environment has none, as in httpx.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import httpx

from flyte_widgets.errors import SetupError
from flyte_widgets.redaction import register

_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_HAS_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://")
_ENTRY: Final = re.compile(r"(?:(?P<scheme>[a-z]+)://)?(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>\d{1,5}))?/?")
_NO_HOST: Final = re.compile(r"[\[\]%@\s]")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class ProxySetting:
    """A proxy, and the variable that names it. The URL may hold a password."""

    url: str
    variable: str

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return httpx.URL(self.url).netloc.decode("ascii", "replace")

    @property
    def uses_tls(self) -> bool:
        """Whether the connection to the proxy itself is encrypted."""
        return self.url.startswith("https:")

    def __repr__(self) -> str:
        return f"ProxySetting({self.variable}: {self.host!r})"


def proxy_for(url: httpx.URL) -> ProxySetting | None:
    """Choose the proxy for a request; None to go straight. This machine's own loopback has none.

    Raises SetupError where a proxy is to be used whose setting makes no sense.
    """
    if is_loopback_host(url.host):
        return None
    settings = urllib.request.getproxies()
    for kind in (url.scheme, "all"):
        text = settings.get(kind, "").strip()
        if text:
            break
    else:
        return None
    if is_exempt(url, settings.get("no", "")):
        return None
    return _checked(text, _variable(kind), url.host)


def is_loopback_host(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_exempt(url: httpx.URL, no_proxy: str) -> bool:
    """Whether NO_PROXY lists the host of a URL. Entries that make no sense list nothing."""
    return any(_lists(entry.strip().lower(), url) for entry in re.split(r"[,\s]+", no_proxy))


def _lists(entry: str, url: httpx.URL) -> bool:
    if entry == "*":
        return True
    network = None
    with suppress(ValueError):  # "10.0.0.0/8", "fd00::/8", "::1"
        network = ipaddress.ip_network(entry, strict=False)
    return _is_within(url.host, network) if network else _is_named(entry, url)


def _is_named(entry: str, url: httpx.URL) -> bool:
    """Whether an entry is a name of the host: "host", ".domain", "*.domain", "[::1]", each perhaps with a port."""
    found = _ENTRY.fullmatch(entry)
    if found is None or found["scheme"] not in (None, "all", url.scheme):
        return False
    if found["port"] and int(found["port"]) != (url.port or _DEFAULT_PORTS.get(url.scheme)):
        return False
    name, host = found["host"].removeprefix("*").strip("[].").split("/")[0], url.host.lower().rstrip(".")
    with suppress(ValueError):
        return _is_within(host, ipaddress.ip_network(name))
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _is_within(host: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False


def _variable(kind: str) -> str:
    """Name the variable that is in effect: the small one wins, as everywhere."""
    name = f"{kind}_proxy"
    if os.environ.get(name):
        return name
    return next((one for one in os.environ if one.lower() == name and os.environ[one]), "the system's proxy setting")


def _checked(text: str, variable: str, host: str) -> ProxySetting:
    _register(text)
    written = _HAS_SCHEME.match(text)
    scheme = written[1].lower() if written else "http"
    if scheme not in _SCHEMES:
        raise _unusable(variable, f"its scheme is {scheme!r}", f"Write {' or '.join(_near(scheme))}", host)
    url = None
    with suppress(httpx.InvalidURL, ValueError):
        url = httpx.URL(text if written else f"http://{text}")
    if (
        url is None
        or not url.host
        or _NO_HOST.search(url.host)
        or url.query
        or url.fragment
        or url.path not in ("", "/")
    ):
        quoting = "In its user and password, write # as %23, / as %2F, ? as %3F, @ as %40, [ as %5B"
        raise _unusable(variable, "it is no URL of a host and a port", quoting, host)
    if url.port is not None and not 0 < url.port < 65_536:
        raise _unusable(variable, "its port is not from 1 to 65535", "Mend it", host)
    if scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        install = 'Run pip install "httpx[socks]" and restart the kernel'
        raise _unusable(variable, "it names a SOCKS proxy, and what httpx needs for those is missing", install, host)
    return ProxySetting(str(url), variable)


def _near(scheme: str) -> tuple[str, ...]:
    return ("socks5://", "socks5h://") if scheme.startswith("socks") else ("http://", "https://", "socks5://")


def _unusable(variable: str, why: str, what: str, host: str) -> SetupError:
    return SetupError(
        f"The proxy in {variable} cannot be used: {why}.",
        hint=f"{what}; or unset {variable}; or, if {host} needs no proxy, add it to NO_PROXY.",
    )


def _register(text: str) -> None:
    """Have user and password redacted, however badly the URL is written."""
    userinfo, at, _ = text.partition("://")[2].rpartition("@") if "://" in text else text.rpartition("@")
    if at:
        password = userinfo.partition(":")[2]
        register(userinfo, password, unquote(password))


def register_proxies() -> None:
    """Have the credentials of all configured proxies redacted."""
    for kind, text in urllib.request.getproxies().items():
        if kind != "no":
            _register(text)
