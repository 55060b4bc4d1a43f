"""Packed columns: what the browser's side decodes is the state, after any sequence of deltas, and within bounds."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.state import RunState
from flyte_widgets.wire.columns import SAVED_LIMIT, Columns
from tests.run_messages import EPOCH_MS, Reader, Row, attempt, details, enriched, ms, read_block, status

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests/vectors/columns.json"
HAS_HISTORY, CACHE_HIT = 1, 2


def row_of(state: RunState, action: ActionState) -> Row:
    """The row that a reader should have of an action."""
    whole = action.has_history and not action.needs_history
    return Row(
        id=action.id,
        name=action.name,
        group=action.group,
        parent=state.parent_index(action),
        phase=action.phase.number if action.phase else 0,
        kind=action.kind,
        flags=(HAS_HISTORY if whole else 0) | (CACHE_HIT if action.cache_hit else 0),
        attempts=action.attempts,
        created_ms=action.created_ms,
        ended_ms=action.ended_ms,
        segments=[(s.attempt, s.phase.number, s.start_ms, s.end_ms, s.flags) for s in action.segments],
    )


def rows_of(state: RunState) -> list[Row]:
    return [row_of(state, action) for action in state]


def run_of(count: int, phase: str = "RUNNING") -> RunState:
    state = RunState()
    actions = [enriched("a0", "RUNNING", 0, name="main")]
    actions += [enriched(f"a{i}", phase, i % 100, parent="a0", name=f"task {i % 7}") for i in range(1, count)]
    state.fold_enriched(actions, ms(200))
    return state


def test_encoder_still_gives_the_shared_vectors() -> None:
    """The bytes and rows in tests/vectors/columns.json, which the front end's tests read too, are the encoder's."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.vectors.make", "--print"], cwd=ROOT, capture_output=True, check=True, timeout=600
    )
    assert json.loads(made.stdout) == json.loads(VECTORS.read_text(encoding="utf-8"))


def test_a_snapshot_is_the_state() -> None:
    """Every field of every action crosses as it is."""
    state = run_of(50)
    told = attempt(2, "SUCCEEDED", ("QUEUED", 1, 2), ("RUNNING", 2, 8.125), ("SUCCEEDED", 8.125, 8.125), end=8.125)
    state.fold_details(details("a3", status("SUCCEEDED", 1, 8.125, 2), told, parent="a1", group="g"), ms(9))
    reader = Reader()
    assert reader.apply(Columns(state).snapshot(ms(10))) == "ok"
    assert reader.rows == rows_of(state)
    assert (reader.seq, reader.known) == (1, 50)


def test_a_delta_has_only_what_changed() -> None:
    """A delta carries the named rows and those that are new, and no string twice."""
    state = run_of(1000)
    columns = Columns(state)
    columns.snapshot(ms(10))
    state.take_dirty()
    state.fold_enriched(
        [enriched("a7", "SUCCEEDED", 7, 9), enriched("a1000", "QUEUED", 9, parent="a7", name="task 3")], ms(11)
    )
    block = columns.delta(state.take_dirty(), ms(11))
    header, numbers, _, strings = read_block(block)
    assert list(numbers) == [7, 1000]
    assert strings == ["a1000"]
    assert (header["since"], header["seq"], header["total"]) == (1, 2, 1001)
    assert len(block) - len(json.dumps(header["phases"])) < 600  # those of a whole session's tests


def test_a_snapshot_between_deltas_disturbs_none() -> None:
    """A snapshot for a second reader stands for the sequence number so far: both follow the next delta."""
    state = run_of(3)
    columns, first, second = Columns(state), Reader(), Reader()
    first.apply(columns.snapshot(ms(1)))
    state.take_dirty()
    state.fold_enriched([enriched("a3", "QUEUED", 2, parent="a0", name="new name")], ms(2))
    second.apply(columns.snapshot(ms(2)))
    delta = columns.delta(state.take_dirty(), ms(3))
    assert (first.apply(delta), second.apply(delta)) == ("ok", "ok")
    assert first.rows == second.rows == rows_of(state)


def test_rows_are_about_sixty_bytes() -> None:
    """A run of 10,000 actions crosses in about a megabyte, a tenth of its JSON."""
    assert len(Columns(run_of(10_000)).snapshot(ms(1))) / 10_000 < 110


@pytest.mark.parametrize("attempts", [-1, 65_535, 65_536, 2**32 - 1])
def test_numbers_that_do_not_fit_are_bounded(attempts: int) -> None:
    """A garbage number of attempts is cut to what fits; packing never fails for it."""
    state = RunState()
    state.fold_enriched([enriched("a0", "RUNNING", 0, None, attempts)], ms(1))
    state.fold_details(details("a1", status("RUNNING"), attempt(attempts, "RUNNING", ("RUNNING", 1, None))), ms(1))
    reader = Reader()
    reader.apply(Columns(state).snapshot(ms(1)))
    assert reader.rows[0].attempts == min(max(attempts, 0), 65_535)
    assert reader.rows[1].segments[0][0] == min(max(attempts, 0), 65_535)


def test_unknown_phases_bring_their_labels() -> None:
    """A phase that the front end does not know comes with the label to show for it."""
    state = RunState()
    state.fold_enriched([enriched("a0", 77, 0)], ms(1))
    reader = Reader()
    reader.apply(Columns(state).snapshot(ms(1)))
    assert (reader.rows[0].phase, reader.phases["77"]) == (77, "Unknown (77)")


def test_a_lone_surrogate_is_packed() -> None:
    """Text that is no UTF-8 is packed with a mark in its place."""
    state = RunState()
    state.fold_enriched([enriched("a0", "RUNNING", 0, name="\ud83d x", group="\udc00")], ms(1))
    reader = Reader()
    reader.apply(Columns(state).snapshot(ms(1)))
    assert (reader.rows[0].name, reader.rows[0].group) == ("? x", "?")


def mixed_run() -> RunState:
    """100 actions: a root, three parents, some that failed, one that runs, the rest succeeded after 1 to 9 s."""
    state = RunState()
    actions = [enriched("a0", "FAILED", 0, 99, name="main")]
    for i in range(1, 100):
        phase = "FAILED" if i % 25 == 4 else "RUNNING" if i == 50 else "SUCCEEDED"
        parent = "a0" if i < 4 else f"a{i % 3 + 1}"
        end = None if phase == "RUNNING" else i + 1 + i % 9
        actions.append(enriched(f"a{i}", phase, i, end, parent=parent, name="square"))
    state.fold_enriched(actions, ms(100))
    return state


@pytest.mark.parametrize("limit", [1, 4, 9, 30, 99])
def test_saved_state_is_bounded(limit: int) -> None:
    """Above the limit a saved notebook keeps the root, parents, what did not succeed, then the longest; and says so."""
    state = mixed_run()
    reader = Reader()
    assert reader.apply(Columns(state).saved(ms(100), limit)) == "ok"
    assert (len(reader.rows), reader.known, reader.seq) == (limit, 100, 0)
    kept = [row.id for row in reader.rows]
    telling = ["a0", "a1", "a2", "a3", "a50", "a4", "a29", "a54", "a79"]
    assert set(kept) <= set(telling) if limit <= len(telling) else set(telling) <= set(kept)
    assert kept[0] == "a0"
    assert kept == sorted(kept, key=lambda name: int(name[1:]))
    for row in reader.rows[1:]:
        parent = state.by_id[state.by_id[row.id].parent]
        assert row.parent == (kept.index(parent.id) if parent.id in kept else -1)
    if limit > len(telling):
        shortest_kept = min((r.ended_ms or 0) - (r.created_ms or 0) for r in reader.rows if r.id not in telling)
        left_out = [a for a in state if a.id not in kept]
        assert all((a.ended_ms or 0) - (a.created_ms or 0) <= shortest_kept for a in left_out)


def test_saved_state_within_the_limit_is_whole() -> None:
    """Up to the limit a saved notebook keeps everything, and a live reader can go on from it."""
    state = mixed_run()
    columns, reader = Columns(state), Reader()
    reader.apply(columns.saved(ms(100)))
    assert reader.rows == rows_of(state)
    assert reader.apply(columns.delta((), ms(101))) == "ok"


def test_a_bounded_state_makes_a_live_reader_ask_again() -> None:
    """A bounded block stands for no sequence number: the next delta is a gap for whoever has it."""
    state = mixed_run()
    columns, reader = Columns(state), Reader()
    columns.snapshot(ms(99))
    reader.apply(columns.saved(ms(100), limit=5))
    assert reader.apply(columns.delta((), ms(101))) == "gap"


def test_saved_state_of_a_huge_run() -> None:
    """A run of 25,000 actions is saved with 20,000 rows, in less than 2.5 MB."""
    state = run_of(SAVED_LIMIT + 5_000, "SUCCEEDED")
    block = Columns(state).saved(ms(300))
    assert struct.unpack_from("<4s", block) == (b"FWC1",)
    assert read_block(block)[0]["rows"] == SAVED_LIMIT
    assert len(block) < 2_500_000


def test_times_survive_any_base() -> None:
    """Times are relative to the first action's; one that turns out to be older is negative, not lost."""
    state = RunState()
    state.fold_enriched([enriched("a0", "RUNNING", 5)], ms(6))
    columns, reader = Columns(state), Reader()
    reader.apply(columns.snapshot(ms(6)))
    state.fold_enriched([enriched("a0", "RUNNING", -86_400.5)], ms(7))
    reader.apply(columns.delta(state.take_dirty(), ms(7)))
    assert reader.rows[0].created_ms == EPOCH_MS - 86_400_500
    assert P.of(reader.rows[0].phase) is P.RUNNING


def test_vectors_have_every_kind_of_step() -> None:
    """The shared vectors reach each answer of `apply`, so that no side's check of it is empty."""
    cases: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
    steps = [step for vector in cases for step in vector["steps"]]
    assert {step["applied"] for step in steps} == {"ok", "gap", "old"}
    assert any(step["phases"] for step in steps)
    assert any(not step["rows"] for step in steps)
