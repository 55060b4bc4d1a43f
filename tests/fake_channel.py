"""A channel that records, in the place of a widget's comm."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, TypeVar

from flyte_widgets.wire.messages import Message

M = TypeVar("M", bound=Message)


class FakeChannel:
    """Keeps what was sent, with its time."""

    def __init__(self) -> None:
        self.is_open = True
        self.sent: list[tuple[float, Message, list[bytes]]] = []
        self.traits: dict[str, Any] = {}

    def send(self, message: Message, buffers: Sequence[bytes] = ()) -> None:
        """Record a message."""
        self.sent.append((time.monotonic(), message, list(buffers)))

    def set_traits(self, values: dict[str, Any]) -> None:
        """Record trait values."""
        self.traits.update(values)

    def of(self, kind: type[M]) -> list[M]:
        """All messages of a kind."""
        return [message for _, message, _ in self.sent if isinstance(message, kind)]
