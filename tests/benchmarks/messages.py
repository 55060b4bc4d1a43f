"""What a live run costs the kernel and the line to the browser: messages, bytes, CPU. Measures 1 and 2.

A real client of a real kernel counts every iopub message while the load server changes ten actions in 250 ms. Where
ours is shown the client does what the front end does: it makes a handshake, applies what comes, and asks for
the history of the rows on screen.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.kernel import Kernel, Window
from tests.benchmarks.load_messages import RUN_NAME
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.machine import say
from tests.benchmarks.peers import peers_python
from tests.benchmarks.subjects import DASK, OURS, RICH, RUN_WAIT, TQDM
from tests.benchmarks.table import Finding, Growth, Row, Target, beside
from tests.run_messages import Reader

COUNTS = (100, 1_000, 10_000)
ON_SCREEN = 8
"""Rows that a view shows at its own height."""
QUIET_S = 0.25
"""How long the front end waits before it asks for histories (js/src/run/timeline/history.ts)."""
WARM_UP_S, WINDOW_S = 3.0, 2.5
REPEATS = 7
OUR_NAME, WAIT_NAME = "ours", "run.wait()"
PEERS = {
    WAIT_NAME: RUN_WAIT,
    "rich.progress, 20 tasks": RICH,
    "dask progress(), 20 prefixes": DASK,
    "tqdm.notebook, 20 bars": TQDM,
}


def measure() -> list[Finding]:
    """Measure ours at each size, the peers at 1,000, and one that stands still."""
    python = peers_python()
    return measure_in(COUNTS, dict.fromkeys(PEERS, python), WARM_UP_S, WINDOW_S)


def measure_in(
    counts: tuple[int, ...], peers: dict[str, str], warm_up_s: float, window_s: float, repeats: int = REPEATS
) -> list[Finding]:
    """Measure: `peers` are names of `PEERS`, each with its Python; `counts[1]` is what they are compared at."""
    server = LoadServer()
    told: dict[int, list[Window]] = {}
    theirs: dict[str, list[Window]] = {}
    try:
        with closing(View(server.endpoint(f"idle-{counts[1]}"))) as idle:
            idle.window(warm_up_s)
            begun_s, counted = time.monotonic(), idle.kernel.messages
            for count in counts:
                say(f"messages: ours, {count:,} actions")
                with closing(View(server.endpoint(f"live-{count}"))) as view:
                    view.window(warm_up_s)
                    told[count] = [view.window(window_s) for _ in range(repeats)]
                    if view.reader.seq < 2:
                        raise AssertionError("the widget sent no changes: nothing was measured")
            for name, python in peers.items():
                say(f"messages: {name}")
                theirs[name] = _peer(name, python, server, counts[1], (warm_up_s, window_s, repeats))
            idle.kernel.read(0.1)  # what it said while the others were measured
            idle_rate = (idle.kernel.messages - counted) / (time.monotonic() - begun_s)
    finally:
        server.close()
    return _findings(counts, told, theirs, idle_rate)


def _peer(name: str, python: str, server: LoadServer, actions: int, times: tuple[float, float, int]) -> list[Window]:
    """Count what a peer sends while its cell runs, or its widget is fed."""
    warm_up_s, window_s, repeats = times
    with ExitStack() as stack:
        facts = {"endpoint": server.endpoint(f"live-{actions}"), "run": RUN_NAME, "actions": actions, "scheduler": ""}
        if PEERS[name] is DASK:
            facts["scheduler"] = stack.enter_context(_dask_cluster(python))
        kernel = stack.enter_context(closing(Kernel(python)))
        kernel.start(PEERS[name].format(**facts))
        kernel.window(warm_up_s)
        windows = [kernel.window(window_s) for _ in range(repeats)]
    if not any(window.messages for window in windows):
        raise AssertionError(f"{name} sent nothing: nothing was measured")
    return windows


@contextmanager
def _dask_cluster(python: str) -> Iterator[str]:
    """A scheduler and a worker of 20 threads in processes of their own, so that the kernel is only their client."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        common = ["--scheduler-file", file]
        local = ["--host", "127.0.0.1"]
        commands = [
            ["distributed.cli.dask_scheduler", *common, *local, "--port", "0", "--no-dashboard"],
            ["distributed.cli.dask_worker", *common, *local, "--nthreads", "20", "--no-dashboard", "--no-nanny"],
        ]
        started = [
            subprocess.Popen([python, "-m", *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for command in commands
        ]
        try:
            deadline_s = time.monotonic() + 30
            while not file.exists():
                if time.monotonic() > deadline_s:
                    raise AssertionError("dask's scheduler did not start within 30 s")
                time.sleep(0.1)
            yield json.loads(file.read_text())["address"]
        finally:
            for process in started:
                process.kill()  # a worker that is asked to end waits for a scheduler, which may have gone before it
                process.wait(20)


def _findings(
    counts: tuple[int, ...], told: dict[int, list[Window]], theirs: dict[str, list[Window]], idle_rate: float
) -> list[Finding]:
    findings: list[Finding] = []
    middle = counts[1]
    kinds = (("messages", "msg/s", _rate), ("bytes to the browser", "KiB/s", _kib), ("kernel CPU", "% of a core", _cpu))
    by_kind: dict[str, dict[str, Row]] = {}
    for kind, unit, value in kinds:
        subjects = {OUR_NAME: told[middle], **theirs}
        rows = beside(
            f"{kind}, {middle:,} actions",
            unit,
            {name: [value(window) for window in windows] for name, windows in subjects.items()},
        )
        by_kind[kind] = {row.subject: row for row in rows}
        others = [
            row
            for count in counts
            if count != middle
            for row in beside(f"{kind}, {count:,} actions", unit, {OUR_NAME: [value(window) for window in told[count]]})
        ]
        findings += [*rows, *others]
        medians = {row.measure: row.median for row in (rows[0], *others)}
        points = tuple((count, medians[f"{kind}, {count:,} actions"]) for count in counts)
        findings.append(Growth(kind, "actions", unit, points))
    (idle_row,) = beside("messages, idle run", "msg/s", {OUR_NAME: [idle_rate]})
    other_sizes = [f"messages, {count:,} actions" for count in counts if count != middle]
    messages, size, cpu = (by_kind[kind] for kind, _, _ in kinds)
    return [
        *findings,
        idle_row,
        Target(1, messages[OUR_NAME], 5, messages.get(WAIT_NAME), 8),
        Target(1, size[OUR_NAME], 8, size.get(WAIT_NAME)),
        *(Target(1, row, 5) for row in findings if isinstance(row, Row) and row.measure in other_sizes),
        Target(1, idle_row, 0.2),
        Target(2, cpu[OUR_NAME], 1, cpu.get(WAIT_NAME), 3),
    ]


def _rate(window: Window) -> float:
    return window.messages / window.seconds


def _kib(window: Window) -> float:
    return window.bytes / 1024 / window.seconds


def _cpu(window: Window) -> float:
    return window.cpu_s / window.seconds * 100


class View:
    """A kernel that shows a RunWidget, and the part of the front end that has to do with messages."""

    def __init__(self, endpoint: str) -> None:
        self.reader = Reader()
        self._comm = ""
        self._requests = 0
        self._asked: set[tuple[str, int, int]] = set()
        self._ask_at_s: float | None = None
        self.kernel = Kernel(sys.executable, self._heard)
        self.kernel.run(OURS.format(endpoint=endpoint, run=RUN_NAME))
        self.kernel.run("w")
        self._send("handshake", seq=0, page="bench", looks=True, begins=True, shows=[])
        deadline_s = time.monotonic() + 30
        while not self.reader.rows:
            if time.monotonic() > deadline_s:
                raise AssertionError("the widget sent no actions within 30 s")
            self.kernel.read(0.2)

    def window(self, seconds: float) -> Window:
        """Count for so long, asking as the front end asks."""
        until_s = time.monotonic() + seconds
        parts = []
        while (left_s := until_s - time.monotonic()) > 0:
            parts.append(self.kernel.window(min(left_s, 0.05)))
            if self._ask_at_s is not None and time.monotonic() >= self._ask_at_s:
                self._ask()
        return Window(
            sum(part.seconds for part in parts),
            sum(part.messages for part in parts),
            sum(part.bytes for part in parts),
            sum(part.cpu_s for part in parts),
        )

    def close(self) -> None:
        """End the kernel."""
        self.kernel.close()

    def _heard(self, message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "comm_open" and "_esm" in content["data"].get("state", {}):
            self._comm = content["comm_id"]
        if message["msg_type"] != "comm_msg" or content["comm_id"] != self._comm:
            return
        if content["data"].get("content", {}).get("kind") == "columns":
            (block,) = message["buffers"]
            if self.reader.apply(bytes(block)) == "gap":
                if self.reader.rows:
                    raise AssertionError("a message of columns was lost")
                return  # sent before the handshake was heard, on top of what the model's state holds: its answer comes
            if self._wanted() and self._ask_at_s is None:
                self._ask_at_s = time.monotonic() + QUIET_S

    def _wanted(self) -> list[tuple[str, int, int]]:
        shown = self.reader.rows[:ON_SCREEN]
        keys = [(row.id, row.phase, row.attempts) for row in shown if not row.flags & 1]
        return [key for key in keys if key not in self._asked]

    def _ask(self) -> None:
        wanted = self._wanted()
        self._ask_at_s = None
        if wanted:
            self._asked.update(wanted)
            self._send("request_history", actions=[name for name, _, _ in wanted])

    def _send(self, kind: str, **content: Any) -> None:
        self._requests += 1
        self.kernel.send_comm(self._comm, {"kind": kind, "id": self._requests, **content})
