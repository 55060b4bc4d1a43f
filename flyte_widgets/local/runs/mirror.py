"""Reports a local run to an embedded backend in another process, besides the one of this process that records it.

What is recorded here is what is reported: the same events, with the same numbers, in the same order, as the SDK's own
reporter would number them. Nothing is dropped while the run goes on: what cannot be sent is sent again.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from flyteidl2.workflow import run_definition_pb2, run_service_pb2, tracked_run_service_pb2

from flyte_widgets.errors import LocalError
from flyte_widgets.local.runs.runner import LaunchedRun
from flyte_widgets.local.served import ServedBackend
from flyte_widgets.local.services.content import artifact_path
from flyte_widgets.local.services.data_service import UPLOAD_PREFIX
from flyte_widgets.local.services.records import ROOT_ACTION, ActionRecord, to_stamp
from flyte_widgets.phases import ActionPhase

_SERVICE: Final = "flyteidl2.workflow.TrackedRunService"
_INTERVAL_S: Final = 0.2
_ABORT_CHECK_S: Final = 1.0
_LAST_TRIES_S: Final = 30.0
_BATCH: Final = 500

_log = logging.getLogger(__name__)


class Mirror:
    """Reports one run, on a thread of its own, until that has ended and all is reported."""

    def __init__(self, served: ServedBackend, run: LaunchedRun) -> None:
        """Register the run. Raises LocalError where the backend refuses it, OSError where it does not answer."""
        self._served, self._run = served.copy(), run
        self._store, self._key = run.backend.store, run.key
        self._version = -1
        self._reported: dict[str, int] = {ROOT_ACTION: 1}
        """Number of events reported, by action. That the root is QUEUED goes without saying."""
        self._updates: deque[Any] = deque()
        self._files: deque[str] = deque()
        with self._store.read(self._key) as record:
            request = tracked_run_service_pb2.CreateTrackedRunRequest(run_id=record.run_id())
            request.run_start_time.CopyFrom(to_stamp(record.root.created_us))
            spec = run_definition_pb2.ActionDetails.FromString(record.root.spec)
            request.task_spec.CopyFrom(spec.task)
        try:
            self._served.call(_SERVICE, "CreateRun", request)
        except BaseException:
            self._served.close()
            raise
        threading.Thread(target=self._work, name=f"flyte-widgets-mirror-{self._key.name}", daemon=True).start()

    def _work(self) -> None:
        # A backend of this process that is stopped has nothing more to tell.
        with contextlib.closing(self._served), contextlib.suppress(sqlite3.ProgrammingError):
            self._report()

    def _report(self) -> None:
        give_up_s, check_s = float("inf"), 0.0
        while time.monotonic() < give_up_s:
            is_over = self._run.over.wait(_INTERVAL_S)
            if is_over and give_up_s == float("inf"):
                give_up_s = time.monotonic() + _LAST_TRIES_S
            self._collect()
            try:
                self._send()
                if not is_over and time.monotonic() > check_s:
                    check_s = time.monotonic() + _ABORT_CHECK_S
                    self._look_for_abort()
            except (OSError, LocalError) as error:
                _log.debug("Run %s cannot be reported now: %s", self._key.name, error)
                continue
            if is_over and not self._updates and not self._files:
                break
        if self._updates:
            _log.warning("%d reports of run %s could not be delivered.", len(self._updates), self._key.name)

    def _collect(self) -> None:
        """Take what is new."""
        with self._store.read(self._key) as run:
            changed = run.changed_since(self._version) if self._version >= 0 else list(run.actions.values())
            self._version = run.version
            for record in changed:
                self._updates.extend(self._news(record))

    def _news(self, record: ActionRecord) -> Iterator[Any]:
        reported = self._reported.get(record.name, 0)
        self._reported[record.name] = len(record.events)
        for number, recorded in enumerate(record.events[reported:], reported):
            event = run_definition_pb2.ActionEvent()
            event.CopyFrom(recorded)
            event.ClearField("log_context")  # its log is in this process only
            if event.phase == ActionPhase.ABORTED.number:
                event.error_info.message = record.details.abort_info.reason
            update = tracked_run_service_pb2.TrackedActionUpdate(event=event)
            if number == 0:
                self._describe(update, record)
                self._files.append(artifact_path(self._key, record.name, "inputs.pb", None))
            if event.phase == ActionPhase.SUCCEEDED.number:
                self._files.append(artifact_path(self._key, record.name, "outputs.pb", event.attempt))
            if record.is_terminal:
                self._files.append(artifact_path(self._key, record.name, "report.html", event.attempt))
            yield update
        if record.name == ROOT_ACTION and reported == 1 and len(record.events) > 1:
            self._files.append(artifact_path(self._key, ROOT_ACTION, "inputs.pb", None))

    def _describe(self, update: Any, record: ActionRecord) -> None:
        metadata = record.details.metadata
        update.parent_name, update.group = record.parent, metadata.group
        update.status.start_time.CopyFrom(record.details.status.start_time)
        spec = run_definition_pb2.ActionDetails.FromString(record.spec)
        if spec.HasField("task"):
            update.task.spec.CopyFrom(spec.task)
        elif spec.HasField("trace"):
            update.trace.name = metadata.trace.name
            update.trace.spec.CopyFrom(spec.trace)

    def _send(self) -> None:
        """Send reports, then files. What is not answered stays for the next time."""
        while self._updates:
            batch = [self._updates[i] for i in range(min(_BATCH, len(self._updates)))]
            request = tracked_run_service_pb2.ReportTrackedActionsRequest(updates=batch)
            with self._store.read(self._key) as run:
                request.run_id.CopyFrom(run.run_id())
            self._served.call(_SERVICE, "ReportActions", request)
            for _ in batch:
                self._updates.popleft()
        until_s = time.monotonic() + _INTERVAL_S
        while self._files and time.monotonic() < until_s:  # phases go first: they are what is looked at
            body = self._store.get_upload(self._files[0])
            if body is not None:
                self._served.request("PUT", UPLOAD_PREFIX + quote(self._files[0]), body)
            self._files.popleft()

    def _look_for_abort(self) -> None:
        """Abort the run here where somebody aborted it there."""
        request = run_service_pb2.GetActionDetailsRequest()
        with self._store.read(self._key) as run:
            request.action_id.CopyFrom(run.action_id(ROOT_ACTION))
            has_ended = run.root.is_terminal
        answer = self._served.call(_SERVICE, "GetActionDetails", request)
        details = run_service_pb2.GetActionDetailsResponse.FromString(answer).details
        if details.status.phase == ActionPhase.ABORTED.number and not has_ended:
            self._run.abort(details.abort_info.reason)
