"""The transport against a real socket that plays whatever backends, proxies and broken lines may send."""

from __future__ import annotations

import asyncio
import email.utils
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import pytest

from flyte_widgets.api.auth import BearerAuth
from flyte_widgets.api.connect import ConnectTransport
from flyte_widgets.api.messages import ActionStatus
from flyte_widgets.errors import (
    ApiError,
    FirstMessageTimeoutError,
    FlyteWidgetsError,
    InternalError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ResourceExhaustedError,
    TransportError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
)
from tests.run_helpers import PATIENCE_S, eventually, timely
from tests.scripted_server import (
    CLOSE,
    HOLD,
    LAST_CHUNK,
    RESET,
    STREAM_HEAD,
    ScriptedServer,
    Step,
    chunk,
    end_frame,
    frame,
    http,
    http_json,
    stream,
)

T = TypeVar("T")
ONE, TWO = {"attempts": 1}, {"attempts": 2}


@asynccontextmanager
async def transport_to(server: ScriptedServer, **options: Any) -> AsyncIterator[ConnectTransport]:
    transport = ConnectTransport(f"{server.url}/hidden", **options)
    try:
        yield transport
    finally:
        await transport.aclose()


async def get(transport: ConnectTransport, **options: Any) -> int:
    answer = await transport.unary("pkg.Service", "Get", {"runId": {"name": "r"}}, ActionStatus, **options)
    return answer.attempts


async def watch(transport: ConnectTransport, got: list[int] | None = None, **options: Any) -> list[int]:
    """All messages of a stream; in `got`, also where it ends in an error."""
    got = [] if got is None else got
    messages = transport.server_stream("pkg.Service", "Watch", {"runId": {}}, ActionStatus, **options)
    async with aclosing(messages):
        async for message in messages:
            got.append(message.attempts)
    return got


def run(server: ScriptedServer, use: Callable[[ConnectTransport], Awaitable[T]], **options: Any) -> T:
    """Run `use` with a transport; nothing may be left of it: no task, no unclosed connection."""

    async def main() -> T:
        async with transport_to(server, **options) as transport:
            try:
                return await use(transport)
            finally:
                await asyncio.sleep(0.01)
                assert asyncio.all_tasks() == {asyncio.current_task()}

    return asyncio.run(main())


def error_of(server: ScriptedServer, method: str, *steps: Step, **options: Any) -> ApiError:
    """The error of a call that is answered by `steps`."""
    server.reply(method, *steps)
    with pytest.raises(ApiError) as caught:
        run(server, get if method == "Get" else watch, **options)  # type: ignore[arg-type]
    return caught.value


# Unary calls


def test_a_unary_call_is_connect_json(scripted: ScriptedServer) -> None:
    """The request has Connect's headers, path and body; a compressed answer is unpacked."""
    scripted.reply(
        "Get", http(200, gzip.compress(b'{"attempts":1}'), content_type="application/json", content_encoding="gzip")
    )
    assert run(scripted, get) == 1
    request = scripted.requests[0]
    assert request.path == "/hidden/pkg.Service/Get"
    assert request.headers["connect-protocol-version"] == "1"
    assert request.headers["content-type"] == "application/json"
    assert "connect-timeout-ms" not in request.headers
    assert request.message == {"runId": {"name": "r"}}


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (http_json(404, {"code": "not_found", "message": "run not found"}), NotFoundError, "run not found"),
        (http_json(401, {"code": "UNAUTHENTICATED", "message": "no"}), UnauthenticatedError, "no"),
        (http_json(403, {"code": 7, "message": "no"}), PermissionDeniedError, "HTTP 403"),
        (http_json(500, {"code": "internal", "message": "broke"}), InternalError, "broke"),
        (http_json(500, ["odd"]), UnknownError, "HTTP 500"),
        (http(404, b"404 page not found", content_type="text/plain"), UnimplementedError, "HTTP 404"),
        (http(415), ProtocolError, "HTTP 415"),
        (http(405), ProtocolError, "HTTP 405"),
        (http(401, b"<html>", content_type="text/html"), UnauthenticatedError, "HTTP 401"),
        (http(403, b"<html>", content_type="text/html"), PermissionDeniedError, "HTTP 403"),
        (http(503, b"busy"), UnavailableError, "HTTP 503"),
        (http(200, b"<html>log in", content_type="text/html; charset=utf-8"), ProtocolError, "login proxy"),
        (http(200, b"{}"), ProtocolError, "no content type"),
        (http(200, b"garbage", content_type="application/json"), ProtocolError, "ActionStatus could not"),
        (http(200, b"garbage", content_type="application/json", content_encoding="gzip"), ProtocolError, "unpacked"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", TransportError, "lost"),
        (RESET, TransportError, "lost"),
    ],
)
@pytest.mark.parametrize("method", ["Get", "Watch"])
def test_each_wrong_answer_is_a_named_error(
    scripted: ScriptedServer, method: str, reply: Step, kind: type[ApiError], says: str
) -> None:
    """What is not Flyte's answer is named for what it is, alike for unary calls and for streams that are opened."""
    error = error_of(scripted, method, reply)
    if method == "Watch" and says in ("ActionStatus could not", "unpacked"):
        kind, says = ProtocolError, "answered with application/json"
    assert type(error) is kind
    assert says in str(error)
    assert "hidden" not in str(error)


@pytest.mark.parametrize("method", ["Get", "Watch"])
def test_a_redirect_is_not_followed(scripted: ScriptedServer, method: str) -> None:
    """The target gets no request, no credential; the error names its host, but nothing else of its URL."""
    target = f"http://user:s3cret@127.0.0.1:{scripted.port}/login?token=s3cret"
    error = error_of(scripted, method, http(302, location=target), auth=BearerAuth("t0ken"))
    assert type(error) is ProtocolError
    assert f"redirects to 127.0.0.1:{scripted.port} (HTTP 302)" in str(error)
    assert "s3cret" not in str(error)
    assert [request.method for request in scripted.requests] == [method]


def test_retry_after_is_kept(scripted: ScriptedServer) -> None:
    """Retry-After is read as seconds and as a date; nonsense is none."""
    later = email.utils.formatdate(time.time() + 60, usegmt=True)
    for value, low, high in (("7", 7, 7), (later, 30, 60), ("-3", 0, 0)):
        error = error_of(scripted, "Get", http(429, retry_after=value))
        assert type(error) is ResourceExhaustedError
        assert error.retry_after_s is not None
        assert low <= error.retry_after_s <= high
    assert error_of(scripted, "Get", http(503, retry_after="soon")).retry_after_s is None


def test_a_slow_answer_ends_at_the_time_limit(scripted: ScriptedServer) -> None:
    """The limit is for the whole call: a server that sends a byte now and then cannot stretch it."""
    scripted.reply("Get", http(200, b"", content_type="application/json")[:-2], *([b"x", 0.05] * 10_000))
    begun = time.monotonic()
    with pytest.raises(TransportError, match=r"did not answer Get within 0.5 s"):
        run(scripted, lambda transport: get(transport, timeout_s=0.5))
    timely(time.monotonic() - begun, 2)


def test_an_answer_over_the_limit_is_refused(scripted: ScriptedServer) -> None:
    """Unpacked bytes count: a small gzip body that grows is refused, too."""
    body = gzip.compress(b" " * 5_000_000 + b"{}")
    reply = http(200, body, content_type="application/json", content_encoding="gzip")
    error = error_of(scripted, "Get", reply, max_message_bytes=100_000)
    assert "the limit is 100,000 bytes" in str(error)
    assert not error.transient


# Streams


def test_a_stream_is_connect_json(scripted: ScriptedServer) -> None:
    """The request is one frame; it asks for no compression and sets no time limit for the server."""
    scripted.reply("Watch", stream(frame(ONE), frame(TWO, flags=1), end_frame(compressed=True)))
    assert run(scripted, watch) == [1, 2]
    request = scripted.requests[0]
    assert request.headers["content-type"] == "application/connect+json"
    assert request.headers["accept-encoding"] == "identity"
    assert not {"connect-accept-encoding", "connect-timeout-ms"} & request.headers.keys()
    assert request.message == {"runId": {}}


def test_a_stream_sent_byte_by_byte_is_whole(scripted: ScriptedServer) -> None:
    """Every byte in a segment and chunk of its own."""
    frames = frame(ONE) + frame(TWO, flags=1) + end_frame()
    scripted.reply("Watch", STREAM_HEAD, *(chunk(frames[i : i + 1]) for i in range(len(frames))), LAST_CHUNK)
    assert run(scripted, watch) == [1, 2]


def test_messages_come_at_once(scripted: ScriptedServer) -> None:
    """A message is given while the stream goes on: nothing waits for the next one, or for the end."""
    scripted.reply("Watch", STREAM_HEAD, chunk(frame(ONE)), HOLD)

    async def first(transport: ConnectTransport) -> int:
        messages = transport.server_stream("pkg.Service", "Watch", {}, ActionStatus)
        async with aclosing(messages):
            return (await asyncio.wait_for(anext(messages), PATIENCE_S)).attempts

    assert run(scripted, first) == 1
    assert scripted.client_closed.wait(PATIENCE_S)


@pytest.mark.parametrize("step", [STREAM_HEAD + chunk(frame(ONE)), 0.0])
def test_a_cancelled_reader_closes_the_connection(scripted: ScriptedServer, step: Step) -> None:
    """Cancelling the task that reads is seen by the server, before the headers and after a message."""
    scripted.reply("Watch", step, HOLD)

    async def cancel(transport: ConnectTransport) -> None:
        task = asyncio.ensure_future(watch(transport))
        await asyncio.to_thread(eventually, lambda: scripted.requests)
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE_S)
        assert task.cancelled()

    run(scripted, cancel)
    assert scripted.client_closed.wait(PATIENCE_S)


@pytest.mark.parametrize("steps", [(HOLD,), (STREAM_HEAD, HOLD), (STREAM_HEAD, chunk(frame(ONE)[:7]), HOLD)])
def test_no_first_message_is_a_condition_of_its_own(scripted: ScriptedServer, steps: tuple[Step, ...]) -> None:
    """Silence before the headers, before a message and within it: one named error, and the connection is closed."""
    scripted.reply("Watch", *steps)
    with pytest.raises(FirstMessageTimeoutError, match=r"sent nothing on Watch within 0.3 s"):
        run(scripted, lambda transport: watch(transport, first_message_timeout_s=0.3))
    assert scripted.client_closed.wait(PATIENCE_S)


def test_the_first_message_limit_ends_with_the_first_message(scripted: ScriptedServer) -> None:
    """Later pauses may be as long as they like."""
    scripted.reply("Watch", STREAM_HEAD, chunk(frame(ONE)), 0.6, chunk(frame(TWO)), chunk(end_frame()), LAST_CHUNK)
    assert run(scripted, lambda transport: watch(transport, first_message_timeout_s=0.3)) == [1, 2]


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (stream(frame(ONE), end_frame("not_found", "action not found")), NotFoundError, "action not found"),
        (stream(frame(ONE), end_frame("unknown", "parent node [x] not found")), UnknownError, "parent node"),
        (stream(frame(ONE)), ProtocolError, "no end frame after 1 messages"),
        (stream(frame(ONE), frame(TWO)[:-3]), ProtocolError, "bytes into a frame"),
        ((STREAM_HEAD + chunk(frame(ONE)) + chunk(frame(TWO)[:-3]), CLOSE), TransportError, "lost"),
        (stream(frame(ONE), frame(b"garbage"), end_frame()), ProtocolError, "ActionStatus could not be read"),
        (stream(frame(ONE), frame({"attempts": []}), end_frame()), ProtocolError, "at `$.attempts`"),
        (stream(frame(ONE), b"<html>"), ProtocolError, "unknown flags"),
    ],
)
def test_a_stream_that_breaks_keeps_what_came_before(
    scripted: ScriptedServer, reply: bytes | tuple[Step, ...], kind: type[ApiError], says: str
) -> None:
    """Messages before a fault are given, then the fault is raised by name."""
    scripted.reply("Watch", *(reply if isinstance(reply, tuple) else (reply,)))
    got: list[int] = []
    with pytest.raises(kind) as caught:
        run(scripted, lambda transport: watch(transport, got))
    assert got == [1]
    assert says in str(caught.value)


def test_an_encoding_that_was_not_asked_for_is_refused(scripted: ScriptedServer) -> None:
    """Frames packed with something else than gzip cannot be read: said at once, not at the first such frame."""
    head = STREAM_HEAD.replace(b"gzip", b"zstd")
    error = str(error_of(scripted, "Watch", head + chunk(end_frame()) + LAST_CHUNK))
    assert "compresses messages with 'zstd'; gzip or nothing was asked for" in error


def test_forty_open_streams_do_not_starve_a_unary_call(scripted: ScriptedServer) -> None:
    """Each stream has a connection of its own; there is no pool to run dry."""
    scripted.reply("Watch", STREAM_HEAD, chunk(frame(ONE)), HOLD)
    scripted.reply("Get", http_json(200, TWO))

    async def crowd(transport: ConnectTransport) -> int:
        streams = [transport.server_stream("pkg.Service", "Watch", {}, ActionStatus) for _ in range(40)]
        await asyncio.gather(*(anext(messages) for messages in streams))
        try:
            return await asyncio.wait_for(get(transport), PATIENCE_S)
        finally:
            for messages in streams:
                await messages.aclose()

    assert run(scripted, crowd) == 2


# Credentials


def test_a_refused_token_is_fetched_again_once(scripted: ScriptedServer) -> None:
    """401 asks the function for a new token, for a unary call and for a stream; a second 401 is the answer."""
    tokens = iter(["old", "new", "newer"])
    scripted.reply("Get", http(401))
    scripted.then("Get", http_json(200, ONE))
    scripted.then("Get", http(401))

    async def use(transport: ConnectTransport) -> None:
        assert await get(transport) == 1
        with pytest.raises(UnauthenticatedError):
            await get(transport)

    run(scripted, use, auth=BearerAuth(lambda: next(tokens)))
    sent = [request.headers["authorization"] for request in scripted.requests]
    assert sent == ["Bearer old", "Bearer new", "Bearer new", "Bearer newer"]


def test_unauthenticated_inside_a_200_fetches_a_new_token(scripted: ScriptedServer) -> None:
    """The stream ends with a transient error: opened again, it sends the new token. A fixed token is not transient."""
    tokens = iter(["old", "new"])
    scripted.reply("Watch", stream(frame(ONE), end_frame("unauthenticated", "expired")))
    scripted.then("Watch", stream(frame(TWO), end_frame()))

    async def use(transport: ConnectTransport) -> list[int]:
        with pytest.raises(UnauthenticatedError) as caught:
            await watch(transport)
        assert caught.value.transient
        return await watch(transport)

    assert run(scripted, use, auth=BearerAuth(lambda: next(tokens))) == [2]
    assert [request.headers["authorization"] for request in scripted.requests] == ["Bearer old", "Bearer new"]

    reply = stream(end_frame("unauthenticated", "expired"))
    assert not error_of(scripted, "Watch", reply, auth=BearerAuth("fixed")).transient


# Life


def test_a_closed_transport_says_so(scripted: ScriptedServer) -> None:
    """After `aclose()` every call is refused here, and trying again is no use."""
    scripted.reply("Get", http_json(200, ONE))

    async def use(transport: ConnectTransport) -> None:
        assert await get(transport) == 1
        await transport.aclose()
        with pytest.raises(TransportError, match="was closed here") as caught:
            await get(transport)
        assert not caught.value.transient

    run(scripted, use)


def test_a_transport_belongs_to_one_loop_and_outlives_it(scripted: ScriptedServer) -> None:
    """A second running loop is refused; once the first is closed, the next may have it."""
    scripted.reply("Get", http_json(200, ONE))
    transport = ConnectTransport(scripted.url)

    async def main() -> None:
        assert await get(transport) == 1
        with pytest.raises(FlyteWidgetsError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, get(transport))
        await transport._http.get().aclose()

    asyncio.run(main())

    async def second() -> int:
        try:
            return await get(transport)
        finally:
            await transport.aclose()

    assert asyncio.run(second()) == 1


def test_a_proxy_is_not_asked_for_loopback(scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is for the world: the embedded backend is on this machine's loopback."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    scripted.reply("Get", http_json(200, ONE))
    assert run(scripted, get) == 1
