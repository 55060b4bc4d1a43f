"""The log of an action for Python: all lines so far, or line by line as they come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from flyte_widgets.errors import FlyteWidgetsError, NotKeptError
from flyte_widgets.run.logs import LogLine
from flyte_widgets.tasks import within
from flyte_widgets.watch.log_status import TROUBLED
from flyte_widgets.watch.log_tail import LogTail
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.watcher import Watcher

READ_S: Final = 30.0
"""How long reading a log takes at most. What has come by then is given."""
QUIET_S: Final = 1.0
"""After so long without a line a running action has written all it has to say for now."""


async def read_log(watcher: Watcher, action: str, attempt: int | None) -> list[LogLine]:
    """Read the lines so far, the newest 20,000 at most. On the background loop. Raises as `raise_for_log`."""
    tail = watcher.logs.acquire(action, attempt or newest_attempt(watcher, action))
    try:
        await within(READ_S, _until_read(tail))
    except TimeoutError:
        pass
    finally:
        watcher.logs.release(tail)
    first, total = tail.extent
    if not total or tail.status.state in TROUBLED:
        raise_for_log(tail)
    return tail.slice(first, total)


async def follow_log(watcher: Watcher, action: str, attempt: int | None) -> AsyncIterator[LogLine]:
    """Give the lines from the first that is kept on, then new ones until the attempt has ended. On any loop."""
    loop = background()
    tail = await loop.awaitable(_acquire(watcher, action, attempt))
    position = 0
    try:
        while True:
            lines, position = await loop.awaitable(tail.next_lines(position))
            if not lines:
                break
            for line in lines:
                yield line
    finally:
        loop.soon(watcher.logs.release, tail)
    if not position or tail.status.state in TROUBLED:
        raise_for_log(tail)


def newest_attempt(watcher: Watcher, action: str) -> int:
    """Give the number of the newest attempt that is known, from 1."""
    known = watcher.model.state.by_id.get(action)
    return max(1, known.attempts if known is not None else 1)


def raise_for_log(tail: LogTail) -> None:
    """Raise NotKeptError where there is no log, and FlyteWidgetsError where it could not be read."""
    status = tail.status
    what = f"attempt {tail.attempt} of action {tail.action}"
    if status.state in ("no_logs", "gone"):
        raise NotKeptError(f"There is no log of {what}. {status.message}".rstrip(), hint=status.hint)
    if status.state in TROUBLED:
        raise FlyteWidgetsError(f"The log of {what} could not be read: {status.message}", hint=status.hint)
    if status.state == "opening":
        raise FlyteWidgetsError(f"The log of {what} did not come within {READ_S:g} s.")


async def _acquire(watcher: Watcher, action: str, attempt: int | None) -> LogTail:
    return watcher.logs.acquire(action, attempt or newest_attempt(watcher, action))


async def _until_read(tail: LogTail) -> None:
    """Return when all is read that is there now."""
    while not tail.is_final:
        changed = await tail.until_changed(QUIET_S)
        if tail.status.state == "refused":
            return
        if not changed and tail.status.state not in ("opening", "reconnecting"):
            return
