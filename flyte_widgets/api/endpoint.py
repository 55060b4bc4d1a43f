"""Endpoints as people write them, and references to runs: names and console URLs."""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote

import httpx

from flyte_widgets.api.auth import HeadersAuth, basic_auth
from flyte_widgets.errors import ConfigError

ENDPOINT_FORMS: Final = (
    "Accepted: host, host:port, dns:///host, https://host, http://host (no TLS), each also with a path."
)
RUN_FORMS: Final = (
    'Accepted: the name of a run ("r4p2bdpt7f"), or its URL in the console '
    "(https://host/v2/domain/DOMAIN/project/PROJECT/runs/NAME, also with ?i=ACTION)."
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://")
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*:/+)?.*@", re.DOTALL)
RUN_NAME_RULE: Final = "1 to 128 letters, digits, '.', '_' and '-', beginning with a letter or a digit"
_RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,127}")
_CONSOLE_URL = re.compile(
    r"(?P<base>[^?#]+?)/v2/domain/(?P<domain>[^/?#]+)/project/(?P<project>[^/?#]+)"
    r"/(?P<kind>runs|tracked-runs)/(?P<run>[^/?#]+)[^?#]*(?:\?(?P<query>[^#]*))?(?:#.*)?"
)


class Endpoint(NamedTuple):
    """An endpoint as a URL with scheme and path, and the credentials that stood in it."""

    url: str
    auth: HeadersAuth | None = None

    def __repr__(self) -> str:
        return f"Endpoint({httpx.URL(self.url).netloc.decode('ascii', 'replace')!r})"


class RunReference(NamedTuple):
    """What names a run. Empty where the reference does not say."""

    run: str
    action: str = ""
    endpoint: str = ""
    project: str = ""
    domain: str = ""
    tracked: bool = False


def parse_endpoint(text: str, *, insecure: bool = False, what: str = "endpoint") -> Endpoint:
    """Read an endpoint in any of the forms in use. User and password in it become basic authentication.

    A scheme that is written out wins: `http://` is without TLS, also where the SDK, which drops schemes, would use
    TLS. `insecure` decides only where there is none, and for `dns:///`. The path is kept. Raises ConfigError, which
    calls it `what`.
    """
    text = text.strip()
    written = _SCHEME.match(text)
    scheme = written.group(1).lower() if written else "dns"
    rest = text[written.end() :] if written else text
    if written and scheme == "dns":
        rest = rest[1:] if rest.startswith("/") else ""
    if scheme not in ("dns", "http", "https"):
        raise _bad_endpoint(what, text, f"the scheme {scheme!r} is not one of them")
    if scheme == "dns":
        scheme = "http" if insecure else "https"
    url = None
    with suppress(httpx.InvalidURL, ValueError):
        url = httpx.URL(f"{scheme}://{rest}")
    if url is None:  # raised out here: httpx repeats parts of the text
        raise _bad_endpoint(what, text, "it cannot be read")
    if not url.host or any(character.isspace() for character in rest):
        raise _bad_endpoint(what, text, "it names no host")
    if url.port is not None and not 0 < url.port < 65_536:
        raise _bad_endpoint(what, text, "its port is not from 1 to 65535")
    if url.query or url.fragment:
        raise _bad_endpoint(what, text, "it has a query or a fragment")
    auth = basic_auth(url.username, url.password) if url.userinfo else None
    return Endpoint(str(url.copy_with(userinfo=b"")).rstrip("/"), auth)


def normalise_endpoint(text: str, *, insecure: bool = False) -> str:
    """Give an endpoint as a URL with scheme and path, without credentials. Rules as of `parse_endpoint`."""
    return parse_endpoint(text, insecure=insecure).url


def given_console(text: str) -> str:
    """Read the base of a console's pages as a user gives it; "" is none. What is shown of it holds no credentials."""
    return parse_endpoint(text, what="console").url if text.strip() else ""


def console_base(url: str) -> str:
    """Give where the console of an API is, as the SDK does: the same host, without the path. "" where there is none.

    A path on this machine is the secret of an embedded backend (`flyte-widgets serve`), which has no console.
    """
    parsed = httpx.URL(url)
    if parsed.path.strip("/") and _is_this_machine(parsed.host):
        return ""
    host = parsed.netloc.decode()
    return f"{parsed.scheme}://{'localhost:8080' if host == 'localhost:8090' else host}"


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def org_of(url: str) -> str:
    """Give the org that a hosted endpoint implies: the first of three or more labels, as the SDK does."""
    host = httpx.URL(url).host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        return labels[0] if len(labels) > 2 else ""
    return ""


def is_run_name(text: str) -> bool:
    """Check a name against `RUN_NAME_RULE`."""
    return _RUN_NAME.fullmatch(text) is not None


def parse_run_reference(text: str) -> RunReference:
    """Read the name of a run, or its URL in the console. Raises ConfigError with the accepted forms."""
    text = text.strip()
    found = _CONSOLE_URL.fullmatch(text)
    if not found:
        if not is_run_name(text):
            raise ConfigError(f"{_shown(text)!r} names no run.", hint=RUN_FORMS)
        return RunReference(text)
    name = unquote(found["run"])
    if not is_run_name(name):
        raise ConfigError(f"{_shown(text)!r} names no run.", hint=RUN_FORMS)
    base = normalise_endpoint(found["base"])
    return RunReference(
        run=name,
        action=parse_qs(found["query"] or "").get("i", [""])[0],
        endpoint="http://localhost:8090" if base == "http://localhost:8080" else base,
        project=unquote(found["project"]),
        domain=unquote(found["domain"]),
        tracked=found["kind"] == "tracked-runs",
    )


def _bad_endpoint(what: str, text: str, why: str) -> ConfigError:
    return ConfigError(f"The {what} {_shown(text)!r} cannot be used: {why}.", hint=ENDPOINT_FORMS)


def _shown(text: str) -> str:
    """Text as it may be repeated in a message: not too long, without userinfo (even if "/" is in it) and query."""
    return _USERINFO.sub(r"\1", re.split("[?#]", text, maxsplit=1)[0])[:120]
