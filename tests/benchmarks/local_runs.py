"""Real tasks on this machine: `fw.local.run` beside the SDK's plain local run and its tracked run. Measure 11.

One task gathers n others that return at once. "Seconds" are those until the result; "processor time" is that of the
whole process, what is recorded included, and does not depend on what else the machine does. "The picture" is what a
`fw.Run` knows that watches meanwhile: it is whole when all actions have ended there. The SDK reports a tracked run to a
backend in a process of its own. Each way in a process of its own, which has run the task before. That each action is
shown as what its task did is checked with every run.

Alone it prints one table of n, seconds and phases, with two runs at once, an abort in the middle, a run that is
watched, and eight processes that keep the machine busy: `python -m tests.benchmarks.local_runs`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import flyte

from tests.benchmarks.machine import say
from tests.benchmarks.table import Finding, Row, Target, beside
from tests.server_process import ServerProcess

OURS, SDK, TRACKED = "fw.local.run (ours)", "with_runcontext(mode='local') (SDK)", "tracked=True (SDK)"
WAYS = {"watched": OURS, "plain": SDK, "tracked": TRACKED}
SIZES = (100, 400, 1000, 10_000)
REPEATS = 3
MOST_OVER = 1.25
MOST_LATER_S = 1.0
BUSY = 8
env = flyte.TaskEnvironment("bench")


@env.task
async def one(i: int, seconds: float = 0.0) -> int:
    if seconds:
        await asyncio.sleep(seconds)
    return i


@env.task
async def fan(n: int, seconds: float = 0.0) -> int:
    return sum(await asyncio.gather(*[one(i, seconds) for i in range(n)]))


def measure(sizes: tuple[int, ...] = SIZES, repeats: int = REPEATS) -> list[Finding]:
    """Measure all ways with each size; what is promised is promised of the largest."""
    findings: list[Finding] = []
    for n in sizes:
        say(f"local_runs: {n:,} tasks")
        found = {way: [run_apart(way, n) for _ in range(repeats)] for way in ("watched", "plain")}
        if n == sizes[-1]:
            found["tracked"] = [run_apart("tracked", n)]  # it takes a minute
        rows: dict[str, list[Row]] = {}
        for what, unit in (("seconds", "s"), ("cpu", "s of CPU"), ("later", "s after the result")):
            values = {WAYS[way]: [each[what] for each in told if what in each] for way, told in found.items()}
            name = f"local run of {n:,} tasks{', the picture whole' if what == 'later' else ''}"
            rows[what] = beside(name, unit, {way: measured for way, measured in values.items() if measured})
            findings += rows[what]
        if n == sizes[-1]:
            ours, plain, tracked = rows["seconds"]
            findings.append(Target(11, ours, limit=plain.median * MOST_OVER, peer=plain))
            findings.append(Target(11, ours, peer=tracked))
            findings.append(Target(11, rows["later"][0], limit=MOST_LATER_S))
    return findings


def run_apart(way: str, n: int, seconds: float = 0.0) -> dict[str, Any]:
    """Run in a process of its own; what it measured."""
    command = [sys.executable, "-m", "tests.benchmarks.local_runs", way, str(n), str(seconds)]
    told = subprocess.run(command, capture_output=True, check=True, text=True, timeout=1200)
    return json.loads(told.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def run_here(way: str, n: int, seconds: float) -> dict[str, Any]:
    """Run in this process. `phases` is what is shown of all actions when the result is there."""
    if way == "plain":
        return run_by_sdk(n, seconds, tracked=False)
    if way == "tracked":
        server = ServerProcess()
        try:
            flyte.init(endpoint=server.endpoint, insecure=True, project=server.project, domain=server.domain)
            return run_by_sdk(n, seconds, tracked=True)
        finally:
            server.kill()
    import flyte_widgets as fw

    fw.local.start()
    fw.local.run(fan, 3).result()
    begun, cpu = time.perf_counter(), time.process_time()
    runs = [fw.local.run(fan, n, seconds) for _ in range(2 if way == "two" else 1)]
    if way == "watched":
        assert runs[0].phase is not None  # that begins to watch
    if way == "abort":
        time.sleep(seconds / 2)
        runs[0].abort("in the middle")
        with contextlib.suppress(fw.errors.LocalError):
            runs[0].result()
    else:
        assert [run.result() for run in runs] == [sum(range(n))] * len(runs)
    taken_s, cpu_s, shown = time.perf_counter() - begun, time.process_time() - cpu, Counter[str]()
    told: dict[str, Any] = {"seconds": taken_s, "cpu": cpu_s}
    if way == "watched":
        ended = {fw.ActionPhase.SUCCEEDED: n + 1}
        while runs[0].counts != ended:
            assert time.perf_counter() - begun < 600, runs[0].counts
            time.sleep(0.005)
        told["later"] = time.perf_counter() - begun - taken_s
        runs[0].close()
    for run in runs:
        with run._launched.backend.store.read(run._launched.key) as record:
            shown.update(str(fw.ActionPhase.of(action.phase)) for action in record.actions.values())
    return {**told, "phases": dict(shown)}


def run_by_sdk(n: int, seconds: float, *, tracked: bool) -> dict[str, Any]:
    """Run by the SDK alone."""
    options: dict[str, Any] = {"mode": "local", **({"tracked": True} if tracked else {})}
    flyte.with_runcontext(**options).run(fan, 3)
    begun, cpu = time.perf_counter(), time.process_time()
    result = flyte.with_runcontext(**options).run(fan, n, seconds).outputs()[0]
    assert result == sum(range(n))
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}


@contextlib.contextmanager
def busy_machine() -> Iterator[None]:
    """Keep all processors busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def main() -> None:
    """Print the table."""
    lines = ["| n | | seconds | s of CPU | phases |", "| --- | --- | --- | --- | --- |"]

    def add(n: int, what: str, told: dict[str, Any]) -> None:
        phases = ", ".join(f"{count:,} {phase}" for phase, count in told.get("phases", {}).items())
        lines.append(f"| {n:,} | {what} | {told['seconds']:.2f} | {told['cpu']:.2f} | {phases} |")

    for n in SIZES:
        add(n, SDK, run_apart("plain", n))
        add(n, TRACKED, run_apart("tracked", n))
        add(n, OURS, run_apart("ours", n))
    add(400, f"{OURS}, tasks of 1 s", run_apart("ours", 400, 1.0))
    add(400, f"{SDK}, tasks of 1 s", run_apart("plain", 400, 1.0))
    add(1000, f"{OURS}, two at once", run_apart("two", 1000, 0.2))
    add(1000, f"{OURS}, aborted while tasks of 30 s run", run_apart("abort", 1000, 30.0))
    add(10_000, f"{OURS}, watched", run_apart("watched", 10_000))
    with busy_machine():
        add(1000, f"{SDK}, beside {BUSY} busy processes", run_apart("plain", 1000))
        add(1000, f"{OURS}, beside {BUSY} busy processes", run_apart("ours", 1000))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(run_here(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))) + "\n")
    else:
        main()
