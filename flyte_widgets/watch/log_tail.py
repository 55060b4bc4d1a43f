"""Follows the log of one attempt while somebody looks at it. On the background loop.

TailLogs replays the whole log on each call, and its clean end proves nothing: a call that was made before the container
ran ends as well. A quiet task sends nothing for as long as it likes, and that is no error. So a log is complete only
when a call that was made after the attempt had ended came to its end.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol
from weakref import WeakSet

from flyte_widgets.api.messages_data import ContainerLogs
from flyte_widgets.errors import ApiError, InternalError, NotFoundError, UnimplementedError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.logs import LogBuffer, LogLine
from flyte_widgets.run.state import KINDS
from flyte_widgets.run.tracebacks import Fold
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.backoff import Backoff
from flyte_widgets.watch.source import RunSource
from flyte_widgets.watch.status import NEEDS_USER, state_of

logger = logging.getLogger(__name__)

Message = tuple[ContainerLogs, ...]

LogState = Literal[
    "opening",  # nothing is known yet
    "not_started",  # the container has not started: logs come with it
    "quiet",  # it runs, and has written nothing so far
    "live",  # lines come
    "ended",  # all lines are here
    "reconnecting",  # the backend cannot be reached; what is here is as old as `since_ms`
    "refused",  # the backend does not let this user read logs, or wants a login
    "no_logs",  # this action has no log, or this backend keeps none
    "gone",  # there was a log, and nobody kept it
]
FINAL_STATES: Final = frozenset({"ended", "no_logs", "gone"})
REOPEN_S: Final = 1.5
"""After a clean end while the attempt runs."""
LAST_OPEN_S: Final = 3.0
"""After the attempt has ended: so late the last lines may come. Then the log is read once more."""
RECHECK_S: Final = 15.0
KEPT_LOGS: Final = 8
"""Logs that are kept after nobody looks at them any more: to come back to one is quick."""


@dataclass(frozen=True)
class LogStatus:
    """How a log stands. Times are epoch ms of the backend's clock."""

    state: LogState = "opening"
    since_ms: float | None = None
    """When this state began."""
    next_try_ms: float | None = None
    message: str = ""
    hint: str = ""


class LogListener(Protocol):
    """Is told of changes of a log. It must be quick, and only hand over."""

    def log_changed(self, tail: LogTail) -> None:
        """Take note of new lines, or of another status."""


class LogTail:
    """The log of one attempt: its lines so far, how it stands, and who wants to know."""

    def __init__(self, source: RunSource, action: str, attempt: int) -> None:
        self.action, self.attempt = action, attempt
        self.status = LogStatus()
        self._buffer = LogBuffer()
        self._lock = threading.Lock()
        """For the buffer: other threads read it."""
        self._source = source
        self._changed = asyncio.Event()
        self._listeners: WeakSet[Any] = WeakSet()

    @property
    def extent(self) -> tuple[int, int]:
        """Number of the oldest line that is kept, and how many lines there were in all. On any thread."""
        with self._lock:
            return self._buffer.first, self._buffer.total

    def slice(self, start: int, end: int) -> list[LogLine]:
        """Give the lines numbered `start` to `end` (not included), as far as they are kept. On any thread."""
        with self._lock:
            return self._buffer.slice(start, end)

    @property
    def folds(self) -> list[Fold]:
        """Give what may be folded of the lines that are kept. On any thread."""
        with self._lock:
            return [fold for fold in self._buffer.tracebacks.folds if fold.start >= self._buffer.first]

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self.status.state in FINAL_STATES

    def subscribe(self, listener: LogListener) -> None:
        """Call `listener.log_changed(self)` after every change. It is held weakly."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: LogListener) -> None:
        """Call it no more."""
        self._listeners.discard(listener)

    async def until_changed(self, timeout_s: float | None = None) -> bool:
        """Wait for the next change. False where the time ran out."""
        changed = self._changed
        try:
            await asyncio.wait_for(changed.wait(), timeout_s)
        except asyncio.TimeoutError:
            return False
        return True

    async def next_lines(self, position: int) -> tuple[list[LogLine], int]:
        """Wait for lines from number `position` on. Gives them and the next position; no lines: the log has ended."""
        while self._buffer.total <= position and not self.is_final:
            await self.until_changed()
        return self.slice(position, self._buffer.total), self._buffer.total

    async def run(self) -> None:
        """Follow the log until it has ended."""
        backoff = Backoff()
        while not self.is_final:
            was_over = self._is_over
            try:
                if not self._has_log:
                    return
                await self._read(was_over=was_over)
                backoff.reset()
                await self._pause(LAST_OPEN_S if self._is_over else REOPEN_S)
            except ApiError as error:
                await self._pause(self._note_error(error, backoff, was_over=was_over))
            except Exception as error:
                logger.exception("the log of %s/%s", self._source.model.run_name, self.action)
                self._show("reconnecting", message=f"An error of flyte-widgets: {type(error).__name__}.")
                await self._pause(backoff.next_delay_s())

    async def _read(self, *, was_over: bool) -> None:
        """Read one stream to its end. `was_over` says that the attempt had ended before: then the log has, too."""
        if not self._has_started:
            self._show("not_started")
            return
        self._buffer.reopen()
        if not self._buffer.total:
            self._show("opening" if was_over else "quiet")
        stream = self._source.client.data.tail_logs(self._source.run_id, self.action, self.attempt)
        async with aclosing(stream):
            while (message := await self._next_message(stream)) is not None:
                with self._lock:
                    is_new = bool(self._buffer.feed(message))
                if is_new or self.status.state != "live":
                    self._show("live")
        if was_over:
            self._show("ended")

    async def _next_message(self, stream: AsyncGenerator[Message, None]) -> Message | None:
        """Wait for a message. None at the end; also where the attempt has ended and nothing comes any more.

        A hosted backend may leave its stream open then.
        """
        reading = asyncio.ensure_future(anext(stream, None))
        try:
            while not reading.done():
                was_over = self._is_over
                await asyncio.wait({reading}, timeout=LAST_OPEN_S)
                if was_over and not reading.done():
                    return None
            return reading.result()
        finally:
            if not reading.done():
                await cancel_all([reading])

    def _note_error(self, error: ApiError, backoff: Backoff, *, was_over: bool) -> float:
        """Show what an error means for the log. Gives the delay before the next try."""
        if isinstance(error, UnimplementedError):
            self._show("no_logs", message="This Flyte keeps no logs.", hint="Its console may have them.")
        elif isinstance(error, (NotFoundError, InternalError)) and not was_over:
            # No pod yet, or its container is not ready.
            self._show("live" if self._buffer.total else "not_started")
            return REOPEN_S
        elif isinstance(error, NotFoundError) and self._never_ran:
            self._show("no_logs", message="It ended before its container started.")
        elif isinstance(error, NotFoundError):
            self._show("ended" if self._buffer.total else "gone", message=error.message)
        else:
            delay_s = backoff.next_delay_s(error.retry_after_s)
            state: LogState = "refused" if state_of(error) in NEEDS_USER else "reconnecting"
            delay_s = max(delay_s, RECHECK_S) if state == "refused" else delay_s
            next_try_ms = self._source.model.now_ms() + delay_s * 1000
            self._show(state, message=error.message, hint=error.hint, next_try_ms=next_try_ms)
            return delay_s
        return 0.0

    @property
    def _has_log(self) -> bool:
        """Whether this kind of action writes one. Says so where it does not."""
        known = self._source.model.state.by_id.get(self.action)
        if known is None or KINDS[known.kind] == "task":
            return True
        self._show("no_logs", message=f"A {KINDS[known.kind]} writes no log.")
        return False

    @property
    def _has_started(self) -> bool:
        known = self._source.model.state.by_id.get(self.action)
        if known is None or known.phase is None or known.is_terminal or known.attempts > self.attempt:
            return True
        waiting = (ActionPhase.QUEUED, ActionPhase.WAITING_FOR_RESOURCES, ActionPhase.INITIALIZING)
        return known.phase not in waiting

    @property
    def _never_ran(self) -> bool:
        """Whether the backend says that the attempt had no container. False where it says nothing."""
        details = self._source.model.details.get(self.action)
        attempts = details.attempts if details else ()
        if not attempts:
            return details is not None
        return any(it.attempt == self.attempt and not it.logs_available for it in attempts)

    @property
    def _is_over(self) -> bool:
        """Whether the attempt has ended, as far as is known."""
        known = self._source.model.state.by_id.get(self.action)
        return known is not None and (known.is_terminal or known.attempts > self.attempt)

    async def _pause(self, delay_s: float) -> None:
        if delay_s > 0 and not self.is_final:
            await self._source.pause(delay_s)

    def _show(self, state: LogState, *, message: str = "", hint: str = "", next_try_ms: float | None = None) -> None:
        since_ms = self.status.since_ms if state == self.status.state else self._source.model.now_ms()
        self.status = replace(
            self.status, state=state, since_ms=since_ms, message=message, hint=hint, next_try_ms=next_try_ms
        )
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in list(self._listeners):
            try:
                listener.log_changed(self)
            except Exception:
                logger.exception("a listener failed")


class LogTails:
    """The logs of one run that are looked at. Two who look at one share it. What nobody looks at is not read."""

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._tails: OrderedDict[tuple[str, int], LogTail] = OrderedDict()
        self._readers: dict[tuple[str, int], tuple[int, asyncio.Task[None]]] = {}

    def acquire(self, action: str, attempt: int) -> LogTail:
        """Begin to look at a log. Undo it by `release`."""
        key = (action, attempt)
        tail = self._tails.pop(key, None) or LogTail(self._source, action, attempt)
        self._tails[key] = tail
        count, task = self._readers.get(key, (0, None))
        if task is None or task.done():
            task = asyncio.create_task(tail.run(), name=f"log of {action}, attempt {attempt}")
        self._readers[key] = (count + 1, task)
        return tail

    def release(self, tail: LogTail) -> None:
        """Look at it no more. Its lines are kept for a while."""
        key = (tail.action, tail.attempt)
        count, task = self._readers.get(key, (0, None))
        if task is None:
            return
        if count > 1:
            self._readers[key] = (count - 1, task)
            return
        task.cancel()
        del self._readers[key]
        unused = [key for key in self._tails if key not in self._readers]
        for old in unused[:-KEPT_LOGS]:
            del self._tails[old]

    async def close(self) -> None:
        """End all."""
        tasks = [task for _, task in self._readers.values()]
        self._readers.clear()
        await cancel_all(tasks)
