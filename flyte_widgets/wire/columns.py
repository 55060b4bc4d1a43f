"""Packed columns: how the actions of a run cross to the browser. Pure.

A block is `u32 magic, u32 header bytes, header (JSON, padded to 8 bytes)` and then, little-endian and each padded to
8 bytes, the sections of shared/columns.json in that order. `ColumnsHeader` is the header, and
js/src/core/actions.ts reads the block. A snapshot is a delta since 0: one format serves both. Per action it takes
about 55 bytes and 20 a segment; the same as JSON takes ten times that, on every tick.
"""

from __future__ import annotations

import itertools
import math
import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

import msgspec

from flyte_widgets.phases import ActionPhase, unknown_phases
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.state import RunState
from flyte_widgets.run.timeline import whole_life
from flyte_widgets.run.times import Milliseconds, all_epoch_ms
from flyte_widgets.shared import table

_LAYOUT: Final = table("columns")
MAGIC: Final[int] = _LAYOUT["magic"]
SAVED_LIMIT: Final = 20_000
"""Actions that a saved notebook keeps at most."""

_NO_STRING: Final[int] = _LAYOUT["noString"]
_HAS_HISTORY: Final[int] = _LAYOUT["rowFlags"]["History"]
_CACHE_HIT: Final[int] = _LAYOUT["rowFlags"]["CacheHit"]
_SECTIONS: Final = tuple(name for name, _, _ in _LAYOUT["sections"])
_MOST_ATTEMPTS: Final = 0xFFFF
_NAN: Final = math.nan


class ColumnsHeader(TypedDict):
    """Header of a block of columns. A snapshot is a delta since 0."""

    seq: int
    since: int
    baseMs: float
    nowMs: float
    """The backend's clock when this was packed, epoch ms."""
    total: int
    """Actions in the store once this is applied."""
    known: int
    """Actions that the run has: more only in a bounded saved state."""
    rows: int
    segments: int
    strings: int
    stringsFrom: int
    stringBytes: int
    phases: dict[str, str]
    """Labels of phases that the table does not have."""


class Columns:
    """Packs the actions of one run for one model. Keeps the table of strings and the sequence number."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._strings: list[bytes] = []
        self._string_at: dict[str, int] = {}
        self._strings_sent = 0
        self._rows_sent = 0
        self._base_ms: Milliseconds | None = None
        self.seq = 0

    def delta(self, rows: Iterable[int], now_ms: Milliseconds) -> bytes:
        """Pack the rows that changed since the last delta. Counts the sequence number up."""
        chosen = sorted({*rows, *range(self._rows_sent, len(self._state))})
        since, self.seq = self.seq, self.seq + 1
        actions = [self._state.actions[row] for row in chosen]
        block = self._pack(actions, chosen, self._parents(actions), now_ms, since, self._strings_sent)
        self._strings_sent, self._rows_sent = len(self._strings), len(self._state)
        return block

    def snapshot(self, now_ms: Milliseconds) -> bytes:
        """Pack everything. It stands for the sequence number so far: the next delta follows on it."""
        if self.seq == 0:
            return self.delta((), now_ms)
        actions = self._state.actions
        return self._pack(actions, range(len(actions)), self._parents(actions), now_ms, 0, 0)

    def saved(self, now_ms: Milliseconds, limit: int = SAVED_LIMIT) -> bytes:
        """Pack what a saved notebook keeps: everything, or above `limit` the root, groups, failures and the longest.

        A bounded block has sequence number 0, so that a live front end asks for the whole.
        """
        if len(self._state) <= limit:
            return self.snapshot(now_ms)
        kept = _most_telling(self._state, limit)
        bounded = Columns(self._state)
        bounded._base_ms = self._base_ms
        row_of = {action.index: row for row, action in enumerate(kept)}
        parents = [row_of.get(self._state.parent_index(action), -1) for action in kept]
        return bounded._pack(kept, range(len(kept)), parents, now_ms, 0, 0, total=len(kept))

    def _parents(self, actions: Sequence[ActionState]) -> list[int]:
        return [self._state.parent_index(action) if action.metadata.parent else -1 for action in actions]

    def _numbers(self, texts: Iterable[str]) -> array[int]:
        """Give the numbers of strings in the table, which has them from now on."""
        number_of = self._string_at
        numbers = array("I")
        for text in texts:
            number = number_of.get(text) if text else _NO_STRING
            if number is None:
                number = number_of[text] = len(self._strings)
                # A lone surrogate is not UTF-8: a question mark takes its place, as in api/messages.py.
                self._strings.append(text.encode("utf-8", "replace"))
            numbers.append(number)
        return numbers

    def _pack(
        self,
        actions: Sequence[ActionState],
        rows: Sequence[int],
        parents: Sequence[int],
        now_ms: Milliseconds,
        since: int,
        strings_from: int,
        *,
        total: int | None = None,
    ) -> bytes:
        is_over = [action.phase is not None and action.phase.is_terminal for action in actions]
        created = all_epoch_ms([action.status.start_time for action in actions])
        ended = all_epoch_ms(
            [action.status.end_time if over else None for action, over in zip(actions, is_over, strict=True)]
        )
        if self._base_ms is None:
            self._base_ms = math.floor(min((ms for ms in created if ms is not None), default=now_ms))
        base_ms = self._base_ms
        segments: list[tuple[int, ActionPhase, Milliseconds, Milliseconds | None, int]] = []
        upto = array("I", [0])
        for action, created_ms, ended_ms in zip(actions, created, ended, strict=True):
            phase = action.phase
            if phase is None or action.seen is not None or action.has_history:
                segments += action.segments
            else:  # as most, it was seen in one phase only: no segment is made for that
                life = whole_life(created_ms, ended_ms, phase, action.first_seen_ms)
                segments.append((action.status.attempts, phase, *life))
            upto.append(len(segments))
        names = {
            "id": self._numbers(action.id for action in actions),
            "name": self._numbers(action.name for action in actions),
            "group": self._numbers(action.group if action.metadata.group else "" for action in actions),
        }
        new_strings = self._strings[strings_from:]
        blob = b"".join(new_strings)
        sections: dict[str, array[float] | array[int]] = {
            "createdMs": array("d", [_NAN if ms is None else ms - base_ms for ms in created]),
            "endedMs": array("d", [_NAN if ms is None else ms - base_ms for ms in ended]),
            "segStartMs": array("d", [start_ms - base_ms for _, _, start_ms, _, _ in segments]),
            "segEndMs": array("d", [_NAN if end_ms is None else end_ms - base_ms for _, _, _, end_ms, _ in segments]),
            "row": array("I", rows),
            **names,
            "parent": array("i", parents),
            "segFrom": upto,
            "stringEnd": array("I", itertools.accumulate(map(len, new_strings))),
            "attempts": array("H", [_attempts(action.status.attempts) for action in actions]),
            "segAttempt": array("H", [_attempts(attempt) for attempt, _, _, _, _ in segments]),
            "phase": array("B", [action.phase.number if action.phase else 0 for action in actions]),
            "kind": array("B", [action.kind for action in actions]),
            "flags": array("B", [_flags(action) for action in actions]),
            "segPhase": array("B", [phase.number for _, phase, _, _, _ in segments]),
            "segFlags": array("B", [flags for _, _, _, _, flags in segments]),
            "newStrings": array("B", blob),
        }
        header: ColumnsHeader = {
            "seq": self.seq,
            "since": since,
            "baseMs": base_ms,
            "nowMs": now_ms,
            "total": len(self._state) if total is None else total,
            "known": len(self._state),
            "rows": len(rows),
            "segments": len(segments),
            "strings": len(new_strings),
            "stringsFrom": strings_from,
            "stringBytes": len(blob),
            "phases": {str(number): label for number, label in unknown_phases().items()},
        }
        text = msgspec.json.encode(header)
        lead = array("I", [MAGIC, len(text)])
        return b"".join(
            _padded(part) for part in (_little(lead) + text, *(_little(sections[name]) for name in _SECTIONS))
        )


def _attempts(number: int) -> int:
    return number if 0 <= number <= _MOST_ATTEMPTS else _MOST_ATTEMPTS if number > 0 else 0


def _flags(action: ActionState) -> int:
    # A history that has fallen behind its action's status is not whole: the front end asks for it again.
    whole = action.has_history and not action.needs_history
    return (_HAS_HISTORY if whole else 0) | (_CACHE_HIT if action.status.cache_status and action.cache_hit else 0)


def _little(section: array[float] | array[int]) -> bytes:
    if sys.byteorder == "big":
        section = section[:]
        section.byteswap()
    return section.tobytes()


def _padded(part: bytes) -> bytes:
    return part + b"\0" * (-len(part) % 8)


def _most_telling(state: RunState, limit: int) -> list[ActionState]:
    """Choose `limit` actions: root, then parents, then what did not succeed, then the longest. In their order."""
    parents = {state.parent_index(action) for action in state}

    def rank(action: ActionState) -> tuple[int, float]:
        length = (action.ended_ms or math.inf) - (action.created_ms or 0)
        if action.index == 0 or state.root is action:
            return (0, 0)
        if action.index in parents:
            return (1, -length)
        ended_well = action.phase is not None and action.phase.value in ("succeeded", "recovered")
        return (3 if ended_well else 2, -length)

    return sorted(sorted(state, key=rank)[:limit], key=lambda action: action.index)
