"""Every variable that decides how a request is made, with values that make no sense: it is named, or harmless.

Each case is a real request, of a process's own environment, to a real server.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from flyte_widgets.api.connect import ConnectTransport
from flyte_widgets.api.messages import ActionStatus
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ApiError, SetupError, TransportError
from tests.certificates import server_context, write_certificate
from tests.scripted_server import CLOSE, RESET, ScriptedServer, http, http_json

ANSWER = http_json(200, {"attempts": 1})
SECRET = "s3cr3t99"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
            monkeypatch.delenv(name)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    server.reply("Get", ANSWER)
    yield server
    server.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return write_certificate(tmp_path / "server.pem")


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[ScriptedServer]:
    server = ScriptedServer(server_context(certificate))
    server.reply("Get", ANSWER)
    yield server
    server.close()


def ask(url: str, tls: TlsSettings | None = None) -> int:
    async def main() -> int:
        transport = ConnectTransport(url, tls=tls)
        try:
            return (await transport.unary("s.S", "Get", {}, ActionStatus)).attempts
        finally:
            await transport.aclose()

    return asyncio.run(main())


NONSENSE = [
    "socks://x",
    "http://x:abc",
    f"http://u:a#{SECRET}@h",
    f"http://u:{SECRET}@[h",
    "://",
    "\x7f",
    "ftp://x",
    "é://",
]


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize(
    "name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "NO_PROXY", "SSL_CERT_FILE",
             "SSL_CERT_DIR", "SSLKEYLOGFILE"]
)  # fmt: skip
def test_nothing_matters_to_this_machines_own_backend(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert ask(scripted.url) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "socks://x"),
        ("FTP_PROXY", "http://u:p[w@h"),
        ("NO_PROXY", "fd07:b51a:cc66:f0::/64,[::1],http://,\x7f"),
        ("SSL_CERT_FILE", "/no/such/file"),
        ("SSL_CERT_DIR", "/no/such/folder"),
        ("SSLKEYLOGFILE", "/no/such/folder/file"),
    ],
)
def test_what_does_not_decide_about_plain_http_is_not_looked_at(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", scripted.url)
    monkeypatch.setenv(name, value)
    assert ask("http://flyte.invalid") == 1
    assert scripted.requests[0].path.startswith("http://flyte.invalid/")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", ["{}_PROXY", "{}_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("value", NONSENSE)
def test_a_proxy_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, scheme: str, name: str, value: str
) -> None:
    name = name.format(scheme.upper() if name == "{}_PROXY" else scheme)
    monkeypatch.setenv(name, value)
    with pytest.raises(SetupError, match=f"The proxy in {name} cannot be used") as caught:
        ask(f"{scheme}://flyte.invalid")
    assert not caught.value.transient
    assert "unset" in caught.value.hint
    assert SECRET not in f"{caught.value!s} {caught.value.__cause__!r} {caught.value.__context__!r}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("http", "https"):
        proxy = f"127.0.0.1:{free_port()}"
        monkeypatch.setenv("ALL_PROXY", f"http://user:{SECRET}@{proxy}")
        with pytest.raises(TransportError, match=rf"The proxy {proxy} \(ALL_PROXY\) refused the connection") as caught:
            ask(f"{scheme}://flyte.invalid")
        assert caught.value.transient
        assert "add it to NO_PROXY" in caught.value.hint
        assert SECRET not in f"{caught.value!s} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_a_proxy_whose_name_is_not_known_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.invalid:3128")
    with pytest.raises(TransportError, match=r"The proxy proxy.invalid:3128 \(ALL_PROXY\) has a name that is not"):
        ask("http://flyte.invalid")


@pytest.mark.parametrize(
    ("answer", "says", "transient"),
    [
        (http(407, b"log in"), "wants a login", False),
        (http(403, b"no"), r"does not let the request through \(403 X\)", True),
        (http(503, b"no"), r"does not let the request through \(503 X\)", True),
    ],
)
def test_a_proxy_that_refuses_is_named(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch, answer: bytes, says: str, transient: bool
) -> None:
    scripted.reply("flyte.invalid:443", answer)  # CONNECT flyte.invalid:443
    monkeypatch.setenv("HTTPS_PROXY", scripted.url)
    with pytest.raises(TransportError, match=says) as caught:
        ask("https://flyte.invalid")
    assert "(HTTPS_PROXY)" in caught.value.message
    assert caught.value.transient is transient


def test_a_login_that_a_plain_proxy_wants_is_said(scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.reply("Get", http(407, b"log in"))
    monkeypatch.setenv("HTTP_PROXY", scripted.url)
    with pytest.raises(TransportError, match=r"\(HTTP_PROXY\) wants a login"):
        ask("http://flyte.invalid")


@pytest.mark.parametrize("step", [CLOSE, RESET])
def test_a_proxy_that_hangs_up_is_an_error_of_ours(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch, step: object
) -> None:
    scripted.reply("flyte.invalid:443", step)
    monkeypatch.setenv("HTTPS_PROXY", scripted.url)
    with pytest.raises(TransportError) as caught:
        ask("https://flyte.invalid")
    assert caught.value.transient


def test_a_proxy_behind_tls_with_a_stranger_for_a_certificate_is_named(
    encrypted: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", encrypted.url)
    with pytest.raises(TransportError, match=r"\(HTTP_PROXY\) has a TLS certificate that is not accepted"):
        ask("http://flyte.invalid")


def test_a_proxy_behind_tls_is_used(
    encrypted: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", encrypted.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ask("http://flyte.invalid") == 1


# --- TLS


def test_the_certificates_that_the_environment_names_are_used(
    encrypted: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TransportError, match="certificate"):
        ask(encrypted.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ask(encrypted.url) == 1


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"\x00" * 100, b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_certificate_file_that_cannot_be_used_is_named(
    encrypted: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(SetupError, match=r"SSL_CERT_FILE, .*authorities\.pem', cannot be used: .+ unset it"):
        ask(encrypted.url)


def test_a_folder_in_place_of_a_certificate_file_is_named(
    encrypted: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    with pytest.raises(SetupError, match="SSL_CERT_FILE"):
        ask(encrypted.url)


def test_a_certificate_folder_that_is_not_there_is_named(
    encrypted: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", "/no/such/folder")
    with pytest.raises(SetupError, match="SSL_CERT_DIR names no directory"):
        ask(encrypted.url)


def test_a_key_log_that_cannot_be_written_is_named(
    encrypted: ScriptedServer, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = TlsSettings(ca_cert_file=str(certificate))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "missing" / "keys"))
    with pytest.raises(SetupError, match="SSLKEYLOGFILE names a file that cannot be written"):
        ask(encrypted.url, given)
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert ask(encrypted.url, given) == 1
    assert (tmp_path / "keys").read_text().strip()


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_given_authority_needs_no_other(
    encrypted: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "/no/such/place")
    assert ask(encrypted.url, TlsSettings(ca_cert_file=str(certificate))) == 1
    assert ask(encrypted.url, TlsSettings(insecure_skip_verify=True)) == 1


def test_comments_in_a_certificate_file_may_be_of_any_language(encrypted: ScriptedServer, certificate: Path) -> None:
    certificate.write_bytes("# Zertifikat für Flyte\n".encode() + certificate.read_bytes())
    assert ask(encrypted.url, TlsSettings(ca_cert_file=str(certificate))) == 1


def test_a_given_authority_that_cannot_be_read_is_named(encrypted: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "nonsense").write_bytes("Zertifikat für Flyte".encode())
    for file in (tmp_path / "missing", tmp_path / "empty", tmp_path / "nonsense"):
        with pytest.raises(ApiError, match="CA certificate"):
            ask(encrypted.url, TlsSettings(ca_cert_file=str(file)))
