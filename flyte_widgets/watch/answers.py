"""Answering a condition: a fresh read and a check first, one call, and done only when it is seen SUCCEEDED.

On the background loop.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from flyte_widgets.api import messages
from flyte_widgets.errors import AlreadyAnsweredError, ApiError, FailedPreconditionError, FlyteWidgetsError
from flyte_widgets.run.conditions import Answer, WaitingCondition, answer_from_text, answer_words, checked_answer
from flyte_widgets.run.details import ActionDetails, details_of
from flyte_widgets.run.times import epoch_ms
from flyte_widgets.watch.access import FIRST_READ_S, RunHandle
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.status import AnswerStatus
from flyte_widgets.watch.watcher import Watcher

_LOOK_EVERY_S: Final = 1.0
_LOOK_FOR_S: Final = 120.0


async def signal(watcher: Watcher, action: str, value: Any) -> None:
    """Answer a condition (SignalEvent). Returns when the backend has accepted.

    Raises InputError for a value of another type, before anything is sent; AlreadyAnsweredError where the condition
    waits no longer; FlyteWidgetsError for an action that is no condition; ApiError where the backend refuses. The same
    answer once more while the first is under way does nothing.
    """
    await _answer(watcher, action, lambda of: checked_answer(value, of))


async def signal_text(watcher: Watcher, action: str, text: str) -> None:
    """Answer a condition with what a person typed: it is read by the condition's type. Raises as `signal`."""
    await _answer(watcher, action, lambda of: answer_from_text(text, of))


def waiting_in(handle: RunHandle) -> list[WaitingCondition]:
    """Give the conditions that need an answer. On any thread but the background loop's."""
    watcher = handle.ensure_whole()

    async def until_read() -> None:
        await watcher.model.updates.until(lambda: watcher.conditions.are_read or watcher.model.is_over)

    with contextlib.suppress(concurrent.futures.TimeoutError):
        background().call(until_read(), FIRST_READ_S)
    return watcher.conditions.waiting


async def _answer(watcher: Watcher, action: str, read: Callable[[str], Answer]) -> None:
    conditions = watcher.conditions
    watcher.client.hurry()
    message = await watcher.read_action(action)
    conditions.take(message)
    details = details_of(message)
    if details.condition is None:
        raise FlyteWidgetsError(
            f"Action {action} is no condition: it asks nothing.",
            hint="run.waiting lists the conditions that need an answer.",
        )
    if details.phase is not None and details.phase.is_terminal:
        raise _too_late(details)
    value = read(details.condition.type)
    before = conditions.answers.get(action)
    if before is not None and before.state in ("sent", "accepted"):
        if before.value == answer_words(value):
            return
        raise AlreadyAnsweredError(f"{before.name} is being answered with {before.value}.")
    status = AnswerStatus(
        "sent",
        action,
        details.condition.name or details.name,
        answer_words(value),
        at_ms=watcher.now_ms(),
        since_ms=epoch_ms(details.started),
    )
    conditions.show(status)
    try:
        await watcher.client.launch.signal_event(
            watcher.run_id, action, details.parent, value, tracked=bool(watcher.tracked)
        )
    except FailedPreconditionError as error:
        await _explain(watcher, status, error)
    except BaseException as error:
        message_text = error.message if isinstance(error, ApiError) else "the call was cancelled"
        conditions.show(replace(status, state="failed", message=message_text))
        raise
    status = replace(status, state="accepted")
    if conditions.answers.get(action) is not None and conditions.answers[action].state == "sent":
        conditions.show(status)
    watcher.spawn(_until_seen(watcher, status))


async def _explain(watcher: Watcher, status: AnswerStatus, error: FailedPreconditionError) -> None:
    """Find out why the backend refused an answer. Mostly somebody else was faster: then say who, and what."""
    conditions = watcher.conditions
    conditions.show(replace(status, state="failed", message=error.message))
    known: messages.ActionDetails | None = None
    with contextlib.suppress(ApiError):
        known = await watcher.read_action(status.action)
        conditions.take(known)
    details = details_of(known) if known is not None else None
    if details is not None and details.phase is not None and details.phase.is_terminal:
        raise _too_late(details) from error
    raise error


def _too_late(details: ActionDetails) -> AlreadyAnsweredError:
    name = details.condition.name if details.condition is not None else details.name
    if details.answer is None:
        return AlreadyAnsweredError(f"{name} waits no longer: {details.phase}.", hint="Nothing was sent.")
    who = f" by {details.answer.by}" if details.answer.by else ""
    return AlreadyAnsweredError(f"{name} was already answered{who}: {answer_words(details.answer.value)}.")


async def _until_seen(watcher: Watcher, status: AnswerStatus) -> None:
    """Look until the condition has ended: the notification of an answer may be late, or lost."""
    conditions, loop = watcher.conditions, asyncio.get_running_loop()
    give_up_s = loop.time() + _LOOK_FOR_S
    while loop.time() < give_up_s:
        with contextlib.suppress(ApiError):
            conditions.take(await watcher.read_action(status.action))
        known = conditions.answers.get(status.action)
        if known is None or known.state not in ("sent", "accepted"):
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    conditions.show(replace(status, state="failed", message="the backend accepted it, but the condition did not go on"))
