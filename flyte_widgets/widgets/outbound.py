"""The outbound part of a widget: what goes to the front ends, when, and how much of it at once.

A widget sends at most five messages a second by itself (rate.py): news of its `Content` (for a run: run_content.py),
pushes and the heartbeat.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from flyte_widgets.redaction import redact
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.channel import Channel
from flyte_widgets.widgets.presence import Presence
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.rate import Rate
from flyte_widgets.wire.messages import Heartbeat, Message, PresenceCall, Push, Pushed, PushedPart, Reply
from flyte_widgets.wire.requests import Handshake

logger = logging.getLogger(__name__)

HEARTBEAT_EVERY_S: Final = 10.0
"""How often the front end learns that the kernel lives, while nothing else is sent."""

Take = Callable[[], Sequence[tuple[Pushed, Sequence[bytes]]]]
"""Gives what is new when it may be sent, each content with its buffers."""
Shown = Callable[[frozenset[str]], None]


class Content(Protocol):
    """What a widget shows. Its methods are called on the publisher's thread."""

    @property
    def is_live(self) -> bool:
        """Whether news may still come. While it may, the heartbeat goes on."""

    def send_due(self, now_s: float) -> float | None:
        """Send what may be sent now. Give when to be called again (monotonic); None: at the next wake."""

    def send_missing(self, seq: int) -> None:
        """Send what a page lacks that has the columns up to `seq` and looks."""


@dataclass(frozen=True)
class _Greeting:
    request: int
    seq: int
    looks: bool


class Outbound:
    """Sends for one widget, on the publisher's thread. Its other methods may be called on any thread."""

    def __init__(self, channel: Channel, now_ms: Callable[[], float]) -> None:
        """`now_ms`: the backend's clock, for the heartbeat."""
        self.channel = channel
        self.lock = threading.RLock()
        """Held while traits are set and observers run: never taken on the background loop."""
        self.rate = Rate()
        self._content: Content | None = None
        self._now_ms = now_ms
        self._presence = Presence()
        self._news_lock = threading.Lock()
        """For all below. Held for moments only."""
        self._greetings: list[_Greeting] = []
        self._newcomer: str | None = None
        self._before: list[Callable[[], None]] = []
        self._pushes: list[Take] = []
        self._topics: dict[str, tuple[Shown, frozenset[str]]] = {}
        self._has_replied = False
        self._sent_s = 0.0

    def show(self, content: Content) -> None:
        """Send this content from now on."""
        self._content = content

    # --- for all parts -----------------------------------------------------------------------------------------------

    def wake(self, at_s: float = 0.0) -> None:
        """Have what is due sent at that time (monotonic), or at once."""
        publisher().wake(self, at_s)

    def flush(self) -> None:
        """Send what is due now, and wait until it was sent."""
        publisher().flush(self)

    def reply(self, request: int, payload: Any = None, buffers: Sequence[bytes] = ()) -> None:
        """Answer a request at once."""
        self._reply(Reply(id=request, ok=True, payload=payload), buffers)

    def refuse(self, request: int, message: str, hint: str = "") -> None:
        """Answer a request with what went wrong and what to try."""
        self._reply(Reply(id=request, ok=False, message=redact(message), hint=redact(hint)), ())

    def push(self, take: Take) -> None:
        """Have `take()` called when the next push may go out, and what it gives delivered to `store.on(kind, …)`.

        Called again before that, it changes nothing: so collect what is new, and call this with the same `take` for
        each piece of it. All pushes of a widget share one message, four a second at most. While no view is on
        screen nothing is taken: a page that looks again asks for what it shows.
        """
        with self._news_lock:
            if take not in self._pushes:
                self._pushes.append(take)
        self.wake()

    def on_shown(self, topic: str, changed: Shown) -> None:
        """Have `changed(keys)` called on the background loop when other keys of a topic are on screen.

        A page shows topics by `store.show("log/a3/1")`: that is key "a3/1" of the topic "log". With the last view
        that shows it, or when the page goes, the key goes.
        """
        with self._news_lock:
            self._topics[topic] = (changed, frozenset())

    def before_sending(self, act: Callable[[], None]) -> None:
        """Have `act()` called on the publisher's thread each time before anything is sent."""
        self._before.append(act)

    @property
    def pace(self) -> str:
        """How fast columns are to go out: "full", "slow" or "stopped"."""
        with self._news_lock:
            return self._presence.pace

    @property
    def is_shown(self) -> bool:
        """Whether a page has a view, or is about to."""
        with self._news_lock:
            return self._presence.any

    def expect_page(self) -> None:
        """Take note that a view is being displayed."""
        with self._news_lock:
            self._presence.expect()
        self.wake()

    def handshake(self, request: int, handshake: Handshake, *, can_interrupt: bool) -> None:
        """Take note of a page. The publisher's thread replies, and sends what the page lacks."""
        with self._news_lock:
            shows = handshake.shows if handshake.looks else ()
            if self._presence.handshake(
                handshake.page,
                looks=handshake.looks,
                begins=handshake.begins,
                can_interrupt=can_interrupt,
                shows=shows,
            ):
                self._newcomer = handshake.page
            self._greetings.append(_Greeting(request, handshake.seq, handshake.looks))
            self._note_shown()
        self.wake()

    def close(self) -> None:
        """Show nothing any more; the feeds of topics learn it."""
        with self._news_lock:
            self._presence = Presence()
            self._note_shown()

    def send(self, message: Message, buffers: Sequence[bytes], now_s: float) -> None:
        """Send a message that the rate has allowed, and count it."""
        self.channel.send(message, buffers)
        self.note_sent(now_s)

    def note_sent(self, now_s: float, *, urgent: bool = False) -> None:
        """Count a message that was sent."""
        self._sent_s = now_s
        self.rate.note(now_s, urgent=urgent)

    # --- on the publisher's thread -----------------------------------------------------------------------------------

    def publish(self, now_s: float) -> float | None:
        """Answer handshakes, and send what is due."""
        with self.lock:
            if not self.channel.is_open:
                return None
            self._greet()
            for act in self._before:
                act()
            with self._news_lock:
                has_replied, self._has_replied = self._has_replied, False
            if has_replied:
                self.rate.note_answer(now_s)
            content = self._content
            due = [content.send_due(now_s) if content is not None else None]
            due += [self._send_pushes(now_s), self._send_heartbeat(now_s)]
            return min((due_s for due_s in due if due_s is not None), default=None)

    def _greet(self) -> None:
        with self._news_lock:
            greetings, self._greetings = self._greetings, []
            newcomer, self._newcomer = self._newcomer, None
        for greeting in greetings:
            self.reply(greeting.request)
            if greeting.looks and self._content is not None:
                self._content.send_missing(greeting.seq)
        if newcomer is not None:
            self.channel.send(PresenceCall(newcomer=newcomer))

    def _send_pushes(self, now_s: float) -> float | None:
        with self._news_lock:
            if not self._pushes:
                return None
            if self._presence.pace != "full":
                self._pushes.clear()
                return None
            if now_s < self.rate.push_s:
                return self.rate.push_s
            pushes, self._pushes = self._pushes, []
        parts: list[PushedPart] = []
        buffers: list[bytes] = []
        for take in pushes:
            try:
                taken = take()
            except Exception:
                logger.exception("a push failed")
                continue
            for content, own in taken:
                parts.append(PushedPart(content=content, buffers=len(own)))
                buffers += own
        if parts:
            self.channel.send(Push(parts=parts), buffers)
            self._sent_s = now_s
            self.rate.note_push(now_s)
        return None

    def _send_heartbeat(self, now_s: float) -> float | None:
        with self._news_lock:
            is_there = self._presence.any
        if not is_there or self._content is None or not self._content.is_live:
            return None
        due_s = self._sent_s + HEARTBEAT_EVERY_S
        if due_s > now_s:
            return due_s
        self.send(Heartbeat(now_ms=self._now_ms()), (), now_s)
        return now_s + HEARTBEAT_EVERY_S

    # --- inner -------------------------------------------------------------------------------------------------------

    def _reply(self, reply: Reply, buffers: Sequence[bytes]) -> None:
        self.channel.send(reply, buffers)
        with self._news_lock:
            self._has_replied = True

    def _note_shown(self) -> None:
        shown: dict[str, set[str]] = {topic: set() for topic in self._topics}
        for entry in self._presence.shown:
            topic, _, key = entry.partition("/")
            if topic in shown:
                shown[topic].add(key)
        for topic, keys in shown.items():
            changed, before = self._topics[topic]
            if keys != before:
                self._topics[topic] = (changed, frozenset(keys))
                background().soon(changed, frozenset(keys))
