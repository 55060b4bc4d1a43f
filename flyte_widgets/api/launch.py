"""Starting a run again, and answering a condition: UploadInputs, CreateRun, SignalEvent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from flyte_widgets.api.clusters import ClusterRouter
from flyte_widgets.api.connect import ConnectTransport
from flyte_widgets.api.messages import Empty, RunIdentifier
from flyte_widgets.api.messages_data import Inputs, NamedLiteral
from flyte_widgets.api.messages_launch import (
    ActionSpec,
    ActionSpecResponse,
    CreateRunResponse,
    OffloadedInputs,
    RunSpecs,
    RunSpecsResponse,
    UploadInputsResponse,
)
from flyte_widgets.api.messages_runs import Run
from flyte_widgets.api.services import DATA_PROXY_SERVICE, RUN_SERVICE, action_id, project_id, run_service
from flyte_widgets.errors import ProtocolError

LAUNCH_TIMEOUT_S: Final = 60.0
"""A backend may store the inputs and ask others before it answers."""
_PROVENANCE: Final = ("relation", "relatedTo", "recover")


class LaunchApi:
    """What starts or answers something. Reach it as `FlyteClient.launch`. Nothing here is tried again by itself."""

    def __init__(self, transport: ConnectTransport, clusters: ClusterRouter, org: str) -> None:
        self._transport = transport
        self._clusters = clusters
        self._org = org
        self.has_recovered = False
        """Whether a run of this backend was seen to take over actions of another one."""

    async def get_run_specs(self, run: RunIdentifier, *, tracked: bool = False) -> RunSpecs:
        """GetRunDetails, for what a rerun sends back: the run's spec and its task's."""
        answer = await self._transport.unary(run_service(tracked), "GetRunDetails", {"runId": run}, RunSpecsResponse)
        return answer.details

    async def get_action_spec(self, run: RunIdentifier, action: str, *, tracked: bool = False) -> ActionSpec:
        """GetActionDetails, for the spec of one action's task: also its interface, which types inputs and outputs."""
        request = {"actionId": action_id(run, action)}
        answer = await self._transport.unary(run_service(tracked), "GetActionDetails", request, ActionSpecResponse)
        return answer.details

    async def upload_inputs(self, project: str, domain: str, task_spec: msgspec.Raw, inputs: Inputs) -> OffloadedInputs:
        """UploadInputs: have the backend store the inputs of a run that `create_run` is to start."""
        where = project_id(self._org, project, domain)
        request = {"projectId": where, "taskSpec": task_spec, "inputs": inputs}
        run = RunIdentifier(self._org, project, domain, "")
        async with self._clusters.transport_for("OPERATION_UPLOAD_INPUTS", run, {"projectId": where}) as transport:
            answer = await transport.unary(
                DATA_PROXY_SERVICE, "UploadInputs", request, UploadInputsResponse, timeout_s=LAUNCH_TIMEOUT_S
            )
            return answer.offloaded_input_data

    async def create_run(
        self,
        project: str,
        domain: str,
        task_spec: msgspec.Raw,
        inputs: OffloadedInputs | Inputs,
        run_spec: Mapping[str, Any],
    ) -> Run:
        """CreateRun: start a run, under a new name that the backend chooses.

        No name is given on purpose: for one that is taken, open-source backends answer OK with the *old* run. Hosted
        backends take only `OffloadedInputs`. Not tried again: after a TransportError the run may or may not exist.
        Check that the answer's `status.start_time` is not older than the call.
        """
        given = {"offloadedInputData": inputs} if isinstance(inputs, OffloadedInputs) else {"inputs": inputs}
        request = {
            "projectId": project_id(self._org, project, domain),
            "taskSpec": task_spec,
            "runSpec": run_spec,
            **given,
        }
        answer = await self._transport.unary(
            RUN_SERVICE, "CreateRun", request, CreateRunResponse, timeout_s=LAUNCH_TIMEOUT_S
        )
        if not answer.run.name:
            raise ProtocolError(
                f"{self._transport.host} answered CreateRun without the name of a run.",
                hint="It may have started one: look for it in fw.runs() before you try again.",
            )
        return answer.run

    async def signal_event(
        self, run: RunIdentifier, action: str, parent: str, value: bool | int | float | str, *, tracked: bool = False
    ) -> None:
        """SignalEvent: answer a condition. `parent` is the action that it was created in (`metadata.parent`).

        The type of `value` must be the condition's: give a float, not an int, for a FLOAT. The same answer again is
        accepted. FailedPreconditionError: another answer was given before, or the condition has ended.
        InvalidArgumentError: the wrong type.
        """
        request = {
            "actionId": action_id(run, action),
            "parentActionName": parent,
            "payload": signal_payload(value),
        }
        await self._transport.unary(run_service(tracked), "SignalEvent", request, Empty)


def signal_payload(value: bool | int | float | str) -> dict[str, Any]:
    """Give a value as an `EventPayload`. False and "" are values like others, and are sent."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"floatValue": value}
    return {"stringValue": value}


def rerun_spec(
    run_spec: msgspec.Raw,
    source: RunIdentifier,
    *,
    recover: bool = False,
    force_rerun: Sequence[str] = (),
) -> dict[str, Any]:
    """Give the run spec of a rerun: the old one with all that is in it, and whose rerun this is.

    `recover` asks the backend to take over the actions that succeeded, except `force_rerun`. Open-source backends
    ignore that and run everything. The old run's own origin is dropped.
    """
    spec = msgspec.json.decode(run_spec, type=dict[str, Any])
    for name in _PROVENANCE:
        spec.pop(name, None)
    kind = "RELATION_TYPE_RECOVER" if recover else "RELATION_TYPE_RERUN"
    spec["relation"] = {"relatedTo": source, "relationType": kind}
    if recover and force_rerun:
        spec["recover"] = {"forceRerunActions": list(force_rerun)}
    return spec


def changed_inputs(old: Inputs, changed: Mapping[str, Mapping[str, Any]]) -> Inputs:
    """Replace some literals, in place; those that the old run did not have are added. `changed` holds literals."""
    left = {name: msgspec.Raw(msgspec.json.encode(literal)) for name, literal in changed.items()}
    kept = [msgspec.structs.replace(one, value=left.pop(one.name, one.value)) for one in old.literals]
    added = [NamedLiteral(name, value) for name, value in left.items()]
    return Inputs((*kept, *added), old.context)
