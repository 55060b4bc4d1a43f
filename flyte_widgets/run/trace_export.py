"""A run as a Chrome trace (JSON), which Perfetto and chrome://tracing open. Pure.

The format: "Trace Event Format" of the Chromium project. One process is the run, one thread an action. An action is a
slice ("X"), and its phases are slices within it. Times are microseconds from the start of the run.
"""

from __future__ import annotations

from typing import Any, Final

from flyte_widgets.run.critical_path import end_of, path_stretches, start_of
from flyte_widgets.run.state import RunState
from flyte_widgets.run.timeline import SegmentFlag
from flyte_widgets.run.times import Milliseconds, moment

_PROCESS: Final = 1


def chrome_trace(state: RunState, now_ms: Milliseconds, run_name: str) -> dict[str, Any]:
    """Write a run. Actions that go on end at `now_ms`. Hold the lock of the state's owner."""
    root = state.root
    begun_ms = start_of(root) if root is not None else now_ms
    on_path = {action.id for action, _, _ in path_stretches(state, now_ms)}
    events = [_name("process_name", 0, f"Run {run_name}")]
    for action in state.actions:
        thread = action.index + 1
        start_ms = start_of(action)
        end_ms = max(start_ms, end_of(action, now_ms))
        phase = action.phase.value if action.phase is not None else ""
        events += [
            _name("thread_name", thread, f"{action.name} {action.id}"),
            {"ph": "M", "pid": _PROCESS, "tid": thread, "name": "thread_sort_index", "args": {"sort_index": thread}},
            _slice(action.name, "action", thread, start_ms - begun_ms, end_ms - begun_ms)
            | {
                "args": {
                    "id": action.id,
                    "parent": action.parent,
                    "group": action.group,
                    "phase": phase,
                    "attempt": action.attempts,
                    "on_critical_path": action.id in on_path,
                }
            },
        ]
        for segment in action.segments:
            from_ms = min(max(segment.start_ms, start_ms), end_ms)
            to_ms = end_ms if segment.end_ms is None else min(max(segment.end_ms, from_ms), end_ms)
            if to_ms > from_ms and not segment.flags & SegmentFlag.STATUS_ONLY:
                shown = _slice(segment.phase.label, "phase", thread, from_ms - begun_ms, to_ms - begun_ms)
                events.append(shown | {"args": {"attempt": segment.attempt}})
    return {
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {"run": run_name, "started": moment(begun_ms).isoformat(), "source": "flyte-widgets"},
    }


def _name(kind: str, thread: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "pid": _PROCESS, "tid": thread, "name": kind, "args": {"name": name}}


def _slice(name: str, category: str, thread: int, from_ms: Milliseconds, to_ms: Milliseconds) -> dict[str, Any]:
    start_us, end_us = round(from_ms * 1000), round(to_ms * 1000)
    times = {"ts": start_us, "dur": end_us - start_us}
    return {"ph": "X", "pid": _PROCESS, "tid": thread, "name": name, "cat": category, **times}
