"""The Chrome trace, against a reader that knows the format only: its schema, and how slices of a thread must nest."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from flyte_widgets.run.state import RunState
from flyte_widgets.run.trace_export import chrome_trace
from tests.run_messages import attempt, details, enriched, ms, status
from tests.unit.test_critical_path import NOW_S, Told, run_of, runs

#: "Trace Event Format", the JSON object form: what complete ("X") and metadata ("M") events must have.
SCHEMA = {
    "type": "object",
    "required": ["traceEvents"],
    "properties": {
        "displayTimeUnit": {"enum": ["ms", "ns"]},
        "otherData": {"type": "object"},
        "traceEvents": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["ph", "pid", "tid", "name"],
                "properties": {
                    "ph": {"enum": ["X", "M"]},
                    "pid": {"type": "integer"},
                    "tid": {"type": "integer"},
                    "name": {"type": "string"},
                    "cat": {"type": "string"},
                    "ts": {"type": "integer"},
                    "dur": {"type": "integer", "minimum": 0},
                    "args": {"type": "object"},
                },
                "if": {"properties": {"ph": {"const": "X"}}},
                "then": {"required": ["ts", "dur"]},
                "else": {
                    "properties": {"name": {"enum": ["process_name", "thread_name", "thread_sort_index"]}},
                    "required": ["args"],
                },
            },
        },
    },
}

Slice = tuple[str, int, int, list[Any]]
"""Name, start and end in microseconds, and the slices within it."""


def read_trace(text: str) -> dict[str, list[Slice]]:
    """Read a trace as a viewer does: threads by name, and their slices as trees. Fails where slices overlap."""
    trace = json.loads(text)
    jsonschema.validate(trace, SCHEMA)
    names = {e["tid"]: e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "thread_name"}
    threads: defaultdict[str, list[Slice]] = defaultdict(list)
    open_slices: dict[int, list[Slice]] = defaultdict(list)
    slices = [event for event in trace["traceEvents"] if event["ph"] == "X"]
    for event in sorted(slices, key=lambda event: (event["tid"], event["ts"], -event["dur"])):
        start, end = event["ts"], event["ts"] + event["dur"]
        stack = open_slices[event["tid"]]
        while stack and stack[-1][2] <= start and not stack[-1][1] == stack[-1][2] == start == end:
            stack.pop()
        assert not stack or end <= stack[-1][2], "slices of a thread overlap"
        found: Slice = (event["name"], start, end, [])
        (stack[-1][3] if stack else threads[names[event["tid"]]]).append(found)
        stack.append(found)
    return dict(threads)


def test_a_run_is_a_process_and_an_action_a_thread() -> None:
    """An action is a slice with its phases within it, in microseconds from the run's start."""
    state = RunState()
    state.fold_enriched([enriched("a0", "SUCCEEDED", 0, 20, name="main")], ms(0))
    steps = (("QUEUED", 2, 3), ("RUNNING", 3, 9.5), ("SUCCEEDED", 9.5, 9.5))
    state.fold_details(
        details("a1", status("SUCCEEDED", 2, 9.5), attempt(1, "SUCCEEDED", *steps, end=9.5), name="sq", parent="a0"),
        ms(9),
    )
    trace = chrome_trace(state, ms(20), "r1")
    assert read_trace(json.dumps(trace)) == {
        "main a0": [("main", 0, 20_000_000, [])],
        "sq a1": [
            ("sq", 2_000_000, 9_500_000, [("Queued", 2_000_000, 3_000_000, []), ("Running", 3_000_000, 9_500_000, [])])
        ],
    }
    assert trace["traceEvents"][0]["args"] == {"name": "Run r1"}


STEPS = st.lists(st.tuples(st.sampled_from(["QUEUED", "RUNNING", "PAUSED"]), st.integers(0, 40)), max_size=5)


@settings(max_examples=200, deadline=None)
@given(runs(), STEPS)
def test_any_run_can_be_opened(run: tuple[int | None, Told], steps: list[tuple[str, int]]) -> None:
    """Whatever the times: slices of a thread nest, and every action has its own thread."""
    state = run_of(*run)
    told = attempt(1, "RUNNING", *((phase, start, start + 7) for phase, start in steps))
    state.fold_details(details("a1", status("RUNNING", 3, None), told, name="t1", parent="a0"), ms(NOW_S))
    threads = read_trace(json.dumps(chrome_trace(state, ms(NOW_S), "r1")))
    assert len(threads) == len(state)
    assert all(len(slices) == 1 for slices in threads.values())
