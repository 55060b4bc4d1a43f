"""Waits for the end of a run, and says what is known of it where that does not come."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from flyte_widgets.errors import FlyteWidgetsError, WaitTimeoutError, copy_error
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.access import RunHandle
from flyte_widgets.watch.model import RunModel
from flyte_widgets.watch.status import NEEDS_USER

T = TypeVar("T")

CHILDREN_S: Final = 3.0
"""How long `wait` goes on for the actions once the root has ended: some backends never end them."""


async def holding(_handle: RunHandle, waiting: Coroutine[Any, Any, T]) -> T:
    """Keep the watch going while it is awaited: in `await fw.Run(name)` nobody else holds the run."""
    return await waiting


async def until_over(model: RunModel) -> ActionPhase:
    """Wait for the end and give the final phase. Raises why there is none."""
    while not (model.is_over or _is_long_ended(model)):
        error = model.last_error
        if error is not None and model.connection.state in NEEDS_USER:
            raise copy_error(error)
        await model.updates.until_changed(0.5)
    return outcome(model)


def _is_long_ended(model: RunModel) -> bool:
    return model.ended_s is not None and time.monotonic() - model.ended_s > CHILDREN_S


def outcome(model: RunModel) -> ActionPhase:
    """Give the final phase, or raise why there is none."""
    phase, connection = model.phase, model.connection
    if phase is not None and (connection.state == "ended" or _is_long_ended(model)):
        return phase
    if model.last_error is not None:
        raise copy_error(model.last_error)
    why = f": {connection.message}" if connection.message else "."
    raise FlyteWidgetsError(f"The watch of run {model.run_name} was given up{why}", hint=connection.hint)


def not_ended(model: RunModel, timeout: float) -> WaitTimeoutError:
    """Say what is known of a run whose end did not come in time; nothing, where the backend was not reached."""
    error = model.last_error
    if model.phase is None and model.state.root is None:
        why = f": {error.message}" if error is not None else "."
        hint = error.hint if error is not None and error.hint else "Check the endpoint, or wait longer."
        return WaitTimeoutError(f"Run {model.run_name} could not be read within {timeout:g} s{why}", hint=hint)
    if error is not None:
        was = f"was {model.phase} when the backend last answered" if model.phase is not None else "has no phase"
        return WaitTimeoutError(
            f"Run {model.run_name} {was}; it has not answered since: {error.message}",
            hint="Whether the run goes on is not known: call wait() again.",
        )
    return WaitTimeoutError(f"Run {model.run_name} has not ended within {timeout:g} s.")
