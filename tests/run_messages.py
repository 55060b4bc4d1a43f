"""Short ways to write the backend's messages, and a decoder of packed columns that shares nothing with the encoder."""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from flyte_widgets.api.messages import (
    Action,
    ActionAttempt,
    ActionDetails,
    ActionIdentifier,
    ActionMetadata,
    ActionStatus,
    ConditionMetadata,
    EnrichedAction,
    NamedMetadata,
    PhaseTransition,
    TaskMetadata,
)

EPOCH_MS = 1_790_000_000_000
"""When the runs of these tests begin."""


def at(seconds: float | None) -> datetime | None:
    """A time, so many seconds after the beginning of the run."""
    if seconds is None:
        return None
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=EPOCH_MS, seconds=seconds)


def ms(seconds: float) -> float:
    """The same, as the state has it."""
    return EPOCH_MS + seconds * 1000


def status(
    phase: str | int | None, start: float | None = 0, end: float | None = None, attempts: int = 1
) -> ActionStatus:
    return ActionStatus(phase=phase, start_time=at(start), end_time=at(end), attempts=attempts)


def metadata(parent: str = "", group: str = "", name: str = "", kind: str = "task") -> ActionMetadata:
    """Without a name there is no spec, as in ListActions."""
    if not name:
        return ActionMetadata(parent=parent, group=group)
    if kind == "trace":
        return ActionMetadata(parent=parent, group=group, trace=NamedMetadata(name=name))
    if kind == "condition":
        return ActionMetadata(parent=parent, group=group, condition=ConditionMetadata(name=name))
    return ActionMetadata(parent=parent, group=group, task=TaskMetadata(short_name=name))


def listed(action: str, *status_of: Any, parent: str = "", group: str = "", name: str = "", **more: Any) -> Action:
    """An action as ListActions gives it."""
    kind = more.pop("kind", "task")
    return Action(ActionIdentifier(name=action), metadata(parent, group, name, kind), status(*status_of, **more))


def enriched(action: str, *status_of: Any, **more: Any) -> EnrichedAction:
    """An action as WatchActions gives it."""
    return EnrichedAction(listed(action, *status_of, **more))


def attempt(
    number: int,
    phase: str | int | None,
    *transitions: tuple[str | int, float | None, float | None],
    start: float | None = None,
    end: float | None = None,
) -> ActionAttempt:
    """An attempt; transitions are phase, start and end. It starts with the first one, unless told."""
    first = transitions[0][1] if transitions and start is None else start
    return ActionAttempt(
        attempt=number,
        phase=phase,
        start_time=at(first),
        end_time=at(end),
        phase_transitions=[PhaseTransition(p, at(a), at(b)) for p, a, b in transitions],
    )


def details(action: str, action_status: ActionStatus, *attempts: ActionAttempt, **meta: str) -> ActionDetails:
    return ActionDetails(
        id=ActionIdentifier(name=action), metadata=metadata(**meta), status=action_status, attempts=list(attempts)
    )


# --- a decoder of columns, written from js/src/core/protocol.ts and js/src/core/actions.ts ---------------------------

Segment = tuple[int, int, float, float | None, int]
"""Attempt, phase, start and end (epoch ms), flags."""


@dataclass
class Row:
    id: str
    name: str
    group: str
    parent: int
    phase: int
    kind: int
    flags: int
    attempts: int
    created_ms: float | None
    ended_ms: float | None
    segments: list[Segment]


@dataclass
class Reader:
    """Applies blocks as the browser does: `rows` is what it would show."""

    seq: int = 0
    known: int = 0
    phases: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    strings: dict[int, str] = field(default_factory=dict)

    def apply(self, block: bytes) -> str:
        """Take a block, deflated or not; "ok", "gap" or "old"."""
        block = zlib.decompress(block) if block.startswith(b"x") else block
        header, row_numbers, rows, strings = read_block(block)
        if header["since"] not in (0, self.seq):
            return "old" if header["seq"] <= self.seq else "gap"
        if header["since"] == 0:
            self.rows, self.strings = [], {}
        self.strings.update({header["stringsFrom"] + i: text for i, text in enumerate(strings)})
        by_number = dict(enumerate(self.rows))
        for number, raw in zip(row_numbers, rows, strict=True):
            id_at, name_at, group_at = raw.pop("strings")
            group = "" if group_at == 0xFFFFFFFF else self.strings[group_at]
            by_number[number] = Row(id=self.strings[id_at], name=self.strings[name_at], group=group, **raw)
        assert sorted(by_number) == list(range(header["total"]))
        self.rows = [by_number[number] for number in range(header["total"])]
        self.seq, self.known, self.phases = header["seq"], header["known"], header["phases"]
        return "ok"


def read_block(block: bytes) -> tuple[dict[str, Any], Sequence[int], list[dict[str, Any]], list[str]]:
    """Header, row numbers, rows and new strings of a block. Fails where anything is left over or missing."""
    magic, header_size = struct.unpack_from("<4sI", block)
    assert magic == b"FWC1"
    header = json.loads(block[8 : 8 + header_size])
    at_byte = -(-(8 + header_size) // 8) * 8

    def take(code: str, count: int) -> tuple[Any, ...]:
        nonlocal at_byte
        assert at_byte % 8 == 0
        values = struct.unpack_from(f"<{count}{code}", block, at_byte)
        at_byte += -(-struct.calcsize(f"<{count}{code}") // 8) * 8
        return values

    n, k = header["rows"], header["segments"]
    created, ended, starts, ends = take("d", n), take("d", n), take("d", k), take("d", k)
    numbers, ids, names, groups, parents = take("I", n), take("I", n), take("I", n), take("I", n), take("i", n)
    first, string_ends = take("I", n + 1), take("I", header["strings"])
    attempts, seg_attempts = take("H", n), take("H", k)
    phases, kinds, flags, seg_phases, seg_flags = take("B", n), take("B", n), take("B", n), take("B", k), take("B", k)
    blob = bytes(take("B", header["stringBytes"]))
    assert at_byte == len(block)
    base = header["baseMs"]

    def absolute(value: float) -> float | None:
        return None if math.isnan(value) else base + value

    segments = list(
        zip(seg_attempts, seg_phases, (base + s for s in starts), map(absolute, ends), seg_flags, strict=True)
    )
    rows = [
        {
            "strings": (ids[i], names[i], groups[i]),
            "parent": parents[i],
            "phase": phases[i],
            "kind": kinds[i],
            "flags": flags[i],
            "attempts": attempts[i],
            "created_ms": absolute(created[i]),
            "ended_ms": absolute(ended[i]),
            "segments": segments[first[i] : first[i + 1]],
        }
        for i in range(n)
    ]
    return header, numbers, rows, _texts(blob, string_ends)


def _texts(blob: bytes, ends: Iterable[int]) -> list[str]:
    texts, start = [], 0
    for end in ends:
        texts.append(blob[start:end].decode("utf-8"))
        start = end
    assert start == len(blob)
    return texts
