"""What the load server sends: a run of so many actions, in Connect's JSON and in protobuf. Pure.

The run is as a wide one is: a root, and all others below it in groups of 50. One step changes `CHANGES` actions by one
phase each, round and round; an action that has ended begins its next attempt.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from flyteidl2.common import phase_pb2
from flyteidl2.workflow import run_definition_pb2, run_service_pb2

from tests.benchmarks.wire import encode, frame, protojson

CHANGES = 10
PAGE, LIST_PAGE = 1_000, 200
RUN_NAME = "r4p2bdpt7f"
PHASES = (
    phase_pb2.ACTION_PHASE_QUEUED,
    phase_pb2.ACTION_PHASE_WAITING_FOR_RESOURCES,
    phase_pb2.ACTION_PHASE_INITIALIZING,
    phase_pb2.ACTION_PHASE_RUNNING,
    phase_pb2.ACTION_PHASE_SUCCEEDED,
)
RUNNING = 3
"""Where in `PHASES` the actions begin."""


class Load:
    """The messages of a run with `count` actions."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.begun_ms = round(time.time() * 1000)
        self._encoded: dict[int, tuple[int, bytes]] = {}

    def status(self, n: int, changes: int = 0) -> Any:
        """Tell how an action stands after so many changes."""
        status = run_definition_pb2.ActionStatus()
        turn = changes if n == 0 else RUNNING + changes
        status.phase = phase_pb2.ACTION_PHASE_RUNNING if n == 0 else PHASES[turn % len(PHASES)]
        status.attempts = 1 + (0 if n == 0 else turn // len(PHASES))
        status.start_time.FromMilliseconds(self.begun_ms + n * 3)
        if status.phase == phase_pb2.ACTION_PHASE_SUCCEEDED:
            status.end_time.FromMilliseconds(self.begun_ms + 60_000 + n * 3)
        return status

    def action(self, n: int, changes: int = 0) -> Any:
        """Tell an action as WatchActions and ListActions do."""
        action = run_definition_pb2.Action(status=self.status(n, changes))
        self._name(action.id, n)
        action.metadata.CopyFrom(self._metadata(n))
        return action

    def changes(self, n: int, steps: int) -> int:
        """How often an action has changed after so many steps."""
        leaves = self.count - 1
        return 0 if n == 0 else max(0, steps * min(CHANGES, leaves) - n + leaves) // leaves

    def details(self, n: int, phase: int | None = None, changes: int = 0, attempts: int | None = None) -> Any:
        """Tell an action as GetActionDetails does, with its last attempt; in `phase`, in which of them, if given."""
        details = run_definition_pb2.ActionDetails(status=self.status(n, changes))
        self._name(details.id, n)
        details.metadata.CopyFrom(self._metadata(n))
        details.status.phase = details.status.phase if phase is None else phase
        details.status.attempts = attempts or details.status.attempts
        attempt = details.attempts.add(attempt=details.status.attempts, phase=details.status.phase)
        attempt.start_time.CopyFrom(details.status.start_time)
        for at, reached in enumerate(PHASES[: RUNNING + 1]):
            transition = attempt.phase_transitions.add(phase=reached)
            transition.start_time.FromMilliseconds(self.begun_ms + n * 3 + at * 400)
            if at < RUNNING:
                transition.end_time.FromMilliseconds(self.begun_ms + n * 3 + (at + 1) * 400)
        return details

    def run_details(self, phase: int, attempts: int) -> Any:
        """Answer GetRunDetails."""
        root = self.details(0, phase, attempts=attempts)
        return run_service_pb2.GetRunDetailsResponse(details=run_definition_pb2.RunDetails(action=root))

    @cached_property
    def snapshot(self) -> dict[str, list[bytes]]:
        """All actions, as WatchActions begins: frames, by encoding."""
        pages = [self._watched(range(at, min(at + PAGE, self.count))) for at in range(0, self.count, PAGE)]
        return {encoding: [frame(encode(page, encoding)) for page in pages] for encoding in ("json", "proto")}

    def step(self, number: int) -> bytes:
        """What the step of that number changes, from 0 on: JSON, in a frame. The stream sends ancestors along."""
        leaves = self.count - 1
        size = min(CHANGES, leaves)
        changed = range(number * size, (number + 1) * size)
        page = self._watched([0, *(1 + at % leaves for at in changed)], [0, *(1 + at // leaves for at in changed)])
        return frame(protojson(page))

    def list_page(self, token: str, root: tuple[int, int], steps: int) -> bytes:
        """Answer ListActions as things stand after so many steps, in JSON. `root`: its phase and attempts."""
        first = int(token or 0)
        end = min(first + LIST_PAGE, self.count)
        listed = [self._listed(n, self.changes(n, steps)) for n in range(max(first, 1), end)]
        if first == 0:
            action = self.action(0)
            action.status.phase, action.status.attempts = root
            listed.insert(0, protojson(action))
        token = str(end) if end < self.count else ""
        return b'{"actions":[%s], "token":"%s"}' % (b", ".join(listed), token.encode())

    def _listed(self, n: int, changes: int) -> bytes:
        """An action in JSON; encoded once for all lists until it changes."""
        known = self._encoded.get(n)
        if known is None or known[0] != changes:
            known = self._encoded[n] = changes, protojson(self.action(n, changes))
        return known[1]

    def _watched(self, numbers: Any, changes: Any = None) -> Any:
        page = run_service_pb2.WatchActionsResponse()
        for n, change in zip(numbers, changes or [0] * len(numbers), strict=True):
            page.enriched_actions.add(action=self.action(n, change), meets_filter=True)
        return page

    def _metadata(self, n: int) -> Any:
        metadata = run_definition_pb2.ActionMetadata(parent="" if n == 0 else "a0")
        metadata.group = "" if n == 0 else f"group-{(n - 1) // 50}"
        metadata.task.id.name = metadata.task.short_name = "pipeline" if n == 0 else f"square_{n % 7}"
        return metadata

    def _name(self, identifier: Any, n: int) -> None:
        identifier.name = f"a{n}"
        identifier.run.project, identifier.run.domain, identifier.run.name = "flytesnacks", "development", RUN_NAME


def root_frames(load: Load, phase: int, attempts: int) -> dict[str, bytes]:
    """WatchActionDetails of the root in a phase, by encoding; and WatchActions of it, as "tree-json" and so on."""
    message = run_service_pb2.WatchActionDetailsResponse(details=load.details(0, phase, attempts=attempts))
    tree = run_service_pb2.WatchActionsResponse()
    status = tree.enriched_actions.add(action=load.action(0), meets_filter=True).action.status
    status.phase, status.attempts = phase, attempts
    frames = {name: frame(content) for name, content in encoded(message).items()}
    return frames | {f"tree-{name}": frame(content) for name, content in encoded(tree).items()}


def encoded(message: Any) -> dict[str, bytes]:
    """A message in both encodings."""
    return {encoding: encode(message, encoding) for encoding in ("json", "proto")}


def phases() -> Iterator[tuple[int, int]]:
    """Phases of a root that never ends, one after the other, each with its attempt: no phase ever comes back.

    The first attempt runs in the snapshot.
    """
    for attempts in itertools.count(2):
        for phase in PHASES[: RUNNING + 1]:
            yield phase, attempts
