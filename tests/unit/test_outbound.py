"""The outbound part with a fake channel: pushes, topics, handshakes and the heartbeat, at a bounded rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from flyte_widgets.widgets import outbound as outbound_module
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.wire.messages import Heartbeat, PresenceCall, Push, Pushed, Reply
from flyte_widgets.wire.requests import Handshake
from tests.fake_channel import FakeChannel
from tests.run_helpers import eventually


class Rows:
    """A content with nothing but a sequence number."""

    def __init__(self) -> None:
        self.is_live = True
        self.missing: list[int] = []

    def send_due(self, now_s: float) -> float | None:
        return None

    def send_missing(self, seq: int) -> None:
        self.missing.append(seq)


class Count(Pushed, tag="count"):
    """What these tests push."""

    source: str
    count: int


class Lines:
    """Collects lines until they are taken."""

    def __init__(self, source: str = "logs") -> None:
        self.source = source
        self.lines: list[str] = []
        self.taken = 0

    def take(self) -> Sequence[tuple[Pushed, Sequence[bytes]]]:
        lines, self.lines = self.lines, []
        self.taken += 1
        return [(Count(source=self.source, count=len(lines)), ["\n".join(lines).encode()])] if lines else []


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def outbound(channel: FakeChannel) -> Outbound:
    outbound = Outbound(channel, lambda: 1234.0)
    outbound.show(Rows())
    return outbound


def look(outbound: Outbound, *shows: str, looks: bool = True, begins: bool = False, page: str = "one") -> None:
    outbound.handshake(
        7, Handshake(seq=3, page=page, looks=looks, begins=begins, shows=list(shows)), can_interrupt=True
    )


def test_a_handshake_is_answered_before_what_the_page_lacks(channel: FakeChannel) -> None:
    """One reply for each; rows only for a page that looks; the others are called when a new page begins."""
    outbound, rows = Outbound(channel, lambda: 0.0), Rows()
    outbound.show(rows)
    look(outbound, begins=True)
    look(outbound, looks=False, page="two", begins=True)
    outbound.flush()
    assert [reply.id for reply in channel.of(Reply)] == [7, 7]
    assert rows.missing == [3]
    assert [call.newcomer for call in channel.of(PresenceCall)] == ["two"]


def test_pushes_of_many_sources_share_messages(channel: FakeChannel, outbound: Outbound) -> None:
    """5,000 lines a second from two sources are a few messages, none lost; each part has its own buffers."""
    look(outbound, begins=True)
    out, err = Lines("out"), Lines("err")
    begun_s = time.monotonic()
    for number in range(200):
        for source, kind in ((out, "out"), (err, "err")):
            source.lines.append(f"{kind} {number}")
            outbound.push(source.take)
        time.sleep(0.005)
    took_s = time.monotonic() - begun_s

    def received(kind: str) -> list[str]:
        lines: list[str] = []
        for _, message, buffers in list(channel.sent):
            at = 0
            for part in message.parts if isinstance(message, Push) else ():
                own = buffers[at : at + part.buffers]
                at += part.buffers
                if part.content.source == kind:
                    lines += own[0].decode().split("\n")
                    assert part.content.count == len(own[0].decode().split("\n"))
        return lines

    eventually(lambda: len(received("out")) == len(received("err")) == 200)
    assert received("out") == [f"out {number}" for number in range(200)]
    assert received("err") == [f"err {number}" for number in range(200)]
    assert len(channel.of(Push)) <= 4 * took_s + 2


def test_nothing_is_pushed_while_nobody_looks(channel: FakeChannel, outbound: Outbound) -> None:
    """What is new is not even taken: a page that looks again asks for what it shows."""
    look(outbound, begins=True)
    look(outbound, looks=False)
    lines = Lines()
    lines.lines.append("x")
    outbound.push(lines.take)
    outbound.flush()
    assert (lines.taken, channel.of(Push)) == (0, [])
    look(outbound)
    outbound.push(lines.take)
    eventually(lambda: channel.of(Push))


def test_a_push_that_breaks_keeps_no_other_back(channel: FakeChannel, outbound: Outbound) -> None:
    """It is logged, and the next one has its turn."""
    look(outbound, begins=True)
    lines = Lines()
    lines.lines.append("x")

    def broken() -> Sequence[tuple[Pushed, Sequence[bytes]]]:
        raise LookupError("broken")

    outbound.push(broken)
    outbound.push(lines.take)
    eventually(lambda: channel.of(Push))
    assert [part.content.source for push in channel.of(Push) for part in push.parts] == ["logs"]


def test_topics_are_told_when_other_keys_are_on_screen(outbound: Outbound) -> None:
    """On the background loop, once a change, with all keys of the topic; a widget that is closed shows none."""
    seen: list[tuple[frozenset[str], str]] = []
    outbound.on_shown("logs", lambda keys: seen.append((keys, threading.current_thread().name)))
    look(outbound, "logs/a3/1", "report/a3", begins=True)
    look(outbound, "logs/a3/1")
    look(outbound, "logs/a3/1", "logs/a4/2")
    look(outbound, "logs/a3/1", "logs/a4/2", looks=False)
    look(outbound, "logs/a4/2")
    outbound.close()
    eventually(lambda: len(seen) == 5)
    assert [set(keys) for keys, _ in seen] == [{"a3/1"}, {"a3/1", "a4/2"}, set(), {"a4/2"}, set()]
    assert {thread for _, thread in seen} == {"flyte-widgets"}


def test_the_heartbeat_is_sent_while_news_may_come(
    channel: FakeChannel, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the backend's clock, to a page that is there; none once the content has ended."""
    monkeypatch.setattr(outbound_module, "HEARTBEAT_EVERY_S", 0.05)
    look(outbound, begins=True)
    eventually(lambda: len(channel.of(Heartbeat)) >= 2)
    assert channel.of(Heartbeat)[0].now_ms == 1234.0
    channel.is_open = False
    count = len(channel.of(Heartbeat))
    time.sleep(0.2)
    assert len(channel.of(Heartbeat)) == count


def test_a_closed_channel_gets_nothing(channel: FakeChannel, outbound: Outbound) -> None:
    """Handshakes and pushes that come too late are dropped."""
    channel.is_open = False
    look(outbound, begins=True)
    outbound.push(lambda: [(Count(source="x", count=0), ())])
    outbound.flush()
    assert channel.sent == []
