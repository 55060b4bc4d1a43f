"""The inbound part with a fake channel: each request is answered exactly once, and a command is done once."""

from __future__ import annotations

import asyncio
import threading
from itertools import count
from typing import Any

import msgspec
import pytest

from flyte_widgets.errors import NotFoundError
from flyte_widgets.redaction import register
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.wire.messages import Reply
from flyte_widgets.wire.requests import Request
from tests.fake_channel import FakeChannel
from tests.run_helpers import eventually

IDS = count(10_000)


class Ask(Request, tag="ask"):
    """A request of these tests."""

    action: str = ""
    from_line: int = 0


class Page(msgspec.Struct, rename="camel"):
    first_line: int


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def inbound(channel: FakeChannel) -> Inbound:
    return Inbound(Outbound(channel, lambda: 0.0))


def ask(inbound: Inbound, request: int | None = None, **fields: Any) -> int:
    request = next(IDS) if request is None else request
    inbound.receive({"kind": "ask", "id": request, **fields})
    return request


def replies(channel: FakeChannel, request: int) -> list[Reply]:
    return [reply for reply in channel.of(Reply) if reply.id == request]


def test_a_plain_handler_is_answered_at_once(channel: FakeChannel, inbound: Inbound) -> None:
    """It gets the request with its types, and what it gives is the payload; None is an empty answer."""
    asked: list[Ask] = []
    inbound.handle(Ask, asked.append)
    request = ask(inbound, action="a3", fromLine=7)
    assert asked == [Ask(action="a3", from_line=7)]
    assert replies(channel, request) == [Reply(id=request, ok=True)]


def test_an_async_handler_is_answered_when_it_is_done(channel: FakeChannel, inbound: Inbound) -> None:
    """It runs on the background loop; payload and buffers come with the answer, structs as JSON."""
    done = threading.Event()

    async def slow(request: Ask) -> Answer:
        await asyncio.to_thread(done.wait, 60)
        assert threading.current_thread().name == "flyte-widgets"
        return Answer(Page(first_line=request.from_line), [b"lines"])

    inbound.handle(Ask, slow)
    request = ask(inbound, fromLine=5)
    assert replies(channel, request) == []
    done.set()
    eventually(lambda: replies(channel, request))
    assert replies(channel, request) == [Reply(id=request, ok=True, payload={"firstLine": 5})]
    assert channel.sent[-1][2] == [b"lines"]


@pytest.mark.parametrize("is_async", [False, True])
def test_an_error_is_answered_with_what_to_try(channel: FakeChannel, inbound: Inbound, is_async: bool) -> None:
    """Ours in our words; any other by its name, and logged."""
    errors: list[Exception] = [NotFoundError("no a3", hint="Look at the list."), LookupError("odd")]

    def fail(request: Ask) -> Answer:
        raise errors[request.from_line]

    async def fail_later(request: Ask) -> Answer:
        return fail(request)

    inbound.handle(Ask, fail_later if is_async else fail)
    first, second = ask(inbound, fromLine=0), ask(inbound, fromLine=1)
    eventually(lambda: replies(channel, first) and replies(channel, second))
    assert replies(channel, first) == [Reply(id=first, ok=False, message="no a3", hint="Look at the list.")]
    assert replies(channel, second)[0].message == "LookupError: odd"


@pytest.mark.parametrize("is_async", [False, True])
def test_a_command_sent_again_is_answered_not_done(channel: FakeChannel, inbound: Inbound, is_async: bool) -> None:
    """While it goes on and afterwards, also by another widget: one deed, the same answer for each."""
    deeds: list[str] = []
    go_on = threading.Event()

    def do(request: Ask) -> Answer:
        deeds.append(request.action)
        return Answer({"deed": len(deeds)})

    async def do_later(request: Ask) -> Answer:
        await asyncio.to_thread(go_on.wait, 60)
        return do(request)

    other_channel = FakeChannel()
    other = Inbound(Outbound(other_channel, lambda: 0.0))
    for each in (inbound, other):
        each.handle(Ask, do_later if is_async else do, once=True)
    request = ask(inbound, action="a1")
    ask(inbound, request, action="a1")
    go_on.set()
    eventually(lambda: len(replies(channel, request)) == 2)
    ask(other, request, action="a1")
    eventually(lambda: replies(other_channel, request))
    assert replies(channel, request) == [Reply(id=request, ok=True, payload={"deed": 1})] * 2
    assert replies(other_channel, request)[0].payload == {"deed": 1}
    another = ask(inbound, action="a1")
    eventually(lambda: replies(channel, another))
    assert deeds == ["a1", "a1"]


def test_closing_cancels_what_nobody_waits_for_but_no_command(channel: FakeChannel, inbound: Inbound) -> None:
    """A view that is closed ends its reading; a command that was clicked is done."""
    ended: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    async def read(request: Ask) -> None:
        try:
            begun.set()
            await asyncio.to_thread(go_on.wait, 60)
            ended.append(f"done {request.action}")
        except asyncio.CancelledError:
            ended.append(f"cancelled {request.action}")
            raise

    inbound.handle(Ask, read)
    ask(inbound, action="reading")
    inbound.handle(Ask, read, once=True)
    ask(inbound, action="command")
    begun.wait(10)
    inbound.close()
    eventually(lambda: ended)
    go_on.set()
    eventually(lambda: len(ended) == 2)
    assert ended == ["cancelled reading", "done command"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"kind": "ask", "action": 7}, "cannot be read: Expected `str`, got `int`"),
        ({"kind": "ask", "fromLine": "7"}, "cannot be read"),
        ({"kind": "handshake", "seq": []}, "cannot be read"),
        ({"kind": "dance"}, "knows no request 'dance'"),
        ({"kind": ["ask"]}, "knows no request"),
        ({}, "knows no request None"),
    ],
)
def test_garbage_is_refused_once(channel: FakeChannel, inbound: Inbound, content: dict[str, Any], words: str) -> None:
    """What has an id is answered; the handler does not see it."""
    inbound.handle(Ask, lambda _: pytest.fail("handled"))
    request = next(IDS)
    inbound.receive({**content, "id": request})
    [reply] = replies(channel, request)
    assert not reply.ok
    assert words in reply.message


def test_what_any_library_raises_is_told_without_secrets(channel: FakeChannel, inbound: Inbound) -> None:
    """Its errors do not redact themselves."""
    register("s3cr3t-token")

    def fail(_request: Ask) -> Answer:
        raise ValueError("the header s3cr3t-token is not understood")

    inbound.handle(Ask, fail)
    [reply] = replies(channel, ask(inbound))
    assert reply.message == "ValueError: the header [redacted] is not understood"


@pytest.mark.parametrize("content", ["ask", None, 7, [], {"kind": "ask"}, {"kind": "ask", "id": True}, {"id": "1"}])
def test_what_has_no_id_is_no_request(channel: FakeChannel, inbound: Inbound, content: Any) -> None:
    """Nothing happens."""
    inbound.handle(Ask, lambda _: pytest.fail("handled"))
    inbound.receive(content)
    assert channel.sent == []
