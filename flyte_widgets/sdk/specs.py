# ruff: noqa: SLF001 - the private parts of the SDK are what this module is for
"""Task and trace specs of a local run, as the SDK's own reporter describes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flyte._internal.runtime.types_serde import transform_native_to_typed_interface
from flyte._persistence import _remote_reporter
from flyteidl2.task import task_definition_pb2


def task_spec(task: Any, *, project: str, domain: str, root_dir: Path | None) -> Any:
    """Describe a task of this process: a `task.TaskSpec`, with its typed interface, and whether it makes a report."""
    spec = _remote_reporter._build_task_spec(task, org=None, project=project, domain=domain, root_dir=root_dir)
    # The SDK's reporter leaves that out; the specs that it sends to a cluster have it.
    spec.task_template.metadata.generates_deck.value = bool(task.report)
    return spec


def trace_spec(interface: Any) -> Any:
    """Describe a traced function: a `task.TraceSpec`."""
    return task_definition_pb2.TraceSpec(interface=transform_native_to_typed_interface(interface))
