"""A snapshot of WatchActions, from bytes to state: ours beside what the SDK does, and protobuf's own JSON.

All end with the same of every action: id, name, kind, parent, group, phase, attempts, cache hit, and two times. Ours
also has them in rows by id, counted by phase, with changes noted. What differs is when times become numbers: the SDK's
way makes them at once; ours does when they are read, so there is a second comparison with everything read once.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
from flyteidl2.common import phase_pb2
from flyteidl2.workflow import run_service_pb2
from google.protobuf import json_format

from flyte_widgets.api.messages import WatchActionsResponse
from flyte_widgets.api.protojson import decode_message
from flyte_widgets.run.state import RunState
from flyte_widgets.wire.columns import Columns
from tests.benchmarks.table import REPEATS, Finding, Growth, Row, Target, beside
from tests.benchmarks.wire import protojson

PAGE = 1_000
AT_LEAST_MS, MOST = 100.0, 50
"""So long each way is measured at least, unless it was done so often already."""
SIZES = (1_000, 10_000, 100_000)
OURS, SDK, PROTOBUF_JSON = "decode and fold (ours)", "protobuf binary, attributes (SDK)", "protobuf JSON, attributes"


def snapshot(count: int) -> Iterator[run_service_pb2.WatchActionsResponse]:
    """Build the messages of a run with `count` actions, as the backend pages them."""
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
            action.status.start_time.FromMicroseconds(1_795_000_000_000_137 + n * 7_013)
            action.status.end_time.FromMicroseconds(1_795_000_060_000_731 + n * 7_017)
            action.status.attempts = 1
        yield page


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
                metadata.WhichOneof("spec"),
                metadata.parent,
                metadata.group,
                status.phase,
                status.attempts,
                status.cache_status,
                status.start_time.ToMilliseconds(),
                status.end_time.ToMilliseconds(),
            )
        )
    return rows


def fold(text: list[bytes]) -> RunState:
    """Do as the watcher does with the messages of a snapshot."""
    state = RunState()
    for page in text:
        state.fold_enriched(decode_message(page, WatchActionsResponse).enriched_actions, 0.0)
        state.take_dirty()
        state.take_news()
    return state


def read(state: RunState) -> list[tuple[object, ...]]:
    """Read every field of every action once, as `extract` does."""
    return [
        (
            action.id,
            action.name,
            action.kind,
            action.parent,
            action.group,
            action.phase,
            action.attempts,
            action.cache_hit,
            action.created_ms,
            action.ended_ms,
        )
        for action in state
    ]


def measure(counts: tuple[int, ...] = SIZES) -> list[Finding]:
    """Measure at each size: time, packing for the browser, and at the largest one what stays in memory."""
    findings: list[Finding] = []
    ours: list[tuple[int, float]] = []
    for count in counts:
        rows = measure_size(count)
        ours.append((count, rows[0].median))
        findings += [*rows, Target(4, rows[0], peer=rows[1], factor=2)]
    findings.append(Growth("decode and fold", "actions", "ms", tuple(ours)))
    kept = {way: [bytes_kept(way, counts[-1]) for _ in range(3)] for way in (OURS, SDK)}
    memory = beside(f"resident memory an action, {counts[-1]:,}", "bytes", kept)
    return [*findings, *memory, Target(4, memory[0], limit=1024)]


def measure_size(count: int) -> list[Row]:
    """Time all ways at one size; the first row is ours, the second the SDK's."""
    binary, text = [], []
    for page in snapshot(count):
        binary.append(page.SerializeToString())
        text.append(protojson(page))

    def as_sdk() -> object:
        return [extract(run_service_pb2.WatchActionsResponse.FromString(page)) for page in binary]

    ways: dict[str, Callable[[], object]] = {OURS: lambda: fold(text), SDK: as_sdk}
    if count <= 10_000:
        ways[PROTOBUF_JSON] = lambda: [
            extract(json_format.Parse(page, run_service_pb2.WatchActionsResponse())) for page in text
        ]
    rows = beside(f"WatchActions, {count:,} actions", "ms", cpu_ms(ways))
    everything: dict[str, Callable[[], object]] = {f"{OURS}, every field read": lambda: read(fold(text)), SDK: as_sdk}
    rows += beside(f"the same with all fields read, {count:,}", "ms", cpu_ms(everything))
    decode: dict[str, Callable[[], object]] = {
        "msgspec": lambda: [decode_message(page, WatchActionsResponse) for page in text]
    }
    rows += beside(f"of that: decode, {count:,}", "ms", cpu_ms(decode))
    return rows + measure_packing(fold(text))


def measure_packing(state: RunState) -> list[Row]:
    """Time packing for the browser: the whole, and what a tick sends."""
    columns, count = Columns(state), len(state)
    columns.snapshot(0.0)
    rows = beside(f"pack for the browser, {count:,}", "ms", cpu_ms({"columns": lambda: columns.snapshot(0.0)}))
    for changed in (10, 200):
        some = range(0, count, max(1, count // changed))
        delta: dict[str, Callable[[], object]] = {"columns": lambda some=some: columns.delta(some, 0.0)}  # type: ignore[misc]
        rows += beside(f"pack {changed} changed rows of {count:,}", "ms", cpu_ms(delta))
    return rows


def cpu_ms(ways: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Time ways in turn, after one round to warm up: processor time of this thread, as the machine has other work.

    What takes a millisecond is done more often: five of them say little. What else the process holds is frozen, so that
    to clear away the round before takes no longer than the round.
    """
    taken: dict[str, list[float]] = {way: [] for way in ways}
    gc.collect()
    gc.freeze()
    while any(len(times) <= REPEATS or (sum(times) < AT_LEAST_MS and len(times) <= MOST) for times in taken.values()):
        for way, work in ways.items():
            gc.collect()
            begun = time.thread_time()
            made = work()
            taken[way].append((time.thread_time() - begun) * 1000)
            del made
    gc.unfreeze()
    return {way: times[1:] for way, times in taken.items()}


def bytes_kept(way: str, count: int) -> float:
    """Fold in a process of its own, and see how much larger it is then, an action."""
    command = [sys.executable, "-m", "tests.benchmarks.decode_fold", way, str(count)]
    told = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300)
    return float(told.stdout)


def _keep(way: str, count: int) -> float:
    pages = snapshot(count)
    state, rows = RunState(), []

    def take(page: run_service_pb2.WatchActionsResponse) -> None:
        if way == OURS:
            state.fold_enriched(decode_message(protojson(page), WatchActionsResponse).enriched_actions, 0.0)
            state.take_dirty(), state.take_news()
        else:
            rows.extend(extract(run_service_pb2.WatchActionsResponse.FromString(page.SerializeToString())))

    take(next(pages))  # what the first message needs besides stays for all
    gc.collect()
    before = psutil.Process().memory_info().rss
    for page in pages:
        take(page)
    gc.collect()
    return (psutil.Process().memory_info().rss - before) / max(1, count - PAGE)


if __name__ == "__main__":
    sys.stdout.write(f"{_keep(sys.argv[1], int(sys.argv[2]))}\n")
