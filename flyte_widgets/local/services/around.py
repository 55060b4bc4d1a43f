"""What the SDK needs around the run services: where data goes, which cluster serves it, whether a login is needed.

There is one cluster, the server itself. Uploads are kept in the store under the path that the SDK derives from run and
action (`tracked-runs/<run>/<action>[/<attempt>]/<file>`), so that they are found again without anything else.
"""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import quote

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.auth.auth_service_connect import AuthMetadataService
from flyteidl2.cluster import payload_pb2
from flyteidl2.cluster.service_connect import ClusterService
from flyteidl2.common import identifier_pb2
from flyteidl2.dataproxy import dataproxy_service_pb2 as pb
from flyteidl2.dataproxy.dataproxy_service_connect import DataProxyService

from flyte_widgets.local.services.run_service import run_key
from flyte_widgets.local.services.store import Store

MAX_UPLOAD_BYTES: Final = 64 * 1024 * 1024
UPLOAD_PREFIX: Final = "/data/"
_EXPIRES_S: Final = 3600
_SCHEME: Final = "flyte-widgets://"


class ClusterHandlers(ClusterService):
    """ClusterService: every operation is served by the control plane itself."""

    async def select_cluster(self, request: Any, ctx: Any) -> Any:
        """Answer with no endpoint: the SDK then stays with the one it has."""
        return payload_pb2.SelectClusterResponse()


class AuthMetadataHandlers(AuthMetadataService):
    """AuthMetadataService: unimplemented, as on a real backend without OAuth. The secret path is the login."""


class DataProxyHandlers(DataProxyService):
    """DataProxyService: uploads, and inputs, outputs and reports read back. `base_url` has the secret path."""

    def __init__(self, store: Store, base_url: str) -> None:
        self._store = store
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
        response = pb.CreateUploadLocationResponse(signed_url=self._url(path), native_url=_SCHEME + path)
        response.expires_at.FromSeconds(int(time.time()) + _EXPIRES_S)
        return response

    async def create_download_link(self, request: Any, ctx: Any) -> Any:
        """Say where to GET the report of an attempt. Raises not_found where there is none."""
        attempt = request.action_attempt_id
        path = _artifact_path(attempt.action_id, "report.html", attempt.attempt)
        if request.artifact_type != pb.ARTIFACT_TYPE_REPORT or self._store.get_upload(path) is None:
            raise ConnectError(Code.NOT_FOUND, f"no report for action {attempt.action_id.name!r}")
        response = pb.CreateDownloadLinkResponse()
        response.pre_signed_urls.signed_url.append(self._url(path))
        response.pre_signed_urls.expires_at.FromSeconds(int(time.time()) + _EXPIRES_S)
        return response

    async def get_action_data(self, request: Any, ctx: Any) -> Any:
        """Answer with inputs and outputs, as far as they were uploaded. Raises not_found for an unknown action."""
        action_id = request.action_id
        key = run_key(action_id.run)
        if key not in self._store:
            raise ConnectError(Code.NOT_FOUND, f"run not found: {'/'.join(key)}")
        with self._store.read(key) as run:
            record = run.actions.get(action_id.name)
            if record is None:
                raise ConnectError(Code.NOT_FOUND, f"action not found: {'/'.join(key)}/{action_id.name}")
            attempt = record.details.status.attempts
        inputs_path = _artifact_path(action_id, "inputs.pb", None)
        outputs_path = _artifact_path(action_id, "outputs.pb", attempt)
        response = pb.GetActionDataResponse()
        inputs, outputs = self._store.get_upload(inputs_path), self._store.get_upload(outputs_path)
        if inputs is not None:
            response.inputs.MergeFromString(inputs)
            response.inputs_uri = _SCHEME + inputs_path
        if outputs is not None:
            response.outputs.MergeFromString(outputs)
            response.outputs_uri = _SCHEME + outputs_path
        return response

    def _url(self, path: str) -> str:
        return self._base_url + UPLOAD_PREFIX + quote(path)


def _artifact_path(action_id: identifier_pb2.ActionIdentifier, filename: str, attempt: int | None) -> str:
    run = action_id.run
    parts = [run.project, run.domain, "tracked-runs", run.name, action_id.name]
    return "/".join([*parts, *([] if attempt is None else [str(attempt)]), filename])
