"""Writes what the SDK tells of a local run into the store: the run's own actions, in Flyte's own words.

The notes of the recorder become records when the run is read, and in the background (`pump`).
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any, Final, NamedTuple

from flyteidl2.core import catalog_pb2, execution_pb2, types_pb2
from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services import describe
from flyte_widgets.local.services.content import artifact_path
from flyte_widgets.local.services.losses import warn
from flyte_widgets.local.services.records import ROOT_ACTION, ActionRecord, RunKey, RunRecord, report
from flyte_widgets.local.services.tracked import readable_error
from flyte_widgets.phases import ActionPhase
from flyte_widgets.sdk import specs
from flyte_widgets.sdk.recorder import (
    ABORTED,
    FAILED,
    TIMED_OUT,
    AttemptFailed,
    AttemptStarted,
    Ended,
    Note,
    Recorder,
    Started,
)

P = ActionPhase
_MAX_NAME: Final = 30
_DIGEST: Final = 8
_RECOVERABLE: Final = "recoverable=True)"
_CONDITION_TYPES: Final = {
    bool: types_pb2.BOOLEAN,
    int: types_pb2.INTEGER,
    float: types_pb2.FLOAT,
    str: types_pb2.STRING,
}

_log = logging.getLogger(__name__)


class Described(NamedTuple):
    """What all actions of one task have in common: `ActionMetadata`, and the bytes of a spec."""

    metadata: Any
    spec: bytes
    source: Any
    """The task or interface described: as long as it lives, its `id` is not given to another."""


class Journal:
    """The store's `Feed` of one run. `root_dir` is where the SDK looks for the code of the tasks."""

    def __init__(self, key: RunKey, recorder: Recorder, root_dir: Path | None) -> None:
        self._key, self._recorder, self._root_dir = key, recorder, root_dir
        self._sdk_names: dict[str, str] = {}
        """Name of an action on the wire to the SDK's own, where they differ."""
        self._retries: dict[str, int] = {}
        self._cache_statuses: dict[str, int] = {}
        self._reports: dict[str, str] = {}
        """Name of an action on the wire to the file of its report, while it is open."""
        self._described: dict[tuple[str, int], Described] = {}

    @property
    def is_pending(self) -> bool:
        """Whether there are notes."""
        return bool(self._recorder.notes)

    def wire_name(self, name: str) -> str:
        """Name an action as clients know it: the task that the run began with is the root, as is what is outside."""
        is_root = name == self._recorder.driver or self._recorder.get_action(name) is None
        return ROOT_ACTION if is_root else bounded_name(name)

    def sdk_name(self, wire_name: str) -> str:
        """Name an action as the SDK knows it."""
        return self._sdk_names.get(wire_name, wire_name)

    def record(self, run: RunRecord, limit: int | None = None) -> None:
        """Write the notes so far, `limit` at most. What cannot be written is logged and left out."""
        notes = self._recorder.notes
        for _ in range(len(notes) if limit is None else min(limit, len(notes))):
            note = notes.popleft()
            try:
                self._write(run, note)
            except Exception:  # noqa: BLE001 - what cannot be shown must not keep the rest from being read
                _log.exception("A report of action %s of run %s cannot be shown.", note.name, self._key.name)
                warn(run, "Some of what the SDK reported cannot be shown: see the log of the kernel.", at_us=note.at_us)

    def _write(self, run: RunRecord, note: Note) -> None:
        if isinstance(note, Started):
            self._start(run, note)
            return
        record = run.actions[self.wire_name(note.name)] if note.name else run.root
        if isinstance(note, Ended):
            if not record.is_terminal:  # a condition has ended by its answer, what was aborted by the abort
                self._end(run, record, note)
            self._close(run, record, note.name)
        elif isinstance(note, AttemptStarted):
            event = report(record, P.RUNNING, at_us=note.at_us)
            event.log_context.primary_pod_name = f"{self._key.name}-{record.name}"
            run.apply(record, event)
        else:
            self._fail_attempt(run, record, note)

    def _start(self, run: RunRecord, note: Started) -> None:
        if note.name == self._recorder.driver:
            record = run.root
            self._describe_root(run, note)
        else:
            record = self._add(run, note)
        wire_name = record.name
        if wire_name != note.name:
            self._sdk_names[wire_name] = note.name
        if (retries := _retries(note.task)) > 0:
            self._retries[note.name] = retries
        if note.report_file:
            self._reports[wire_name] = note.report_file
        if note.is_cached:
            hit, miss = catalog_pb2.CACHE_HIT, catalog_pb2.CACHE_MISS
            self._cache_statuses[note.name] = hit if note.is_cache_hit else miss
        event = report(record, P.PAUSED if note.condition is not None else P.RUNNING, at_us=note.at_us)
        event.cache_status = self._cache_statuses.get(note.name, 0)
        if note.task is not None:
            event.log_context.primary_pod_name = f"{self._key.name}-{wire_name}"  # says that there is a log
        for name, uri in note.links:
            event.log_info.append(execution_pb2.TaskLog(name=name, uri=uri, ready=True))
        run.apply(record, event)
        if note.inputs is not None:
            run.files.append((artifact_path(self._key, wire_name, "inputs.pb", None), note.inputs.SerializeToString()))

    def _add(self, run: RunRecord, note: Started) -> ActionRecord:
        described = self._describe(run, note)
        name = bounded_name(note.name)
        details = run_definition_pb2.ActionDetails(id=run.action_id(name), metadata=described.metadata)
        details.metadata.parent = self.wire_name(note.parent) if note.parent else ROOT_ACTION
        details.metadata.group = note.group
        return run.add(details, described.spec, at_us=note.at_us)

    def _describe(self, run: RunRecord, note: Started) -> Described:
        source = note.task if note.task is not None else note.interface
        kind = (note.title, id(note.task)) if note.task is not None else (note.title, 0)
        described = self._described.get(kind)
        if described is None or source is None:
            spec = self._spec(note)
            metadata = describe.details(run.action_id(ROOT_ACTION), spec).metadata
            if note.interface is not None:
                metadata.trace.name = note.title
            described = self._described[kind] = Described(metadata, spec.SerializeToString(), source)
        return described

    def _spec(self, note: Started) -> Any:
        spec = run_definition_pb2.ActionDetails()
        if note.task is not None:
            where = {"project": self._key.project, "domain": self._key.domain}
            spec.task.CopyFrom(specs.task_spec(note.task, **where, root_dir=self._root_dir))
        elif note.interface is not None:
            spec.trace.CopyFrom(specs.trace_spec(note.interface))
        else:
            _describe_condition(spec.condition, note.condition)
        return spec

    def _describe_root(self, run: RunRecord, note: Started) -> None:
        described = self._describe(run, note)
        metadata = run_definition_pb2.ActionMetadata()
        metadata.CopyFrom(run.root.details.metadata)
        metadata.MergeFrom(described.metadata)
        run.redescribe(run.root, metadata, described.spec)

    def live_report(self, wire_name: str) -> str:
        """Name the file that the report of an action under way is written to; empty where there is none."""
        return self._reports.get(wire_name, "")

    def _fail_attempt(self, run: RunRecord, record: ActionRecord, note: AttemptFailed) -> None:
        """Write that an attempt failed, where another follows. The last one is the end of the action."""
        if note.attempt > self._retries.get(note.name, 0) or not note.error.endswith(_RECOVERABLE):
            return
        self._apply(run, record, P.FAILED, note.at_us, error=_error_info(note.error, note.traceback))
        event = report(record, P.QUEUED, at_us=note.at_us)
        event.attempt, event.version = note.attempt + 1, 0
        run.apply(record, event)

    def _end(self, run: RunRecord, record: ActionRecord, note: Ended) -> None:
        if note.outcome == ABORTED:
            run.abort(record, note.error, at_us=note.at_us)
        elif note.outcome == TIMED_OUT:
            self._apply(run, record, P.TIMED_OUT, note.at_us, error=_error_info(note.error, ""))
        elif note.outcome == FAILED:
            self._apply(run, record, P.FAILED, note.at_us, error=_error_info(note.error, note.traceback))
        else:
            if self._cache_statuses.get(note.name) == catalog_pb2.CACHE_MISS:
                self._cache_statuses[note.name] = catalog_pb2.CACHE_POPULATED
            event = self._apply(run, record, P.SUCCEEDED, note.at_us)
            if note.outputs is not None:
                path = artifact_path(self._key, record.name, "outputs.pb", event.attempt)
                run.files.append((path, note.outputs.SerializeToString()))

    def _close(self, run: RunRecord, record: ActionRecord, name: str) -> None:
        """Keep the report of an ended action, and forget what is needed of one under way only."""
        self._retries.pop(name, None)
        self._cache_statuses.pop(name, None)
        file = self._reports.pop(record.name, "")
        if file and Path(file).is_file():
            path = artifact_path(self._key, record.name, "report.html", record.details.status.attempts)
            run.files.append((path, Path(file).read_bytes()))

    def _apply(self, run: RunRecord, record: ActionRecord, phase: ActionPhase, at_us: int, *, error: Any = None) -> Any:
        event = report(record, phase, at_us=at_us)
        event.cache_status = record.details.status.cache_status
        if error is not None:
            event.error_info.CopyFrom(error)
        run.apply(record, event)
        return event


def _describe_condition(spec: Any, condition: Any) -> None:
    spec.name, spec.prompt, spec.description = condition.name, condition.prompt, condition.description
    spec.type.simple = _CONDITION_TYPES[condition.data_type]
    is_markdown = condition.prompt_type == "markdown"
    spec.prompt_type = run_definition_pb2.ConditionPromptType.Value(
        f"CONDITION_PROMPT_TYPE_{'MARKDOWN' if is_markdown else 'TEXT'}"
    )
    if condition.timeout is not None:
        spec.timeout.FromMicroseconds(round(condition._timeout_seconds * 1e6))  # noqa: SLF001 - the SDK's only form of it


def bounded_name(name: str) -> str:
    """Cut a name of the SDK to the 30 characters of the API. What was cut off is in the digest at its end."""
    if len(name) <= _MAX_NAME:
        return name
    return f"{name[: _MAX_NAME - _DIGEST - 1]}-{hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]}"


def _error_info(text: str, traceback: str) -> Any:
    """Build an `ErrorInfo` from the SDK's words, with the traceback where there is one."""
    info = readable_error(run_definition_pb2.ErrorInfo(message=text, kind=run_definition_pb2.ErrorInfo.KIND_USER))
    if traceback:
        info.message = traceback
    return info


def _retries(task: Any) -> int:
    retries = getattr(task, "retries", 0)
    return int(getattr(retries, "count", retries) or 0)
