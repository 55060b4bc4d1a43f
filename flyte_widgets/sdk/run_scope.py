# ruff: noqa: SLF001 - the private parts of the SDK are what this module is for
"""What one local run has for itself: its controller, its recorder, its tasks. Bound to the context of the run.

The SDK carries the context (`contextvars`) of a run into every task and thread of it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Protocol

import flyte._initialize as flyte_init
from flyte._context import internal_ctx
from flyte.errors import ActionAbortedError

from flyte_widgets.errors import LocalError
from flyte_widgets.sdk.conditions import Conditions
from flyte_widgets.sdk.recorder import Recorder

current_scope: ContextVar[RunScope] = ContextVar("flyte_widgets_run_scope")
"""The run that the current code belongs to; unset outside of local runs."""
_lineage: ContextVar[tuple[str, ...]] = ContextVar("flyte_widgets_lineage", default=())
"""Names of the actions that the current code runs in, the root first."""
_CANCELLED = "It was cancelled by the code that called it."


class Output(Protocol):
    """Takes what the actions of a run write."""

    def write(self, action: str, text: str, stream: Any, *, is_system: bool) -> None:
        """Take what an action wrote to a stream."""

    def end(self, action: str) -> None:
        """Take note that an action writes no more."""


class RunScope:
    """What one run has for itself: its controller, its tasks, and whether they may still start others.

    Actions go by the SDK's own names. Safe to use from any thread.
    """

    def __init__(self, recorder: Recorder, output: Output, began: Callable[[str, Any], None]) -> None:
        """`began`: as for `Conditions`."""
        self.controller: Any = None
        self.recorder = recorder
        self.output = output
        self.conditions = Conditions(recorder, self._reason, began)
        self.user_config = flyte_init._get_init_config() or _bare_config()
        self._lock = threading.Lock()
        self._tasks: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = {}
        self._idle = threading.Event()
        self._idle.set()
        self._aborted: dict[str, str] = {}
        self._run_aborted: str | None = None

    def adopt(self, controller: Any) -> None:
        """Make `controller`, which the SDK has just built, the controller of this run."""
        submit, submit_sync = controller.submit, controller.submit_sync
        controller.set_recorder(ScopedRecorder(self))

        async def submit_in_scope(task: Any, *args: Any, **kwargs: Any) -> Any:
            self._check()
            child = asyncio.ensure_future(self._contained(submit(task, *args, **kwargs)))
            try:
                return await child
            except asyncio.CancelledError:
                self._explain(child)
                raise

        def submit_sync_in_scope(task: Any, *args: Any, **kwargs: Any) -> Any:
            self._check()
            return submit_sync(task, *args, **kwargs)

        controller.submit, controller.submit_sync = submit_in_scope, submit_sync_in_scope
        controller.wait_for_condition = self.conditions.wait_for
        controller.set_recorder = lambda recorder: None  # the SDK's own is not needed
        self.controller = controller

    def abort_run(self, reason: str) -> None:
        """Cancel all that runs, and let nothing new start."""
        with self._lock:
            self._run_aborted = reason
            tasks = list(self._tasks.values())
        for loop, task in tasks:
            cancel(loop, task)

    @property
    def running(self) -> frozenset[str]:
        """Actions whose task is under way."""
        with self._lock:
            return frozenset(self._tasks)

    def wait_idle(self, timeout_s: float | None) -> bool:
        """Wait until no task of the run is under way any more. Returns whether that came in time (None: no limit)."""
        return self._idle.wait(timeout_s)

    def close(self) -> None:
        """End the threads that the SDK made for the synchronous tasks of the run: it keeps them for ever."""
        for runner in getattr(self.controller, "_runner_map", {}).values():
            loop = getattr(runner, "_TaskRunner__loop", None)
            if loop is not None:
                asyncio.run_coroutine_threadsafe(_drain(), loop)

    def abort_action(self, name: str, reason: str) -> None:
        """Cancel one action and what is below it. Whoever awaits it gets the SDK's `ActionAbortedError`."""
        if self.conditions.abort(name, reason):
            return
        with self._lock:
            self._aborted[name] = reason
            found = self._tasks.get(name)
        if found is not None:
            cancel(*found)

    def started(self, name: str) -> None:
        """Take note of the task that the current code has begun. Raises where it must not."""
        task = asyncio.current_task()
        _lineage.set((*_lineage.get(), name))
        if task is not None:
            with self._lock:
                self._tasks[name] = (task.get_loop(), task)
                self._idle.clear()
            task.add_done_callback(lambda _: self._ended(name))
        self._check()

    def _ended(self, name: str) -> None:
        self.output.end(name)
        with self._lock:
            self._tasks.pop(name, None)
            if not self._tasks:
                self._idle.set()

    async def _contained(self, submitted: Coroutine[Any, Any, Any]) -> Any:
        """Await it, and note an end that the SDK does not tell of.

        What would end the thread is an error like others: all later calls of the SDK wait for that thread.
        """
        depth = len(_lineage.get())
        try:
            return await submitted
        except asyncio.CancelledError:
            for name in _lineage.get()[depth:]:
                self.recorder.record_aborted(action_id=name, reason=self._reason())
            raise
        except Exception as error:
            for name in _lineage.get()[depth:]:
                self.recorder.record_failure(action_id=name, error=str(error))
                cause = self.recorder.take_cause(name)
                if error.__cause__ is None and cause is not error:
                    error.__cause__ = cause
            raise
        except BaseException as error:
            for name in _lineage.get()[depth:]:
                self.recorder.record_failure(action_id=name, error=f"A task raised {error!r}.")
            raise LocalError(f"A task raised {error!r}.", hint="Raise an Exception to have a task fail.") from error

    def _reason(self) -> str:
        """Say why the current code was cancelled."""
        named = [self._aborted[name] for name in _lineage.get() if name in self._aborted]
        return named[0] if named else self._run_aborted or _CANCELLED

    def _check(self) -> None:
        """Raise where the run, or an action that the current code runs in, has been aborted."""
        if self._run_aborted is not None:
            raise ActionAbortedError(f"The run was aborted: {self._run_aborted}")
        for name in _lineage.get() if self._aborted else ():
            if name in self._aborted:
                raise ActionAbortedError(f"Action {name} was aborted: {self._aborted[name]}")

    def _explain(self, child: asyncio.Task[Any]) -> None:
        """Turn the cancellation of a child that was aborted by name into the error that the SDK raises for it."""
        if self._run_aborted is not None:
            return
        with self._lock:
            names = [name for name, (_, task) in self._tasks.items() if task is child]
        for name in names:
            if name in self._aborted:
                raise ActionAbortedError(f"Action {name} was aborted: {self._aborted[name]}") from None


class ScopedRecorder:
    """The recorder that the SDK's controller sees: that of the run, which gets each task's asyncio task as well."""

    def __init__(self, scope: RunScope) -> None:
        self._scope, self._recorder = scope, scope.recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recorder, name)

    def record_start(self, *, action_id: str, task: Any = None, **details: Any) -> None:
        """Note that an action runs. A trace and a condition run in the asyncio task of their caller."""
        if task is not None:
            self._scope.started(action_id)
        self._recorder.record_start(action_id=action_id, task=task, **details)


def current_output() -> tuple[Output, str] | None:
    """Say which output of which action the current code writes to. A trace writes to that of its task."""
    scope = current_scope.get(None)
    context = internal_ctx().data.task_context if scope is not None else None
    if scope is None or context is None:
        return None
    return scope.output, (context.task_action or context.action).name


def _bare_config() -> Any:
    return flyte_init._InitConfig(root_dir=Path.cwd())


async def _drain() -> None:
    """Cancel all else on the current loop, wait for it, and stop the loop."""
    loop = asyncio.get_running_loop()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    loop.call_soon(loop.stop)


def cancel(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    """Cancel a task from any thread; one that has ended, loop and all, is left alone."""
    try:
        loop.call_soon_threadsafe(task.cancel)
    except RuntimeError:  # its loop is closed: it has ended
        return
