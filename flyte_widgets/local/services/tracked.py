"""TrackedRunService: what the SDK reports of a run that it executes itself. Source: `tracked_run_service.proto`."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any, Final

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.core import execution_pb2
from flyteidl2.workflow import run_definition_pb2, run_service_pb2, tracked_run_service_pb2
from flyteidl2.workflow.tracked_run_service_connect import TrackedRunService
from google.protobuf import text_format
from google.rpc import status_pb2

from flyte_widgets.local.services import compose, describe
from flyte_widgets.local.services.control import now_us
from flyte_widgets.local.services.losses import note_losses
from flyte_widgets.local.services.records import ROOT_ACTION, RunKey, RunRecord, report, run_key, to_us
from flyte_widgets.local.services.run_reads import RunReads
from flyte_widgets.local.services.store import Store
from flyte_widgets.phases import ActionPhase

LOCAL_ORIGIN: Final = {"kind": "local"}
_ERROR_REPR: Final = re.compile(r"Error\(err=(.*), recoverable=(?:True|False)\)", re.DOTALL)
_ERROR_KINDS: Final = {
    execution_pb2.ExecutionError.USER: run_definition_pb2.ErrorInfo.KIND_USER,
    execution_pb2.ExecutionError.SYSTEM: run_definition_pb2.ErrorInfo.KIND_SYSTEM,
}


class TrackedRunServiceHandlers(RunReads, TrackedRunService):
    """TrackedRunService: CreateRun and ReportActions, besides what every run service has."""

    async def create_run(self, request: Any, ctx: Any) -> Any:
        """Register a run that the SDK is about to execute."""
        key = run_key(request.run_id)
        if not key.name:
            project = request.project_id
            key = RunKey(project.name, project.domain, f"local-{secrets.token_hex(4)}")
        spec = run_definition_pb2.ActionDetails()
        if request.HasField("task_spec"):
            spec.task.CopyFrom(request.task_spec)
        try:
            begin_run(self._store, key, spec, at_us=to_us(request.run_start_time) or now_us())
        except KeyError:
            raise ConnectError(Code.ALREADY_EXISTS, f"run already exists: {'/'.join(key)}") from None
        with self._store.change(key) as run:
            self._store.describe(run, request.run_spec.SerializeToString(), dict(request.labels))
            return run_service_pb2.CreateRunResponse(run=compose.run(run.root, run.labels))

    async def report_actions(self, request: Any, ctx: Any) -> Any:
        """Take in reports, in their order. Those about an aborted action change nothing and are accepted."""
        key = run_key(request.run_id)
        if key not in self._store:
            raise ConnectError(Code.NOT_FOUND, f"run not found: {'/'.join(key)}")
        with self._store.change(key) as run:
            for update in request.updates:
                _report(run, update)
            note_losses(run)
        statuses = [status_pb2.Status() for _ in request.updates]
        return tracked_run_service_pb2.ReportTrackedActionsResponse(statuses=statuses)


def begin_run(store: Store, key: RunKey, spec: Any, *, at_us: int, is_ours: bool = False, run_spec: Any = None) -> None:
    """Create a run that the SDK executes: it is there, QUEUED, and can be watched and aborted. KeyError if it exists.

    `is_ours` says that this process executes it. `run_spec`: a `flyteidl2.task.RunSpec`, of a run that runs again.
    """
    origin = json.dumps(LOCAL_ORIGIN) if is_ours else ""
    run = RunRecord(key, origin=origin, run_spec=run_spec.SerializeToString() if run_spec else b"")
    details = describe.details(run.action_id(ROOT_ACTION), spec, source="RUN_SOURCE_TRACKED")
    if run_spec:
        details.metadata.relation.CopyFrom(run_spec.relation)
    root = run.add(details, spec, at_us=at_us)
    run.apply(root, report(root, ActionPhase.QUEUED, at_us=at_us))
    store.create(run)


def lost_runs(store: Store) -> list[RunKey]:
    """Local runs that have not ended though no process executes them: those of an earlier server on the same file."""
    lost = []
    for key, origin in store.origins().items():
        with store.read(key) as run:
            if json.loads(origin) == LOCAL_ORIGIN and not run.root.is_terminal:
                lost.append(key)
    return lost


def _report(run: RunRecord, update: Any) -> None:
    event, name = update.event, update.event.id.name
    record = run.actions.get(name)
    if record is None:
        spec = run_definition_pb2.ActionDetails()
        if update.HasField("task"):
            spec.task.CopyFrom(update.task.spec)
        elif update.HasField("trace"):
            spec.trace.CopyFrom(update.trace.spec)
        parent = update.parent_name or ROOT_ACTION
        details = describe.details(run.action_id(name), spec, parent=parent, group=update.group)
        if update.HasField("trace"):
            details.metadata.trace.name = update.trace.name
        record = run.add(details, spec, at_us=to_us(update.status.start_time) or to_us(event.updated_time))
    if event.phase == ActionPhase.ABORTED.number:
        reason = run.root.details.abort_info.reason or event.error_info.message
        if not record.is_terminal:
            run.abort(record, reason, at_us=to_us(event.updated_time))
        return
    if event.HasField("error_info"):
        event.error_info.CopyFrom(readable_error(event.error_info))
    run.apply(record, event)


def readable_error(info: Any) -> Any:
    """Unpack an `ErrorInfo` whose message is the SDK's `repr` of its own error: message, kind and code."""
    match = _ERROR_REPR.fullmatch(info.message)
    if match is None:
        return info
    try:
        error = text_format.Parse(match[1], execution_pb2.ExecutionError())
    except text_format.ParseError:
        return info
    kind = _ERROR_KINDS.get(error.kind, info.kind)
    return run_definition_pb2.ErrorInfo(message=error.message, code=error.code, kind=kind)
