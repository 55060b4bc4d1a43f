"""Which proxy a request goes through, as the environment says."""

from __future__ import annotations

import os

import httpx
import pytest

from flyte_widgets.api.proxies import is_exempt, proxy_for
from flyte_widgets.errors import ConfigError, SetupError, TransportError
from flyte_widgets.redaction import redact


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("url", "no_proxy", "exempt"),
    [
        ("https://flyte.example", "", False),
        ("https://flyte.example", "*", True),
        ("https://flyte.example", "a, *", True),
        ("https://flyte.example", "flyte.example", True),
        ("https://FLYTE.example.", "flyte.EXAMPLE", True),
        ("https://flyte.example", "example", True),
        ("https://flyte.example", ".example", True),
        ("https://flyte.example", "*.example", True),
        ("https://flyte.example", "a.b  flyte.example", True),
        ("https://notflyte.example", "flyte.example", False),
        ("https://flyte.example.com", "flyte.example", False),
        ("https://flyte.example", "flyte.example:443", True),
        ("https://flyte.example", "flyte.example:80", False),
        ("https://flyte.example:8443", "flyte.example:8443", True),
        ("https://flyte.example:8443", "flyte.example", True),
        ("https://flyte.example", "https://flyte.example", True),
        ("https://flyte.example", "all://flyte.example/", True),
        ("https://flyte.example", "http://flyte.example", False),
        ("http://10.1.2.3", "10.0.0.0/8", True),
        ("http://10.1.2.3", "10.1.2.3/8", True),
        ("http://10.1.2.3", "10.1.2.3", True),
        ("http://10.1.2.3:90", "10.1.2.3:90", True),
        ("http://10.1.2.3:91", "10.1.2.3:90", False),
        ("http://11.1.2.3", "10.0.0.0/8", False),
        ("http://110.1.2.3", "10.1.2.3", False),
        ("http://[fd07::5]", "fd07::/16", True),
        ("http://[fd07::5]", "fd07::5", True),
        ("http://[fd07::5]", "[fd07::5]", True),
        ("http://[fd07::5]:90", "[fd07:0::5]:90", True),
        ("http://[fd07::5]", "fd08::/16", False),
        ("http://flyte.example", "10.0.0.0/8", False),
        # What makes no sense lists nothing, and harms nobody.
        ("https://flyte.example", "fd07:b51a:cc66:f0::/64,fe80::/10,[::1],::1", False),
        ("https://flyte.example", "http://,://,:,[,],[::1,999.999.999.999/99,.,*.,%zz,\x7f", False),
        ("https://flyte.example", "flyte.example:99999999999999999999", False),
        ("https://flyte.example", "[,flyte.example", True),
    ],
)
def test_no_proxy_is_read_as_curl_reads_it(url: str, no_proxy: str, exempt: bool) -> None:
    assert is_exempt(httpx.URL(url), no_proxy) is exempt


@pytest.mark.parametrize(
    ("url", "variables", "expected"),
    [
        ("https://flyte.example", {}, None),
        ("https://flyte.example", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://flyte.example", {"HTTPS_PROXY": "http://p:1"}, ("http://p:1", "HTTPS_PROXY")),
        ("https://flyte.example", {"HTTPS_PROXY": "p:1"}, ("http://p:1", "HTTPS_PROXY")),
        ("https://flyte.example", {"https_proxy": "http://p:1", "HTTPS_PROXY": "no:2"}, ("http://p:1", "https_proxy")),
        ("https://flyte.example", {"ALL_PROXY": "http://p:1"}, ("http://p:1", "ALL_PROXY")),
        ("https://flyte.example", {"ALL_PROXY": "a:1", "HTTPS_PROXY": "http://p:1"}, ("http://p:1", "HTTPS_PROXY")),
        ("http://flyte.example", {"HTTP_PROXY": "https://p"}, ("https://p", "HTTP_PROXY")),
        ("http://127.0.0.1", {"ALL_PROXY": "http://p:1"}, None),
        ("http://[::1]", {"ALL_PROXY": "nonsense://"}, None),
        ("http://localhost", {"ALL_PROXY": "nonsense://"}, None),
        ("https://flyte.example", {"ALL_PROXY": "nonsense://", "NO_PROXY": "flyte.example"}, None),
        ("https://flyte.example", {"ALL_PROXY": "nonsense://", "HTTPS_PROXY": "http://p"}, ("http://p", "HTTPS_PROXY")),
        ("https://flyte.example", {"HTTP_PROXY": "nonsense://"}, None),
        ("https://flyte.example", {"HTTPS_PROXY": "  "}, None),
        ("https://flyte.example", {"FTP_PROXY": "http://user:pa[ss@p"}, None),
    ],
)
def test_the_proxy_of_a_request(
    monkeypatch: pytest.MonkeyPatch, url: str, variables: dict[str, str], expected: tuple[str, str] | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = proxy_for(httpx.URL(url))
    assert (found and (found.url, found.variable)) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("socks5://127.0.0.1:1080", r"httpx\[socks\]"),
        ("socks5h://127.0.0.1:1080", r"httpx\[socks\]"),
        ("socks://127.0.0.1:1080/", "socks5://"),
        ("ftp://proxy.corp", "scheme is 'ftp'"),
        ("http://proxy.corp:abc", "no URL of a host"),
        ("http://proxy.corp:99999", "port"),
        ("http://user:pa#s3cr3t99@proxy.corp:1", "%23"),
        ("http://user:pa/s3cr3t99@proxy.corp:1", "%2F"),
        ("http://user:pa?s3cr3t99@proxy.corp:1", "%3F"),
        ("http://user:s3cr3t99@[proxy.corp", "no URL"),
        ("http://", "no URL of a host"),
        ("http://user:s3cr3t99@", "no URL of a host"),
        ("://proxy", "no URL"),
        ("http://proxy.corp/path", "no URL"),
        ("user:s3cr3t99@proxy.corp:1:2", "no URL"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(SetupError, match=said) as caught:
        proxy_for(httpx.URL("https://flyte.example"))
    text = f"{caught.value} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert "HTTPS_PROXY" in text
    assert "flyte.example" in text
    assert "NO_PROXY" in text
    assert "s3cr3t99" not in text
    assert not caught.value.transient
    assert isinstance(caught.value, ConfigError)
    assert isinstance(caught.value, TransportError)


@pytest.mark.parametrize(
    "value", ["http://user:pa%23s3cr3t@proxy.corp:1", "user:pa#s3cr3t@proxy.corp:1", "http://user:pa#s3cr3t@proxy[corp"]
)
def test_the_password_of_a_proxy_never_shows(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    try:
        found = repr(proxy_for(httpx.URL("https://flyte.example")))
    except SetupError as error:
        found = str(error)
    assert "s3cr3t" not in found
    assert "s3cr3t" not in redact("the proxy said: pa#s3cr3t is wrong")
