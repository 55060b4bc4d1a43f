# ruff: noqa: SLF001 - the private parts of the SDK are what this module is for
"""The SDK, made to run one task tree among others: the only module that touches its private parts.

The SDK keeps two things once a process that a run in the background needs for itself:

- *the session* (`flyte.init`). A local run reports to wherever the session points. Ours points at the embedded backend,
  but only for the reporting: as soon as user code runs, it has the user's own session again.
- *the controller*, which executes tasks and records what they do. A second local run replaces that of the first, whose
  further tasks are then executed, and recorded, as the second's. Here each run in the background has its own.

Both are bound to the context (`contextvars`) of the run, which the SDK itself carries into every task and thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

import flyte
import flyte._initialize as flyte_init
import flyte._internal.controllers as flyte_controllers
from flyte._task import TaskTemplate
from flyte.errors import ActionAbortedError
from flyte.remote._client.controlplane import ClientSet, Console

from flyte_widgets.errors import LocalError

_scope: ContextVar[RunScope] = ContextVar("flyte_widgets_run_scope")
_lineage: ContextVar[tuple[str, ...]] = ContextVar("flyte_widgets_lineage", default=())
"""Names of the actions that the current code runs in, the root first."""


class RunScope:
    """What one run has for itself: its controller, its tasks, and whether they may still start others.

    Actions go by the SDK's own names. Safe to use from any thread.
    """

    def __init__(self) -> None:
        self.controller: Any = None
        self.user_config = flyte_init._get_init_config() or _bare_config()
        self._lock = threading.Lock()
        self._tasks: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = {}
        self._aborted: dict[str, str] = {}
        self._run_aborted: str | None = None

    def adopt(self, controller: Any) -> None:
        """Make `controller`, which the SDK has just built, the controller of this run."""
        submit, submit_sync, set_recorder = controller.submit, controller.submit_sync, controller.set_recorder

        async def submit_in_scope(task: Any, *args: Any, **kwargs: Any) -> Any:
            self._check()
            with flyte_init.init_config_context(self.user_config):
                child = asyncio.ensure_future(_contained(submit(task, *args, **kwargs)))
                try:
                    return await child
                except asyncio.CancelledError:
                    self._explain(child)
                    raise

        def submit_sync_in_scope(task: Any, *args: Any, **kwargs: Any) -> Any:
            self._check()
            return submit_sync(task, *args, **kwargs)

        def set_watched_recorder(recorder: Any) -> None:
            record_start = recorder.record_start

            def note_start(*, action_id: str, **details: Any) -> None:
                self._started(action_id)
                record_start(action_id=action_id, **details)

            recorder.record_start = note_start
            set_recorder(recorder)

        controller.submit, controller.submit_sync = submit_in_scope, submit_sync_in_scope
        controller.set_recorder = set_watched_recorder
        self.controller = controller

    def abort_run(self, reason: str) -> None:
        """Let nothing new start. What runs is cancelled by whoever holds the run's coroutine."""
        with self._lock:
            self._run_aborted = reason
            tasks = list(self._tasks.values())
        for loop, task in tasks:
            cancel(loop, task)

    def close(self) -> None:
        """End the threads that the SDK made for the synchronous tasks of the run: it keeps them for ever."""
        for runner in getattr(self.controller, "_runner_map", {}).values():
            loop = getattr(runner, "_TaskRunner__loop", None)
            if loop is not None:
                asyncio.run_coroutine_threadsafe(_drain(), loop)

    def abort_action(self, name: str, reason: str) -> None:
        """Cancel one action and what is below it. Whoever awaits it gets the SDK's `ActionAbortedError`."""
        with self._lock:
            self._aborted[name] = reason
            found = self._tasks.get(name)
        if found is not None:
            cancel(*found)

    def _started(self, name: str) -> None:
        task = asyncio.current_task()
        _lineage.set((*_lineage.get(), name))
        if task is not None:
            with self._lock:
                self._tasks[name] = (task.get_loop(), task)
            task.add_done_callback(lambda _: self._tasks.pop(name, None))
        self._check()

    def _check(self) -> None:
        """Raise where the run, or an action that the current code runs in, has been aborted."""
        if self._run_aborted is not None:
            raise ActionAbortedError(f"The run was aborted: {self._run_aborted}")
        for name in _lineage.get():
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


class ScopedState:
    """Stands in for the SDK's holder of its controller: inside a `RunScope` there is another one."""

    def __init__(self, original: Any) -> None:
        self._original = original
        self.lock = original.lock

    @property
    def controller(self) -> Any:
        """The controller of the current run, or that of the process."""
        scope = _scope.get(None)
        return self._original.controller if scope is None else scope.controller

    @controller.setter
    def controller(self, controller: Any) -> None:
        scope = _scope.get(None)
        if scope is None:
            self._original.controller = controller
        else:
            scope.adopt(controller)


@lru_cache(maxsize=1)
def _scope_controllers() -> None:
    original = getattr(flyte_controllers, "_ControllerState", None)
    if not hasattr(original, "controller") or not hasattr(original, "lock"):
        raise LocalError(
            f"This version of the Flyte SDK ({flyte.version()}) keeps its controller where it is not known.",
            hint="Use flyte.with_runcontext(mode='local', tracked=True), or a newer flyte-widgets.",
        )
    flyte_controllers._ControllerState = ScopedState(original)


async def run_task(
    task: Any, args: tuple[Any, ...], inputs: dict[str, Any], *, name: str, config: Any, scope: RunScope
) -> Any:
    """Run a task tree on this machine, reporting under `name` to where `config` points. Returns what the task returns.

    Raises what the task raises, as the SDK does.
    """
    _scope_controllers()
    _scope.set(scope)
    with flyte_init.init_config_context(config):
        run = await flyte.with_runcontext(mode="local", tracked=True, name=name).run.aio(task, *args, **inputs)
    outputs = tuple(await run.outputs.aio())
    return outputs[0] if len(outputs) == 1 else outputs


async def reporting_config(scope: RunScope, endpoint: str, *, project: str, domain: str) -> Any:
    """Build the session that reports to the embedded backend; all else in it is the user's."""
    client = await ClientSet.for_endpoint(endpoint, insecure=True)
    client._console = Console(endpoint.rpartition("/")[0], insecure=True)  # it shows in the SDK's log: without secret
    return scope.user_config.replace(
        client=client, org=None, project=project, domain=domain, local_persistence=False, local_tracked_strict=False
    )


def require_task(task: Any) -> None:
    """Raise `LocalError` for anything but a task of this process."""
    if not isinstance(task, TaskTemplate):
        raise LocalError(
            f"A Flyte task is needed, not {type(task).__name__!r}.",
            hint="Decorate the function with @env.task, and give the task itself: fw.local.run(my_task, x=1).",
        )


async def _contained(submitted: Coroutine[Any, Any, Any]) -> Any:
    """Await it. What would end the thread is an error like others: all later calls of the SDK wait for that thread."""
    try:
        return await submitted
    except (Exception, asyncio.CancelledError):
        raise
    except BaseException as error:
        raise LocalError(f"A task raised {error!r}.", hint="Raise an Exception to have a task fail.") from error


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
