"""One typed method per call of Flyte's RunService. TrackedRunService has the same ones: `tracked=True`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

from flyte_widgets.api.auth import AuthLike, auth_from
from flyte_widgets.api.circuit_breaker import Outage
from flyte_widgets.api.clusters import ClusterRouter
from flyte_widgets.api.config import ConnectionConfig
from flyte_widgets.api.connect import UNARY_TIMEOUT_S, ConnectTransport
from flyte_widgets.api.data import DataApi
from flyte_widgets.api.endpoint import console_base, given_console, parse_endpoint
from flyte_widgets.api.envelope import DEFAULT_MAX_BYTES
from flyte_widgets.api.launch import LaunchApi
from flyte_widgets.api.messages import (
    Action,
    ActionDetails,
    ActionDetailsResponse,
    ClusterEvent,
    Empty,
    EnrichedAction,
    GetRunDetailsResponse,
    ListActionsResponse,
    RunDetails,
    RunIdentifier,
    WatchActionsResponse,
    WatchClusterEventsResponse,
)
from flyte_widgets.api.runs import RunsApi
from flyte_widgets.api.services import MAX_PAGE, action_id, run_service
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ProtocolError
from flyte_widgets.redaction import HoldsSecret


class FlyteClient(HoldsSecret):
    """A Flyte 2 backend. Cheap to make, on any thread; its coroutines belong to one event loop.

    Every method raises `flyte_widgets.errors.ApiError`: TransportError, ProtocolError, or the RpcError of the
    backend. Methods that watch are async generators: close them (`contextlib.aclosing`), or cancel their reader.
    Those take `first_message_timeout_s`: no byte comes before the first message, which for some calls never comes.

    `org` is what a hosted backend requires, and what an open-source one ignores.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        org: str = "",
        project: str = "",
        domain: str = "",
        auth: AuthLike = None,
        insecure: bool = False,
        tls: TlsSettings | None = None,
        console: str | None = None,
        max_message_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        parsed = parse_endpoint(endpoint, insecure=insecure)
        self.org = org
        self.project = project
        self.domain = domain
        self._console = console_base(parsed.url) if console is None else given_console(console)
        self._transport = ConnectTransport(
            parsed.url,
            auth=auth_from(auth) or parsed.auth,
            tls=tls,
            max_message_bytes=max_message_bytes,
        )
        self._clusters = ClusterRouter(self._transport)
        self.data = DataApi(self._transport, self._clusters)
        """Logs, inputs, outputs, reports."""
        self.launch = LaunchApi(self._transport, self._clusters, org)
        """What starts a run again, or answers a condition."""
        self.runs = RunsApi(self._transport, org, project, domain)
        """Lists of runs, and who the caller is."""

    @classmethod
    def from_config(cls, config: ConnectionConfig) -> FlyteClient:
        """Make a client of what was configured or discovered."""
        return cls(
            config.endpoint,
            org=config.org,
            project=config.project,
            domain=config.domain,
            auth=config.auth,
            tls=config.tls,
            console=config.console,
        )

    @property
    def host(self) -> str:
        """Host and port of the backend, for messages. Never the whole endpoint: its path may be a secret."""
        return self._transport.host

    @property
    def now_ms(self) -> float:
        """Now by the backend's clock, epoch milliseconds, as far as its answers tell."""
        return self._transport.clock.now_ms()

    def __repr__(self) -> str:
        return f"FlyteClient({self.host!r}, project={self.project!r}, domain={self.domain!r})"

    def fill_in(self, *, project: str, domain: str) -> None:
        """Take what nobody gave: where the backend itself says that its runs are."""
        self.project, self.domain = self.project or project, self.domain or domain
        self.runs.project, self.runs.domain = self.project, self.domain

    def run_identifier(self, name: str, *, project: str = "", domain: str = "") -> RunIdentifier:
        """Name a run of this backend, by default in the client's project and domain."""
        return RunIdentifier(self.org, project or self.project, domain or self.domain, name)

    def console_url(self, run: RunIdentifier, action: str | None = None, *, tracked: bool = False) -> str | None:
        """Give the page of a run, or of an action in it; None for a backend without a console."""
        if not self._console:
            return None
        kind = "tracked-runs" if tracked else "runs"
        where = f"domain/{_quote(run.domain)}/project/{_quote(run.project)}/{kind}/{_quote(run.name)}"
        return f"{self._console}/v2/{where}" + (f"?i={_quote(action)}" if action else "")

    @property
    def outage(self) -> Outage | None:
        """Why the backend does not answer, if it has not for a second or more; None while it does."""
        return self._transport.outage

    def hurry(self) -> None:
        """Make the next request at once. While the backend is down, one request a second is made in all."""
        self._transport.hurry()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._clusters.aclose()
        await self._transport.aclose()

    async def get_run_details(
        self, run: RunIdentifier, *, tracked: bool = False, timeout_s: float = UNARY_TIMEOUT_S
    ) -> RunDetails:
        """GetRunDetails. NotFoundError if the backend does not know the run."""
        request = {"runId": run}
        answer = await self._transport.unary(
            run_service(tracked), "GetRunDetails", request, GetRunDetailsResponse, timeout_s=timeout_s
        )
        return answer.details

    async def get_action_details(
        self, run: RunIdentifier, action: str, *, tracked: bool = False, timeout_s: float = UNARY_TIMEOUT_S
    ) -> ActionDetails:
        """GetActionDetails. NotFoundError if there is no such action. The root is "a0"."""
        request = {"actionId": action_id(run, action)}
        answer = await self._transport.unary(
            run_service(tracked), "GetActionDetails", request, ActionDetailsResponse, timeout_s=timeout_s
        )
        if answer.details is None:
            raise ProtocolError(f"{self.host} answered GetActionDetails without details.", hint="It is asked again.")
        return answer.details

    async def watch_action_details(
        self,
        run: RunIdentifier,
        action: str,
        *,
        tracked: bool = False,
        first_message_timeout_s: float | None = None,
    ) -> AsyncGenerator[ActionDetails, None]:
        """WatchActionDetails: the whole action at once, then after each change.

        Often ends before the status is terminal; never ends for actions without events.
        """
        stream = self._transport.server_stream(
            run_service(tracked),
            "WatchActionDetails",
            {"actionId": action_id(run, action)},
            ActionDetailsResponse,
            first_message_timeout_s=first_message_timeout_s,
        )
        async with aclosing(stream):
            async for message in stream:
                if message.details is not None:  # unset: no information
                    yield message.details

    async def watch_actions(
        self, run: RunIdentifier, *, tracked: bool = False, first_message_timeout_s: float | None = None
    ) -> AsyncGenerator[list[EnrichedAction], None]:
        """WatchActions: all actions in lists of up to 1,000, then those that changed with their ancestors.

        Never ends by itself, and says nothing at all for a run that the backend does not know.
        """
        stream = self._transport.server_stream(
            run_service(tracked),
            "WatchActions",
            {"runId": run},
            WatchActionsResponse,
            first_message_timeout_s=first_message_timeout_s,
        )
        async with aclosing(stream):
            async for message in stream:
                yield message.enriched_actions

    async def watch_cluster_events(
        self,
        run: RunIdentifier,
        action: str,
        attempt: int,
        *,
        tracked: bool = False,
        first_message_timeout_s: float | None = None,
    ) -> AsyncGenerator[list[ClusterEvent], None]:
        """WatchClusterEvents of one attempt (from 1): those so far, then new ones. Repeats after a reconnect."""
        stream = self._transport.server_stream(
            run_service(tracked),
            "WatchClusterEvents",
            {"id": action_id(run, action), "attempt": attempt},
            WatchClusterEventsResponse,
            first_message_timeout_s=first_message_timeout_s,
        )
        async with aclosing(stream):
            async for message in stream:
                yield message.cluster_events

    async def list_actions(self, run: RunIdentifier, *, tracked: bool = False) -> AsyncIterator[Action]:
        """ListActions, page after page. Empty for an unknown run; no task names from an open-source backend.

        Oldest first: in the backend's own order, by phase, actions would move between pages while they are read.
        """
        token = ""
        while True:
            request = {"runId": run, "request": _page(MAX_PAGE, token, "ASCENDING")}
            page = await self._transport.unary(run_service(tracked), "ListActions", request, ListActionsResponse)
            for action in page.actions:
                yield action
            if not page.token:
                return
            token = self._next_token(token, page.token)

    async def abort_run(self, run: RunIdentifier, reason: str, *, tracked: bool = False) -> None:
        """AbortRun. The backend does not check: a run that has already ended would be rewritten to ABORTED.

        Returns when the root is marked; its children end seconds later.
        """
        await self._transport.unary(run_service(tracked), "AbortRun", {"runId": run, "reason": reason}, Empty)

    async def abort_action(self, run: RunIdentifier, action: str, reason: str, *, tracked: bool = False) -> None:
        """AbortAction. As little checked as AbortRun."""
        request = {"actionId": action_id(run, action), "reason": reason}
        await self._transport.unary(run_service(tracked), "AbortAction", request, Empty)

    def _next_token(self, token: str, following: str) -> str:
        if following == token:
            raise ProtocolError(
                f"{self.host} gives the same page of a list again and again.",
                hint="Tell whoever runs the backend: its list has no end.",
            )
        return following


def _page(limit: int, token: str, direction: str) -> dict[str, Any]:
    return {"limit": limit, "token": token, "sortBy": {"key": "created_at", "direction": direction}}


def _quote(part: str) -> str:
    return quote(part, safe="")
