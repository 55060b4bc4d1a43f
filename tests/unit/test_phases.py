"""The one table of phases: equal to the SDK's, the protobuf's and the front end's, and open to what is newer."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest

from flyte_widgets.phases import (
    ACTIVE_PHASES,
    CANONICAL_EDGES,
    PHASE_TABLE,
    TERMINAL_PHASES,
    ActionPhase,
    PhaseName,
    unknown_phases,
)


def test_table_is_the_sdks() -> None:
    """Names, values and which phases are terminal are those of `flyte.models.ActionPhase`."""
    models = pytest.importorskip("flyte.models")
    ours = {phase.name: (phase.value, phase.is_terminal) for phase in PHASE_TABLE}
    assert ours == {phase.name: (phase.value, phase.is_terminal) for phase in models.ActionPhase}


def test_numbers_are_the_protobufs() -> None:
    """Numbers and names on the wire are those of `flyteidl2.common.ActionPhase`; unspecified is no phase."""
    phase_pb2 = pytest.importorskip("flyteidl2.common.phase_pb2")
    wire = dict(phase_pb2.ActionPhase.items())
    assert {name.value for name in PhaseName} == set(wire)
    assert wire.pop("ACTION_PHASE_UNSPECIFIED") == 0
    assert {f"ACTION_PHASE_{phase.name}": info.number for phase, info in PHASE_TABLE.items()} == wire
    for name, number in wire.items():
        assert ActionPhase.of(name) is ActionPhase.of(number) is ActionPhase.of(name.removeprefix("ACTION_PHASE_"))


def test_table_is_whole() -> None:
    """Every member has a row of its own, is active or terminal, and reads back from its value."""
    assert set(PHASE_TABLE) == set(ActionPhase)
    assert set(ACTIVE_PHASES) | set(TERMINAL_PHASES) == set(ActionPhase)
    assert not set(ACTIVE_PHASES) & set(TERMINAL_PHASES)
    assert len({info.symbol for info in PHASE_TABLE.values()}) == len(PHASE_TABLE)
    for phase, info in PHASE_TABLE.items():
        assert phase.is_known
        assert (phase.number, phase.label) == (info.number, info.label)
        assert ActionPhase.of(phase.value) is ActionPhase(phase.value) is ActionPhase.of(phase) is phase


def test_edges_are_those_of_the_model() -> None:
    """Nothing leads out of a terminal phase, everything active can be aborted, and every phase can be reached."""
    assert not [edge for edge in CANONICAL_EDGES if edge[0] in TERMINAL_PHASES]
    assert {edge[0] for edge in CANONICAL_EDGES if edge[1] is ActionPhase.ABORTED} == set(ACTIVE_PHASES)
    reached, before = {None}, set[ActionPhase | None]()
    while reached != before:
        before, reached = reached, reached | {end for start, end in CANONICAL_EDGES if start in reached}
    assert reached == {None, *ActionPhase}


@pytest.mark.parametrize("wire", [None, 0, "", "ACTION_PHASE_UNSPECIFIED", "unspecified"])
def test_unspecified_is_none(wire: str | int | None) -> None:
    """Where the backend says nothing there is no phase: not a default, not an error."""
    assert ActionPhase.of(wire) is None


@pytest.mark.parametrize("wire", [11, 127, 128, 300, -1, 2**31 - 1, "ACTION_PHASE_PREEMPTED", "evicted", "x" * 500])
def test_unknown_phase_is_a_member_of_its_own(wire: str | int) -> None:
    """The enum is open: what is unknown is the same member each time, never terminal, and fits into a byte."""
    phase = ActionPhase.of(wire)
    assert phase is not None
    assert ActionPhase.of(wire) is phase
    assert ActionPhase.of(phase.value) is phase
    assert not phase.is_terminal
    assert not phase.is_known
    assert phase not in ActionPhase.__members__.values()
    assert 0 < phase.number <= 255
    assert unknown_phases()[phase.number] == phase.label
    assert phase.label.startswith("Unknown (")


def test_unknown_numbers_do_not_collide_with_unknown_names() -> None:
    """A name without a number gets a code of our own; that number on the wire is still another phase."""
    named = ActionPhase.of("ACTION_PHASE_HIBERNATING")
    assert named is not None
    numbered = ActionPhase.of(named.number)
    assert numbered is not None
    assert numbered is not named
    assert numbered.number != named.number
    assert ActionPhase.of(11) is not None
    assert ActionPhase.of(11).number == 11  # type: ignore[union-attr]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda phase: pickle.loads(pickle.dumps(phase))])
@pytest.mark.parametrize("wire", ["running", 11, "ACTION_PHASE_PREEMPTED"])
def test_a_copy_is_the_same_member(wire: str | int, copied: Callable[[ActionPhase], ActionPhase]) -> None:
    """Copies and pickles of known and unknown phases are the very member."""
    phase = ActionPhase.of(wire)
    assert phase is not None
    assert copied(phase) is phase


def test_an_unknown_phase_can_be_unpickled_elsewhere() -> None:
    """A process that never met the phase reads it with its number, and prints it alike."""
    phase = ActionPhase.of(12)
    program = "import pickle, sys; p = pickle.load(sys.stdin.buffer); print(repr(p), p, p.number, p.is_terminal)"
    told = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(phase), capture_output=True, check=True, timeout=600
    )
    assert told.stdout.decode().split() == ["ActionPhase.UNKNOWN_12", "UNKNOWN_12", "12", "False"]


def test_phases_print_as_their_names() -> None:
    """In text a phase is its name; in JSON, and compared with text, it is the SDK's value."""
    assert f"{ActionPhase.TIMED_OUT} {ActionPhase.TIMED_OUT!r}" == "TIMED_OUT ActionPhase.TIMED_OUT"
    assert json.dumps([ActionPhase.TIMED_OUT]) == '["timed_out"]'
    assert ActionPhase.TIMED_OUT == "timed_out"
    assert {ActionPhase.TIMED_OUT: 1}["timed_out"] == 1  # type: ignore[index]


def test_at_most_one_byte_of_unknown_phases() -> None:
    """A backend that makes up names without end costs one byte's worth of members, and no error."""
    program = (
        "from flyte_widgets.phases import ActionPhase, unknown_phases\n"
        "met = {ActionPhase.of(f'made_up_{i}') for i in range(1000)}\n"
        "print(len(met), len(unknown_phases()), max(p.number for p in met), ActionPhase.of('made_up_999').number)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=600)
    assert told.stdout.split() == [b"128", b"128", b"255", b"255"]
