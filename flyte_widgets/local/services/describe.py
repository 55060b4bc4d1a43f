"""Builds the descriptive half of an action: who it is, not how it goes. Pure."""

from __future__ import annotations

import getpass
from typing import Any

from flyteidl2.common import identifier_pb2, identity_pb2
from flyteidl2.task import task_definition_pb2
from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services.records import RunKey

_ACTION_TYPES = {"task": 1, "trace": 2, "condition": 3}


def details(action_id: Any, spec: Any, *, parent: str = "", group: str = "", source: str | None = None) -> Any:
    """`ActionDetails` with id and metadata, read from `spec`: an `ActionDetails` with nothing but its spec."""
    metadata = run_definition_pb2.ActionMetadata(parent=parent, group=group)
    kind = spec.WhichOneof("spec")
    metadata.action_type = _ACTION_TYPES.get(kind, 0)
    if kind == "task":
        _describe_task(metadata, spec.task)
    elif kind == "condition":
        metadata.condition.name = spec.condition.name
        metadata.condition.type.CopyFrom(spec.condition.type)
    if source is not None:
        metadata.source = run_definition_pb2.RunSource.Value(source)
        metadata.executed_by.CopyFrom(local_user())
    return run_definition_pb2.ActionDetails(id=action_id, metadata=metadata)


def task(key: RunKey, name: str, *, task_type: str = "python", version: str = "") -> Any:
    """Describe a task by its full name ("environment.function"): an `ActionDetails` with nothing but that spec."""
    spec = task_definition_pb2.TaskSpec(short_name=name.rpartition(".")[2][:63])
    spec.environment.name = name.rpartition(".")[0]
    template = spec.task_template
    template.type = task_type
    template.id.project, template.id.domain, template.id.name = key.project, key.domain, name
    template.id.version = version
    return run_definition_pb2.ActionDetails(task=spec)


def _describe_task(metadata: Any, spec: Any) -> None:
    template_id = spec.task_template.id
    name = template_id.name
    metadata.task.id.CopyFrom(
        task_definition_pb2.TaskIdentifier(
            org=template_id.org,
            project=template_id.project,
            domain=template_id.domain,
            name=name,
            version=template_id.version,
        )
    )
    metadata.task.task_type = spec.task_template.type
    metadata.task.short_name = spec.short_name or name.rpartition(".")[2]
    metadata.environment_name = spec.environment.name or name.rpartition(".")[0]
    metadata.funtion_name = name.rpartition(".")[2]


def local_user() -> Any:
    """Name whoever owns this process, as an `EnrichedIdentity`."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in this container
        name = "local"
    return identity_pb2.EnrichedIdentity(
        user=identity_pb2.User(
            id=identifier_pb2.UserIdentifier(subject=name), spec=identity_pb2.UserSpec(first_name=name)
        )
    )
