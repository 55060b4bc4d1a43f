# ruff: noqa: SLF001 - the private parts of the SDK are what this module is for
"""The SDK, made to run one task tree among others.

The SDK keeps the controller, which executes tasks and records what they do, once a process. A second local run replaces
that of the first, whose further tasks are then executed, and recorded, as the second's. Here each run in the background
has its own controller and its own recorder, bound to the context (`contextvars`) of the run, which the SDK itself
carries into every task and thread.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import flyte
import flyte._initialize as flyte_init
import flyte._internal.controllers as flyte_controllers
import flyte._internal.runtime.taskrunner as flyte_taskrunner
import flyte.report._report as flyte_report
from flyte._context import internal_ctx
from flyte._task import TaskTemplate
from flyte.errors import CustomError

from flyte_widgets.errors import LocalError
from flyte_widgets.sdk.run_scope import RunScope, current_scope

TaskInputs = dict[str, Any] | Callable[[], Awaitable[dict[str, Any]]]
"""Inputs by name, or what reads them first."""


class ScopedState:
    """Stands in for the SDK's holder of its controller: inside a `RunScope` there is another one."""

    def __init__(self, original: Any) -> None:
        self._original = original
        self.lock = original.lock

    @property
    def controller(self) -> Any:
        """The controller of the current run, or that of the process."""
        scope = current_scope.get(None)
        return self._original.controller if scope is None else scope.controller

    @controller.setter
    def controller(self, controller: Any) -> None:
        scope = current_scope.get(None)
        if scope is None:
            self._original.controller = controller
        else:
            scope.adopt(controller)


@lru_cache(maxsize=1)
def _adapt_sdk() -> None:
    """Have the SDK ask for the current run's own where it has one for all."""
    _scope_controllers()
    _note_causes()
    _write_plain_reports()


def _scope_controllers() -> None:
    flyte_controllers._ControllerState = ScopedState(flyte_controllers._ControllerState)


def _note_causes() -> None:
    """Have a recorder know what a task raised: the SDK keeps of it no more than class name and message."""
    convert = flyte_taskrunner.convert_from_native_to_error

    def convert_and_note(error: BaseException) -> Any:
        scope, context = current_scope.get(None), internal_ctx().data.task_context
        if scope is not None and context is not None:
            wrapped = error.__cause__ if isinstance(error, CustomError) else None
            scope.recorder.note_cause(context.action.name, wrapped or error)
        return convert(error)

    flyte_taskrunner.convert_from_native_to_error = convert_and_note


def _write_plain_reports() -> None:
    """Have reports be text in a notebook, too: there the SDK makes them objects to display, and fails to write them."""
    check = flyte_report.ipython_check
    flyte_report.ipython_check = lambda: current_scope.get(None) is None and check()


async def run_task(task: Any, args: tuple[Any, ...], inputs: TaskInputs, *, name: str, scope: RunScope) -> Any:
    """Run a task tree on this machine, recorded by the scope's recorder only. Returns what the task returns.

    Raises what the SDK raises: for what a task raised, an error of its own, with that as its cause.
    """
    _adapt_sdk()
    current_scope.set(scope)
    config = scope.user_config.replace(local_persistence=False, local_tracked=False, local_tracked_strict=False)
    with flyte_init.init_config_context(config):
        values = await inputs() if callable(inputs) else inputs
        run = await flyte.with_runcontext(mode="local", name=name).run.aio(task, *args, **values)
    outputs = tuple(await run.outputs.aio())
    return outputs[0] if len(outputs) == 1 else outputs


def require_task(task: Any) -> None:
    """Raise `LocalError` for anything but a task of this process."""
    if not isinstance(task, TaskTemplate):
        raise LocalError(
            f"A Flyte task is needed, not {type(task).__name__!r}.",
            hint="Decorate the function with @env.task, and give the task itself: fw.local.run(my_task, x=1).",
        )


def require_arguments(task: Any, args: tuple[Any, ...], inputs: dict[str, Any]) -> None:
    """Raise TypeError, as a call of the task's function would, for arguments that it does not take."""
    __tracebackhide__ = True  # the mistake is in the call
    function = getattr(task, "func", None)
    if function is None:
        return
    signature = inspect.signature(function)
    takes_any = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
    unexpected = [name for name in inputs if name not in signature.parameters and not takes_any]
    try:
        signature.bind(*args, **inputs)
    except TypeError as error:
        what = f"got an unexpected keyword argument {unexpected[0]!r}" if unexpected else str(error)
        raise TypeError(f"{function.__name__}() {what}. It takes {signature}.") from None
