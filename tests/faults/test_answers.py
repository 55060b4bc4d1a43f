"""What stands before a backend answers in its place: logins, refusals, proxies, redirects; and TLS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import (
    ApiError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    UnauthenticatedError,
    UnimplementedError,
)
from flyte_widgets.watch import model
from tests.fault_proxy import Exchange, Fault, FaultProxy, pass_on
from tests.faults.faults import answer, connect_error, is_stream, refused_in_stream
from tests.faults.scene import Scene, selection
from tests.run_helpers import PATIENCE_S, timely
from tests.server_process import ServerProcess

Report = Callable[..., None]

LOGIN_PAGE = b"<!doctype html><title>Sign in</title><form action='/login'></form>"

#: Fault, its name, the state that it leads to, words that the message must have.
ANSWERS: list[tuple[str, Fault, str, str]] = [
    ("401", connect_error(401, "unauthenticated", "token expired"), "login_needed", "token expired"),
    ("plain 401", answer(401), "login_needed", "401"),
    ("403", connect_error(403, "permission_denied", "no access"), "forbidden", "no access"),
    ("plain-text 404", answer(404, b"404 page not found", content_type="text/plain"), "reconnecting", "404"),
    ("plain 415", answer(415), "reconnecting", "415"),
    (
        "HTML from a login proxy, with 200",
        answer(200, LOGIN_PAGE, content_type="text/html"),
        "reconnecting",
        "text/html",
    ),
    ("302 to a login page", answer(302, location="https://login.invalid/in"), "reconnecting", "login.invalid"),
    ("redirect loop", answer(307, location="/again"), "reconnecting", "redirects"),
    ("plain 503 of a proxy", answer(503, b"no upstream", content_type="text/plain"), "reconnecting", "503"),
    ("unauthenticated inside a stream", refused_in_stream("unauthenticated", "expired"), "login_needed", "expired"),
]


@pytest.fixture
def quick_recheck(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only a person can mend is looked at again every second, not every fifteen."""
    monkeypatch.setattr(model, "RECHECK_S", 1.0)


@pytest.mark.usefixtures("quick_recheck")
@pytest.mark.parametrize(("name", "fault", "state", "words"), selection(ANSWERS, "302 to a login page"))
def test_an_answer_that_is_not_flytes(
    scene: Scene, report: Report, name: str, fault: Fault, state: str, words: str
) -> None:
    """It begins in the middle of a run and lasts: it is said what it is and what to do. After it, all is right."""
    scene.simulate()
    scene.until_said("live")
    scene.proxy.on("*", fault)
    scene.proxy.cut()
    said = scene.until_said(state)
    scene.until(lambda: words in scene.run.connection.message)
    assert said.hint
    facts = scene.until_ended()
    scene.proxy.heal()
    took_s = scene.expect_truth(facts)
    timely(took_s, 5)
    scene.expect_ended()
    report(name, scene.diary.of(state), took_s)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (connect_error(401, "unauthenticated", "no token"), UnauthenticatedError),
        (connect_error(403, "permission_denied", "no"), PermissionDeniedError),
        (answer(404, b"404 page not found", content_type="text/plain"), UnimplementedError),
        (answer(200, LOGIN_PAGE, content_type="text/html"), ProtocolError),
        (answer(302, location="https://login.invalid/in"), ProtocolError),
    ],
)
def test_a_run_that_cannot_be_read_raises(scene: Scene, fault: Fault, error: type[ApiError]) -> None:
    """From the beginning: the properties and wait() say so instead of waiting for ever."""
    scene.proxy.on("*", fault)
    scene.simulate()
    with pytest.raises(error):
        _ = scene.run.phase
    with pytest.raises(error):
        scene.run.wait(PATIENCE_S)


def test_no_credentials_for_another_host(shared_server: ServerProcess, report: Report) -> None:
    """A redirect to another host is not followed, by no call: nobody there sees the token."""
    other = FaultProxy(shared_server.endpoint)
    proxy = FaultProxy(shared_server.endpoint)
    proxy.on("*", answer(307, location=other.endpoint + "/flyteidl2.workflow.RunService/GetRunDetails"))
    scene = Scene(shared_server, proxy, auth="secret-token-that-nobody-sees")
    scene.simulate()
    said = scene.until_said("failed")
    time.sleep(0.5)
    assert proxy.log[0].headers["authorization"] == "Bearer secret-token-that-nobody-sees"
    assert other.attempts == []
    scene.expect_nothing_left()
    proxy.close()
    other.close()
    report("redirect to another host", said)


@pytest.mark.usefixtures("quick_recheck")
def test_a_token_that_expires_in_the_middle(shared_server: ServerProcess, report: Report) -> None:
    """The callable that gives tokens is asked again, and nothing of it is seen."""
    proxy = FaultProxy(shared_server.endpoint)
    valid = ["first-token"]

    async def guarded(exchange: Exchange) -> None:
        if exchange.headers.get("authorization") == f"Bearer {valid[-1]}":
            await pass_on(exchange)
        elif is_stream(exchange):
            await refused_in_stream("unauthenticated", "token expired")(exchange)
        else:
            await connect_error(401, "unauthenticated", "token expired")(exchange)

    proxy.on("*", guarded)
    scene = Scene(shared_server, proxy, auth=lambda: valid[-1])
    scene.simulate()
    scene.until_said("live")
    valid.append("second-token")
    proxy.cut()
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    assert "login_needed" not in scene.diary.states
    scene.expect_nothing_left()
    proxy.close()
    report("token expires in the middle of a run", scene.diary.of("live"), took_s)


class Authority:
    """A private certificate authority."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fault Test CA")])
        builder = self._builder(self._name, self._key.public_key(), days=1)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def context(self, address: str, *, days: int = 1) -> ssl.SSLContext:
        """The context of a server at an IP address; `days` negative: expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = self._builder(name, key.public_key(), days=days).add_extension(names, critical=False)
        file = self._folder / f"server-{address}-{days}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signed = builder.sign(self._key, hashes.SHA256())
        file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, days: int) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=10))
            .not_valid_after(now + dt.timedelta(days=days))
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def tls_scene(shared_server: ServerProcess) -> Iterator[Callable[..., Scene]]:
    """A scene behind a proxy that speaks TLS."""
    scenes: list[Scene] = []

    def make(context: ssl.SSLContext, **client: object) -> Scene:
        scenes.append(Scene(shared_server, FaultProxy(shared_server.endpoint, tls=context), **client))
        return scenes[-1]

    yield make
    for scene in scenes:
        scene.expect_nothing_left()
        scene.proxy.close()


@pytest.mark.parametrize(
    ("name", "address", "days", "given", "words"),
    [
        ("TLS: expired", "127.0.0.1", -1, True, "expired"),
        ("TLS: wrong host", "127.0.0.2", 1, True, "mismatch"),
        ("TLS: private CA, not given", "127.0.0.1", 1, False, "unable to get local issuer"),
    ],
)
def test_a_certificate_that_is_not_accepted(
    authority: Authority,
    tls_scene: Callable[..., Scene],
    report: Report,
    name: str,
    address: str,
    days: int,
    given: bool,
    words: str,
) -> None:
    """It is said what is wrong with it, and what to do; no call gets through."""
    tls = TlsSettings(ca_cert_file=str(authority.file)) if given else None
    scene = tls_scene(authority.context(address, days=days), tls=tls)
    scene.simulate()
    said = scene.until_said("failed")
    assert words in said.message
    assert "ca_cert_file" in said.hint
    assert scene.proxy.calls == []
    report(name, said)


def test_a_private_authority_that_is_given(
    authority: Authority, tls_scene: Callable[..., Scene], report: Report
) -> None:
    """With its certificate given, all is as ever."""
    scene = tls_scene(authority.context("127.0.0.1"), tls=TlsSettings(ca_cert_file=str(authority.file)))
    scene.simulate()
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    report("TLS: private CA, given", scene.diary.of("live"), took_s)


def test_a_run_that_is_not_there(scene: Scene, report: Report) -> None:
    """The backend does not know the run: it is said, with what to check; a run of that name is found later."""
    scene.watch("r-nobody-knows")
    said = scene.until_said("not_found")
    assert "r-nobody-knows" in said.message
    with pytest.raises(NotFoundError):
        scene.run.wait(PATIENCE_S)
    report("unknown run", said)
