"""When the next message of a widget may go out: three a second as a rule, four of a log, five at most. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

EVERY_S: Final = 1 / 3
"""Between two messages, but for those that a reader waits for. The first one after a pause goes out at once."""
PUSH_EVERY_S: Final = 1 / 4
"""Between two pushes: somebody reads what they bring, line by line."""
MOST_A_SECOND: Final = 5
"""In any second, whatever goes out, but for answers to requests: those are sent at once, and others wait for them."""


class Rate:
    """Keeps the time of what was sent, in monotonic seconds."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque(maxlen=MOST_A_SECOND)
        self._regular_s = self._pushed_s = 0.0

    @property
    def urgent_s(self) -> float:
        """When a message may go that a reader waits for: it takes no account of the others' pace."""
        return self._with_room_s(0)

    @property
    def soon_s(self) -> float:
        """When a message may go that is wanted, but can wait: it leaves two places in a second to others."""
        return self._with_room_s(2)

    @property
    def regular_s(self) -> float:
        """When any other message may go.

        It leaves the last place in a second to one that a reader waits for, but lets nobody keep it out for long.
        """
        return max(self.urgent_s, self._regular_s, min(self._with_room_s(1), self._regular_s + 1.0))

    @property
    def push_s(self) -> float:
        """When the next push may go. Answers do not hold it up; it leaves the last place in a second to others."""
        return max(self._with_room_s(1), self._pushed_s + PUSH_EVERY_S)

    def _with_room_s(self, places: int) -> float:
        """When so many places in a second are free, besides the one that is taken."""
        most = MOST_A_SECOND - places
        return self._sent[-most] + 1.0 if len(self._sent) >= most else 0.0

    def note(self, now_s: float, *, urgent: bool = False) -> None:
        """Take note that a message was sent."""
        self._sent.append(now_s)
        if not urgent:
            self._regular_s = now_s + EVERY_S

    def note_push(self, now_s: float) -> None:
        """Take note that a push was sent: it keeps its own pace."""
        self._sent.append(now_s)
        self._pushed_s = now_s

    def note_answer(self, now_s: float) -> None:
        """Take note that a request was answered: that took the place of the next message that nobody waits for."""
        self._regular_s = min(max(self._regular_s, now_s) + EVERY_S, now_s + 1.0)

    def forget(self) -> None:
        """Let what comes next go at once."""
        self._sent.clear()
        self._regular_s = self._pushed_s = 0.0
