"""What is fuzzed: bytes of a stream to messages, messages to the state of a run, and that to what the browser gets.

An input is one byte that says how to read the rest (see `run_one`), one that says how to cut it, and the rest. All
that may come out is a FlyteWidgetsError; what is kept of a stream is bounded by the reader's limit; and where the
bytes are cut makes no difference.
"""

from __future__ import annotations

import contextlib
import gzip
import math
import struct
from collections.abc import Iterator
from typing import Any

from flyte_widgets.api.endpoint import parse_endpoint, parse_run_reference
from flyte_widgets.api.envelope import EnvelopeReader
from flyte_widgets.api.identity import identity_name
from flyte_widgets.api.messages import (
    ActionDetailsResponse,
    Empty,
    GetRunDetailsResponse,
    ListActionsResponse,
    WatchActionsResponse,
    WatchClusterEventsResponse,
)
from flyte_widgets.api.messages_data import ActionData, CreateDownloadLinkResponse, TailLogsResponse
from flyte_widgets.api.messages_launch import RunSpecsResponse
from flyte_widgets.api.messages_runs import ListRunsResponse
from flyte_widgets.api.oauth import OAuth2Metadata, PublicClientConfig
from flyte_widgets.api.protojson import Message, decode_message
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import RunState
from flyte_widgets.run.timeline import attempts_of, split_error
from flyte_widgets.wire.columns import Columns
from tests.fuzz.made import made_messages

MAX_BYTES = 1 << 16
NOW_MS = 1_767_323_045_678.0
TYPES: tuple[type[Message], ...] = (
    WatchActionsResponse,
    ActionDetailsResponse,
    GetRunDetailsResponse,
    ListActionsResponse,
    ListRunsResponse,
    WatchClusterEventsResponse,
    Empty,
    OAuth2Metadata,
    PublicClientConfig,
    TailLogsResponse,
    ActionData,
    CreateDownloadLinkResponse,
    RunSpecsResponse,
)
RAW, FRAMED, PACKED, TEXT, MADE = range(5)
"""How the rest of an input is read: frames as they are, one message per line, the same compressed, a text, choices."""
_MODES = 5


def make_input(mode: int, kind: type[Message], rest: bytes, cut: int = 0) -> bytes:
    """Make an input: the inverse of what `run_one` reads."""
    return bytes([mode + _MODES * TYPES.index(kind), cut]) + rest


def run_one(data: bytes) -> str:
    """Run one input. Gives how the stream ended; raises what is a bug."""
    if len(data) < 2:
        return ""
    mode, kind, cut = data[0] % _MODES, TYPES[data[0] // _MODES % len(TYPES)], data[1]
    if mode == TEXT:
        return _read_text(data[2:])
    rest = made_messages(data[2:], kind) if mode == MADE else data[2:]
    stream = rest if mode == RAW else b"".join(_frames(rest, packed=mode == PACKED))
    payloads, end = _read(stream, len(stream))
    assert (payloads, end) == _read(stream, cut % 17 + 1), "it matters where the bytes are cut"
    state = RunState()
    columns = Columns(state)
    for payload in payloads:
        with contextlib.suppress(FlyteWidgetsError):
            _fold(state, decode_message(payload, kind))
            columns.delta(state.take_dirty(), NOW_MS)
    _check(state, columns)
    return end


def _frames(lines: bytes, *, packed: bool) -> Iterator[bytes]:
    for line in lines.split(b"\n"):
        payload = gzip.compress(line, mtime=0) if packed else line
        yield struct.pack(">BI", int(packed), len(payload)) + payload


def _read(stream: bytes, step: int) -> tuple[list[bytes], str]:
    reader = EnvelopeReader(max_bytes=MAX_BYTES)
    payloads: list[bytes] = []
    for at in range(0, len(stream), max(step, 1)):
        payloads += reader.feed(stream[at : at + step])
        assert len(reader._buffer) <= MAX_BYTES + 5 + step, "more is kept than the limit"
    assert all(len(payload) <= MAX_BYTES for payload in payloads)
    try:
        reader.close()
    except FlyteWidgetsError as error:
        end = f"{type(error).__name__}: {error}"
    else:
        end = "ended"
    assert len(end) < 5_000, "an error as long as the server likes"
    return payloads, end


def _fold(state: RunState, message: Any) -> None:
    if isinstance(message, WatchActionsResponse):
        state.fold_enriched(message.enriched_actions, NOW_MS)
    elif isinstance(message, ListActionsResponse):
        state.fold_listed(message.actions, NOW_MS)
    elif isinstance(message, ListRunsResponse):
        assert all(isinstance(run.name + run.task_name + run.owner, str) for run in message.runs)
    elif isinstance(message, TailLogsResponse):
        assert all(isinstance(line.time_ns, int | None) for part in message.logs for line in part.lines)
    elif isinstance(message, (ActionDetailsResponse, GetRunDetailsResponse)):
        details = message.details if isinstance(message, ActionDetailsResponse) else message.details.action
        if details is not None:
            state.fold_details(details, NOW_MS)
            split_error(details.error_info)
            identity_name(details.abort_info.aborted_by if details.abort_info else None)
            for attempt in attempts_of(details):
                split_error(attempt.source.error_info)
    elif isinstance(message, PublicClientConfig):
        assert message.header.isascii()


def _check(state: RunState, columns: Columns) -> None:
    """Hold against what must be true of every state, whatever was folded into it."""
    assert all(count >= 0 for count in state.counts.values())
    assert sum(state.counts.values()) == sum(1 for action in state if action.phase is not None)
    for index, action in enumerate(state):
        assert action.index == index
        assert state.by_id[action.id] is action
        assert -1 <= state.parent_index(action) < len(state)
        assert action.phase is None or isinstance(action.phase, ActionPhase)
        for segment in action.segments:
            assert math.isfinite(segment.start_ms)
            assert segment.end_ms is None or segment.end_ms >= segment.start_ms, action.segments
    columns.snapshot(NOW_MS)
    columns.saved(NOW_MS, limit=3)


def _read_text(data: bytes) -> str:
    text = data.decode("utf-8", "surrogateescape")
    for parse in (parse_endpoint, parse_run_reference):
        with contextlib.suppress(FlyteWidgetsError):
            parse(text)
    return "text"
