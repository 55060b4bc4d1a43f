"""The client against the server side that is generated from Flyte's own protobuf, over a real socket."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from datetime import datetime
from typing import Any, TypeVar

import pytest
import uvicorn
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.common import list_pb2
from flyteidl2.workflow import run_definition_pb2 as definition
from flyteidl2.workflow import run_service_pb2 as service
from flyteidl2.workflow.run_service_connect import RunService, RunServiceASGIApplication
from flyteidl2.workflow.tracked_run_service_connect import TrackedRunService, TrackedRunServiceASGIApplication

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FirstMessageTimeoutError, NotFoundError, ProtocolError, UnimplementedError
from flyte_widgets.phases import ActionPhase
from tests.run_helpers import eventually

T = TypeVar("T")


def action(name: str, phase: int = 4, parent: str = "a0") -> definition.Action:
    made = definition.Action()
    made.id.run.name, made.id.name = "r1", name
    made.status.phase = phase
    made.status.start_time.FromJsonString("2026-01-02T03:04:05.678Z")
    made.metadata.parent = parent
    made.metadata.task.short_name = f"task {name}"
    return made


class Nothing(TrackedRunService):
    """A service that implements none of its calls."""


class Backend(RunService):
    """A run "r1" of 450 actions. Keeps the requests; a run of another name is not there."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.open_streams = 0

    def keep(self, request: Any, run: Any) -> None:
        self.requests.append(request)
        if run.name != "r1":
            raise ConnectError(Code.NOT_FOUND, f"run not found: {run.project}/{run.domain}/{run.name}")

    async def get_run_details(self, request: service.GetRunDetailsRequest, ctx: Any) -> Any:
        self.keep(request, request.run_id)
        answer = service.GetRunDetailsResponse()
        answer.details.action.id.name = "a0"
        answer.details.action.status.phase = 4
        return answer

    async def get_action_details(self, request: service.GetActionDetailsRequest, ctx: Any) -> Any:
        self.keep(request, request.action_id.run)
        if request.action_id.name == "void":
            return service.GetActionDetailsResponse()
        answer = service.GetActionDetailsResponse()
        answer.details.id.name = request.action_id.name
        answer.details.attempts.add(attempt=1).error_info.message = "boom"
        return answer

    async def watch_action_details(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        self.keep(request, request.action_id.run)
        yield service.WatchActionDetailsResponse()  # no information
        for phase in (1, 4, 5):
            answer = service.WatchActionDetailsResponse()
            answer.details.status.phase = phase
            yield answer

    async def watch_actions(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        self.requests.append(request)
        self.open_streams += 1
        try:
            if request.run_id.name != "r1":
                await asyncio.Event().wait()
            for start in (0, 1000):
                actions = [definition.EnrichedAction(action=action(f"n{start + i}")) for i in range(1000)]
                yield service.WatchActionsResponse(enriched_actions=actions)
            while True:  # this server sees that its client has gone when it sends again
                yield service.WatchActionsResponse()
                await asyncio.sleep(0.05)
        finally:
            self.open_streams -= 1

    async def watch_cluster_events(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        self.keep(request, request.id.run)
        answer = service.WatchClusterEventsResponse()
        answer.cluster_events.add(message=f"attempt {request.attempt}")
        yield answer

    async def list_actions(self, request: service.ListActionsRequest, ctx: Any) -> Any:
        self.requests.append(request)
        if request.run_id.name == "loop":
            return service.ListActionsResponse(actions=[action("n0")], token="again")
        start = int(request.request.token or 0)
        stop = min(start + request.request.limit, 450)
        actions = [action(f"n{i}") for i in range(start, stop)]
        return service.ListActionsResponse(actions=actions, token=str(stop) if stop < 450 else "")

    async def list_runs(self, request: service.ListRunsRequest, ctx: Any) -> Any:
        self.requests.append(request)
        page = request.request
        first = 0
        for wanted in page.filters:  # created_at <= the last run's
            first = 10_000 - int(datetime.fromisoformat(wanted.values[0].replace("Z", "+00:00")).timestamp())
        runs = []
        for i in range(first, first + page.limit):
            run = definition.Run(action=action("a0"))
            run.action.id.run.name = f"r{i}"
            run.action.status.start_time.FromSeconds(10_000 - i)
            runs.append(run)
        return service.ListRunsResponse(runs=runs, token="more")

    async def abort_run(self, request: service.AbortRunRequest, ctx: Any) -> Any:
        self.keep(request, request.run_id)
        return service.AbortRunResponse()

    async def abort_action(self, request: service.AbortActionRequest, ctx: Any) -> Any:
        self.keep(request, request.action_id.run)
        return service.AbortActionResponse()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Backend, str]]:
    """A backend and its URL. Its tracked service implements nothing."""
    backend = Backend()
    run_service, tracked = RunServiceASGIApplication(backend), TrackedRunServiceASGIApplication(Nothing())

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (tracked if scope.get("path", "").startswith(tracked.path) else run_service)(scope, receive, send)

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield backend, f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
    assert not thread.is_alive()
    listener.close()


def use(url: str, what: Callable[[FlyteClient], Awaitable[T]]) -> T:
    async def main() -> T:
        client = FlyteClient(url, org="acme", project="p", domain="d")
        try:
            return await what(client)
        finally:
            await client.aclose()

    return asyncio.run(main())


def test_details_decode_and_the_request_names_the_run(served: tuple[Backend, str]) -> None:
    """Unary reads bring Flyte's messages; the run is named by org, project, domain and name."""
    backend, url = served

    async def what(client: FlyteClient) -> None:
        run = client.run_identifier("r1")
        details = await client.get_run_details(run)
        assert details.action is not None
        assert ActionPhase.of(details.action.status.phase) is ActionPhase.RUNNING
        asked = backend.requests[-1].run_id
        assert (asked.org, asked.project, asked.domain, asked.name) == ("acme", "p", "d", "r1")

        got = await client.get_action_details(run, "a3")
        assert got.id.name == "a3"
        assert got.attempts[0].error_info is not None
        assert got.attempts[0].error_info.message == "boom"
        with pytest.raises(ProtocolError, match="without details"):
            await client.get_action_details(run, "void")

    use(url, what)


def test_errors_of_the_real_server_are_named(served: tuple[Backend, str]) -> None:
    """Unary errors, errors at the end of a stream, and calls that are not there."""

    async def what(client: FlyteClient) -> None:
        other = client.run_identifier("other")
        with pytest.raises(NotFoundError, match="run not found: p/d/other"):
            await client.get_run_details(other)
        with pytest.raises(NotFoundError, match="run not found"):
            await anext(client.watch_action_details(other, "a0"))
        with pytest.raises(UnimplementedError):
            await client.get_run_details(other, tracked=True)
        with pytest.raises(UnimplementedError):
            await anext(client.watch_actions(other, tracked=True))

    use(served[1], what)


def test_details_are_watched_without_the_empty_messages(served: tuple[Backend, str]) -> None:
    """An empty message is no information; the clean end just ends the loop."""

    async def what(client: FlyteClient) -> list[ActionPhase | None]:
        details = client.watch_action_details(client.run_identifier("r1"), "a0")
        return [ActionPhase.of(message.status.phase) async for message in details]

    assert use(served[1], what) == [ActionPhase.QUEUED, ActionPhase.RUNNING, ActionPhase.SUCCEEDED]


def test_actions_are_watched_until_the_reader_closes(served: tuple[Backend, str]) -> None:
    """Whole actions with all metadata come in pages; the server sees it when the reader has closed."""
    backend, url = served

    async def what(client: FlyteClient) -> None:
        pages = client.watch_actions(client.run_identifier("r1"), first_message_timeout_s=60)
        async with aclosing(pages):
            first, second = await anext(pages), await anext(pages)
            assert [len(first), len(second)] == [1000, 1000]
            assert first[7].action.metadata.task is not None
            assert first[7].action.metadata.task.short_name == "task n7"
            assert backend.open_streams == 1
        await asyncio.to_thread(eventually, lambda: backend.open_streams == 0)

    use(url, what)


def test_watching_an_unknown_run_is_silent(served: tuple[Backend, str]) -> None:
    """As with the real backend, nothing ever comes: the caller's own limit ends the wait."""

    async def what(client: FlyteClient) -> None:
        begun = time.monotonic()
        with pytest.raises(FirstMessageTimeoutError):
            await anext(client.watch_actions(client.run_identifier("other"), first_message_timeout_s=0.3))
        assert time.monotonic() - begun >= 0.3

    use(served[1], what)


def test_lists_are_read_to_their_end_in_a_stable_order(served: tuple[Backend, str]) -> None:
    """All pages, oldest first, each as large as the backend allows; a token that repeats is an error, not a loop."""
    backend, url = served

    async def what(client: FlyteClient) -> None:
        backend.requests.clear()
        names = [found.id.name async for found in client.list_actions(client.run_identifier("r1"))]
        assert names == [f"n{i}" for i in range(450)]
        assert [request.request.limit for request in backend.requests] == [200, 200, 200]
        sort_by = backend.requests[0].request.sort_by
        assert (sort_by.key, sort_by.direction) == ("created_at", list_pb2.Sort.ASCENDING)
        with pytest.raises(ProtocolError, match="same page"):
            _ = [found async for found in client.list_actions(client.run_identifier("loop"))]

    use(url, what)


def test_runs_are_listed_up_to_a_limit(served: tuple[Backend, str]) -> None:
    """Of the client's project and domain, newest first, not more than asked for."""
    backend, url = served

    async def what(client: FlyteClient) -> None:
        backend.requests.clear()
        names = [run.name async for run in client.runs.iterate(limit=250)]
        assert names == [f"r{i}" for i in range(250)]
        assert [request.request.limit for request in backend.requests] == [200, 51]
        (sort,) = backend.requests[0].request.sort_by_fields
        assert (sort.key, sort.direction) == ("created_at", list_pb2.Sort.DESCENDING)
        (wanted,) = backend.requests[1].request.filters
        assert (wanted.field, wanted.function) == ("created_at", list_pb2.Filter.LESS_THAN_OR_EQUAL)
        project = backend.requests[0].project_id
        assert (project.organization, project.name, project.domain) == ("acme", "p", "d")

    use(url, what)


def test_aborts_carry_their_reason(served: tuple[Backend, str]) -> None:
    """One request each, with the reason as it was given; an unknown run is said."""
    backend, url = served

    async def what(client: FlyteClient) -> None:
        run = client.run_identifier("r1")
        await client.abort_run(run, 'wrong "data" ✗')
        assert backend.requests[-1].reason == 'wrong "data" ✗'
        await client.abort_action(run, "a3", "stuck")
        assert (backend.requests[-1].action_id.name, backend.requests[-1].reason) == ("a3", "stuck")
        with pytest.raises(NotFoundError):
            await client.abort_run(client.run_identifier("other"), "")

    use(url, what)


def test_cluster_events_name_their_attempt(served: tuple[Backend, str]) -> None:
    """Events come in lists, for the attempt that was asked for."""

    async def what(client: FlyteClient) -> list[str]:
        events = client.watch_cluster_events(client.run_identifier("r1"), "a3", 2)
        return [event.message async for page in events for event in page]

    assert use(served[1], what) == ["attempt 2"]


def test_nothing_secret_is_shown() -> None:
    """The repr has host, project and domain; user, password, path and token stay inside."""
    client = FlyteClient("http://us3r:s3cret@host:8090/hidden", project="p", domain="d", auth="t0ken")
    assert repr(client) == "FlyteClient('host:8090', project='p', domain='d')"
    shown = f"{client!r} {client._transport!r} {client._transport._auth!r}"
    assert not any(secret in shown for secret in ("us3r", "s3cret", "hidden", "t0ken"))


def test_console_urls_are_the_sdks() -> None:
    """Runs, tracked runs and actions, quoted, on the console's host; none where there is no console."""
    client = FlyteClient("localhost:8090", insecure=True, project="my p", domain="d")
    run = client.run_identifier("r1")
    assert client.console_url(run) == "http://localhost:8080/v2/domain/d/project/my%20p/runs/r1"
    assert client.console_url(run, "a/1") == "http://localhost:8080/v2/domain/d/project/my%20p/runs/r1?i=a%2F1"
    hosted = FlyteClient("dns:///acme.example.com/base", project="p", domain="d")
    assert (
        hosted.console_url(hosted.run_identifier("r1"), tracked=True)
        == "https://acme.example.com/v2/domain/d/project/p/tracked-runs/r1"
    )
    assert FlyteClient("localhost:1", console="").console_url(run) is None
