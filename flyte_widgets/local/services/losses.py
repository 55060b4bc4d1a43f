"""What the SDK's reporter has lost of a tracked run. Pure.

It numbers the reports about each attempt from 0 on, sends them in order, and drops those that it cannot send. When the
end of the root has come in nothing follows any more: what is open then has ended, and nobody said how. Such an action
gets no phase (UNSPECIFIED), and the events of the root say how much is missing.
"""

from __future__ import annotations

from typing import Any, Final

from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services.records import ROOT_ACTION, ActionRecord, RunRecord, to_stamp, to_us

UNKNOWN_END: Final = 0
"""ACTION_PHASE_UNSPECIFIED: the action has ended, and nobody said how."""
REASON: Final = "ReportsMissing"


def note_losses(run: RunRecord) -> None:
    """Say what is missing of a run whose root has ended."""
    if not run.root.is_terminal:
        return
    end_us = to_us(run.root.details.status.end_time)
    for record in run.descendants(ROOT_ACTION):
        if not record.is_terminal and record.phase != UNKNOWN_END:
            event = _next_event(record, _warning("How it ended was not reported.", end_us), at_us=end_us)
            event.phase = UNKNOWN_END
            run.apply(record, event)
    missing = missing_reports(run)
    text = f"{missing} reports are missing." if missing > 1 else "1 report is missing."
    if missing:
        warn(run, text, at_us=end_us)


def warn(run: RunRecord, text: str, *, at_us: int) -> None:
    """Add a warning to the events of the root, once."""
    root = run.root
    if not root.events or any(item.message == text for event in root.events for item in event.cluster_events):
        return
    event = _next_event(root, _warning(text, at_us), at_us=to_us(root.events[-1].updated_time))
    event.error_info.CopyFrom(root.details.error_info)
    run.apply(root, event)


def missing_reports(run: RunRecord) -> int:
    """Count the reports that must have been made and never came: at least so many."""
    known = run.actions
    parents = {record.parent for record in known.values() if record.parent and record.parent not in known}
    return len(parents) + sum(_missing_of(record) for record in known.values())


def _missing_of(record: ActionRecord) -> int:
    numbers: dict[int, set[int]] = {}
    for event in record.events:
        numbers.setdefault(event.attempt, set()).add(event.version)
    gaps = sum(max(seen) + 1 - len(seen) for seen in numbers.values())
    attempts = max(numbers, default=0) - len(numbers)
    return gaps + attempts + (record.phase == UNKNOWN_END)


def _next_event(record: ActionRecord, warned: Any, *, at_us: int) -> Any:
    event = run_definition_pb2.ActionEvent()
    event.CopyFrom(record.events[-1])
    event.version += 1
    event.updated_time.CopyFrom(to_stamp(at_us))
    del event.cluster_events[:]
    event.cluster_events.append(warned)
    return event


def _warning(message: str, at_us: int) -> Any:
    return run_definition_pb2.ClusterEvent(
        occurred_at=to_stamp(at_us),
        message=message,
        reason=REASON,
        type=run_definition_pb2.ClusterEvent.TYPE_WARNING,
        count=1,
        source_component="flyte-widgets",
    )
