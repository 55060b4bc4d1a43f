# ruff: noqa: SLF001 - the private parts of the SDK are what this module is for
"""Conditions of a local run, answered from outside. The SDK itself asks for the answer on the terminal's stdin."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

from flyte._context import internal_ctx
from flyte.errors import ActionAbortedError, ConditionTimedoutError

from flyte_widgets.sdk.recorder import TIMED_OUT, Recorder
from flyte_widgets.tasks import within


class Conditions:
    """The conditions that a run waits for, by the name of their action. Safe to use from any thread."""

    def __init__(self, recorder: Recorder, why_cancelled: Callable[[], str], began: Callable[[str, Any], None]) -> None:
        """`began` is called with each condition that begins to wait, by name, in the context of who waits."""
        self._recorder, self._why_cancelled, self._began = recorder, why_cancelled, began
        self._lock = threading.Lock()
        self._open: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Future[Any]]] = {}

    async def wait_for(self, condition: Any) -> Any:
        """Wait until a condition is answered: the SDK's `LocalController.wait_for_condition`.

        Raises ConditionTimedoutError after the condition's own time limit, ActionAbortedError where it was aborted.
        """
        context = internal_ctx().data.task_context
        if context is None:
            raise RuntimeError("Conditions can only be awaited within a task.")
        name = f"{context.action.name}-cond-{condition.name}-{context._call_counter.next(condition.name)}"
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        with self._lock:
            self._open[name] = loop, answer
        parent = (context.task_action or context.action).name
        self._recorder.record_condition(name, condition, parent)
        self._began(name, condition)
        limit_s = condition._timeout_seconds
        try:
            value = await within(limit_s, answer)
        except TimeoutError:
            message = f"Condition {condition.name!r} was not answered within {limit_s} seconds."
            self._recorder.end(name, TIMED_OUT, error=message)
            raise ConditionTimedoutError(message) from None
        except ActionAbortedError as error:
            self._recorder.record_aborted(action_id=name, reason=str(error))
            raise
        except asyncio.CancelledError:
            self._recorder.record_aborted(action_id=name, reason=self._why_cancelled())
            raise
        finally:
            with self._lock:
                del self._open[name]
        self._recorder.record_complete(action_id=name)
        return value

    def answer(self, name: str, value: Any) -> None:
        """Let whoever waits for a condition go on."""
        self._settle(name, lambda future: future.set_result(value))

    def abort(self, name: str, reason: str) -> bool:
        """Have whoever waits for a condition get an ActionAbortedError. Returns whether there is such a condition."""
        error = ActionAbortedError(f"Action {name} was aborted: {reason}")
        return self._settle(name, lambda future: future.set_exception(error))

    def _settle(self, name: str, settle: Callable[[asyncio.Future[Any]], None]) -> bool:
        with self._lock:
            found = self._open.get(name)
        if found is None:
            return False
        loop, future = found

        def settle_once() -> None:
            if not future.done():
                settle(future)

        with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle_once)
        return True
