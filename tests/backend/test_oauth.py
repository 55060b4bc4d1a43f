"""Logins over OAuth2: a backend that says where tokens are had, and a token endpoint, both played on real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from flyte_widgets.api import credentials
from flyte_widgets.api.auth import CommandAuth, HeadersAuth, SdkAuth
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.config import ConnectionConfig, from_api_key
from flyte_widgets.api.oauth import ClientSecretAuth, LoginService
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ApiError, ProtocolError, TransportError, UnauthenticatedError, UnavailableError
from flyte_widgets.sdk.session import BrowserLogin
from tests.certificates import server_context, write_certificate
from tests.run_helpers import timely
from tests.scripted_server import HOLD, ScriptedServer, end_frame, frame, http, http_json, stream

DETAILS = http_json(200, {"details": {}})
SECRET = "s3cret with:colon"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "cert.pem")


@pytest.fixture
def backend(certificate: Path) -> Iterator[ScriptedServer]:
    """A backend behind a private CA that wants its token as `flyte-authorization`, and gives "token-1", "token-2"."""
    server = ScriptedServer(server_context(certificate))
    server.reply("GetRunDetails", DETAILS)
    server.reply(
        "GetOAuth2Metadata",
        http_json(
            200,
            {
                "tokenEndpoint": f"{server.url}/token",
                "deviceAuthorizationEndpoint": f"{server.url}/device",
                "authorizationEndpoint": f"{server.url}/authorize",
            },
        ),
    )
    config = {"authorizationMetadataKey": "Flyte-Authorization", "scopes": ["all", "offline"], "audience": "https://a"}
    server.reply("GetPublicClientConfig", http_json(200, {**config, "clientId": "cli", "redirectUri": "http://l:1/cb"}))
    server.reply("token", http_json(200, {"access_token": "token-1", "expires_in": 3600}))
    server.then("token", http_json(200, {"access_token": "token-2", "expires_in": 3600}))
    yield server
    server.close()


@pytest.fixture
def tls(certificate: Path) -> TlsSettings:
    return TlsSettings(ca_cert_file=str(certificate))


def client_secret(server: ScriptedServer, tls: TlsSettings, **kwargs: Any) -> ClientSecretAuth:
    return ClientSecretAuth(LoginService(server.url, tls, kwargs.pop("proxy", None)), "me", SECRET, **kwargs)


def call(server: ScriptedServer, tls: TlsSettings, auth: Any, times: int = 1) -> None:
    """Read a run's details some times with one client."""

    async def main() -> None:
        client = FlyteClient(server.url, project="p", domain="d", tls=tls, auth=auth)
        try:
            for _ in range(times):
                await client.get_run_details(client.run_identifier("r"))
        finally:
            await client.aclose()

    asyncio.run(main())


def tokens_sent(server: ScriptedServer) -> list[str | None]:
    return [r.headers.get("flyte-authorization") for r in server.requests if r.method == "GetRunDetails"]


def test_a_client_secret_buys_a_token_behind_a_private_ca(backend: ScriptedServer, tls: TlsSettings) -> None:
    """Scopes and audience are the backend's, the CA serves for the token, too, which goes where it is wanted."""
    call(backend, tls, client_secret(backend, tls), times=3)
    assert [request.method for request in backend.requests] == [
        "GetOAuth2Metadata", "GetPublicClientConfig", "token", *["GetRunDetails"] * 3,
    ]  # fmt: skip
    asked = backend.requests[2]
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["all offline"],
        "audience": ["https://a"],
    }
    basic = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert basic == "me:s3cret+with%3Acolon"
    assert tokens_sent(backend) == ["Bearer token-1"] * 3
    assert "authorization" not in backend.requests[-1].headers


def test_the_request_for_a_token_is_the_sdks(backend: ScriptedServer, tls: TlsSettings, certificate: Path) -> None:
    """The SDK, asked for the same, sends the same form and the same basic authentication."""
    call(backend, tls, client_secret(backend, tls, scopes=("mine",)))
    code = """
import asyncio, httpx, ssl, sys
from flyte.remote._client.auth._token_client import get_basic_authorization_header, get_token
async def main():
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=sys.argv[2])) as session:
        await get_token(sys.argv[1], session, scopes=["mine"], audience="https://a",
                        authorization_header=get_basic_authorization_header("me", sys.argv[3]))
asyncio.run(main())
"""
    command = [sys.executable, "-c", code, f"{backend.url}/token", str(certificate), SECRET]
    subprocess.run(command, check=True)
    ours, theirs = [request for request in backend.requests if request.method == "token"]
    assert parse_qs(ours.body.decode()) == parse_qs(theirs.body.decode())
    assert ours.headers["authorization"] == theirs.headers["authorization"]


def test_a_refused_token_is_replaced_once(backend: ScriptedServer, tls: TlsSettings) -> None:
    """A 401 buys another; an "unauthenticated" inside a stream does so, too, and says that trying again may help."""
    backend.reply("GetRunDetails", http(401))
    backend.then("GetRunDetails", DETAILS)
    auth = client_secret(backend, tls)
    call(backend, tls, auth)
    assert tokens_sent(backend) == ["Bearer token-1", "Bearer token-2"]

    backend.reply("token", http_json(200, {"access_token": "token-3"}))
    backend.reply("WatchActions", stream(frame({}), end_frame("unauthenticated", "expired")))

    async def watch() -> None:
        client = FlyteClient(backend.url, tls=tls, auth=auth)
        with pytest.raises(UnauthenticatedError) as caught:
            async for _ in client.watch_actions(client.run_identifier("r")):
                pass
        assert caught.value.transient
        assert await auth.headers() == {"flyte-authorization": "Bearer token-3"}
        await client.aclose()

    asyncio.run(watch())


class Clock:
    """The clock by which tokens run out, moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(credentials, "time", clock)
    return clock


def test_a_token_is_renewed_before_it_runs_out(backend: ScriptedServer, tls: TlsSettings, clock: Clock) -> None:
    """Nobody sees a 401 for it: after nine tenths of a short life, the next call goes out with a new one."""
    backend.reply("token", http_json(200, {"access_token": "token-1", "expires_in": 100}))
    backend.then("token", http_json(200, {"access_token": "token-2", "expires_in": "3600"}))

    async def main() -> None:
        auth = client_secret(backend, tls)
        client = FlyteClient(backend.url, tls=tls, auth=auth)
        for _ in range(3):
            await client.get_run_details(client.run_identifier("r"))
            clock.now_s += 46
        await client.aclose()

    asyncio.run(main())
    assert tokens_sent(backend) == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_a_failed_renewal_does_not_waste_a_good_token(backend: ScriptedServer, tls: TlsSettings, clock: Clock) -> None:
    """Within the last tenth of its life a token still serves when there is no other; after it, the reason is told."""
    backend.reply("token", http_json(200, {"access_token": "token-1", "expires_in": 200}))
    backend.then("token", http(503))

    async def main() -> None:
        auth = client_secret(backend, tls)
        assert await auth.headers() == {"flyte-authorization": "Bearer token-1"}
        clock.now_s += 185
        assert await auth.headers() == {"flyte-authorization": "Bearer token-1"}
        clock.now_s += 25
        with pytest.raises(UnavailableError):
            await auth.headers()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("reply", "kind", "says", "transient"),
    [
        (http_json(401, {"error": "invalid_client", "error_description": "no such app"}), UnauthenticatedError,
         r"login server 127.0.0.1:\d+ refused the client \(invalid_client: no such app\). Check the client id", False),
        (http_json(400, {}), UnauthenticatedError, "no reason given", False),
        (http(503, b"busy", retry_after="7"), UnavailableError, "HTTP 503", True),
        (http(200, b"<html>", content_type="text/html"), ProtocolError, "answered without a token", True),
        (http(302, location="https://login.example.com/?code=s3cret"), ProtocolError,
         "redirects to login.example.com", False),
        (http_json(200, {"access_token": ""}), ProtocolError, "answered without a token", True),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_token_endpoint_is_told(
    backend: ScriptedServer, tls: TlsSettings, reply: bytes, kind: type[ApiError], says: str, transient: bool
) -> None:
    """Refused, busy, not what it should be: each by its name; only what may pass is tried again."""
    backend.reply("token", reply)
    with pytest.raises(kind, match=says) as caught:
        call(backend, tls, client_secret(backend, tls))
    assert caught.value.transient is transient
    assert "s3cret" not in str(caught.value)
    assert tokens_sent(backend) == []


@pytest.mark.parametrize("endpoint", ["http://login.example.com/token", "ftp://x", "", "nonsense", "https://"])
def test_a_secret_is_not_sent_where_it_can_be_read(backend: ScriptedServer, tls: TlsSettings, endpoint: str) -> None:
    """The backend says where tokens are had, but not that it be without TLS."""
    backend.reply("GetOAuth2Metadata", http_json(200, {"tokenEndpoint": endpoint}))
    with pytest.raises(ProtocolError, match="no token endpoint that a secret could be sent to"):
        call(backend, tls, client_secret(backend, tls))


def test_a_silent_token_endpoint_does_not_hold_up_calls(
    backend: ScriptedServer, tls: TlsSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call gives up after a while, with an error that is tried again, and the loop is free meanwhile."""
    monkeypatch.setattr(credentials, "WAIT_S", 0.3)
    backend.reply("token", HOLD)
    begun = time.monotonic()
    with pytest.raises(TransportError, match="login server did not answer"):
        call(backend, tls, client_secret(backend, tls))
    timely(time.monotonic() - begun, 2)


def test_a_proxys_token_goes_along_to_its_own_host_only(
    backend: ScriptedServer, tls: TlsSettings, certificate: Path
) -> None:
    """Discovery and a token endpoint behind the proxy get it; a login server elsewhere does not."""
    proxy = HeadersAuth({"proxy-authorization": "Bearer for-the-proxy"})
    call(backend, tls, client_secret(backend, tls, proxy=proxy))
    assert [r.headers.get("proxy-authorization") for r in backend.requests[:3]] == ["Bearer for-the-proxy"] * 3

    elsewhere = ScriptedServer(server_context(certificate))
    elsewhere.reply("token", http_json(200, {"access_token": "token-9"}))
    backend.reply("GetOAuth2Metadata", http_json(200, {"tokenEndpoint": f"{elsewhere.url}/token"}))
    call(backend, tls, client_secret(backend, tls, proxy=proxy))
    elsewhere.close()
    assert tokens_sent(backend)[-1] == "Bearer token-9"
    assert "proxy-authorization" not in elsewhere.requests[0].headers


def test_an_api_key_is_enough(backend: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoint with port, client and secret come from the key; SSL_CERT_FILE is used for all, the token included."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    key = base64.b64encode(f"127.0.0.1:{backend.port}:me:{SECRET}:acme".encode()).decode()
    config = from_api_key(key, project="p", domain="d")
    assert config.org == "acme"

    async def main(config: ConnectionConfig) -> None:
        client = FlyteClient.from_config(config)
        await client.get_run_details(client.run_identifier("r"))
        await client.aclose()

    asyncio.run(main(config))
    assert tokens_sent(backend) == ["Bearer token-1"]


@pytest.mark.parametrize(
    ("config", "header"),
    [
        (http_json(200, {"authorizationMetadataKey": "x-flyte-token"}), "x-flyte-token"),
        (http_json(200, {}), "authorization"),
        (http_json(200, {"authorizationMetadataKey": "bad name\r\n"}), "authorization"),
        (http_json(501, {"code": "unimplemented"}), "authorization"),
        (http(404), "authorization"),
    ],
)
def test_a_commands_token_goes_where_the_backend_wants_it(
    backend: ScriptedServer, tls: TlsSettings, config: bytes, header: str
) -> None:
    """The SDK never asks for that; a backend that does not say takes the usual header."""
    backend.reply("GetPublicClientConfig", config)
    auth = CommandAuth([sys.executable, "-c", "print('made')"], header=LoginService(backend.url, tls).header)
    call(backend, tls, auth)
    assert backend.requests[-1].headers[header] == "Bearer made"


# The SDK's own logins

SDK_LOGIN = """
import asyncio, sys
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.config import discover
config = discover()
print("flyte" in sys.modules, repr(config.auth))
async def main():
    client = FlyteClient.from_config(config)
    for _ in range(2):
        try:
            await client.get_run_details(client.run_identifier("r"))
            print("read")
        except Exception as error:
            print(type(error).__name__, error)
    await client.aclose()
asyncio.run(main())
"""


def run_with_file(tmp_path: Path, admin: dict[str, Any], code: str = SDK_LOGIN) -> str:
    """Run in a process of its own, with nothing but this configuration file; gives what it printed."""
    home = tmp_path / "home"
    (home / ".flyte").mkdir(parents=True, exist_ok=True)
    document = {"admin": admin, "task": {"project": "p", "domain": "d"}}
    (home / ".flyte/config.yaml").write_text(json.dumps(document))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLYTE_")}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_device_flow_runs_from_a_configuration_file_alone(
    backend: ScriptedServer, certificate: Path, tmp_path: Path
) -> None:
    """Without `flyte.init()`: the SDK's authenticator shows the page, polls, and its token goes to the right header."""
    backend.reply("GetRunDetails", http(401))
    backend.then("GetRunDetails", DETAILS)
    backend.reply("device", http_json(200, {
        "device_code": "d", "user_code": "ABCD-EFGH", "verification_uri": "https://login.example.com/activate",
        "expires_in": 60, "interval": 1,
    }))  # fmt: skip
    backend.reply("token", http_json(400, {"error": "authorization_pending"}))
    backend.then("token", http_json(200, {"access_token": "from-device", "expires_in": 3600}))
    said = run_with_file(tmp_path, {
        "endpoint": f"127.0.0.1:{backend.port}", "authType": "DeviceFlow", "caCertFilePath": str(certificate),
        "disableKeyring": True,
    })  # fmt: skip
    assert said.startswith("False SdkAuth()\n")
    assert "ABCD-EFGH" in said
    assert said.count("read") == 2
    assert tokens_sent(backend) == [None, "Bearer from-device", "Bearer from-device"]


def test_a_login_kept_by_the_sdk_is_used_without_asking_anybody(
    backend: ScriptedServer, certificate: Path, tmp_path: Path
) -> None:
    """A token in the SDK's keyring goes out with the first request, in the right header."""
    store = f"""
import keyring
from flyte._keyring.file import SimplePlainTextKeyring
from flyte.remote._client.auth._keyring import Credentials, KeyringStore
keyring.set_keyring(SimplePlainTextKeyring())
KeyringStore.store(Credentials(access_token="kept", for_endpoint="https://127.0.0.1:{backend.port}"))
"""
    said = run_with_file(
        tmp_path,
        {"endpoint": f"127.0.0.1:{backend.port}", "authType": "Pkce", "caCertFilePath": str(certificate)},
        store + SDK_LOGIN,
    )
    assert said.count("read") == 2
    assert tokens_sent(backend) == ["Bearer kept", "Bearer kept"]


def test_without_the_sdk_a_browser_login_says_what_to_do(
    backend: ScriptedServer, certificate: Path, tmp_path: Path
) -> None:
    """Where it goes without a login it goes; where not, the error names the ways out."""
    hide = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name == "flyte": raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hide())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "flyte" else found(name, package)
"""
    backend.then("GetRunDetails", http(401))
    said = run_with_file(
        tmp_path, {"endpoint": f"127.0.0.1:{backend.port}", "caCertFilePath": str(certificate)}, hide + SDK_LOGIN
    )
    first, second = said.splitlines()[1:]
    assert first == "read"
    assert second.startswith("UnauthenticatedError This backend asks for a login in the browser")
    assert "Install flyte, or give a token" in second


def test_a_login_that_nobody_completes_ends(
    backend: ScriptedServer, tls: TlsSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop stays free, calls say "login needed", the login is given up, and not begun again at once."""
    monkeypatch.setattr(credentials, "WAIT_S", 0.5)
    monkeypatch.setattr("flyte_widgets.api.auth.LOGIN_LIMIT_S", 3.0)
    backend.reply("GetRunDetails", http(401))
    backend.reply("device", http_json(200, {
        "device_code": "d", "user_code": "u", "verification_uri": "https://l.example.com", "expires_in": 60,
        "interval": 1,
    }))  # fmt: skip
    backend.reply("token", http_json(400, {"error": "authorization_pending"}))
    service = LoginService(backend.url, tls)
    auth = SdkAuth(BrowserLogin("DeviceFlow", service, disable_keyring=True), header=service.header)

    async def main() -> list[str]:
        client = FlyteClient(backend.url, tls=tls, auth=auth)
        said = []
        while not said or not said[-1].startswith("Nobody completed"):
            begun = time.monotonic()
            with pytest.raises(UnauthenticatedError) as caught:
                await client.get_run_details(client.run_identifier("r"))
            timely(time.monotonic() - begun, 2)
            said.append(caught.value.message)
            await asyncio.sleep(0.3)
        await client.aclose()
        return said

    said = asyncio.run(main())
    assert "A login is needed and has not been completed yet." in said
    assert said[-1].startswith("Nobody completed the SDK's login")
    assert sum(request.method == "device" for request in backend.requests) == 1
    assert threading.active_count() < 10


def test_headers_for_one_call_are_those_of_its_context(backend: ScriptedServer, certificate: Path) -> None:
    """`flyte.init_passthrough()`: who asks within `auth_metadata()` gets a connection with those headers."""
    code = """
import asyncio, sys, flyte, flyte.remote
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.config import discover
flyte.init(endpoint=sys.argv[1], ca_cert_file_path=sys.argv[2], project="p", domain="d", auth_type="Passthrough")
async def read(config):
    client = FlyteClient.from_config(config)
    await client.get_run_details(client.run_identifier("r"))
    await client.aclose()
with flyte.remote.auth_metadata(("flyte-authorization", "Bearer anna")):
    anna = discover()
    assert anna == discover()
with flyte.remote.auth_metadata(("flyte-authorization", "Bearer bert")):
    bert = discover()
assert anna != bert
for config in (anna, bert, discover()):
    asyncio.run(read(config))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, f"127.0.0.1:{backend.port}", str(certificate)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert tokens_sent(backend) == ["Bearer anna", "Bearer bert", None]
