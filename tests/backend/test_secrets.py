"""No secret comes out: good and failing sessions with planted secrets, and everything that could show one searched."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import secrets
import socket
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

import flyte_widgets as fw
from flyte_widgets.api.auth import BearerAuth, CommandAuth
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.config import ConnectionConfig, from_api_key
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.api.oauth import ClientSecretAuth, LoginService
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ApiError, FlyteWidgetsError, RpcError
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.backends import backend_of
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.static_view.collect import snapshot_of
from flyte_widgets.widgets.static_view.html import page
from flyte_widgets.widgets.static_view.text import static_view_text
from tests.certificates import server_context, write_certificate
from tests.leaks import Ears, listening
from tests.run_helpers import eventually
from tests.scripted_server import (
    CLOSE,
    Request,
    ScriptedServer,
    Step,
    end_frame,
    frame,
    http,
    http_json,
    stream,
)
from tests.server_process import ServerProcess

METHODS = ("GetRunDetails", "GetActionDetails", "ListActions", "WatchActions", "WatchActionDetails", "AbortRun")


class Planted(NamedTuple):
    """A connection, and what must never be seen of it."""

    config: ConnectionConfig
    secrets: list[str]


def fresh(kind: str) -> str:
    """A secret that no other test has: what one test has made known is hidden in all later ones."""
    return f"{kind}-s3cret-{secrets.token_hex(8)}"


class OwnAuth(httpx.Auth):
    """What a user may write: nobody but HTTP knows what it sends."""

    def __init__(self, value: str) -> None:
        self._value = value

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["x-own-key"] = self._value
        yield request


def plant(kind: str, server: ScriptedServer, tls: TlsSettings | None = None) -> Planted:
    """Make a connection to the server with one kind of credentials, and a secret path."""
    secret, path = fresh(kind), fresh("path")
    url, known = f"{server.url}/{path}", [path]
    make: Callable[..., ConnectionConfig] = ConnectionConfig.make
    if kind == "token":
        config = make(url, auth=secret, tls=tls)
    elif kind == "headers":
        config = make(url, auth={"X-Api-Key": secret}, tls=tls)
    elif kind == "function":
        config = make(url, auth=BearerAuth(lambda: secret), tls=tls)
    elif kind == "command":
        config = make(url, auth=CommandAuth([sys.executable, "-c", f"print({secret!r})", f"--{secret}"]), tls=tls)
    elif kind == "userinfo":
        # With characters that are quoted in a URL, and a secret in the user's place as well.
        config = make(url.replace("://", f"://u%2F:{secret}%2Fx@"), tls=tls)
        known += [f"{secret}/x", base64.b64encode(f"u/:{secret}/x".encode()).decode()]
    elif kind == "own":
        config = make(url, auth=OwnAuth(secret), tls=tls)
    elif kind == "client secret":
        token = fresh("access")
        server.reply("GetOAuth2Metadata", http_json(200, {"tokenEndpoint": f"{server.url}/token"}))
        server.reply("GetPublicClientConfig", http_json(200, {}))
        server.reply("token", http_json(200, {"access_token": token, "expires_in": 3600}))
        config = make(url, auth=ClientSecretAuth(LoginService(url, tls or TlsSettings()), "me", secret), tls=tls)
        known += [token, base64.b64encode(f"me:{secret}".encode()).decode()]
    elif kind == "api key":
        token = fresh("access")
        server.reply("GetOAuth2Metadata", http_json(200, {"tokenEndpoint": f"{server.url}/token"}))
        server.reply("GetPublicClientConfig", http_json(200, {}))
        server.reply("token", http_json(200, {"access_token": token, "expires_in": 3600}))
        text = base64.b64encode(f"{url}:me:{secret}:org".encode()).decode()
        config = from_api_key(text)
        known += [text, token]
    else:
        raise AssertionError(kind)
    return Planted(config, [secret, *known])


HANDSHAKE = {"kind": "handshake", "id": 1, "seq": 0, "page": "one", "looks": True, "begins": True, "shows": []}
KINDS = ("token", "headers", "function", "command", "userinfo", "own", "client secret", "api key")


def echo(request: Request) -> str:
    """Everything that was sent, as a badly written backend might complain of it."""
    return f"bad request {request.path} {request.headers} {json.dumps(request.headers)} " * 3


def _rpc(status: int, code: str) -> Callable[[Request], bytes]:
    return lambda request: http_json(status, {"code": code, "message": echo(request)})


def _redirect(request: Request) -> bytes:
    value = request.headers.get("authorization", "none")
    where = f"https://u:{value}@login.example.com/next?from={request.path}&auth={value}&state=st4te-of-the-login"
    return http(302, location=where, set_cookie=f"session={value}; Path=/", www_authenticate=f"Bearer {value}")


#: What the backend, or what stands before it, makes of every request.
FAILURES: dict[str, tuple[Step, ...]] = {
    "401": (http(401),),
    "401 that repeats the headers": (_rpc(401, "unauthenticated"),),
    "403 that repeats the headers": (_rpc(403, "permission_denied"),),
    "a code that nobody knows": (lambda r: http_json(400, {"code": echo(r), "message": echo(r)}),),
    "500 with JSON of its own": (lambda r: http_json(500, {"message": echo(r), "error": echo(r)}),),
    "plain text": (lambda r: http(400, echo(r).encode(), content_type="text/plain"),),
    "a content type that repeats": (lambda r: http(200, b"", content_type=f"text/{r.headers.get('authorization')}"),),
    "an error inside a stream": (lambda r: stream(frame({}), end_frame("invalid_argument", echo(r))),),
    "redirect to a login": (_redirect,),
    "a message longer than is shown": (
        lambda r: http_json(400, {"code": "invalid_argument", "message": "x" * 1990 + echo(r)}),
    ),
    "garbage": (b"\x00\x01garbage\r\n\r\n", CLOSE),
    "garbage that repeats": (lambda r: f"HTTP/1.1 {echo(r)}\r\n\r\n".encode(), CLOSE),
    "a header that repeats, wrongly": (lambda r: f"HTTP/1.1 200 OK\r\nbad {echo(r)}\r\n\r\n".encode(), CLOSE),
    "JSON of another kind": (lambda r: http_json(200, {"details": echo(r), "actions": echo(r)}),),
    "nothing": (CLOSE,),
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    """Hears everything. asyncio's debug mode is on, and logs each step of each task with what it has at hand."""
    loop = background().loop
    before_s = loop.slow_callback_duration
    loop.slow_callback_duration = 0.0
    loop.call_soon_threadsafe(loop.set_debug, True)
    with listening(monkeypatch) as ears:
        yield ears
        gc.collect()
        loop.call_soon_threadsafe(loop.set_debug, False)
        loop.slow_callback_duration = before_s


def use_client(planted: Planted, ears: Ears, *, only_read: bool = False) -> None:
    """Make every kind of call, each with a client of its own: one that has failed would space out the others."""

    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = 0.0
        calls: list[Callable[[FlyteClient, RunIdentifier], Any]] = [
            lambda client, run: client.get_run_details(run, timeout_s=5),
            lambda client, run: anext(client.watch_actions(run, first_message_timeout_s=5)),
            lambda client, run: anext(client.list_actions(run)),
            lambda client, run: client.abort_run(run, "because"),
        ]
        for call in calls[:1] if only_read else calls:
            client = FlyteClient.from_config(planted.config)
            try:
                ears.hear("answer", await call(client, client.run_identifier("r1")))
            except (FlyteWidgetsError, StopAsyncIteration) as error:
                ears.hear("error", error)
            ears.hear("repr", client, client._transport, planted.config, planted.config.auth, vars(client))
            await client.aclose()

    asyncio.run(main(), debug=True)


def use_widget(planted: Planted, ears: Ears) -> None:
    """Show a run until something is said of the connection, and press the button."""
    client = FlyteClient.from_config(planted.config)
    backend = backend_of(client, planted.config.source)
    run = fw.Run("r1", client=client, project="p", domain="d")
    widget = fw.RunWidget(run)
    try:
        eventually(partial(_has_connected, watcher_of(run)))
        try:
            ears.hear("answer", widget.wait(timeout=0.3))
        except FlyteWidgetsError as error:
            ears.hear("error", error)
        widget._handle_custom_msg(HANDSHAKE, [])
        widget._handle_custom_msg({"kind": "abort", "id": 2, "action": "a0", "reason": "because"}, [])
        time.sleep(0.3)
        ears.hear_state("state", shown(widget))
        ears.hear("repr", run, widget, backend, client, watcher_of(run), watcher_of(run).connection, run.connection)
        ears.hear("repr", watcher_of(run).abort_status, watcher_of(run).model.last_error)
        hear_static_view(run, ears)
    finally:
        widget.close()
        del run
        gc.collect()
        background().call(client.aclose())


def _has_connected(watcher: Any) -> bool:
    return bool(watcher.connection.state != "connecting")


def hear_static_view(run: fw.Run, ears: Ears) -> None:
    """Take what a saved notebook keeps."""
    snapshot = snapshot_of(run, watcher_of(run))
    ears.hear("static view", static_view_text(snapshot), page(snapshot), snapshot)


def shown(widget: fw.RunWidget) -> dict[str, Any]:
    """Give a widget's state, but for the page's own script."""
    return {name: value for name, value in widget.get_state().items() if name not in ("_esm", "_css")}


def fail(server: ScriptedServer, failure: str) -> None:
    for method in METHODS:
        server.reply(method, *FAILURES[failure])


def check(ears: Ears, planted: Planted, server: ScriptedServer, failure: str) -> None:
    """Nothing was heard of what was sent; and it was sent."""
    assert any(planted.secrets[1] in request.path for request in server.requests), failure
    assert ears.find([*planted.secrets, "st4te-of-the-login"]) == [], failure
    assert ears.text("error"), failure
    assert ears.text("log asyncio"), failure
    if "repeats the headers" in failure:
        assert "[redacted]" in ears.text("error")


@pytest.mark.parametrize("kind", KINDS)
def test_no_failing_call_shows_a_secret(server: ScriptedServer, ears: Ears, kind: str) -> None:
    """Whatever the backend makes of the credentials, and however it repeats them, nobody gets to read them."""
    for failure in FAILURES:
        ears.heard.clear()
        planted = plant(kind, server)
        fail(server, failure)
        use_client(planted, ears)
        check(ears, planted, server, failure)


@pytest.mark.parametrize(
    ("kind", "failure"),
    [*(("token", failure) for failure in FAILURES), *((kind, "401 that repeats the headers") for kind in KINDS[1:])],
)
def test_no_failing_widget_shows_a_secret(server: ScriptedServer, ears: Ears, kind: str, failure: str) -> None:
    """Nor in what a widget sends, keeps and says while it tries."""
    planted = plant(kind, server)
    fail(server, failure)
    use_widget(planted, ears)
    check(ears, planted, server, failure)
    assert ears.widget_messages > 1
    if "repeats the headers" in failure:
        assert "[redacted]" in ears.text("state")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "api key"])
def test_no_good_session_shows_a_secret(shared_server: ServerProcess, ears: Ears, kind: str, tmp_path: Path) -> None:
    """A run watched to its end on the embedded backend, which has a secret path, with credentials that it ignores."""
    name = shared_server.simulate(seed=3, speed=2000)
    login = ScriptedServer()
    planted = plant(kind, login)
    config = ConnectionConfig.make(
        shared_server.endpoint, project=shared_server.project, domain=shared_server.domain, auth=planted.config.auth
    )
    client = FlyteClient.from_config(config)
    widget = fw.RunWidget(name, client=client)
    assert widget.wait(timeout=600).is_terminal
    widget._handle_custom_msg(HANDSHAKE, [])
    time.sleep(0.5)
    ears.hear_state("state", shown(widget))
    ears.hear("repr", widget, widget.run, client, config, *widget.run.actions.values())
    hear_static_view(widget.run, ears)
    widget.close()
    background().call(client.aclose())
    login.close()
    path = shared_server.endpoint.rpartition("/")[2]
    assert len(path) >= 16
    assert ears.find([*planted.secrets, path]) == []
    assert ears.text("comm comm_msg")


def test_the_ears_hear(server: ScriptedServer, ears: Ears) -> None:
    """A request of somebody else's httpx client is logged as ever, URL and all: our silence is ours alone."""
    server.reply("theirs", http(302, location="https://x.example.com/?code=th3ir-code"))

    async def main() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(f"{server.url}/theirs", headers={"authorization": "th3ir-token"})

    asyncio.run(main())
    assert ears.find(["/theirs"])
    assert ears.find(["th3ir-code"])
    hidden = KeyError("shown")
    hidden.__context__, hidden.__suppress_context__ = ValueError("th3ir-error"), True
    ears.hear("error", hidden)
    assert ears.find(["th3ir-error"])


@pytest.mark.parametrize("kind", ["token", "userinfo", "client secret"])
def test_no_network_failure_shows_a_secret(
    shared_server: ServerProcess, ears: Ears, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS that is not trusted, TLS without TLS, an unknown name, a refused connection, a proxy that refuses."""
    certificate = write_certificate(tmp_path / "cert.pem")
    secure = ScriptedServer(server_context(certificate))
    plain = ScriptedServer()
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    known = []
    for url in (
        secure.url,
        f"https://127.0.0.1:{shared_server.port}",
        "https://no-such-host.invalid",
        f"http://127.0.0.1:{free.getsockname()[1]}",
    ):
        planted = plant(kind, plain)
        endpoint = planted.config.endpoint.replace(plain.url, url)
        config = ConnectionConfig.make(endpoint, auth=planted.config.auth)
        use_client(Planted(config, planted.secrets), ears, only_read=True)
        known += planted.secrets
    proxy_password = fresh("proxy")
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{proxy_password}@127.0.0.1:{plain.port}")
    monkeypatch.setenv("NO_PROXY", "")
    use_client(
        Planted(ConnectionConfig.make("https://no-such-host.invalid", auth=fresh("token")), []), ears, only_read=True
    )
    for server in (secure, plain):
        server.close()
    free.close()
    assert ears.find([*known, proxy_password]) == []
    for word in ("certificate", "TLS with", "is not known", "refused the connection"):
        assert word in ears.text("error")


@pytest.mark.parametrize("value", ["s3cret-\u00e9t\u00e9", "s3cret\nx: y", "s3cret-\0-x", "s3cret-\ud800"])
def test_a_credential_that_http_refuses_is_not_shown(server: ScriptedServer, ears: Ears, value: str) -> None:
    """From whatever source: HTTP's own complaint, and Python's of the encoding, would show it, escaped."""
    print_it = f"import sys; sys.stdout.buffer.write({value!r}.encode('utf-8', 'replace'))"
    for auth in (
        lambda: OwnAuth(value),
        lambda: value,
        lambda: {"authorization": value},
        lambda: BearerAuth(lambda: value),
        lambda: CommandAuth([sys.executable, "-c", print_it]),
        lambda: CommandAuth([sys.executable, "-c", r"import sys; sys.stdout.buffer.write(b's3cret\xff\xfe')"]),
    ):
        try:
            config = ConnectionConfig.make(server.url, auth=auth())
        except FlyteWidgetsError as error:
            ears.hear("error", error)
        else:
            use_client(Planted(config, []), ears)
    assert len([1 for where, _ in ears.heard if where.startswith("error")]) > 6
    assert ears.find(["s3cret"]) == []


def test_failing_commands_and_functions_show_nothing(ears: Ears, server: ScriptedServer) -> None:
    """Exit codes, time-outs, missing files: not their output, not their arguments, not in what is only hidden."""
    secret = fresh("command")
    for argv in (
        [sys.executable, "-c", f"import sys; print({secret!r}); sys.exit(3)"],
        [sys.executable, "-c", f"import time; print({secret!r}, flush=True); time.sleep(60)"],
        [f"/no/such/{secret}/command", secret],
        [sys.executable, "-c", f"print({secret!r}, {secret!r}, sep='\\n')"],
    ):
        config = ConnectionConfig.make(server.url, auth=CommandAuth(argv, timeout_s=0.5))
        use_client(Planted(config, [secret]), ears)

    def leave() -> str:
        raise SystemExit(secret)

    config = ConnectionConfig.make(server.url, auth=BearerAuth(leave))
    use_client(Planted(config, [secret]), ears)
    assert ears.find([secret]) == []
    assert "exit code 3" in ears.text("error")


def test_a_login_server_that_repeats_the_secret_is_redacted(ears: Ears, server: ScriptedServer) -> None:
    """Refusing the client, it may say what it was given: in its words, in JSON, by redirecting, in garbage."""
    for reply in (
        lambda r: http_json(401, {"error": r.headers["authorization"], "error_description": r.body.decode() + echo(r)}),
        lambda r: http(503, echo(r).encode()),
        _redirect,
        lambda r: f"HTTP/1.1 {echo(r)}\r\n\r\n".encode(),
    ):
        planted = plant("client secret", server)
        server.reply("token", reply)
        use_client(planted, ears)
        assert ears.find(planted.secrets) == []
    assert "refused the client" in ears.text("error")


def test_what_is_known_to_be_secret_is_bounded() -> None:
    """A process that runs for months gets many tokens: the newest stay known."""
    from flyte_widgets import redaction

    tokens = [fresh(f"token-{number}") for number in range(1_500)]
    for token in tokens:
        redaction.register(f"Bearer {token}")
    assert len(redaction._secrets) <= 1_000
    error = RpcError(f"I was given {tokens[-1]} and {tokens[-100]}")
    assert str(error).startswith("I was given [redacted] and [redacted]")
    assert isinstance(error, ApiError)
