"""The oddities of WatchActions: what it does not send, sends twice, or dies of. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from connectrpc.code import Code
from connectrpc.errors import ConnectError

from flyte_widgets.local.services.quirks import is_lost
from flyte_widgets.local.services.records import TERMINAL

_LOSSY_LIMIT: Final = 100


class TreeStream:
    """Distorts what WatchActions sends, from one message to the next."""

    def __init__(self, quirks: Collection[str]) -> None:
        self._quirks = quirks
        self._count = 0
        self._before: dict[str, Any] = {}
        self._credit, self._credited_s = float(_LOSSY_LIMIT), 0.0

    def sent(self, enriched: list[Any], now_s: float) -> list[Any]:
        """Give what is sent of these changes. ConnectError where the stream dies of them."""
        self._count += bool(enriched)
        if is_lost(self._quirks, self._count - 1, now_s):
            return []
        if "lossy" in self._quirks and self._count > 1:
            enriched = self._kept(enriched, now_s)
        if "silent_tree" in self._quirks or ("lost" in self._quirks and self._count % 2 == 0):
            return []
        if "orphan_death" in self._quirks and self._count > 1:
            name = enriched[-1].action.id.name
            raise ConnectError(Code.UNKNOWN, f"parent node [a1] not found for action [{name}]")
        if "lost_terminal" in self._quirks:
            enriched = [item for item in enriched if item.action.status.phase not in TERMINAL]
        if "backward" in self._quirks:
            before = [self._before[item.action.id.name] for item in enriched if item.action.id.name in self._before]
            self._before.update((item.action.id.name, item) for item in enriched)
            enriched = enriched + before
        return enriched[::-1] if "reordered" in self._quirks else enriched

    def _kept(self, enriched: list[Any], now_s: float) -> list[Any]:
        """Give as many as the subscriber's channel takes, which is emptied at a bounded rate."""
        self._credit = min(_LOSSY_LIMIT, self._credit + (now_s - self._credited_s) * _LOSSY_LIMIT)
        self._credited_s = now_s
        kept = enriched[: int(self._credit)]
        self._credit -= len(kept)
        return kept
