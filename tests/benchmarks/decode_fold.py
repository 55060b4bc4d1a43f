"""A snapshot of WatchActions, from bytes to state: ours beside what the SDK does, and protobuf's own JSON.

All three end with the same: name, parent, group, phase, attempts and times of every action at hand.
"""

from __future__ import annotations

import msgspec
from flyteidl2.common import phase_pb2
from flyteidl2.workflow import run_service_pb2
from google.protobuf import json_format

from flyte_widgets.api.messages import WatchActionsResponse
from flyte_widgets.run.columns import Columns
from flyte_widgets.run.state import RunState
from tests.benchmarks.table import Row, compare

PAGE = 1_000


def snapshot(count: int) -> list[run_service_pb2.WatchActionsResponse]:
    """Build the messages of a run with `count` actions, as the backend pages them."""
    pages = []
    for first in range(0, count, PAGE):
        page = run_service_pb2.WatchActionsResponse()
        for n in range(first, min(first + PAGE, count)):
            enriched = page.enriched_actions.add(meets_filter=True)
            action = enriched.action
            action.id.run.project, action.id.run.domain, action.id.run.name = "etl", "development", "r4p2bdpt7f"
            action.id.name = f"a{n}"
            action.metadata.parent = "" if n == 0 else f"a{(n - 1) // 50}"
            action.metadata.group = f"group-{n // 100}"
            action.metadata.task.id.name = action.metadata.task.short_name = f"square_{n % 7}"
            action.status.phase = phase_pb2.ACTION_PHASE_SUCCEEDED
            action.status.start_time.FromMilliseconds(1_795_000_000_000 + n * 7)
            action.status.end_time.FromMilliseconds(1_795_000_060_000 + n * 7)
            action.status.attempts = 1
        pages.append(page)
    return pages


def extract(page: run_service_pb2.WatchActionsResponse) -> list[tuple[object, ...]]:
    """Read what is needed off a protobuf message, attribute by attribute."""
    rows: list[tuple[object, ...]] = []
    for enriched in page.enriched_actions:
        action = enriched.action
        status, metadata = action.status, action.metadata
        rows.append(
            (
                action.id.name,
                metadata.task.short_name,
                metadata.parent,
                metadata.group,
                status.phase,
                status.attempts,
                status.start_time.ToMilliseconds(),
                status.end_time.ToMilliseconds(),
            )
        )
    return rows


def measure(counts: tuple[int, ...] = (1_000, 10_000, 100_000)) -> list[Row]:
    """Measure at each size, and packing the result for the browser beside it."""
    rows: list[Row] = []
    for count in counts:
        pages = snapshot(count)
        binary = [page.SerializeToString() for page in pages]
        text = [json_format.MessageToJson(page).encode() for page in pages]
        decoder = msgspec.json.Decoder(WatchActionsResponse)

        def ours(text: list[bytes] = text, decoder: msgspec.json.Decoder[WatchActionsResponse] = decoder) -> RunState:
            state = RunState()
            for page in text:
                state.fold_enriched(decoder.decode(page).enriched_actions, 0.0)
            return state

        def decode_only(
            text: list[bytes] = text, decoder: msgspec.json.Decoder[WatchActionsResponse] = decoder
        ) -> object:
            return [decoder.decode(page) for page in text]

        def as_sdk(binary: list[bytes] = binary) -> object:
            return [extract(run_service_pb2.WatchActionsResponse.FromString(page)) for page in binary]

        def as_protobuf_json(text: list[bytes] = text) -> object:
            return [extract(json_format.Parse(page, run_service_pb2.WatchActionsResponse())) for page in text]

        subjects = {"decode and fold (ours)": ours, "protobuf binary, attributes (SDK)": as_sdk}
        if count <= 10_000:
            subjects["protobuf JSON, attributes"] = as_protobuf_json
        rows += compare(f"WatchActions, {count:,} actions", "ms", 1000, subjects)
        rows += compare(f"of that: decode, {count:,}", "ms", 1000, {"msgspec": decode_only})
        state = ours()
        rows += compare(
            f"pack for the browser, {count:,}",
            "ms",
            1000,
            {"columns": lambda state=state: Columns(state).snapshot(0.0)},
        )
    return rows
