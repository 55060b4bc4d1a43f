"""What decided how long a run took: the critical path and the time by task, beside networkx's longest path. Measure 16.

networkx gets the same intervals, and time only for its graph and the path: not for reading them.
"""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Final

from flyte_widgets.api.messages import (
    Action,
    ActionIdentifier,
    ActionMetadata,
    ActionStatus,
    TaskMetadata,
)
from flyte_widgets.run.by_task import by_task
from flyte_widgets.run.critical_path import critical_path
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import moment
from tests.benchmarks.decode_fold import cpu_ms
from tests.benchmarks.longest_path import Interval
from tests.benchmarks.machine import say
from tests.benchmarks.peers import peers_python
from tests.benchmarks.table import Finding, Growth, Target, beside

SIZES: Final = (1_000, 10_000, 100_000)
OURS, PEER = "critical_path (ours)", "networkx, longest path"
BEGAN_MS: Final = 1_795_000_000_000.0
PROGRAM: Final = Path(__file__).with_name("longest_path.py")


def intervals(count: int, fan_out: int) -> list[Interval]:
    """Draw parent, start and end (seconds) of so many actions; the first is the root, which outlives them all."""
    rng = random.Random(count)
    drawn: list[Interval] = [(-1, 0.0, 3_000.0)]
    for number in range(1, count):
        start = rng.uniform(0, 100)
        drawn.append(((number - 1) // fan_out, start, start + rng.uniform(1, 1_000)))
    return drawn


def state_of(actions: list[Interval]) -> RunState:
    """Fold them, as a list of a run that has ended."""
    state = RunState()
    state.fold_listed(
        [
            Action(
                ActionIdentifier(f"a{number}"),
                ActionMetadata("" if parent < 0 else f"a{parent}", task=TaskMetadata(short_name=f"task_{number % 7}")),
                ActionStatus("SUCCEEDED", moment(BEGAN_MS + start * 1000), moment(BEGAN_MS + end * 1000), 1),
            )
            for number, (parent, start, end) in enumerate(actions)
        ],
        BEGAN_MS,
    )
    return state


def measure(sizes: tuple[int, ...] = SIZES, python: str = "") -> list[Finding]:
    """Measure one fan-out at each size, then a tree of the largest. `python` is that of the peers' environment."""
    findings: list[Finding] = []
    ours: list[tuple[int, float]] = []
    python = python or peers_python()
    for count, fan_out in [*((count, count) for count in sizes), (sizes[-1], 50)]:
        shape = "at once" if fan_out == count else f"fan-out {fan_out}"
        say(f"critical path: {count:,} actions, {shape}")
        actions = intervals(count, fan_out)
        state, now_ms = state_of(actions), BEGAN_MS + 3_600_000
        taken = cpu_ms({OURS: lambda state=state, now_ms=now_ms: critical_path(state, now_ms)})  # type: ignore[misc]
        rows = beside(f"critical path, {count:,} actions, {shape}", "ms", taken | {PEER: longest_ms(python, actions)})
        tasks = cpu_ms({"by_task (ours)": lambda state=state, now_ms=now_ms: by_task(state, now_ms)})  # type: ignore[misc]
        findings += [*rows, *beside(f"time by task, {count:,} actions, {shape}", "ms", tasks)]
        if fan_out == count:
            ours.append((count, rows[0].median))
        if count == sizes[-1]:
            findings.append(Target(16, rows[0], limit=50, peer=rows[1], factor=10))
    return [*findings, Growth("critical path", "actions", "ms", tuple(ours))]


def longest_ms(python: str, actions: list[Interval]) -> list[float]:
    """Have networkx find its path in a process of its own."""
    done = subprocess.run([python, PROGRAM], input=json.dumps(actions), capture_output=True, check=True, text=True)
    taken: list[float] = json.loads(done.stdout)["ms"]
    return taken
