"""The messages of a rerun and of an answer to a condition. Specs stay as they came: they are sent back unchanged.

A struct would drop the fields that it does not know. A spec that is echoed as raw JSON decodes to the same bytes.

Source: flyteidl2 2.0.51, `workflow/run_service.proto`, `dataproxy/dataproxy_service.proto`, `task/run.proto`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from flyte_widgets.api.messages import ActionIdentifier, ActionMetadata
from flyte_widgets.api.messages_data import NO_VALUE
from flyte_widgets.api.messages_runs import Run
from flyte_widgets.api.protojson import Message

ABSENT: Final = msgspec.Raw()
"""A field that the backend did not send."""


class ActionSpec(Message, frozen=True):
    """`ActionDetails`, as far as a rerun needs it.

    `task` is a `task.TaskSpec`: its interface is at taskTemplate.interface.{inputs,outputs}.variables[] {key, value}.
    Traces and conditions have none (`can_rerun` is false).
    """

    id: ActionIdentifier = ActionIdentifier()
    metadata: ActionMetadata = ActionMetadata()
    task: msgspec.Raw = ABSENT
    trace: msgspec.Raw = ABSENT
    """A `task.TraceSpec`: its interface is at interface.{inputs,outputs}."""

    @property
    def can_rerun(self) -> bool:
        """Whether the action is a task, of which the backend has the spec."""
        return bool(bytes(self.task))


class RunSpecs(Message, frozen=True):
    """`RunDetails`, as far as a rerun needs it. `run_spec` may hold secrets in its envs: never show it whole."""

    run_spec: msgspec.Raw = NO_VALUE
    action: ActionSpec = ActionSpec()

    def __repr__(self) -> str:
        return f"RunSpecs({self.action.id.name!r})"


class RunSpecsResponse(Message, frozen=True):
    """Answer of GetRunDetails, read for a rerun."""

    details: RunSpecs = RunSpecs()


class ActionSpecResponse(Message, frozen=True):
    """Answer of GetActionDetails, read for a rerun."""

    details: ActionSpec = ActionSpec()


class OffloadedInputs(Message, frozen=True):
    """`common.OffloadedInputData`. `uri` is a directory."""

    uri: str = ""
    inputs_hash: str = ""


class UploadInputsResponse(Message, frozen=True):
    """Answer of UploadInputs."""

    offloaded_input_data: OffloadedInputs = OffloadedInputs()


class CreateRunResponse(Message, frozen=True):
    """Answer of CreateRun."""

    run: Run = Run()
