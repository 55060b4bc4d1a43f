"""What the embedded backend knows of a run, and the rules by which it changes. Pure: no I/O, no clock, no threads.

A record holds Flyte's own messages: `compose` makes of them what a client gets, `store` keeps their bytes on disk.
Times are integers, microseconds since 1970.

The rules are those of a *sane* backend: `status.phase` follows the newest report, every attempt ends, an aborted action
stays aborted. Where the real one differs (docs/backend-facts.md), `quirks` is the place to differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from flyteidl2.common import identifier_pb2
from flyteidl2.workflow import run_definition_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from flyte_widgets.phases import TERMINAL_PHASES, ActionPhase

ROOT_ACTION = "a0"
TERMINAL: frozenset[int] = frozenset(phase.number for phase in TERMINAL_PHASES)
FAILURES: frozenset[int] = frozenset({ActionPhase.FAILED.number, ActionPhase.TIMED_OUT.number})
DEFAULT_ABORT_REASON = "User requested abort"

Event = Any
"""A `workflow.ActionEvent`."""


class RunKey(NamedTuple):
    """What names a run. The org is not part of it: the real backend ignores it, too."""

    project: str
    domain: str
    name: str


def run_key(run_id: Any) -> RunKey:
    """Key of a `RunIdentifier`."""
    return RunKey(run_id.project, run_id.domain, run_id.name)


def to_us(stamp: Any) -> int:
    """Timestamp message to microseconds; 0 where it is unset."""
    return int(stamp.seconds) * 1_000_000 + int(stamp.nanos) // 1000


def to_stamp(at_us: int) -> Any:
    """Microseconds to a Timestamp message."""
    return Timestamp(seconds=at_us // 1_000_000, nanos=at_us % 1_000_000 * 1000)


class ActionRecord:
    """One action. `details` is a `workflow.ActionDetails` without spec and attempts: those are `spec` and `events`."""

    __slots__ = ("counts", "details", "events", "name", "own_version", "parent", "seq", "spec", "version")

    def __init__(self, *, seq: int, details: Any, spec: bytes, events: list[Event]) -> None:
        self.seq = seq
        self.name: str = details.id.name
        self.parent: str = details.metadata.parent
        self.details = details
        self.spec = spec
        """Bytes of an `ActionDetails` that has nothing but its spec."""
        self.events = events
        self.counts: dict[int, int] = {}
        """Phase number to number of descendants in it."""
        self.version = 0
        """Run version of the last change that a watcher of the tree should see, counts included."""
        self.own_version = 0
        """Run version of the last change of the action itself."""

    @property
    def phase(self) -> int:
        """The wire number of `status.phase`."""
        return int(self.details.status.phase)

    @property
    def is_terminal(self) -> bool:
        """Whether the action has ended."""
        return self.phase in TERMINAL

    @property
    def created_us(self) -> int:
        """When the action was created."""
        return to_us(self.details.status.start_time)


def report(record: ActionRecord, phase: ActionPhase, *, at_us: int) -> Event:
    """Build the next report about an action, in its present attempt."""
    attempt, version = (record.events[-1].attempt, record.events[-1].version + 1) if record.events else (1, 0)
    stamp = to_stamp(at_us)
    return run_definition_pb2.ActionEvent(
        id=record.details.id,
        attempt=attempt,
        phase=phase.number,
        version=version,
        updated_time=stamp,
        reported_time=stamp,
    )


class RunRecord:
    """A run and all its actions, in the order in which they were created.

    `version` grows by one with each change. `changed` names the changed actions, the last changed last, so that a
    watcher that has seen version n finds what is new without looking at the rest.
    """

    def __init__(
        self, key: RunKey, *, run_spec: bytes = b"", labels: dict[str, str] | None = None, origin: str = ""
    ) -> None:
        self.key = key
        self.run_spec = run_spec
        self.labels = labels or {}
        self.origin = origin
        """Who executes it, as JSON, where that is this package: a restarted server needs it. No client gets it."""
        self.quirks: frozenset[str] = frozenset(json.loads(origin).get("quirks", ()) if origin else ())
        """Oddities in what is sent of it (`quirks.QUIRKS`)."""
        self.actions: dict[str, ActionRecord] = {}
        self.version = 0
        self.changed: dict[str, int] = {}
        self.dirty: dict[str, int] = {}
        """Action name to number of its events already on disk: what the store still has to write."""
        self.files: list[tuple[str, bytes]] = []
        """Path and content of files that the store still has to write, with what changed."""

    @property
    def root(self) -> ActionRecord:
        """The root action."""
        return self.actions[ROOT_ACTION]

    @property
    def is_over(self) -> bool:
        """Whether root and descendants have all ended."""
        return self.root.is_terminal and not any(
            count for phase, count in self.root.counts.items() if phase not in TERMINAL
        )

    @property
    def has_paused(self) -> bool:
        """Whether an action of it waits for a person."""
        paused = ActionPhase.PAUSED.number
        return self.root.phase == paused or self.root.counts.get(paused, 0) > 0

    def ancestors(self, record: ActionRecord) -> Iterator[ActionRecord]:
        """Parent, grandparent, ... up to the root."""
        seen = {record.name}
        parent = self.actions.get(record.parent)
        while parent is not None and parent.name not in seen:
            seen.add(parent.name)
            yield parent
            parent = self.actions.get(parent.parent)

    def descendants(self, name: str) -> list[ActionRecord]:
        """All actions below one, in order of creation."""
        below = {name}
        found = []
        for record in self.actions.values():
            if record.parent in below and record.name != name:
                below.add(record.name)
                found.append(record)
        return found

    def changed_since(self, version: int) -> list[ActionRecord]:
        """Actions whose record or counts changed after `version`, in order of creation."""
        found = []
        for name, at in reversed(self.changed.items()):
            if at <= version:
                break
            found.append(self.actions[name])
        return sorted(found, key=lambda record: record.seq)

    def restore(self, records: Iterable[ActionRecord], *, version: int) -> None:
        """Take over what was read from disk, parents before children. All of it counts as changed at `version`."""
        self.version = version
        for record in records:
            self.actions[record.name] = record
            self._count(record, None, record.phase)
            record.version = record.own_version = version
        self.changed = dict.fromkeys(self.actions, version)

    def add(self, details: Any, spec: Any = None, *, at_us: int) -> ActionRecord:
        """Create an action that has no phase yet.

        `details` gives id and metadata; `spec` is an `ActionDetails` with nothing but its spec, or its bytes.
        """
        details.status.start_time.CopyFrom(to_stamp(at_us))
        spec_bytes = spec if isinstance(spec, bytes) else spec.SerializeToString() if spec is not None else b""
        record = ActionRecord(seq=len(self.actions), details=details, spec=spec_bytes, events=[])
        self.actions[record.name] = record
        self._touch(record)
        self._count(record, None, 0)
        return record

    def begin_at(self, at_us: int) -> None:
        """Correct when the run was created."""
        self._touch(self.root)
        self.root.details.status.start_time.CopyFrom(to_stamp(at_us))

    def redescribe(self, record: ActionRecord, metadata: Any, spec: Any) -> None:
        """Give an action the metadata and spec that were not known when it was created."""
        self._touch(record)
        record.details.metadata.CopyFrom(metadata)
        record.spec = spec if isinstance(spec, bytes) else spec.SerializeToString()

    def apply(self, record: ActionRecord, event: Event) -> bool:
        """Take in a report. Returns False, and changes nothing, where the action was aborted before."""
        if record.phase == ActionPhase.ABORTED.number:
            return False
        self._touch(record)
        record.events.append(event)
        status, phase = record.details.status, int(event.phase)
        self._count(record, record.phase, phase)
        status.phase = phase
        status.attempts = max(status.attempts, event.attempt)
        status.cache_status = event.cache_status
        if phase in TERMINAL:
            self._end(record, to_us(event.updated_time))
        else:
            status.ClearField("end_time")
            status.ClearField("duration_ms")
            record.details.ClearField("error_info")
        if phase in FAILURES:
            record.details.error_info.CopyFrom(event.error_info)
        return True

    def abort(self, record: ActionRecord, reason: str, *, at_us: int) -> None:
        """Abort an action, whatever its phase: as in the real backend, a finished one is rewritten to ABORTED.

        The first end stays. The open attempt ends here.
        """
        self._touch(record)
        status, aborted = record.details.status, ActionPhase.ABORTED.number
        was_open = not record.is_terminal
        self._count(record, record.phase, aborted)
        status.phase = aborted
        record.details.abort_info.reason = reason or DEFAULT_ABORT_REASON
        if was_open:
            self._end(record, max(at_us, record.created_us))
        if was_open and record.events:
            record.events.append(report(record, ActionPhase.ABORTED, at_us=at_us))

    def signal(self, record: ActionRecord, info: Any, event: Event) -> None:
        """Answer a condition: it succeeds, and its details say with what."""
        self.apply(record, event)
        record.details.signal_info.CopyFrom(info)

    def action_id(self, name: str) -> Any:
        """Build the full identifier of one of the run's actions."""
        return identifier_pb2.ActionIdentifier(run=self.run_id(), name=name)

    def run_id(self) -> Any:
        """Build the identifier of the run."""
        return identifier_pb2.RunIdentifier(**self.key._asdict())

    def _end(self, record: ActionRecord, at_us: int) -> None:
        status = record.details.status
        status.end_time.CopyFrom(to_stamp(at_us))
        status.duration_ms = max(0, at_us - record.created_us) // 1000

    def _touch(self, record: ActionRecord) -> None:
        self.version += 1
        record.own_version = self.version
        self.dirty.setdefault(record.name, len(record.events))
        self._mark(record)

    def _mark(self, record: ActionRecord) -> None:
        record.version = self.version
        self.changed.pop(record.name, None)
        self.changed[record.name] = self.version

    def _count(self, record: ActionRecord, before: int | None, after: int) -> None:
        if before == after:
            return
        for above in self.ancestors(record):
            if before is not None:
                above.counts[before] -= 1
            above.counts[after] = above.counts.get(after, 0) + 1
            self._mark(above)
