"""Aborting: a fresh read first, one call, and done only when the phase is ABORTED. On the background loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace

from flyte_widgets.errors import ApiError, RunFinishedError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.status import AbortStatus
from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

DEFAULT_REASON = "Aborted from flyte-widgets."
_LOOK_EVERY_S = 1.0
_LOOK_FOR_S = 120.0


async def abort(watcher: Watcher, action: str = ROOT, reason: str = "") -> None:
    """Abort the run, or one action of it. Returns when the backend has accepted.

    Raises RunFinishedError where it has already ended: the backend would rewrite its outcome to ABORTED. Raises
    ApiError where the backend refuses. A second call for the same target while the first is under way does nothing,
    and one that comes after it has taken effect does not make it failed.
    """
    model = watcher.model
    before = status = model.abort_status
    if status.action == action and status.state in ("requested", "accepted"):
        return
    status = AbortStatus("requested", action, model.now_ms(), reason)
    model.show_abort(status)
    watcher.client.hurry()
    try:
        await watcher.read_action(action)
        _refuse_if_over(watcher, action)
        tracked = bool(watcher.tracked)
        if action == ROOT:
            await watcher.client.abort_run(watcher.run_id, reason or DEFAULT_REASON, tracked=tracked)
        else:
            await watcher.client.abort_action(watcher.run_id, action, reason or DEFAULT_REASON, tracked=tracked)
    except RunFinishedError as error:
        done = before.action == action and before.state == "aborted"
        model.show_abort(before if done else replace(status, state="failed", message=error.message))
        raise
    except BaseException as error:
        message = error.message if isinstance(error, ApiError) else "the call was cancelled"
        model.show_abort(replace(status, state="failed", message=message))
        raise
    status = replace(status, state="accepted")
    model.show_abort(status)
    watcher.spawn(_until_aborted(watcher, status))


def _refuse_if_over(watcher: Watcher, action: str) -> None:
    known = watcher.model.state.by_id.get(action)
    if known is not None and known.is_terminal:
        what = f"Run {watcher.run_id.name}" if action == ROOT else f"Action {action}"
        raise RunFinishedError(f"{what} has already ended: {known.phase}.")


async def _until_aborted(watcher: Watcher, status: AbortStatus) -> None:
    """Look until the phase is terminal: the notification of an abort is often late, at times lost."""
    model = watcher.model
    loop = asyncio.get_running_loop()
    give_up_s = loop.time() + _LOOK_FOR_S
    outcome = replace(status, state="failed", message="the backend accepted it, but the phase did not change")
    while loop.time() < give_up_s:
        with contextlib.suppress(ApiError):
            await watcher.read_action(status.action)
        known = model.state.by_id.get(status.action)
        if known is not None and known.phase is not None and known.is_terminal:
            outcome = replace(status, state="aborted")
            if known.phase is not ActionPhase.ABORTED:
                message = f"it {known.phase.label.lower()} before the abort took effect"
                outcome = replace(status, state="failed", message=message)
            break
        next_s = loop.time() + _LOOK_EVERY_S  # other actions may change all the time
        while (left_s := next_s - loop.time()) > 0 and not (known is not None and known.is_terminal):
            await model.updates.until_changed(left_s)
            known = model.state.by_id.get(status.action)
    if model.abort_status is status:  # else another action is being aborted by now
        model.show_abort(outcome)
