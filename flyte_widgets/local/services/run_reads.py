"""What RunService and TrackedRunService have in common, over the store: reading and watching runs, AbortRun.

Both serve the same runs, so that a client needs not know which kind a run is. Errors are Connect's: not_found for an
unknown run or action. Source: `workflow/run_service.proto`, `workflow/tracked_run_service.proto`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.workflow import run_definition_pb2
from flyteidl2.workflow import run_service_pb2 as pb

from flyte_widgets.local.services import compose, listing, quirks
from flyte_widgets.local.services.control import Control
from flyte_widgets.local.services.quirk_tree import TreeStream
from flyte_widgets.local.services.records import (
    DEFAULT_ABORT_REASON,
    ROOT_ACTION,
    ActionRecord,
    RunKey,
    RunRecord,
    run_key,
)
from flyte_widgets.local.services.store import Store

PAGE_SIZE: Final = 1000


class RunReads:
    """What both services have: reading, watching, AbortRun."""

    def __init__(self, store: Store, control: Control) -> None:
        self._store = store
        self._control = control

    async def get_run_details(self, request: Any, ctx: Any) -> Any:
        """Answer GetRunDetails."""
        await self._admit("GetRunDetails", request.run_id)
        with self._run(request.run_id) as run:
            details = compose.run_details(run)
            if "bare_run_details" in run.quirks:
                details.ClearField("action")
            return pb.GetRunDetailsResponse(details=details)

    async def get_action_details(self, request: Any, ctx: Any) -> Any:
        """Answer GetActionDetails."""
        await self._admit("GetActionDetails", request.action_id.run)
        with self._action(request.action_id) as (run, record):
            answer = pb.GetActionDetailsResponse(details=compose.action_details(record, run.quirks))
            late_s = quirks.delay_s(run.quirks, record.own_version)
        if late_s:
            await asyncio.sleep(late_s)
        return answer

    async def watch_run_details(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        """Send the details of the run at every change of its root, until that has ended."""
        async for _ in self._watch(request.run_id, ROOT_ACTION):
            with self._run(request.run_id) as run:
                empty = "empty_run_details" in run.quirks
                details = run_definition_pb2.RunDetails() if empty else compose.run_details(run)
            yield pb.WatchRunDetailsResponse(details=details)

    async def watch_action_details(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        """Send the action at every change, until it has ended."""
        await self._admit("WatchActionDetails", request.action_id.run)
        sent = self._details_sent(request.action_id)
        with self._action(request.action_id) as (run, _):
            distorted = quirks.of_stream(sent, run.quirks)
        async for details in distorted:
            yield pb.WatchActionDetailsResponse(details=details)

    async def watch_actions(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        """Send all actions in pages, then those that change with their ancestors. Never ends.

        An unknown run is awaited, in silence.
        """
        if request.filter:
            raise ConnectError(Code.INVALID_ARGUMENT, "The embedded backend has no filters for WatchActions.")
        await self._admit("WatchActions", request.run_id)
        key = run_key(request.run_id)
        async for enriched in quirks.of_stream(self._tree_sent(key), self._quirks(key)):
            yield pb.WatchActionsResponse(enriched_actions=enriched)

    async def list_actions(self, request: Any, ctx: Any) -> Any:
        """Answer ListActions; an unknown run has no actions."""
        await self._admit("ListActions", request.run_id)
        records: list[ActionRecord] = []
        key = run_key(request.run_id)
        if key in self._store:
            with self._store.read(key) as run:
                records = list(run.actions.values())
        oddities = self._quirks(key)
        chosen, token = listing.page(
            records, request.request, lambda record: record, default_order=lambda record: (record.phase, -record.seq)
        )
        actions = [compose.action(record, oddities, listed=True) for record in chosen]
        return pb.ListActionsResponse(actions=actions, token=token)

    async def list_runs(self, request: Any, ctx: Any) -> Any:
        """Answer ListRuns: by default the newest first, of all projects where none is named."""
        roots = [item for item in self._store.roots() if self._in_scope(request, *item[:2])]
        chosen, token = listing.page(roots, request.request, lambda item: item[1], lambda item: item[2])
        return pb.ListRunsResponse(runs=[compose.run(root, labels) for _, root, labels in chosen], token=token)

    async def watch_runs(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        """Send the runs of a project, then those whose root changes. Never ends."""
        project = request.project_id
        sent: dict[RunKey, bytes] = {}
        with self._store.changes.watch(None) as wakeup:
            while True:
                runs = []
                for key, root, labels in self._store.roots():
                    status = root.details.status.SerializeToString()
                    wanted = not project.name or (key.project, key.domain) == (project.name, project.domain)
                    if wanted and sent.get(key) != status:
                        sent[key] = status
                        runs.append(compose.run(root, labels))
                if runs:
                    yield pb.WatchRunsResponse(runs=runs)
                if not await wakeup.sleep():
                    return

    async def abort_run(self, request: Any, ctx: Any) -> Any:
        """Abort a run: its root at once, the rest shortly after. An ended run is rewritten, as by the real backend."""
        self._abort(run_key(request.run_id), ROOT_ACTION, request)
        return pb.AbortRunResponse()

    def _abort(self, key: RunKey, name: str, request: Any) -> None:
        try:
            self._control.abort(key, name, request.reason or DEFAULT_ABORT_REASON)
        except KeyError:
            raise _not_found(key, name) from None

    async def _admit(self, call: str, run_id: Any) -> None:
        await quirks.admit(call, self._quirks(run_key(run_id)), time.monotonic())

    def _quirks(self, key: RunKey) -> frozenset[str]:
        if key not in self._store:
            return frozenset()
        with self._store.read(key) as run:
            return run.quirks

    async def _tree_sent(self, key: RunKey) -> AsyncIterator[list[Any]]:
        """Yield all actions of a run, then those that change, in lists of a page at most."""
        oddities = self._quirks(key)
        version, stream = -1, TreeStream(oddities)
        repeat_s = quirks.LOSSY_REPEAT_S if "lossy" in oddities else None
        with self._store.changes.watch(key) as wakeup:
            while True:
                changed, version = self._changed_since(key, version, or_root=repeat_s is not None)
                enriched = stream.sent(changed, time.monotonic())
                for start in range(0, len(enriched), PAGE_SIZE):
                    yield enriched[start : start + PAGE_SIZE]
                if not await wakeup.sleep(repeat_s):
                    return

    async def _details_sent(self, action_id: Any) -> AsyncIterator[Any]:
        """Yield the details of an action at every change, until it has ended."""
        count = 0
        async for _ in self._watch(action_id.run, action_id.name):
            with self._action(action_id) as (run, record):
                details = compose.action_details(record, run.quirks)
                ends_early = "early_end" in run.quirks and record.is_terminal
                late_s = quirks.delay_s(run.quirks, record.own_version)
                is_lost = quirks.is_lost(run.quirks, count, time.monotonic())
            count += 1
            if is_lost:
                continue
            if late_s:
                await asyncio.sleep(late_s)
            yield quirks.not_ended_yet(details) if ends_early else details

    def _changed_since(self, key: RunKey, version: int, *, or_root: bool) -> tuple[list[Any], int]:
        if key not in self._store:
            return [], version
        with self._store.read(key) as run:
            records = list(run.actions.values()) if version < 0 else run.changed_since(version)
            records = records or ([run.root] if or_root else [])
            return [compose.enriched_action(record, run.quirks) for record in records], run.version

    async def _watch(self, run_id: Any, name: str) -> AsyncIterator[None]:
        """Yield whenever the action itself has changed; end after its terminal phase was given."""
        key, seen = run_key(run_id), -1
        with self._store.changes.watch(key) as wakeup:
            while True:
                with self._named(key, name) as (run, record):
                    version, is_over = record.own_version, record.is_terminal and not quirks.ENDLESS & run.quirks
                if version != seen:
                    seen = version
                    yield
                if is_over or not await wakeup.sleep():
                    return

    def _in_scope(self, request: Any, key: RunKey, root: ActionRecord) -> bool:
        if request.paused_actions_only and not self._store.has_paused(key):
            return False
        scope = request.WhichOneof("scope_by")
        if scope == "project_id":
            return bool((key.project, key.domain) == (request.project_id.name, request.project_id.domain))
        if scope in ("task_name", "task_id"):
            wanted, task = getattr(request, scope), root.details.metadata.task.id
            same_version = scope == "task_name" or wanted.version == task.version
            same_name = (wanted.project, wanted.domain, wanted.name) == (key.project, key.domain, task.name)
            return bool(same_version and same_name)
        return bool(scope != "trigger_name")

    @contextmanager
    def _run(self, run_id: Any) -> Iterator[RunRecord]:
        with self._named(run_key(run_id), ROOT_ACTION) as (run, _):
            yield run

    @contextmanager
    def _action(self, action_id: Any) -> Iterator[tuple[RunRecord, ActionRecord]]:
        with self._named(run_key(action_id.run), action_id.name) as found:
            yield found

    @contextmanager
    def _named(self, key: RunKey, name: str) -> Iterator[tuple[RunRecord, ActionRecord]]:
        if key not in self._store:
            raise _not_found(key)
        with self._store.read(key) as run:
            if name not in run.actions:
                raise _not_found(key, name)
            yield run, run.actions[name]


def _not_found(key: RunKey, name: str = ROOT_ACTION) -> ConnectError:
    if name == ROOT_ACTION:
        return ConnectError(Code.NOT_FOUND, f"run not found: {'/'.join(key)}")
    return ConnectError(Code.NOT_FOUND, f"action not found: {'/'.join(key)}/{name}")
