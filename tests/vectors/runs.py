"""Runs as values, and what both languages make of them: `python -m tests.vectors.runs` writes runs.json anew.

The inputs are written by hand, for each way in which times, trees and histories can be odd. The results are what
Python makes of them; they were looked through when they were written, and a change of them wants the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from flyte_widgets.phases import STACK_ORDER, ActionPhase
from flyte_widgets.run.timeline import Segment
from flyte_widgets.widgets.static_view.folds import Counts, life_of
from flyte_widgets.widgets.static_view.model import KnownAction, Snapshot
from flyte_widgets.widgets.static_view.paths import Edge, edges_to_draw, path_of
from flyte_widgets.widgets.static_view.rows import rows_of
from flyte_widgets.widgets.static_view.spans import drawn_attempts

FILE: Final = Path(__file__).with_suffix(".json")
ABOUT: Final = (
    "Runs, and what both languages make of them. Written by tests/vectors/runs.py; read by tests/unit/test_vectors.py "
    "and js/test/runs-vectors.test.ts. Times are milliseconds; null: not known, or still open. A segment is attempt, "
    "phase, start, end, flags. Each case is drawn at `nowMs`, which is the run's end where it is over."
)
START_INFERRED, END_INFERRED, OBSERVED, STATUS_ONLY = 1, 2, 4, 8
YEAR_9999 = 253_402_300_799_000

Values = dict[str, Any]


def act(
    id_: str,
    phase: str,
    created: int | None,
    ended: int | None,
    *segments: tuple[int, str, int, int | None, int],
    **more: Any,
) -> Values:
    """Describe an action; a0's child unless `parent` says otherwise."""
    values = {"id": id_, "name": id_, "group": "", "parent": -1 if id_ == "a0" else 0, "phase": phase}
    return {**values, "createdMs": created, "endedMs": ended, "segments": [list(s) for s in segments], **more}


def life(attempt: int, start: int, end: int | None, outcome: str = "", flags: int = 0) -> list[tuple[Any, ...]]:
    """Give the segments of one attempt: queued for 100, running, and how it ended."""
    steps: list[tuple[Any, ...]] = [(attempt, "queued", start, start + 100, flags)]
    steps.append((attempt, "running", start + 100, end, flags))
    return [*steps, (attempt, outcome, end, end, flags)] if outcome else steps


ROOT = act("a0", "running", 0, None, *life(1, 0, None))
ENDED = act("a0", "failed", 0, 10_000, *life(1, 0, 10_000, "failed"))
LIVE = (10_000, False)
OVER = (10_000, True)

CASES: Final[list[tuple[str, tuple[int, bool], list[Values]]]] = [
    (
        "all phases, and what goes on",
        LIVE,
        [
            ROOT,
            act(
                "a1",
                "succeeded",
                1000,
                5000,
                (1, "queued", 1000, 1200, 0),
                (1, "waiting_for_resources", 1200, 2000, 0),
                (1, "initializing", 2000, 2500, 0),
                (1, "running", 2500, 3000, 0),
                (1, "paused", 3000, 3600, 0),
                (1, "running", 3600, 5000, 0),
                (1, "succeeded", 5000, 5000, 0),
            ),
            act("a2", "timed_out", 1000, 4000, *life(1, 1000, 4000, "timed_out")),
            act("a3", "aborted", 2000, 2050, (1, "queued", 2000, 2050, 0), (1, "aborted", 2050, 2050, 0)),
            act("a4", "running", 6000, None, *life(1, 6000, None)),
            act("a5", "queued", 9000, None),
        ],
    ),
    (
        "attempts",
        LIVE,
        [
            ROOT,
            act("a1", "running", 0, None, *life(1, 0, 2000), *life(2, 3000, 5000), *life(3, 5000, None)),
            act("a2", "succeeded", 0, 8000, *life(1, 0, None), *life(2, 4000, 8000, "succeeded")),
            act("a3", "failed", 0, 8000, *life(1, 0, 3000, "failed"), *life(2, 3000, 8000, "failed", END_INFERRED)),
            act("a4", "succeeded", 0, None, *life(1, 0, None)),
        ],
    ),
    (
        "only seen, or only the status",
        LIVE,
        [
            ROOT,
            act("a1", "succeeded", 0, 4000, *life(1, 0, 4000, "succeeded", OBSERVED)),
            act("a2", "succeeded", 0, None, *life(1, 0, 4000, "succeeded", OBSERVED)),
            act("a3", "running", 0, None, (1, "queued", 0, 700, OBSERVED), (1, "running", 700, None, OBSERVED)),
            act("a4", "succeeded", 1000, 5000, (1, "succeeded", 1000, 5000, STATUS_ONLY)),
            act("a5", "running", 2000, None, (1, "running", 2000, None, STATUS_ONLY | START_INFERRED)),
            act("a6", "failed", 2000, None, (1, "failed", 2000, 6000, STATUS_ONLY | END_INFERRED)),
            act("a7", "succeeded", 0, 7000, *life(1, 0, 6000), (1, "succeeded", 7000, 7000, OBSERVED)),
        ],
    ),
    (
        "nothing but creation and end",
        LIVE,
        [
            act("a0", "running", None, None),
            act("a1", "succeeded", 1000, 5000),
            act("a2", "failed", 1000, None),
            act("a3", "recovered", 1000, 1000),
            act("a4", "succeeded", None, None),
            act("a5", "running", 3000, None),
        ],
    ),
    (
        "a run that is over, and what did not end with it",
        OVER,
        [
            ENDED,
            act("a1", "running", 1000, None, *life(1, 1000, None)),
            act("a2", "aborted", 1000, 12_000, *life(1, 1000, 12_000, "aborted")),
            act("a3", "queued", 9500, None),
        ],
    ),
    (
        "times that cannot be, live",
        LIVE,
        [
            ROOT,
            act("a1", "succeeded", 1000, YEAR_9999, *life(1, 1000, YEAR_9999, "succeeded")),
            act("a2", "succeeded", YEAR_9999, YEAR_9999),
            act("a3", "running", 7_210_000, None, *life(1, 7_210_000, None)),
            act("a4", "succeeded", 5000, 2000, (1, "running", 5000, 2000, 0), (1, "succeeded", 2000, 2000, 0)),
            act("a5", "succeeded", 1000, 10_300, *life(1, 1000, 10_300, "succeeded")),
        ],
    ),
    (
        "times that cannot be, after the end",
        OVER,
        [
            ENDED,
            act("a1", "succeeded", 1000, YEAR_9999, *life(1, 1000, YEAR_9999, "succeeded")),
            act("a2", "succeeded", YEAR_9999, YEAR_9999),
            act("a3", "succeeded", 1000, YEAR_9999),
            act("a4", "succeeded", 9000, 3_609_000, *life(1, 9000, 3_609_000, "succeeded")),
        ],
    ),
    (
        "phases that nobody knows",
        LIVE,
        [
            ROOT,
            act("a1", "unknown_42", 1000, None, (1, "queued", 1000, 2000, 0), (1, "unknown_42", 2000, None, 0)),
            act(
                "a2",
                "failed",
                1000,
                6000,
                (1, "unknown_42", 1000, 3000, 0),
                (1, "waiting_for_resources", 3000, None, 0),
                (1, "queued", 4000, 6000, 0),
                (1, "failed", 6000, 6000, 0),
            ),
        ],
    ),
    (
        "a tree with folds and groups",
        LIVE,
        [
            ROOT,
            *(act(f"s{n}", "succeeded", n * 500, 4000 + n * 500, name="square") for n in range(4)),
            act("t1", "succeeded", 1000, 2000, name="try"),
            act("t2", "succeeded", 1500, 2500, name="try"),
            act("g1", "succeeded", 1000, 2000, name="load", group="inputs"),
            act("t3", "failed", 2000, 3000, name="try"),
            act("g2", "failed", 1000, 2000, name="check", group="inputs"),
            *(act(f"h{n}", "succeeded", 1000, 2000, name=f"part {n}", group="many") for n in range(5)),
            act("c1", "succeeded", 1000, 2000, name="child of a fold's", parent=1),
            act("c2", "succeeded", 1000, 2000, name="child of a group's", parent=7),
            act("x", "succeeded", 1000, 2000, name="square", group="square"),
        ],
    ),
    (
        "a tree that is none",
        LIVE,
        [
            ROOT,
            act("a1", "running", 0, None, parent=99),
            act("a2", "running", 0, None, parent=2),
            act("a3", "running", 0, None, parent=4),
            act("a4", "running", 0, None, parent=5),
            act("a5", "running", 0, None, parent=3),
            act("a6", "running", 0, None, parent=3),
            act("a7", "running", 0, None, name=""),
        ],
    ),
]

STRIP: Final = {"fromMs": 0, "stepMs": 750, "steps": 16}


def results(now_ms: float, actions: list[Values], *, over: bool) -> Values:
    """Give what Python makes of a run."""
    known = tuple(map(_known, actions))
    root = ActionPhase.SUCCEEDED if over else ActionPhase.RUNNING
    snapshot = Snapshot("r", "", "", now_ms, phase=root, ended_ms=now_ms if over else None, actions=known)
    counts = Counts(STRIP["fromMs"], STRIP["stepMs"], STRIP["steps"])
    for action in known:
        for phase, start_ms, end_ms in life_of(action, snapshot):
            counts.add(phase, start_ms, end_ms)
    names = [*(phase.value for phase in STACK_ORDER), "unknown"]
    slots = dict(zip(names, counts.finish(), strict=True))
    return {
        "attempts": [[_attempt(attempt) for attempt in drawn_attempts(action, snapshot)] for action in known],
        "rows": ["  " * r.level + r.label + (f" ×{len(r.members)}" if r.is_fold else "") for r in rows_of(known)],
        "strip": {name: slot for name, slot in slots.items() if any(slot)},
        "paths": [_path(action, snapshot.end_ms) for action in known],
        "edges": sorted(map(_edge, edges_to_draw(snapshot, path_of(known[0], snapshot.end_ms))[0])),
    }


def _phase(value: str) -> ActionPhase | None:
    number = value.removeprefix("unknown_")
    return ActionPhase.of(int(number) if number.isdecimal() else value)


def _known(values: Values) -> KnownAction:
    segments = tuple(
        Segment(attempt, phase, start, end, flags)
        for attempt, value, start, end, flags in values["segments"]
        if (phase := _phase(value)) is not None
    )
    return KnownAction(
        values["id"],
        values["name"],
        values["group"],
        values["parent"],
        _phase(values["phase"]),
        values["createdMs"],
        values["endedMs"],
        max((segment.attempt for segment in segments), default=1),
        segments,
    )


def _attempt(attempt: Any) -> Values:
    return {
        "startMs": attempt.start_ms,
        "endMs": attempt.end_ms,
        "outcome": attempt.outcome.value if attempt.outcome else "",
        "startInferred": attempt.start_inferred,
        "endInferred": attempt.end_inferred,
        "spans": [[span.phase.value, span.start_ms, span.end_ms] for span in attempt.spans],
    }


def _path(action: KnownAction, end_ms: float) -> Values:
    path = path_of(action, end_ms)
    return {
        "visits": {phase.value: n for phase, n in path.visits.items()},
        "spentMs": {phase.value: ms for phase, ms in path.spent_ms.items()},
        "edges": [_edge(edge) for edge in path.edges],
    }


def _edge(edge: Edge) -> str:
    start, end = edge
    return f"{start.value if start else 'start'} > {end.value}"


def text() -> str:
    """Give the file's content: a line an action and a result."""
    cases = []
    for name, (now_ms, over), actions in CASES:
        made = results(now_ms, actions, over=over)
        lines = [f'"name": {_json(name)}, "nowMs": {now_ms}, "over": {_json(over)}', _list("actions", actions)]
        lines += [
            _list(key, value) if isinstance(value, list) else f'"{key}": {_json(value)}' for key, value in made.items()
        ]
        cases.append("{" + ",\n".join(lines) + "}")
    return f'{{"about": {_json(ABOUT)}, "strip": {_json(STRIP)}, "cases": [\n' + ",\n".join(cases) + "\n]}\n"


def _list(key: str, values: list[Any]) -> str:
    return f'"{key}": [\n  ' + ",\n  ".join(map(_json, values)) + "\n]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
