"""The tasks of this process as they are defined now, found by name; and inputs as they take them."""

from __future__ import annotations

import sys
from typing import Any

from flyte._environment import list_loaded_environments
from flyte._internal.runtime.convert import Inputs, convert_inputs_to_native
from flyte._task import TaskTemplate

from flyte_widgets.errors import LocalError


def task_now(name: str) -> Any:
    """Give the task of this name ("environment.function"), as it was last defined: in a notebook, as it holds it now.

    Raises LocalError where there is none in this process, or none any more.
    """
    defined = [env.tasks[name] for env in list_loaded_environments() if name in getattr(env, "tasks", {})]
    if not defined:
        raise LocalError(f"This process has no task {name}.", hint="Run the cell or import the module that defines it.")
    task = defined[-1]
    function = getattr(task, "func", None)
    if function is None or function.__module__ != "__main__" or "<locals>" in function.__qualname__:
        return task
    # The SDK keeps every task; a notebook keeps what has a name in it.
    held = [value for value in vars(sys.modules["__main__"]).values() if isinstance(value, TaskTemplate)]
    if task in held:
        return task
    raise LocalError(
        f"{name} is no longer defined here.", hint="Run the cell that defines it, then start the run again."
    )


async def native_inputs(task: Any, inputs: Any) -> dict[str, Any]:
    """Give a `flyteidl2.task.Inputs` as the Python values that a task takes. Raises what the SDK raises."""
    values: dict[str, Any] = await convert_inputs_to_native(Inputs(inputs), task.native_interface)
    return values
