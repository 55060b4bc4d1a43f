"""DataProxyService: inputs, outputs, reports and logs of actions, and where files are uploaded to.

Source: `dataproxy/dataproxy_service.proto`. What an action holds comes from its run's `content`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.common import run_pb2
from flyteidl2.dataproxy import dataproxy_service_pb2 as pb
from flyteidl2.dataproxy.dataproxy_service_connect import DataProxyService
from flyteidl2.logs.dataplane import payload_pb2 as logs_pb

from flyte_widgets.local.services.changes import current_wakeup
from flyte_widgets.local.services.content import INPUTS_FILE, STORED_SCHEME, Contents, LogLine, artifact_path
from flyte_widgets.local.services.records import RunKey, run_key, to_stamp
from flyte_widgets.local.services.store import Store
from flyte_widgets.phases import ActionPhase

MAX_UPLOAD_BYTES: Final = 64 * 1024 * 1024
UPLOAD_PREFIX: Final = "/data/"
REPORT_PREFIX: Final = "/report/"
_EXPIRES_S: Final = 3600
_LINES_A_MESSAGE: Final = 100
_DOWNLOAD_LIMIT_BYTES: Final = 2 * 1024 * 1024
"""With the quirk "data_limit": the open-source backend hands out no larger blob."""
_NOBODY_LISTENS: Final = "http://localhost:9"
"""With the quirk "localhost_links": links are signed for an address that only the backend's own machine has."""


class DataProxyHandlers(DataProxyService):
    """DataProxyService. `base_url` has the secret path."""

    def __init__(self, store: Store, contents: Contents, base_url: str) -> None:
        self._store, self._contents = store, contents
        self._base_url = base_url

    async def create_upload_location(self, request: Any, ctx: Any) -> Any:
        """Say where to PUT a file. Raises invalid_argument without a file name or above 64 MB."""
        if not request.filename:
            raise ConnectError(Code.INVALID_ARGUMENT, "A file name is needed.")
        if request.content_length > MAX_UPLOAD_BYTES:
            raise ConnectError(
                Code.INVALID_ARGUMENT,
                f"{request.content_length} bytes are more than the {MAX_UPLOAD_BYTES} that the embedded backend keeps.",
            )
        root = request.filename_root or request.content_md5.hex()
        path = "/".join([request.project, request.domain, *root.split("/"), request.filename])
        signed_url = self._base_url + UPLOAD_PREFIX + quote(path)
        response = pb.CreateUploadLocationResponse(signed_url=signed_url, native_url=STORED_SCHEME + path)
        response.expires_at.FromSeconds(int(time.time()) + _EXPIRES_S)
        return response

    async def upload_inputs(self, request: Any, ctx: Any) -> Any:
        """Keep the inputs of a run that is to be created, in a directory named after their hash."""
        where = request.project_id if request.WhichOneof("id") == "project_id" else request.run_id
        project = where.name if request.WhichOneof("id") == "project_id" else where.project
        body = request.inputs.SerializeToString(deterministic=True)
        inputs_hash = hashlib.sha256(body).hexdigest()[:24]
        directory = f"{project}/{where.domain}/offloaded-inputs/{inputs_hash}"
        self._store.put_upload(f"{directory}/{INPUTS_FILE}", body)
        offloaded = run_pb2.OffloadedInputData(uri=STORED_SCHEME + directory, inputs_hash=inputs_hash)
        return pb.UploadInputsResponse(offloaded_input_data=offloaded)

    async def create_download_link(self, request: Any, ctx: Any) -> Any:
        """Say where to GET the report of an attempt. Raises not_found where there is none (yet)."""
        if request.artifact_type != pb.ARTIFACT_TYPE_REPORT:
            raise ConnectError(Code.INVALID_ARGUMENT, "artifact_type is required")
        attempt = request.action_attempt_id
        key, action = run_key(attempt.action_id.run), attempt.action_id.name
        quirks = self._find(key, action).quirks
        if self._contents.of(key).report(action, attempt.attempt) is None:
            missing = STORED_SCHEME + artifact_path(key, action, "report.html", attempt.attempt)
            raise ConnectError(Code.NOT_FOUND, f"artifact not found at [{missing}]")
        path = REPORT_PREFIX + quote("/".join([*key, action, str(attempt.attempt)]))
        response = pb.CreateDownloadLinkResponse()
        base_url = _NOBODY_LISTENS if "localhost_links" in quirks else self._base_url
        response.pre_signed_urls.signed_url.append(base_url + path)
        response.pre_signed_urls.expires_at.FromSeconds(int(time.time()) + _EXPIRES_S)
        return response

    async def get_action_data(self, request: Any, ctx: Any) -> Any:
        """Answer with inputs and outputs, as far as they are known.

        Raises not_found for an unknown action and for a condition, which has no attempts; internal, as the real
        backend, for what is larger than it hands out (quirk "data_limit").
        """
        key, action = run_key(request.action_id.run), request.action_id.name
        found = self._find(key, action)
        if found.is_condition:
            raise ConnectError(Code.NOT_FOUND, "outputs not available, no attempts for action")
        content = self._contents.of(key)
        inputs = content.inputs(action)
        outputs = content.outputs(action, found.attempt) if found.has_succeeded else None
        response = pb.GetActionDataResponse()
        for body in (inputs, outputs):
            if body is not None and len(body) > _DOWNLOAD_LIMIT_BYTES and "data_limit" in found.quirks:
                raise ConnectError(Code.INTERNAL, f"limit exceeded. {len(body) / 1024**2:.0f}mb > 2mb")
        if inputs is not None:
            response.inputs.MergeFromString(inputs)
            response.inputs_uri = STORED_SCHEME + artifact_path(key, action, INPUTS_FILE, None)
        if outputs is not None:
            response.outputs.MergeFromString(outputs)
            response.outputs_uri = STORED_SCHEME + artifact_path(key, action, "outputs.pb", found.attempt)
        return response

    async def tail_logs(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        """Send the log of an attempt from its first line on, in messages of at most 100 lines.

        As in the real backend, whether the stream goes on with what is written later is decided when it is opened: it
        does while the action runs. Raises not_found where there is no log (yet), or no longer one.
        """
        key, action, attempt = run_key(request.action_id.run), request.action_id.name, request.attempt
        found = self._find(key, action)
        if "no_logs" in found.quirks:
            raise ConnectError(Code.UNIMPLEMENTED, "TailLogs is not implemented")
        if "pod_gone" in found.quirks and found.has_ended:
            raise ConnectError(Code.NOT_FOUND, f'pods "{key.name}-{action}-{attempt - 1}" not found')
        content = self._contents.of(key)
        if not found.has_started or not content.has_log(action, attempt):
            raise ConnectError(Code.NOT_FOUND, "no log context found for action attempt")
        follow = found.is_running and "logs_end_early" not in found.quirks
        async for lines in content.tail(action, attempt, current_wakeup.get(), follow=follow):
            for start in range(0, len(lines), _LINES_A_MESSAGE):
                yield _message(lines[start : start + _LINES_A_MESSAGE])

    def report_at(self, path: str) -> bytes | None:
        """Give the report that a link of `create_download_link` leads to; `path` is what follows REPORT_PREFIX."""
        parts = path.split("/")
        if len(parts) != len(RunKey._fields) + 2 or not parts[-1].isdecimal():
            return None
        key = RunKey(*parts[:3])
        return self._contents.of(key).report(parts[3], int(parts[4])) if key in self._store else None

    def _find(self, key: RunKey, action: str) -> _Found:
        if key not in self._store:
            raise ConnectError(Code.NOT_FOUND, f"run not found: {'/'.join(key)}")
        with self._store.read(key) as run:
            record = run.actions.get(action)
            if record is None:
                raise ConnectError(Code.NOT_FOUND, f"action not found: {'/'.join(key)}/{action}")
            phases = {event.phase for event in record.events}
            return _Found(
                quirks=run.quirks,
                attempt=record.details.status.attempts,
                phase=record.phase,
                is_condition=record.details.metadata.WhichOneof("spec") == "condition",
                has_started=ActionPhase.RUNNING.number in phases or record.is_terminal,
                has_ended=record.is_terminal,
            )


class _Found(NamedTuple):
    """What of an action's record decides how its data calls are answered."""

    quirks: frozenset[str]
    attempt: int
    phase: int
    is_condition: bool
    has_started: bool
    has_ended: bool

    @property
    def is_running(self) -> bool:
        return self.phase == ActionPhase.RUNNING.number

    @property
    def has_succeeded(self) -> bool:
        return self.phase in (ActionPhase.SUCCEEDED.number, ActionPhase.RECOVERED.number)


def _message(lines: list[LogLine]) -> Any:
    return pb.TailLogsResponse(
        logs=[
            pb.TailLogsResponse.Logs(
                lines=[
                    logs_pb.LogLine(
                        timestamp=to_stamp(line.at_us),
                        message=line.text,
                        originator=logs_pb.SYSTEM if line.is_system else logs_pb.USER,
                    )
                    for line in lines
                ]
            )
        ]
    )
