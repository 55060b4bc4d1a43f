"""Composes what a client gets from what is recorded; the quirks of a run (`quirks`) come last. Pure.

Sources: `workflow/run_definition.proto`, `workflow/run_service.proto`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services import quirks
from flyte_widgets.local.services.records import TERMINAL, ActionRecord, RunRecord


def action(record: ActionRecord, oddities: Collection[str] = (), *, listed: bool = False) -> Any:
    """Compose an `Action`, as ListActions (`listed`), ListRuns and WatchActions tell it."""
    details = record.details
    message = run_definition_pb2.Action(id=details.id, metadata=details.metadata, status=details.status)
    return quirks.of_action(message, oddities, listed=listed)


def enriched_action(record: ActionRecord, oddities: Collection[str] = ()) -> Any:
    """`EnrichedAction`: the action and the phases of all its descendants."""
    counts = {phase: count for phase, count in record.counts.items() if count}
    return run_definition_pb2.EnrichedAction(
        action=action(record, oddities), meets_filter=True, children_phase_counts=counts
    )


def run(root: ActionRecord, labels: dict[str, str]) -> Any:
    """`Run`, as ListRuns tells it."""
    return run_definition_pb2.Run(action=action(root), labels=labels)


def run_details(record: RunRecord) -> Any:
    """`RunDetails`, with the root action in full."""
    details = run_definition_pb2.RunDetails(action=action_details(record.root, record.quirks))
    details.run_spec.MergeFromString(record.run_spec)
    return details


def action_details(record: ActionRecord, oddities: Collection[str] = ()) -> Any:
    """`ActionDetails`: status, spec, result and every attempt."""
    details = run_definition_pb2.ActionDetails()
    details.CopyFrom(record.details)
    details.MergeFromString(record.spec)
    details.attempts.extend(attempts(record.events))
    return quirks.of_details(details, oddities)


def attempts(events: list[Any]) -> list[Any]:
    """`ActionAttempt`s from the reports of an action: in order of their number, each report in the order it came."""
    by_number: dict[int, list[Any]] = {}
    for event in events:
        by_number.setdefault(event.attempt, []).append(event)
    return [_attempt(number, by_number[number]) for number in sorted(by_number)]


def _attempt(number: int, events: list[Any]) -> Any:
    last = events[-1]
    attempt = run_definition_pb2.ActionAttempt(
        attempt=number, phase=last.phase, cache_status=last.cache_status, cluster=last.cluster
    )
    attempt.start_time.CopyFrom(events[0].updated_time)
    attempt.phase_transitions.extend(phase_transitions(events))
    for event in events:
        attempt.cluster_events.extend(event.cluster_events)
        if event.log_info:
            attempt.ClearField("log_info")
            attempt.log_info.extend(event.log_info)
        for field in ("outputs", "error_info", "log_context"):
            if event.HasField(field):
                getattr(attempt, field).CopyFrom(getattr(event, field))
    attempt.logs_available = attempt.HasField("log_context")
    if last.phase in TERMINAL:
        attempt.end_time.CopyFrom(last.updated_time)
    return attempt


def phase_transitions(events: list[Any]) -> list[Any]:
    """`PhaseTransition`s: each phase ends where the next begins, a terminal one where it begins, the last is open."""
    found: list[Any] = []
    for event in events:
        if found and found[-1].phase == event.phase:
            continue
        if found and not found[-1].HasField("end_time"):
            found[-1].end_time.CopyFrom(event.updated_time)
        transition = run_definition_pb2.PhaseTransition(phase=event.phase, start_time=event.updated_time)
        if event.phase in TERMINAL:
            transition.end_time.CopyFrom(event.updated_time)
        found.append(transition)
    return found


def cluster_events(record: ActionRecord, attempt: int) -> list[Any]:
    """`ClusterEvent`s of one attempt, in the order they came."""
    return [item for event in record.events if event.attempt == attempt for item in event.cluster_events]
