"""Records what Python really sends: `python js/gallery/record.py` writes recorded/*.json, one RunWidget state each.

Simulated runs on the embedded backend, held at a moment. The simulator's clock is set to one fixed day, and so is what
comes from this machine's clock: the same code gives the same files.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

import flyte_widgets as fw
from flyte_widgets.api.messages import Action, ActionIdentifier
from flyte_widgets.local.services import control
from flyte_widgets.local.simulator import launch, planner, player
from flyte_widgets.local.simulator.spec import SimSpec
from flyte_widgets.run.by_task import by_task
from flyte_widgets.run.compare import compare
from flyte_widgets.run.critical_path import critical_path
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import exact_ms, moment
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.comparing import Compared
from flyte_widgets.watch.earlier import EarlierRun
from flyte_widgets.wire.analysis import comparison_dict, path_parts, task_rows
from flyte_widgets.wire.columns import Columns

HERE = Path(__file__).parent / "recorded"
BEGAN_MS = 1_749_738_745_000
"""Thursday, 12 June 2025, 14:32:25 UTC: when every recorded run began."""
PATIENCE_S = 20.0
ANALYSED = "succeeded"
"""Of this run the critical path and the time by task are recorded, too."""
NOT_OURS = re.compile("_|layout$|tabbable$|tooltip$")
"""Traits of ipywidgets, and the bundle."""


@dataclass(frozen=True)
class Take:
    """A run to simulate, and what is selected in it: the first action of this name."""

    seconds: float
    select: str = ""
    spec: dict[str, Any] = field(default_factory=dict)
    quirks: tuple[str, ...] = ()
    reads_history: bool = True
    abort: str = ""
    """Why the run is aborted, at that moment."""


TAKES = {
    "running": Take(102, "train_model"),
    "paused": Take(172, "approve_release"),
    "succeeded": Take(1_000),
    "failed": Take(1_000, "train_model", {"outcome": "failed"}),
    "waiting": Take(102, "gpu_eval"),
    "aborted": Take(102, "pipeline", abort="The input is last week's: s3://acme/etl/2025-06-05."),
    "timed-out": Take(1_000, "pipeline", {"outcome": "timed_out"}),
    "one-action": Take(1_000, "", {"actions": 1}),
    "recovered": Take(1_000, "", {"actions": 9, "recoveries": 1.0, "failures": 0, "time_outs": 0, "conditions": 0}),
    "two-hundred": Take(45, "", {"actions": 200, "failures": 0.08, "retries": 0.2}),
    "status-only": Take(1_000, "", {"actions": 40}, reads_history=False),
    "older-than-kept": Take(1_000, "train_model", {"outcome": "failed"}, ("no_history",)),
    "unknown-phase": Take(60, "embed_corpus", {}, ("unknown_phase", "open_retries")),
}


def record(name: str, take: Take, backend: Any) -> dict[str, Any]:
    """Play one run, and give its widget's state."""
    request = {"seed": 7, "elapsed_s": take.seconds, "hold": True, "name": f"r-{name}", "quirks": take.quirks}
    plan = planner.plan(7, SimSpec.of(take.spec))
    held_ms = BEGAN_MS + min(round(take.seconds * 1000), plan.end_ms)
    launch.now_us = player.now_us = control.now_us = lambda: held_ms * 1000
    backend.simulate({**request, **take.spec})
    widget = fw.RunWidget(f"r-{name}")
    state = watcher_of(widget.run).state
    try:
        until(lambda: widget.root is not None, "the run")
        if state.counts[fw.ActionPhase.PAUSED]:
            until(lambda: widget.waiting, "what the run waits for")
        settle(state)
        if take.abort:
            widget.abort(take.abort)
            until(lambda: widget.is_terminal, "the abort")
        if take.reads_history:
            wanted = [action.id for action in state.actions]
            widget._handle_custom_msg({"kind": "request_history", "id": 1, "actions": wanted}, [])  # noqa: SLF001
            until(lambda: not any(action.needs_history for action in state.actions), "all histories")
        if take.select:
            widget.selected = next(action.id for action in state.actions if action.name == take.select)
            until(lambda: (widget.detail or {}).get("id") == widget.selected, "the details")
        if widget.is_terminal:
            until(lambda: widget.connection["state"] == "ended", "the end")
        settle(state)
        sent = {key: value for key, value in widget.get_state().items() if not NOT_OURS.match(key)}
        block = Columns(state).snapshot(float(held_ms))
    finally:
        widget.close()
    if name == ANALYSED:
        pieces, tasks = critical_path(state, held_ms), by_task(state, held_ms)
        answers = {
            "critical_path": path_parts(pieces),
            "by_task": task_rows(tasks),
            "compare": compared(state, held_ms),
        }
        write(HERE / f"{name}-answers.json", answers)
    sent["connection"] = {**sent["connection"], "lastMs": held_ms}
    return {**sent, "host": "127.0.0.1", "snapshot": base64.b64encode(block).decode()}


def compared(state: RunState, held_ms: float) -> dict[str, Any]:
    """Compare a run with one that was half a minute faster, lacked an action, and had another one in its place."""
    faster = RunState()
    for action in state.actions:
        told = action.status
        if action.name == "publish" or told.start_time is None or told.end_time is None:
            continue
        sooner = 0.8 if action.name in ("pipeline", "embed_corpus") else 0.97
        start, end = (moment(BEGAN_MS + (exact_ms(t) - BEGAN_MS) * sooner) for t in (told.start_time, told.end_time))
        status = replace(told, start_time=start, end_time=end)
        metadata = action.metadata
        if action.name == "shadow_eval" and metadata.task is not None:
            metadata = replace(metadata, task=replace(metadata.task, short_name="canary_eval"))
        faster.fold_listed([Action(ActionIdentifier(action.id), metadata, status)], held_ms)
    other = EarlierRun("r7p0fx4lri", BEGAN_MS - 79_200_000, 160_000)
    found = compare(state, held_ms, faster, held_ms, other.name)
    return dict(
        comparison_dict(
            Compared(found, other, other.name, [other, other._replace(name="r6a"), other._replace(name="r5c")])
        )
    )


def write(file: Path, content: dict[str, Any]) -> int:
    """Write JSON; gives its size."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    return file.write_text(text + "\n", encoding="utf-8")


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something to come true."""
    give_up_s = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > give_up_s:
            raise TimeoutError(f"{what} did not come in {PATIENCE_S:.0f} s")
        time.sleep(0.02)


def settle(state: RunState) -> None:
    """Wait until nothing new has come for a while."""
    seen = [(action.phase, len(action.segments)) for action in state.actions]
    time.sleep(0.7)
    if seen != [(action.phase, len(action.segments)) for action in state.actions]:
        settle(state)


def main() -> None:
    """Record all, or those named."""
    HERE.mkdir(exist_ok=True)
    backend = fw.local.start()
    for name in sys.argv[1:] or TAKES:
        state = record(name, TAKES[name], backend)
        size = write(HERE / f"{name}.json", state)
        sys.stdout.write(f"{name}: {sum(state['counts'].values())} actions, {size / 1000:.1f} kB\n")
    fw.local.stop()


if __name__ == "__main__":
    main()
