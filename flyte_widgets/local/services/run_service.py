"""RunService over the store: what starts, answers and aborts, besides the reads.

Errors are Connect's: not_found for an unknown run or action. Source: `workflow/run_service.proto`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from flyteidl2.workflow import run_service_pb2 as pb
from flyteidl2.workflow.run_service_connect import RunService

from flyte_widgets.local.services import compose, signals
from flyte_widgets.local.services.control import Control, now_us
from flyte_widgets.local.services.launching import Launchers
from flyte_widgets.local.services.records import run_key
from flyte_widgets.local.services.run_reads import RunReads
from flyte_widgets.local.services.store import Store


class RunServiceHandlers(RunReads, RunService):
    """RunService, as far as clients of runs need it. What is not here answers unimplemented."""

    def __init__(self, store: Store, control: Control, launchers: Launchers) -> None:
        super().__init__(store, control)
        self._launchers = launchers

    async def create_run(self, request: Any, ctx: Any) -> Any:
        """Start again a run that this backend has run (`launching`). There is no cluster here for any other."""
        key = self._launchers.create(request)
        with self._store.read(key) as run:
            return pb.CreateRunResponse(run=compose.run(run.root, run.labels))

    async def abort_action(self, request: Any, ctx: Any) -> Any:
        """Abort one action at once, what is below it shortly after."""
        self._abort(run_key(request.action_id.run), request.action_id.name, request)
        return pb.AbortActionResponse()

    async def signal_event(self, request: Any, ctx: Any) -> Any:
        """Answer a condition. The same answer again is accepted; failed_precondition for anything else."""
        key, name = run_key(request.action_id.run), request.action_id.name
        with self._named(key, name):
            pass  # not_found, before anything is changed
        with self._store.change(key) as run:
            signals.answer(run, run.actions[name], request.payload, at_us=now_us())
        executor = self._control.executor(key)
        if executor is not None:
            executor.signal(name)
        return pb.SignalEventResponse()

    async def watch_cluster_events(self, request: Any, ctx: Any) -> AsyncIterator[Any]:
        """Send the events of an attempt so far, then only new ones, until the action has ended."""
        await self._admit("WatchClusterEvents", request.id.run)
        sent = 0
        async for _ in self._watch(request.id.run, request.id.name):
            with self._action(request.id) as (run, record):
                kept = [] if "no_history" in run.quirks else compose.cluster_events(record, request.attempt)
                events = kept[sent:]
            sent += len(events)
            if events:
                yield pb.WatchClusterEventsResponse(cluster_events=events)
