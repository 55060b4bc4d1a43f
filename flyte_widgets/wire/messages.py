"""What Python sends to the browser as messages, beside the synced traits. TypeScript types are generated from these."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Message(msgspec.Struct, tag_field="kind", rename="camel", kw_only=True):
    """Base of all messages."""


class Reply(Message, tag="reply", omit_defaults=True):
    """The one answer to a request. Buffers belong to the payload."""

    id: int
    """The request's id. Replies reach every page: ids of two pages differ."""
    ok: bool
    message: str = ""
    """Why not."""
    hint: str = ""
    """What to try next."""
    payload: Any = None


class Columns(Message, tag="columns"):
    """A block of packed columns, in one buffer (wire/columns.py)."""


class Heartbeat(Message, tag="heartbeat"):
    """The kernel lives. Sent while nothing else says so."""

    now_ms: float
    """The backend's clock, epoch ms."""


class SidebarCall(Message, tag="sidebar_call"):
    """Open a panel, and answer with `sidebar_answer`."""

    call: int
    side: Literal["right", "left", "main"]
    focus: bool
    """The keyboard goes to the panel, too."""


class PresenceCall(Message, tag="presence_call"):
    """Pages that look make their handshake again: others may have gone without a word."""

    newcomer: str
    """The page that need not."""


class Pushed(msgspec.Struct, tag_field="kind", rename="camel", kw_only=True):
    """Base of all content that is pushed: `store.on(kind, …)` gets it with its buffers. See `Outbound.push`."""


class PushedPart(msgspec.Struct, rename="camel", kw_only=True):
    """One part of a push."""

    content: Any
    """A `Pushed`."""
    buffers: int
    """How many of the message's buffers are this part's, in order."""


class Push(Message, tag="push"):
    """All that was pushed since the last one."""

    parts: list[PushedPart]
