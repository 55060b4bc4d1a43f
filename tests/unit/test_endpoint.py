"""Endpoints and references to runs, in every form that people paste."""

from __future__ import annotations

import asyncio

import pytest

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.clusters import followed_cluster
from flyte_widgets.api.endpoint import (
    RunReference,
    console_base,
    normalise_endpoint,
    org_of,
    parse_endpoint,
    parse_run_reference,
)
from flyte_widgets.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "insecure", "url"),
    [
        ("host", False, "https://host"),
        ("host", True, "http://host"),
        ("localhost:30080", True, "http://localhost:30080"),
        ("  host:8443/base/ ", False, "https://host:8443/base"),
        ("dns:///acme.example.com", False, "https://acme.example.com"),
        ("dns:///h:8089/base", True, "http://h:8089/base"),
        ("http://localhost:30080", False, "http://localhost:30080"),
        ("https://h:8443/base/", True, "https://h:8443/base"),
        ("HTTPS://H.Example.com", False, "https://h.example.com"),
        ("http://127.0.0.1:1234/s3cretPath", False, "http://127.0.0.1:1234/s3cretPath"),
        ("[::1]:8090", True, "http://[::1]:8090"),
        ("127.0.0.1", False, "https://127.0.0.1"),
    ],
)
def test_endpoint_forms(text: str, insecure: bool, url: str) -> None:
    """A written scheme wins, `insecure` decides where there is none, paths stay; doing it twice changes nothing."""
    assert normalise_endpoint(text, insecure=insecure) == url
    assert normalise_endpoint(url, insecure=not insecure) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ftp://h",
        "dns://h",
        "dns:///",
        "https://",
        "h:port",
        "h:99999",
        "http://h:0",
        "h o s t",
        "https://h/x?y=s3cret",
        "h#f",
        "https://u:s3cret@/x",
    ],
)
def test_bad_endpoints_show_the_accepted_forms(text: str) -> None:
    """What cannot be used is refused at once, with the forms that can, and without what may be secret in it."""
    with pytest.raises(ConfigError, match=r"Accepted: host, host:port, dns:///host") as caught:
        normalise_endpoint(text)
    assert "s3cret" not in str(caught.value)


def test_user_and_password_become_an_authentication() -> None:
    """They leave the URL, and are sent as basic authentication."""
    url, auth = parse_endpoint("https://us3r:p%40ss@h:1/base")
    assert auth is not None
    assert url == "https://h:1/base"
    assert asyncio.run(auth.headers()) == {"authorization": "Basic dXMzcjpwQHNz"}


@pytest.mark.parametrize("text", ["https://us3r:pa/s3cret@h:x", "us3r:s3cret@h o", "https://us3r:s3c@ret@h?q"])
def test_a_bad_endpoint_shows_no_part_of_a_password(text: str) -> None:
    """Also where it holds the characters that end a userinfo; nor does what caused the error."""
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        parse_endpoint(text)
    assert "s3c" not in str(caught.value)
    assert "us3r" not in str(caught.value)
    assert caught.value.__context__ is None


def test_org_and_console_are_derived_as_the_sdk_does() -> None:
    """The first of three labels is the org; an address is none. The console is on the API's host."""
    assert [org_of(f"https://{host}") for host in ("acme.example.com", "localhost:1", "example.com", "10.0.0.1")] == [
        "acme", "", "", "",
    ]  # fmt: skip
    assert console_base("http://localhost:8090/") == "http://localhost:8080"
    assert console_base("https://h:8090/base") == "https://h:8090"


def test_an_embedded_backend_has_no_console() -> None:
    """`flyte-widgets serve` prints an endpoint with a path, its secret. No console is there to link to."""
    assert [console_base(f"http://{host}:8090/Secret") for host in ("localhost", "127.0.0.1", "[::1]")] == ["", "", ""]


@pytest.mark.parametrize(
    ("console", "url"),
    [
        ("https://c.example/base/", "https://c.example/base/v2/domain/d/project/p/runs/r1"),
        ("c.example", "https://c.example/v2/domain/d/project/p/runs/r1"),
        ("https://me:s3cret-word@c.example", "https://c.example/v2/domain/d/project/p/runs/r1"),
        ("", None),
    ],
)
def test_a_console_is_linked_to_without_credentials(console: str, url: str | None) -> None:
    """The link is in a trait, and so in the saved notebook."""
    client = FlyteClient("https://h", project="p", domain="d", console=console)
    assert client.console_url(client.run_identifier("r1")) == url


@pytest.mark.parametrize(
    "console", ["javascript:alert(1)", "file:///etc", "https://c.example/?key=s3cret-word", "/runs"]
)
def test_what_is_no_console_is_refused(console: str) -> None:
    """Before anybody can click on it."""
    with pytest.raises(ConfigError, match="The console ") as caught:
        FlyteClient("https://h", console=console)
    assert "s3cret" not in str(caught.value)


BASE = "https://acme.example.com/v2/domain/dev%20x/project/p"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("r4p2bdpt7f", RunReference("r4p2bdpt7f")),
        (" local-x9.b_2 ", RunReference("local-x9.b_2")),
        (f"{BASE}/runs/r1", RunReference("r1", "", "https://acme.example.com", "p", "dev x")),
        (f"{BASE}/runs/r1?i=a%2F3&x=y#z", RunReference("r1", "a/3", "https://acme.example.com", "p", "dev x")),
        (f"{BASE}/tracked-runs/r1/", RunReference("r1", "", "https://acme.example.com", "p", "dev x", True)),
        (
            "http://localhost:8080/v2/domain/d/project/p/runs/r1",
            RunReference("r1", "", "http://localhost:8090", "p", "d"),
        ),
    ],
)
def test_run_references(text: str, reference: RunReference) -> None:
    """A name is a name; a console URL says all that stands in it."""
    assert parse_run_reference(text) == reference


@pytest.mark.parametrize(
    "text", ["", "a b", "-x", "r1/a0", "https://h/v2/domain/d/runs/r1", "https://h/", "<b>x</b>", "x" * 200]
)
def test_bad_run_references_show_the_accepted_forms(text: str) -> None:
    """What names no run is refused before anything is sent."""
    with pytest.raises(ConfigError, match=r"names no run\. Accepted: the name of a run"):
        parse_run_reference(text)


@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("action", [None, "a3"])
def test_the_clients_own_urls_are_read_back(tracked: bool, action: str | None) -> None:
    """`console_url()` and `parse_run_reference()` are each other's inverse."""
    client = FlyteClient("localhost:8090", insecure=True, project="p x", domain="d/y")
    url = client.console_url(client.run_identifier("r1"), action, tracked=tracked)
    assert url is not None
    assert parse_run_reference(url) == RunReference("r1", action or "", "http://localhost:8090", "p x", "d/y", tracked)


@pytest.mark.parametrize(
    ("own", "answer", "followed"),
    [
        ("https://org.flyte.example", "https://data.org.flyte.example", "https://data.org.flyte.example"),
        ("https://org.flyte.example", "https://data.flyte.example", "https://data.flyte.example"),
        ("https://org.flyte.example", "dns:///data.flyte.example:443", "https://data.flyte.example"),
        ("https://org.flyte.example", "data.flyte.example", "https://data.flyte.example"),
        ("http://org.flyte.example", "data.flyte.example", "http://data.flyte.example"),
        ("http://org.flyte.example", "https://data.flyte.example", "https://data.flyte.example"),
        ("https://flyte.example", "https://data.flyte.example", "https://data.flyte.example"),
        # Nothing to follow, or the endpoint itself.
        ("https://org.flyte.example", "", None),
        ("https://org.flyte.example", "   ", None),
        ("https://org.flyte.example/path", "https://org.flyte.example", None),
        ("https://org.flyte.example", "https://ORG.flyte.example:8443", None),
        ("http://127.0.0.1:8090", "http://127.0.0.1:30080", None),
        # From TLS to plain text, as an open-source backend behind a proxy answers.
        ("https://org.flyte.example", "http://org.flyte.example", None),
        ("https://org.flyte.example", "http://data.flyte.example", None),
        # Strangers.
        ("https://org.flyte.example", "https://evil.example", None),
        ("https://org.flyte.example", "https://evilflyte.example", None),
        ("https://org.flyte.example", "https://org.flyte.example.evil.test", None),
        ("https://org.flyte.example", "https://user@evil.test", None),
        ("https://flyte.com", "https://evil.com", None),
        ("https://flyte.co.uk", "https://evil.co.uk", None),
        ("https://10.0.0.1", "https://10.0.0.2", None),
        ("https://10.0.0.1", "https://x.0.0.1", None),
        ("https://org.flyte.example", "https://10.0.0.2", None),
        ("https://flyte", "https://evil", None),
        ("https://flyte", "https://data.flyte", "https://data.flyte"),
        ("https://org.flyte.example", "javascript:alert(1)", None),
        ("https://org.flyte.example", "https://data.flyte.example?x=1", None),
    ],
)
def test_only_a_related_cluster_is_followed(own: str, answer: str, followed: str | None) -> None:
    assert followed_cluster(own, answer) == followed
