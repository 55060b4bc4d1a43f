"""The state machine of a Flyte action: an enum, with the data of shared/phases.json.

Numbers are those of `flyteidl2.common.ActionPhase` on the wire, values those of the SDK's `flyte.models.ActionPhase`.
The enum is open: a newer backend may report a phase that is not listed here. Such a phase becomes a member of its own
(`ActionPhase.of(11)` is "unknown_11"), is never terminal, and never raises.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, NamedTuple

from flyte_widgets.shared import table

_WIRE_PREFIX: Final = "ACTION_PHASE_"
#: Columns carry a phase in one byte. Names without a number get one from here on.
_FIRST_UNNUMBERED: Final = 128
_LAST_CODE: Final = 255
_LONGEST_NAME: Final = 64


class ActionPhase(str, Enum):
    """Where an action is in its life. The value is the SDK's (`"waiting_for_resources"`)."""

    QUEUED = "queued"
    """Accepted, waits to be scheduled."""
    WAITING_FOR_RESOURCES = "waiting_for_resources"
    """Scheduled, waits for quota, nodes or a cache entry."""
    INITIALIZING = "initializing"
    """Resources are there: the container starts."""
    RUNNING = "running"
    """User code executes."""
    PAUSED = "paused"
    """A condition waits for its signal."""
    SUCCEEDED = "succeeded"
    """Ended as it should."""
    FAILED = "failed"
    """Ended by an error, during execution or before it."""
    ABORTED = "aborted"
    """Ended by `abort()`, or because its parent ended."""
    TIMED_OUT = "timed_out"
    """Ended by its time limit."""
    RECOVERED = "recovered"
    """Taken over from an earlier run: counts as succeeded, never executed."""

    number: int
    label: str
    is_terminal: bool
    """Whether nothing more is expected of an action in this phase."""

    __hash__ = str.__hash__  # Enum's own is Python code, and phases are keys wherever actions are counted

    @property
    def is_known(self) -> bool:
        """False for a phase that this version of flyte-widgets has never heard of."""
        return self in PHASE_TABLE

    @classmethod
    def of(cls, wire: str | int | None) -> ActionPhase | None:
        """Read a phase as it stands on the wire: number, protobuf name, SDK value; None where unspecified."""
        if (usual := PHASE_OF_WIRE.get(wire)) is not None:
            return usual
        if wire is None or isinstance(wire, ActionPhase):
            return wire
        if isinstance(wire, int):
            # From _FIRST_UNNUMBERED on, numbers are our own: what the wire has there goes by its name.
            known = _BY_NUMBER.get(wire) if 0 < wire < _FIRST_UNNUMBERED else None
            return known or _unknown(f"unknown_{wire}", wire) if wire else None
        name = wire.removeprefix(_WIRE_PREFIX).lower()[:_LONGEST_NAME]
        if name in ("", "unspecified"):
            return None
        return _BY_VALUE.get(name) or _unknown(name, None)

    def __reduce_ex__(self, _protocol: Any) -> tuple[Any, ...]:
        # By value, Enum's way, fails in a process that has not met an unknown phase yet.
        return _restore, (self.value, self.number)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"ActionPhase.{self.name}"


class PhaseName(str, Enum):
    """A phase as protojson names it. An enum, so that decoding a run of many actions makes no string for each.

    Open, as `ActionPhase` is: a name that is not listed is a string like the others, and of this type.
    """

    UNSPECIFIED = "ACTION_PHASE_UNSPECIFIED"
    QUEUED = "ACTION_PHASE_QUEUED"
    WAITING_FOR_RESOURCES = "ACTION_PHASE_WAITING_FOR_RESOURCES"
    INITIALIZING = "ACTION_PHASE_INITIALIZING"
    RUNNING = "ACTION_PHASE_RUNNING"
    SUCCEEDED = "ACTION_PHASE_SUCCEEDED"
    FAILED = "ACTION_PHASE_FAILED"
    ABORTED = "ACTION_PHASE_ABORTED"
    TIMED_OUT = "ACTION_PHASE_TIMED_OUT"
    PAUSED = "ACTION_PHASE_PAUSED"
    RECOVERED = "ACTION_PHASE_RECOVERED"

    __hash__ = str.__hash__  # as in ActionPhase

    @classmethod
    def _missing_(cls, value: object) -> PhaseName | None:
        if not isinstance(value, str):
            return None
        name = str.__new__(cls, value)
        name._name_ = name._value_ = value
        return name


class PhaseInfo(NamedTuple):
    """One row of the table."""

    number: int
    label: str
    short_label: str
    symbol: str
    """One character, for text. Drawings have the shapes of shared/glyphs.json."""
    pattern: str
    """Name of the bar's pattern in shared/patterns.json."""


def _phases(values: Iterable[str]) -> tuple[ActionPhase, ...]:
    return tuple(ActionPhase(value) for value in values)


_SHARED: Final = table("phases")
PHASE_TABLE: Final[dict[ActionPhase, PhaseInfo]] = {
    ActionPhase(value): PhaseInfo(row["number"], row["label"], row["shortLabel"], row["symbol"], row["pattern"])
    for value, row in _SHARED["phases"].items()
}

ACTIVE_PHASES: Final = tuple(phase for phase in PHASE_TABLE if not _SHARED["phases"][phase.value]["terminal"])
"""The group "Active execution": driven by the backend's scheduler."""
TERMINAL_PHASES: Final = tuple(phase for phase in PHASE_TABLE if phase not in ACTIVE_PHASES)
"""The group "Terminal states": final, `is_terminal`."""
STACK_ORDER: Final = _phases(_SHARED["stackOrder"])
"""Done work first: the order of the strip and of stacked bars."""
SUMMARY_ORDER: Final = {key: _phases(values) for key, values in _SHARED["summaryOrder"].items()}
"""The order in which one phase is chosen for many: what still goes on ("going"), then the worst end ("ended")."""
REPORTED_COUNTS: Final = {key: _phases(values) for key, values in _SHARED["reportedCounts"].items()}
"""The counts that stand in words beside the strip, in reading order: while a run goes on ("going"), and "ended"."""

CANONICAL_EDGES: Final[frozenset[tuple[ActionPhase | None, ActionPhase]]] = frozenset(
    (None if start == "start" else ActionPhase(start), ActionPhase(end))
    for start, ends in _SHARED["edges"].items()
    for end in ends
)
"""The transitions that the model draws; None is the start. The backend takes others, too: those are shown, dashed."""

_BY_VALUE: Final[dict[str, ActionPhase]] = {phase.value: phase for phase in PHASE_TABLE}
PHASE_OF_WIRE: Final[dict[str | int | None, ActionPhase]] = {
    wire: phase for phase in PHASE_TABLE for wire in (_WIRE_PREFIX + phase.name, phase.value)
}
"""The usual forms of a phase: `of` knows all, but a run has many actions."""
_BY_NUMBER: Final[dict[int, ActionPhase]] = {}
_lock: Final = threading.Lock()


def _register(phase: ActionPhase, number: int, label: str) -> None:
    phase.number, phase.label, phase.is_terminal = number, label, phase in TERMINAL_PHASES
    _BY_NUMBER[number] = phase


def _unknown(value: str, number: int | None) -> ActionPhase:
    """Give the member of a phase that only the backend knows. At most one byte's worth of them exists."""
    with _lock:
        if value in _BY_VALUE:
            return _BY_VALUE[value]
        if number is None or not 0 < number < _FIRST_UNNUMBERED:
            free = (code for code in range(_FIRST_UNNUMBERED, _LAST_CODE) if code not in _BY_NUMBER)
            number = next(free, _LAST_CODE)
        if number in _BY_NUMBER:
            return _BY_NUMBER[number]
        phase = str.__new__(ActionPhase, value)
        phase._name_, phase._value_ = value.upper(), value
        _BY_VALUE[value] = phase
        _register(phase, number, f"Unknown ({value.removeprefix('unknown_').replace('_', ' ')})")
        return phase


def _restore(value: str, number: int) -> ActionPhase:
    """Give the member again that was pickled, possibly in another process."""
    return _BY_VALUE.get(value) or _unknown(value, number)


for _phase, _info in PHASE_TABLE.items():
    _register(_phase, _info.number, _info.label)


def unknown_phases() -> dict[int, str]:
    """Give number and label of every phase met so far that the table does not have."""
    return {number: phase.label for number, phase in list(_BY_NUMBER.items()) if phase not in PHASE_TABLE}
