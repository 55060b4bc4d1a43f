"""Credentials: where they come from, when they are fetched again, and that nobody gets to see them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flyte.remote._client.auth._authenticators.external_command import AsyncCommandAuthenticator

from flyte_widgets.api import credentials
from flyte_widgets.api.auth import (
    BearerAuth,
    CombinedAuth,
    CommandAuth,
    HeadersAuth,
    SdkAuth,
    auth_from,
)
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.oauth import LoginService
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ConfigError, TransportError, UnauthenticatedError
from tests.certificates import server_context, write_certificate
from tests.run_helpers import PATIENCE_S
from tests.scripted_server import ScriptedServer, http, http_json

DETAILS = http_json(200, {"details": {}})


@pytest.fixture
def counting(tmp_path: Path) -> list[str]:
    """A command that prints "token-1", "token-2" ...: how often it ran is seen in its token."""
    code = (
        "import pathlib, sys; path = pathlib.Path(sys.argv[1]); path.open('a').write('x'); "
        "print(f'token-{len(path.read_text())}')"
    )
    return [sys.executable, "-c", code, str(tmp_path / "count")]


def sent(auth: Any, *replies: bytes, calls: int = 1) -> list[dict[str, str]]:
    """The headers that reach a server which gives these replies in turn."""
    server = ScriptedServer()
    server.reply("GetRunDetails", replies[0])
    for reply in replies[1:]:
        server.then("GetRunDetails", reply)

    async def main() -> None:
        client = FlyteClient(server.url, project="p", domain="d", auth=auth)
        try:
            for _ in range(calls):
                await client.get_run_details(client.run_identifier("r"))
        finally:
            await client.aclose()

    try:
        asyncio.run(main())
    finally:
        server.close()
    return [request.headers for request in server.requests]


def fetch(auth: credentials.CredentialAuth) -> dict[str, str]:
    return dict(asyncio.run(auth.headers()))  # type: ignore[arg-type]


def test_each_kind_of_value_becomes_its_authentication() -> None:
    """Token, function, headers, any httpx.Auth, or nothing; what else is given is named by its type only."""
    assert auth_from(None) is None
    assert sent("t0ken", DETAILS)[0]["authorization"] == "Bearer t0ken"
    assert sent("Bearer t0ken\n", DETAILS)[0]["authorization"] == "Bearer t0ken"
    assert sent(lambda: "made", DETAILS)[0]["authorization"] == "Bearer made"
    assert sent({"Flyte-Authorization": "x"}, DETAILS)[0]["flyte-authorization"] == "x"
    assert sent(httpx.BasicAuth("u", "p"), DETAILS)[0]["authorization"].startswith("Basic ")
    with pytest.raises(ConfigError, match="auth has the type tuple") as caught:
        auth_from(("user", "s3cret"))  # type: ignore[arg-type]
    assert "s3cret" not in str(caught.value)


def test_no_repr_shows_a_credential() -> None:
    """Names and kinds only."""
    command = CommandAuth(["/usr/bin/uctl", "--secret", "s3cret"])
    shown = [
        *(
            repr(auth)
            for auth in (BearerAuth("s3cret"), BearerAuth(lambda: "s3cret"), HeadersAuth({"X-Key": "s3cret"}))
        ),
        *(repr(auth) for auth in (command, SdkAuth([]), CombinedAuth(command, HeadersAuth({"a": "s3cret"})))),
    ]
    assert shown == [
        "BearerAuth(<token>)",
        "BearerAuth(<function>)",
        "HeadersAuth(x-key)",
        "CommandAuth('uctl')",
        "SdkAuth()",
        "CombinedAuth(CommandAuth('uctl'), HeadersAuth(a))",
    ]


@pytest.mark.parametrize("token", ["s3cret\nx: y", "s3cret\0", "s3crét", "s3cret\r"])
def test_a_malformed_token_is_refused_without_being_shown(token: str) -> None:
    """HTTP's own complaint would show it."""
    with pytest.raises(ConfigError, match="line break or another character") as caught:
        HeadersAuth({"authorization": token})
    assert "s3cr" not in str(caught.value)


def test_a_command_runs_once_until_it_is_refused(counting: list[str]) -> None:
    """Its token is kept over calls; a 401 runs it again, for all that come after."""
    headers = sent(CommandAuth(counting), DETAILS, DETAILS, http(401), DETAILS, calls=4)
    assert [sent["authorization"] for sent in headers] == [
        "Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2",
    ]  # fmt: skip


def test_many_refused_calls_run_the_command_once(counting: list[str]) -> None:
    """What waits at the same time shares one attempt; who was refused with an older token takes the new one."""

    async def main() -> None:
        auth = CommandAuth(counting)
        await asyncio.gather(*(auth.headers() for _ in range(20)))
        used = dict(await auth.headers())
        assert all(await asyncio.gather(*(auth.refresh(used) for _ in range(20))))
        assert await auth.refresh(used)
        assert await auth.headers() == {"authorization": "Bearer token-2"}

    asyncio.run(main())


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([sys.executable, "-c", "print('s3cret'); raise SystemExit(3)"], "failed with exit code 3"),
        (["/no/such/s3cret-command"], "could not be started"),
        ([sys.executable, "-c", "pass"], "gave none"),
        ([sys.executable, "-c", "import time; print('s3cret', flush=True); time.sleep(60)"], "did not end within"),
    ],
)
def test_a_failing_command_says_what_happened_and_not_what_it_printed(argv: list[str], says: str) -> None:
    """Exit code, missing command, empty output, no end: each by name, each without output and arguments."""
    with pytest.raises(UnauthenticatedError, match=says) as caught:
        fetch(CommandAuth(argv, timeout_s=0.5))
    assert "print" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_blocking_function_does_not_block_the_loop() -> None:
    """It runs in a thread: the loop goes on meanwhile."""

    async def main() -> int:
        ticked = threading.Event()
        task = asyncio.ensure_future(BearerAuth(lambda: ticked.wait(PATIENCE_S) and "t").headers())
        ticks = 0
        while not task.done():
            await asyncio.sleep(0.02)
            ticks += 1
            if ticks == 3:
                ticked.set()
        assert await task == {"authorization": "Bearer t"}
        return ticks

    assert asyncio.run(main()) >= 3


def test_a_login_that_takes_long_is_said_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call waits for a while and says that a login is needed; the login itself is not given up for that."""
    monkeypatch.setattr(credentials, "WAIT_S", 0.1)
    calls = []
    completed = threading.Event()

    def log_in() -> str:
        calls.append(1)
        completed.wait(PATIENCE_S)
        return "late"

    async def main() -> None:
        auth = BearerAuth(log_in)
        with pytest.raises(UnauthenticatedError, match="A login is needed"):
            await auth.headers()
        completed.set()
        monkeypatch.setattr(credentials, "WAIT_S", PATIENCE_S)
        assert await auth.headers() == {"authorization": "Bearer late"}
        assert len(calls) == 1

    asyncio.run(main())


def test_a_failing_function_is_named_and_tried_again() -> None:
    """Its exception is the cause; the next call asks it anew."""
    results: list[Any] = [KeyError("x"), "t"]

    def flaky() -> str:
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return str(result)

    async def main() -> None:
        auth = BearerAuth(flaky)
        with pytest.raises(UnauthenticatedError, match="failed with KeyError") as caught:
            await auth.headers()
        assert isinstance(caught.value.__cause__, KeyError)
        assert await auth.headers() == {"authorization": "Bearer t"}

    asyncio.run(main())


def test_combined_credentials_send_and_refresh_all(counting: list[str]) -> None:
    """One for Flyte, one for the proxy before it."""
    auth = CombinedAuth(HeadersAuth({"authorization": "fixed"}), CommandAuth(counting, header="Proxy-Authorization"))
    headers = sent(auth, http(401), DETAILS)
    assert [(sent["authorization"], sent["proxy-authorization"]) for sent in headers] == [
        ("fixed", "Bearer token-1"),
        ("fixed", "Bearer token-2"),
    ]


def test_the_sdks_own_authenticator_is_asked_on_its_own_loop(counting: list[str]) -> None:
    """A real one of the SDK: no header at first, a login after the 401, and another when that one is refused."""
    source = AsyncCommandAuthenticator(command=counting, endpoint="h", disable_keyring=True)
    headers = sent(SdkAuth([source]), http(401), DETAILS, http(401), DETAILS, calls=2)
    assert [sent.get("authorization") for sent in headers] == [
        None, "Bearer token-1", "Bearer token-1", "Bearer token-2",
    ]  # fmt: skip


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    return write_certificate(tmp_path_factory.mktemp("tls") / "cert.pem")


@pytest.fixture
def secure(certificate: Path) -> Iterator[ScriptedServer]:
    server = ScriptedServer(server_context(certificate))
    server.reply("GetRunDetails", DETAILS)
    yield server
    server.close()


def call(url: str, tls: TlsSettings | None = None, auth: Any = None) -> None:
    async def main() -> None:
        client = FlyteClient(url, project="p", domain="d", tls=tls, auth=auth)
        try:
            await client.get_run_details(client.run_identifier("r"))
        finally:
            await client.aclose()

    asyncio.run(main())


def test_a_private_ca_is_trusted_only_where_it_is_given(
    secure: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By file, by its text, by SSL_CERT_FILE, or by not verifying; else the error names reason and remedy."""
    with pytest.raises(
        TransportError, match=r"certificate of 127.0.0.1:\d+ is not accepted: self.signed.*ca_cert_file"
    ):
        call(secure.url)
    call(secure.url, TlsSettings(ca_cert_file=str(certificate)))
    call(secure.url, TlsSettings(ca_cert_pem=certificate.read_bytes()))
    call(secure.url, TlsSettings(insecure_skip_verify=True))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    call(secure.url)


def test_tls_and_plain_http_mixed_up_are_told_apart(secure: ScriptedServer) -> None:
    """TLS to a plain server says so; plain HTTP to a TLS server is a lost connection."""
    plain = ScriptedServer()
    with pytest.raises(TransportError, match=r"TLS with 127.0.0.1:\d+ failed.*http://"):
        call(f"https://127.0.0.1:{plain.port}")
    plain.close()
    with pytest.raises(TransportError, match="was lost"):
        call(f"http://127.0.0.1:{secure.port}")


@pytest.mark.parametrize(("content", "says"), [(None, "cannot be read .No such file"), ("junk", "Is it PEM")])
def test_a_ca_that_cannot_be_read_is_a_config_error(tmp_path: Path, content: str | None, says: str) -> None:
    """A missing file and one that is no certificate are told before anything is sent."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=says):
        call("https://127.0.0.1:1", TlsSettings(ca_cert_file=str(path)))


def test_flyte_init_gives_endpoint_project_ca_and_login(
    secure: ScriptedServer, certificate: Path, counting: list[str]
) -> None:
    """After `flyte.init()` in a process of its own, everything is taken from the SDK, its login included.

    The token goes where the backend wants it: the SDK itself would never find out.
    """
    secure.reply("GetRunDetails", http(401))
    secure.then("GetRunDetails", DETAILS)
    secure.reply("GetPublicClientConfig", http_json(200, {"authorizationMetadataKey": "flyte-authorization"}))
    code = """
import asyncio, sys, flyte
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.config import discover
from tests.run_helpers import PATIENCE_S
endpoint, ca, *command = sys.argv[1:]
flyte.init(endpoint=endpoint, ca_cert_file_path=ca, project="p", domain="d", org="acme",
           auth_type="ExternalCommand", command=command, disable_keyring=True)
config = discover()
print(config, config.org, config.auth)
async def main():
    client = FlyteClient.from_config(config)
    await client.get_run_details(client.run_identifier("r"))
    await client.aclose()
asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, f"127.0.0.1:{secure.port}", str(certificate), *counting]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    expected = f"ConnectionConfig('127.0.0.1:{secure.port}', project='p', domain='d', from flyte.init()) acme SdkAuth()"
    assert expected in done.stdout
    assert [(request.method, request.headers.get("flyte-authorization")) for request in secure.requests] == [
        ("GetRunDetails", None),
        ("GetPublicClientConfig", None),
        ("GetRunDetails", "Bearer token-1"),
    ]
    assert secure.requests[2].message == {"runId": {"org": "acme", "project": "p", "domain": "d", "name": "r"}}


def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY with its user and password, for the run as for a login; not for NO_PROXY, nor for loopback."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    proxy, near = ScriptedServer(), ScriptedServer()
    proxy.reply("GetRunDetails", DETAILS)
    proxy.reply("GetPublicClientConfig", http_json(200, {"authorizationMetadataKey": "x-token"}))
    near.reply("GetRunDetails", DETAILS)
    monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://us3r:p%40ss@"))
    monkeypatch.setenv("NO_PROXY", "inside.invalid")
    url = "http://backend.invalid/base"
    auth = CommandAuth([sys.executable, "-c", "print('made')"], header=LoginService(url, TlsSettings()).header)
    try:
        call(url, auth=auth)
        call(near.url)
        with pytest.raises(TransportError, match=r"inside\.invalid is not known"):
            call("http://inside.invalid")
    finally:
        proxy.close()
        near.close()
    assert [request.path.partition("/flyteidl2.")[0] for request in proxy.requests] == [url, url]
    assert proxy.requests[1].headers["x-token"] == "Bearer made"
    assert all(r.headers["proxy-authorization"] == "Basic dXMzcjpwQHNz" for r in proxy.requests)
    assert len(near.requests) == 1
