"""Follows the log of one attempt while somebody looks at it. On the background loop.

TailLogs replays the whole log on each call, and its clean end proves nothing: a call that was made before the container
ran ends as well. A quiet task sends nothing for as long as it likes, and that is no error. So a log is complete only
when a call that was made after the attempt had ended came to its end.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from flyte_widgets.api.messages_data import ContainerLogs
from flyte_widgets.errors import ApiError, InternalError, NotFoundError, TransportError, UnimplementedError
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.backoff import Backoff
from flyte_widgets.watch.log_attempt import LoggedAttempt
from flyte_widgets.watch.log_status import TROUBLED, LogState, LogStatus
from flyte_widgets.watch.log_tail import LogTail
from flyte_widgets.watch.source import RunSource
from flyte_widgets.watch.status import NEEDS_USER, state_of

logger = logging.getLogger(__name__)

Message = tuple[ContainerLogs, ...]

REOPEN_S: Final = 1.5
"""After a clean end while the attempt runs."""
LAST_OPEN_S: Final = 3.0
"""After the attempt has ended: so late the last lines may come. Then the log is read once more."""
RECHECK_S: Final = 15.0
TICK_S: Final = 3.0
"""So often a silent stream is looked after."""
SILENT_S: Final = 10.0
"""A replay begins earlier than that: else the backend is not there."""
STALE_S: Final = 60.0
"""A stream that is silent for so long may be dead: it is opened anew, in silence."""
MOST_REFUSALS: Final = 3
"""So often in turn a running action's log may be refused, as that of a container that is not ready, without a word."""


@dataclass
class _Opened:
    """What is known of the stream that is read."""

    was_over: bool
    """Whether the attempt was over when it was opened."""
    is_heard: bool = False
    is_away: bool = False
    """Whether the backend did not answer other calls when that was last looked at."""


class LogReader:
    """Reads the log of one attempt into its `LogTail`."""

    def __init__(self, source: RunSource, tail: LogTail) -> None:
        self._source, self._tail = source, tail
        self._attempt = LoggedAttempt(source.model, tail.action, tail.attempt)
        self._is_broken = False
        """Whether the last stream was cut off."""

    async def run(self) -> None:
        """Follow the log until it has ended."""
        backoff = Backoff()
        while not self._tail.is_final:
            was_over = self._attempt.is_over
            try:
                if kind := self._attempt.other_kind:
                    self._show("no_logs", message=f"A {kind} writes no log.")
                    return
                await self._read(was_over=was_over)
                backoff.reset()
                await self._pause(LAST_OPEN_S if self._attempt.is_over else REOPEN_S)
            except ApiError as error:
                await self._pause(self._note_error(error, backoff, was_over=was_over))
            except Exception as error:
                logger.exception("the log of %s/%s", self._source.model.run_name, self._tail.action)
                self._show("reconnecting", message=f"An error of flyte-widgets: {type(error).__name__}.")
                await self._pause(backoff.next_delay_s())

    async def _read(self, *, was_over: bool) -> None:
        """Read one stream to its end. `was_over` says that the attempt had ended before: then the log has, too."""
        if not self._attempt.has_started:
            self._show("not_started")
            return
        self._tail.reopen()
        if not self._tail.total and self._tail.status.state not in TROUBLED:
            self._show("opening" if was_over else "quiet")
        stream = self._source.client.data.tail_logs(self._source.run_id, self._tail.action, self._tail.attempt)
        opened = _Opened(was_over)
        async with aclosing(stream):
            while (message := await self._next_message(stream, opened)) is not None:
                opened.is_heard = True
                if self._tail.feed(message):
                    self._show("live")
        self._is_broken = False
        if was_over:
            self._show("ended")
        else:
            self._show_mended()

    async def _next_message(self, stream: AsyncGenerator[Message, None], opened: _Opened) -> Message | None:
        """Wait for a message. None at the end, and where it is better to open the stream anew."""
        reading = asyncio.ensure_future(anext(stream, None))
        begun_s = time.monotonic()
        try:
            while True:
                is_over = self._attempt.is_over
                await asyncio.wait({reading}, timeout=TICK_S)
                if reading.done():
                    return reading.result()
                silent_s = time.monotonic() - begun_s
                if opened.was_over:
                    if await self._is_silence_the_end(silent_s, opened):
                        return None
                elif is_over or self._is_stale(silent_s, opened):
                    return None
        finally:
            if not reading.done():
                await cancel_all([reading])

    def _is_stale(self, silent_s: float, opened: _Opened) -> bool:
        """Whether a stream that is silent may be dead. Raises TransportError where not even the replay came.

        A task may be silent, and so is a backend that is frozen or cut off. So silence is compared with what else is
        heard of the backend.
        """
        was_away, opened.is_away = opened.is_away, self._is_backend_away
        if opened.is_away:
            connection = self._source.model.connection
            self._show("reconnecting", message=connection.message, hint=connection.hint)
        elif was_away or silent_s >= STALE_S:
            return True
        elif opened.is_heard or not self._tail.total:
            self._show_mended()
        elif silent_s >= SILENT_S:
            raise self._silence()
        return False

    async def _is_silence_the_end(self, silent_s: float, opened: _Opened) -> bool:
        """Whether the silence of a log whose attempt is over is its end. Raises ApiError where the backend is away.

        A hosted backend may leave its stream open when the log has ended.
        """
        await self._source.read_action(self._tail.action)
        if not opened.is_heard and silent_s >= SILENT_S and self._tail.total:
            raise self._silence()
        return opened.is_heard or silent_s >= SILENT_S

    def _silence(self) -> ApiError:
        return TransportError(f"{self._source.client.host} sent nothing on TailLogs within {SILENT_S:g} s.")

    @property
    def _is_backend_away(self) -> bool:
        return self._source.client.outage is not None or self._source.model.connection.state == "reconnecting"

    def _show_mended(self) -> None:
        """Show that a log that could not be read can be read again, though nothing new is in it."""
        if self._tail.status.state in TROUBLED:
            self._show("live" if self._tail.total else "quiet")

    def _note_error(self, error: ApiError, backoff: Backoff, *, was_over: bool) -> float:
        """Show what an error means for the log. Gives the delay before the next try."""
        total = self._tail.total
        if isinstance(error, UnimplementedError) and not total:
            self._show("no_logs", message="This Flyte keeps no logs.", hint="Its console may have them.")
        elif isinstance(error, (NotFoundError, InternalError)) and not was_over and self._may_pass(backoff):
            # No pod yet, or its container is not ready.
            if not total:
                self._show("not_started")
            return REOPEN_S
        elif isinstance(error, NotFoundError) and was_over and not total and self._attempt.has_no_log:
            elsewhere = "It ran, but outside of this backend: its output is where it was started."
            self._show(
                "no_logs", message=elsewhere if self._attempt.has_run else "It ended before its container started."
            )
        elif isinstance(error, NotFoundError) and was_over:
            lost = "Its last lines may be missing: they went with the pod." if self._is_broken else ""
            self._show("ended" if total else "gone", message=lost if total else error.message)
        else:
            delay_s = backoff.next_delay_s(error.retry_after_s)
            is_refused = state_of(error) in NEEDS_USER and not error.transient
            delay_s = max(delay_s, RECHECK_S) if is_refused else delay_s
            next_try_ms = self._source.model.now_ms() + delay_s * 1000
            state: LogState = "refused" if is_refused else "reconnecting"
            self._show(state, message=error.message, hint=error.hint, next_try_ms=next_try_ms)
            return delay_s
        return 0.0

    def _may_pass(self, backoff: Backoff) -> bool:
        """Whether a refusal may be one that passes with the start of the container. Counts it."""
        backoff.next_delay_s()
        return not self._tail.total or backoff.failures <= MOST_REFUSALS

    async def _pause(self, delay_s: float) -> None:
        if delay_s > 0 and not self._tail.is_final:
            await self._source.pause(delay_s)

    def _show(self, state: LogState, *, message: str = "", hint: str = "", next_try_ms: float | None = None) -> None:
        before, now_ms = self._tail.status, self._source.model.now_ms()
        self._is_broken = self._is_broken or state in TROUBLED
        since_ms = before.since_ms if state == before.state else now_ms
        self._tail.show(LogStatus(state, since_ms, next_try_ms, message, hint))
