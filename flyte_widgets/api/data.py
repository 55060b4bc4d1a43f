"""DataProxyService: an action's log, its inputs and outputs, a link to its report."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

from flyte_widgets.api import download
from flyte_widgets.api.clusters import ClusterRouter
from flyte_widgets.api.connect import UNARY_TIMEOUT_S, ConnectTransport
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.api.messages_data import (
    ActionData,
    ContainerLogs,
    CreateDownloadLinkResponse,
    DataUris,
    SignedUrl,
    TailLogsResponse,
)
from flyte_widgets.api.services import DATA_PROXY_SERVICE, action_id, run_service
from flyte_widgets.errors import DataTooLargeError, InternalError, ProtocolError

LINK_LIFE_S: Final = 600
"""How long a link to a report is asked to last."""


class DataApi:
    """What an action wrote. Reach it as `FlyteClient.data`. Errors are those of `FlyteClient`."""

    def __init__(self, transport: ConnectTransport, clusters: ClusterRouter) -> None:
        self._transport = transport
        self._clusters = clusters

    async def tail_logs(
        self,
        run: RunIdentifier,
        action: str,
        attempt: int = 1,
        *,
        pod: str = "",
        first_message_timeout_s: float | None = None,
    ) -> AsyncGenerator[tuple[ContainerLogs, ...], None]:
        """TailLogs of one attempt (from 1): the lines so far, then new ones while the container runs.

        Each call replays the log from its beginning; there is no way to begin later. A clean end proves nothing: a
        call made before the container runs ends as well. Nothing comes before the first line, so a quiet task raises
        FirstMessageTimeoutError if that has a limit. NotFoundError: the action has not started, has no pod (a trace, a
        condition, a cache hit), or its pod is gone. UnimplementedError: this backend has no logs.

        `pod` is a pod's whole name; without it the lines of all pods come, where the backend can tell them apart.
        """
        request = {
            "actionId": action_id(run, action),
            "attempt": max(attempt, 1),
            **({"podName": pod} if pod else {"allPods": True}),
        }
        resource = {"actionAttemptId": {"actionId": action_id(run, action), "attempt": max(attempt, 1)}}
        async with self._clusters.transport_for("OPERATION_TAIL_LOGS", run, resource) as transport:
            stream = transport.server_stream(
                DATA_PROXY_SERVICE,
                "TailLogs",
                request,
                TailLogsResponse,
                first_message_timeout_s=first_message_timeout_s,
            )
            async with aclosing(stream):
                async for message in stream:
                    yield message.logs

    async def get_action_data(
        self, run: RunIdentifier, action: str, *, tracked: bool = False, timeout_s: float = UNARY_TIMEOUT_S
    ) -> ActionData:
        """GetActionData: inputs and outputs. A half that does not exist yet is empty.

        NotFoundError: no such action; from open-source backends also for an answered condition, whose value is in
        `ActionDetails.signal_info`. DataTooLargeError: more than the backend hands out; `get_action_data_uris` still
        says where the data is.
        """
        request: dict[str, Any] = {"actionId": action_id(run, action)}
        if tracked:
            request["runSource"] = "RUN_SOURCE_TRACKED"
        resource = {"actionId": action_id(run, action)}
        async with self._clusters.transport_for("OPERATION_GET_ACTION_DATA", run, resource) as transport:
            try:
                return await transport.unary(
                    DATA_PROXY_SERVICE, "GetActionData", request, ActionData, timeout_s=timeout_s
                )
            except InternalError as error:
                if "limit exceeded" in error.message:
                    raise DataTooLargeError(f"The backend hands out no data of this size: {error.message}") from None
                raise

    async def get_action_data_uris(self, run: RunIdentifier, action: str, *, tracked: bool = False) -> DataUris:
        """GetActionDataURIs of RunService: where inputs and outputs are kept."""
        request = {"actionId": action_id(run, action)}
        return await self._transport.unary(run_service(tracked), "GetActionDataURIs", request, DataUris)

    async def create_report_link(
        self, run: RunIdentifier, action: str, attempt: int = 1, *, expires_in_s: int = LINK_LIFE_S
    ) -> SignedUrl:
        """CreateDownloadLink for the report of an attempt. Fetch it with `api.download`.

        NotFoundError is the usual answer where there is no report, or none yet.
        """
        attempt_id = {"actionId": action_id(run, action), "attempt": max(attempt, 1)}
        request = {
            "artifactType": "ARTIFACT_TYPE_REPORT",
            "expiresIn": f"{expires_in_s}s",
            "actionAttemptId": attempt_id,
        }
        resource = {"actionAttemptId": attempt_id}
        async with self._clusters.transport_for("OPERATION_CREATE_DOWNLOAD_LINK", run, resource) as transport:
            answer = await transport.unary(
                DATA_PROXY_SERVICE, "CreateDownloadLink", request, CreateDownloadLinkResponse
            )
            found = answer.pre_signed_urls
            if not found.signed_url:
                raise ProtocolError(f"{transport.host} answered CreateDownloadLink without a link.")
            return SignedUrl(found.signed_url[0])

    async def fetch(self, link: SignedUrl, *, max_bytes: int, timeout_s: float = 60.0) -> bytes:
        """Read what a link leads to, into memory (`download.fetch`). No credentials go with it."""
        return await download.fetch(link, max_bytes=max_bytes, timeout_s=timeout_s, tls=self._transport.tls)

    def stream(self, link: SignedUrl, *, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """Read what a link leads to in pieces (`download.stream`): for a file."""
        return download.stream(link, max_bytes=max_bytes, tls=self._transport.tls)
