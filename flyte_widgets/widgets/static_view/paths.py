"""How the run's root went through the states, and which transitions any action made. Pure.

The same as js/src/run/diagram/path.ts (tests/vectors/runs.json).

Only what the backend reported counts: where no transitions are known there are no times and no edges.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flyte_widgets.phases import CANONICAL_EDGES, ActionPhase
from flyte_widgets.run.timeline import Segment, SegmentFlag
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.widgets.static_view.model import KnownAction, Snapshot

Edge = tuple["ActionPhase | None", ActionPhase]
"""A transition; None is the start."""

_NOT_REPORTED = SegmentFlag.OBSERVED | SegmentFlag.STATUS_ONLY


@dataclass
class Path:
    """Visits, time in each active phase (what is open counts up to the end), and transitions in their order."""

    visits: dict[ActionPhase, int] = field(default_factory=dict)
    spent_ms: dict[ActionPhase, Milliseconds] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)


def path_of(action: KnownAction, end_ms: Milliseconds) -> Path:
    """Read the way of one action over all its attempts. What is open lasts until `end_ms`."""
    path = Path()
    attempts = by_attempt(action.segments)
    for attempt in attempts:
        before: ActionPhase | None = None
        steps = [segment for segment in attempt if not segment.flags & _NOT_REPORTED]
        for place, step in enumerate(steps):
            phase = step.phase
            path.visits[phase] = path.visits.get(phase, 0) + 1
            # An outcome has no length. One that has was put together from the status: it hides what came before.
            is_whole_life = phase.is_terminal and step.end_ms is not None and step.end_ms > step.start_ms
            if before is not phase and not is_whole_life:
                path.edges[before, phase] = None
            before = phase
            following = steps[place + 1] if place + 1 < len(steps) else None
            is_open = attempt is attempts[-1] and not action.is_terminal
            until_ms = _until_ms(action, step, following, end_ms if is_open else None)
            if not phase.is_terminal and until_ms is not None:
                path.spent_ms[phase] = path.spent_ms.get(phase, 0.0) + max(0.0, until_ms - step.start_ms)
    if action.phase is not None:
        path.visits.setdefault(action.phase, 1)
    return path


def _until_ms(
    action: KnownAction, step: Segment, following: Segment | None, now_ms: Milliseconds | None
) -> Milliseconds | None:
    """Give when a step ended: as reported, when the next began, when the action ended, or now. None: nobody knows."""
    known = (step.end_ms, following.start_ms if following is not None else None, action.ended_ms, now_ms)
    return next((ms for ms in known if ms is not None), None)


def edges_to_draw(snapshot: Snapshot, root: Path) -> tuple[set[Edge], list[Edge]]:
    """Give the table's transitions that any action made, and the root's that are not in the table.

    Other actions' odd ones are left out: in a run of thousands there is always one.
    """
    all_edges = {*root.edges, *_edges_of_all(snapshot.actions)}
    return all_edges & CANONICAL_EDGES, [edge for edge in root.edges if edge not in CANONICAL_EDGES]


def by_attempt(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Divide segments by their attempt, in their order."""
    attempts: list[list[Segment]] = []
    for segment in segments:
        if not attempts or attempts[-1][0].attempt != segment.attempt:
            attempts.append([])
        attempts[-1].append(segment)
    return attempts


def _edges_of_all(actions: Iterable[KnownAction]) -> set[Edge]:
    edges: set[Edge] = set()
    for action in actions:
        before: ActionPhase | None = None
        attempt = -1
        for segment in action.segments:
            if segment.flags & _NOT_REPORTED:
                continue
            if segment.attempt != attempt:
                before, attempt = None, segment.attempt
            if before is not segment.phase:
                edges.add((before, segment.phase))
            before = segment.phase
    return edges
