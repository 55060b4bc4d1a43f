"""Logs, data and reports: against recorded answers of the real services, and against what a bad network may send."""

from __future__ import annotations

import asyncio
import functools
import logging
import pickle
from collections.abc import Iterator
from contextlib import aclosing
from datetime import datetime, timezone
from typing import Any, TypeVar

import msgspec
import pytest

from flyte_widgets.api import download
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.messages_data import LogLine, SignedUrl
from flyte_widgets.errors import (
    ApiError,
    DataTooLargeError,
    FirstMessageTimeoutError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    TransportError,
    UnavailableError,
)
from tests import api_calls
from tests.recorded import Recorded
from tests.scripted_server import CLOSE, HOLD, STREAM_HEAD, ScriptedServer, chunk, end_frame, frame, http, http_json

T = TypeVar("T")
TOKEN = "token-of-the-caller-0001"


@pytest.fixture
def other() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


call = functools.partial(api_calls.call, auth=TOKEN)


def sent(server: ScriptedServer, method: str) -> list[Any]:
    return [request.message for request in server.requests if request.method == method]


RUN = "r87kkv29qwlclqzwzh9w"


@pytest.mark.parametrize("case", ["GetActionData-a0", "GetActionData-child", "GetActionData-condition-quick"])
def test_data_is_read_as_recorded(scripted: ScriptedServer, case: str) -> None:
    recorded = Recorded(case)
    scripted.reply("GetActionData", recorded.response)
    name = recorded.request["actionId"]["name"]
    data = call(scripted, lambda client: client.data.get_action_data(client.run_identifier(RUN), name))
    for half in ("inputs", "outputs"):
        told = recorded.answer.get(half, {}).get("literals", [])
        literals = getattr(data, half).literals
        assert [(one.name, msgspec.json.decode(one.value)) for one in literals] == [
            (one["name"], one["value"]) for one in told
        ]
    assert data.inputs_uri == recorded.answer.get("inputsUri", "")
    assert sent(scripted, "GetActionData") == [
        {"actionId": {"run": {**recorded.request["actionId"]["run"], "name": RUN, "org": "o"}, "name": name}}
    ]


def test_data_of_an_answered_condition_is_not_found(scripted: ScriptedServer) -> None:
    scripted.reply("GetActionData", Recorded("GetActionData-condition-approve").response)
    with pytest.raises(NotFoundError, match="no attempts"):
        call(scripted, lambda client: client.data.get_action_data(client.run_identifier(RUN), "c"))


def test_an_answered_condition_says_how(scripted: ScriptedServer) -> None:
    scripted.reply("GetActionDetails", Recorded("GetActionDetails-condition-approve").response)
    details = call(scripted, lambda client: client.get_action_details(client.run_identifier(RUN), "c"))
    assert details.condition is not None
    assert (details.condition.prompt, details.condition.type.simple) == ("Go on?", "BOOLEAN")
    assert details.condition.timeout_s == 600
    assert details.signal_info is not None
    assert details.signal_info.output is not None
    assert msgspec.json.decode(details.signal_info.output) == {"scalar": {"primitive": {"boolean": True}}}
    assert details.metadata.condition is not None
    assert details.metadata.condition.type.simple == "BOOLEAN"


def test_data_over_the_limit_has_an_error_of_its_own(scripted: ScriptedServer) -> None:
    scripted.reply("GetActionData", http_json(500, {"code": "internal", "message": "limit exceeded. 3mb > 2mb."}))
    scripted.reply("GetActionDataURIs", Recorded("GetActionDataURIs").response)

    async def use(client: FlyteClient) -> str:
        run = client.run_identifier(RUN)
        with pytest.raises(DataTooLargeError, match="3mb > 2mb") as caught:
            await client.data.get_action_data(run, "a0")
        assert not caught.value.transient
        return (await client.data.get_action_data_uris(run, "a0")).outputs_uri

    assert call(scripted, use).startswith("s3://")


def test_a_log_is_read_as_recorded(scripted: ScriptedServer) -> None:
    recorded = Recorded("TailLogs")
    scripted.reply("TailLogs", recorded.response)

    async def use(client: FlyteClient) -> list[LogLine]:
        async with aclosing(client.data.tail_logs(client.run_identifier(RUN), "a1", 2)) as stream:
            return [line async for logs in stream for part in logs for line in part.lines]

    lines = call(scripted, use)
    told = [line for message in recorded.answer["messages"] for part in message["logs"] for line in part["lines"]]
    assert [(line.message, line.originator) for line in lines] == [(one["message"], "USER") for one in told]
    assert lines[-1].time_ns == 1_795_886_987_838_699_608 - (1_795_886_987 - epoch("2026-11-28T17:29:47")) * 10**9
    (request,) = sent(scripted, "TailLogs")
    assert request["allPods"] is True
    assert request["attempt"] == 2


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000_000),
        ("1970-01-01T00:00:01.5Z", 1_500_000_000),
        ("1970-01-01T01:00:01.000000001+01:00", 1_000_000_001),
        ("1969-12-31T23:59:59.25Z", -750_000_000),
        ("", None),
        ("yesterday", None),
        ("0000-01-01T00:00:00Z", None),
        ("2026-13-01T00:00:00Z", None),
    ],
)
def test_times_of_lines_keep_their_nanoseconds(text: str, nanoseconds: int | None) -> None:
    assert LogLine(timestamp=text).time_ns == nanoseconds


def test_a_quiet_log_waits_and_says_so(scripted: ScriptedServer) -> None:
    scripted.reply("TailLogs", HOLD)

    async def use(client: FlyteClient) -> None:
        async with aclosing(
            client.data.tail_logs(client.run_identifier(RUN), "a1", first_message_timeout_s=0.2)
        ) as stream:
            async for _ in stream:
                raise AssertionError

    with pytest.raises(FirstMessageTimeoutError):
        call(scripted, use)
    assert scripted.client_closed.wait(30)


def test_a_log_that_is_cut_gives_its_lines_first(scripted: ScriptedServer) -> None:
    line = {"logs": [{"lines": [{"message": "one"}]}]}
    scripted.reply("TailLogs", STREAM_HEAD + chunk(frame(line)), CLOSE)
    got: list[str] = []

    async def use(client: FlyteClient) -> None:
        async with aclosing(client.data.tail_logs(client.run_identifier(RUN), "a1")) as stream:
            async for logs in stream:
                got.extend(line.message for part in logs for line in part.lines)

    with pytest.raises(ApiError):
        call(scripted, use)
    assert got == ["one"]


# --- which host is asked


def test_the_cluster_of_a_call_is_asked_for_once(scripted: ScriptedServer) -> None:
    scripted.reply("SelectCluster", Recorded("SelectCluster").response)  # http://127.0.0.1 with another port: itself
    scripted.reply("GetActionData", http_json(200, {}))

    async def use(client: FlyteClient) -> None:
        for action in ("a0", "a1", "a2"):
            await client.data.get_action_data(client.run_identifier(RUN), action)
        await client.data.get_action_data(client.run_identifier(RUN, project="another"), "a0")

    call(scripted, use)
    assert [request["operation"] for request in sent(scripted, "SelectCluster")] == ["OPERATION_GET_ACTION_DATA"] * 2
    assert len(sent(scripted, "GetActionData")) == 4


@pytest.mark.parametrize(
    "refusal",
    [
        http(404, b"404 page not found\n"),
        http_json(501, {"code": "unimplemented", "message": "no"}),
        http_json(403, {"code": "permission_denied", "message": "no"}),
        http_json(500, {"code": "internal", "message": "no"}),
        http(200, b"<html>", content_type="text/html"),
        http_json(200, {"clusterEndpoint": "https://127.0.0.1:99999999"}),
        http_json(200, {"clusterEndpoint": "javascript:alert(1)"}),
        http_json(200, {"clusterEndpoint": "http://evil.example"}),
    ],
)
def test_without_a_usable_cluster_the_endpoint_is_asked(scripted: ScriptedServer, refusal: bytes) -> None:
    scripted.reply("SelectCluster", refusal)
    scripted.reply("GetActionData", Recorded("GetActionData-a0").response)
    data = call(scripted, lambda client: client.data.get_action_data(client.run_identifier(RUN), "a0"))
    assert [one.name for one in data.inputs.literals] == ["n", "fail"]


def test_a_cluster_beside_the_endpoint_gets_the_call_and_the_token(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", scripted.url)  # it plays all hosts
    for name in ("NO_PROXY", "no_proxy", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    scripted.reply("SelectCluster", http_json(200, {"clusterEndpoint": "http://data.flyte.example:81"}))
    scripted.reply("GetActionData", Recorded("GetActionData-a0").response)

    async def main() -> None:
        client = FlyteClient("http://api.flyte.example", auth=TOKEN)
        try:
            await client.data.get_action_data(client.run_identifier(RUN), "a0")
        finally:
            await client.aclose()

    asyncio.run(main())
    assert [request.path.partition("/flyteidl2")[0] for request in scripted.requests] == [
        "http://api.flyte.example",
        "http://data.flyte.example:81",
    ]
    assert {request.headers["authorization"] for request in scripted.requests} == {f"Bearer {TOKEN}"}


def test_a_backend_without_a_call_is_not_down(scripted: ScriptedServer) -> None:
    scripted.reply("GetRunDetails", Recorded("GetRunDetails").response)

    async def use(client: FlyteClient) -> None:
        run = client.run_identifier(RUN)
        await client.get_run_details(run)
        for _ in range(2):
            with pytest.raises(ApiError):
                await client.data.get_action_data_uris(run, "a0")
        await asyncio.sleep(1.1)
        assert client.outage is None

    call(scripted, use)


# --- reports


def report_link(server: ScriptedServer, path: str = "/report.html") -> bytes:
    answer = Recorded("CreateDownloadLink-report").answer
    (url,) = answer["preSignedUrls"]["signedUrl"]
    query = url.partition("?")[2]
    answer["preSignedUrls"]["signedUrl"] = [f"{server.url}{path}?{query}"]
    return http_json(200, answer)


SIGNATURE = "c753a08be6d409286a4fad260190f6313d4a97d1dc53480aacbdab2e0fcf2aec"


def fetch_report(scripted: ScriptedServer, store: ScriptedServer, *, max_bytes: int = 1_000_000, **more: Any) -> bytes:
    scripted.reply("CreateDownloadLink", report_link(store))

    async def use(client: FlyteClient) -> bytes:
        link = await client.data.create_report_link(client.run_identifier(RUN), "a0", 1)
        return await client.data.fetch(link, max_bytes=max_bytes, **more)

    return call(scripted, use)


QUERY = Recorded("CreateDownloadLink-report").answer["preSignedUrls"]["signedUrl"][0].partition("?")[2]
OBJECT = f"report.html?{QUERY}"


def test_a_report_is_fetched_without_credentials(
    scripted: ScriptedServer, other: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other.reply(OBJECT, http(200, b"<h1>Report</h1>", content_type="text/html", set_cookie="a=b"))
    assert fetch_report(scripted, other) == b"<h1>Report</h1>"
    (request,) = other.requests
    assert "authorization" not in request.headers
    assert "cookie" not in request.headers
    assert request.path == f"/{OBJECT}"
    assert SIGNATURE not in caplog.text
    assert sent(scripted, "CreateDownloadLink")[0]["artifactType"] == "ARTIFACT_TYPE_REPORT"


def test_no_report_is_not_found(scripted: ScriptedServer) -> None:
    scripted.reply("CreateDownloadLink", Recorded("CreateDownloadLink-child-noreport").response)
    with pytest.raises(NotFoundError):
        call(scripted, lambda client: client.data.create_report_link(client.run_identifier(RUN), "a1"))


ECHO = f"<Error>SignatureDoesNotMatch {QUERY}</Error>".encode()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(403, ECHO), PermissionDeniedError),
        (http(404, ECHO), NotFoundError),
        (http(503, ECHO), UnavailableError),
        (http(418, ECHO), ProtocolError),
        (http(302, b"", location=f"http://evil.example/?{QUERY}"), ProtocolError),
        (http(302, b"", location=f"/{OBJECT}"), ProtocolError),
        (http(200, b"x" * 1_001), DataTooLargeError),
        (STREAM_HEAD + b"".join(chunk(b"x" * 500) for _ in range(3)) + b"0\r\n\r\n", DataTooLargeError),
        (STREAM_HEAD + chunk(b"x" * 500) + b"nonsense", ApiError),
    ],
)
def test_a_fetch_that_fails_says_why_and_keeps_the_link(
    scripted: ScriptedServer, other: ScriptedServer, answer: bytes, kind: type[ApiError]
) -> None:
    other.reply(OBJECT, answer, CLOSE)
    with pytest.raises(kind) as caught:
        fetch_report(scripted, other, max_bytes=1_000)
    shown = f"{caught.value!s} {caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert f"127.0.0.1:{other.port}" in shown or "limit" in shown
    assert SIGNATURE not in shown
    assert "report.html" not in shown


def test_a_redirect_within_the_host_is_followed(scripted: ScriptedServer, other: ScriptedServer) -> None:
    other.reply(OBJECT, http(307, b"", location="/elsewhere"))
    other.reply("elsewhere", http(200, b"moved"))
    assert fetch_report(scripted, other) == b"moved"


def test_a_store_that_goes_silent_is_given_up(scripted: ScriptedServer, other: ScriptedServer) -> None:
    other.reply(OBJECT, STREAM_HEAD + chunk(b"begun"), HOLD)
    with pytest.raises(TransportError, match="did not send everything within"):
        fetch_report(scripted, other, timeout_s=0.5)
    assert other.client_closed.wait(30)


def test_a_link_to_nowhere_on_this_machine_says_what_to_do() -> None:
    link = SignedUrl("http://127.0.0.1:9/report.html?sig=abcdefghijkl")
    with pytest.raises(TransportError, match="links to localhost"):
        asyncio.run(download.fetch(link, max_bytes=10))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "", "https://", "http://[::1"])
def test_links_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(ProtocolError):
        asyncio.run(download.fetch(SignedUrl(url), max_bytes=10))


def test_a_signed_link_does_not_show() -> None:
    link = SignedUrl("https://store.example/report.html?X-Amz-Signature=0123456789abcdef")
    assert repr(link) == "SignedUrl('store.example')"
    with pytest.raises(TypeError):
        pickle.dumps(link)
    error = ApiError(
        "The store said: 0123456789abcdef is wrong, "
        "and https://store.example/report.html?X-Amz-Signature=0123456789abcdef too."
    )
    assert "0123456789abcdef" not in str(error)


def test_end_frame_with_an_error_is_that_error(scripted: ScriptedServer) -> None:
    scripted.reply("TailLogs", STREAM_HEAD + chunk(end_frame("not_found", "no log context found")) + b"0\r\n\r\n")

    async def use(client: FlyteClient) -> None:
        async with aclosing(client.data.tail_logs(client.run_identifier(RUN), "a1")) as stream:
            async for _ in stream:
                raise AssertionError

    with pytest.raises(NotFoundError, match="no log context"):
        call(scripted, use)
