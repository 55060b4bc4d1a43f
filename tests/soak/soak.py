"""A day of work in an hour: one kernel, ten new runs of 1,000 actions each minute, five views, one log tail.

The embedded backend plays the runs eight times as fast as they would be, in a process of its own, which keeps them all:
its memory is told, not judged. The kernel is a real one, and its client does what a page does: it makes handshakes,
reads what comes, and follows the log of a root. Each minute the five views show new runs, and those before are
closed; the other five runs are followed to their end by `fw.Run`, and dropped.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psutil

from tests.benchmarks.kernel import Kernel
from tests.server_process import ServerProcess
from tests.soak.growth import Sample
from tests.soak.kernel_side import BEGIN, MINUTE, RUNNING, SAMPLE

SPEED = 8.0
LOOK_S = 0.25


@dataclass(frozen=True)
class Soak:
    """How much of it."""

    minutes: int = 60
    minute_s: float = 60.0
    """Shorter in tests."""
    runs: int = 10
    """Started each minute."""
    actions: int = 1_000
    views: int = 5
    log_lines: int = 200


@dataclass(frozen=True)
class Minute:
    """What came of one minute."""

    sample: Sample
    watched: int
    """Runs without a view that had not ended when the next ones began."""
    unanswered: int
    """First questions that the backend did not answer in time, so far."""
    messages: int
    log_news: int
    """Pushes of log lines."""
    kernel_cpu: float
    """Percent of a core."""
    server_mb: float


def soak(plan: Soak) -> Iterator[Minute]:
    """Do it, and give each minute as it has passed."""
    server = ServerProcess()
    try:
        with closing(_Client()) as client:
            kernel = client.kernel
            kernel.run(BEGIN.format(endpoint=server.endpoint, project=server.project, domain=server.domain))
            for number in range(1, plan.minutes + 1):
                yield _minute(plan, number, server, client)
    finally:
        server.kill()


def _minute(plan: Soak, number: int, server: ServerProcess, client: _Client) -> Minute:
    kernel = client.kernel
    begun_s, cpu_s, messages, news = time.monotonic(), _cpu_s(kernel), kernel.messages, client.log_news
    names = [
        server.simulate(actions=plan.actions, seed=number * 1_000 + n, speed=SPEED, log_lines=plan.log_lines)
        for n in range(plan.runs)
    ]
    kernel.run(MINUTE.format(shown=names[: plan.views], watched=names[plan.views :]), timeout_s=120)
    client.look(until_s=begun_s + plan.minute_s)
    told = json.loads(kernel.run(SAMPLE, timeout_s=120))
    took_s = time.monotonic() - begun_s
    process = kernel.process
    sample = Sample(
        minute=number,
        memory_mb=process.memory_full_info().uss / 1e6,
        threads=process.num_threads(),
        sockets=len([c for c in process.net_connections("inet") if c.status == psutil.CONN_ESTABLISHED]),
        tasks=told["tasks"],
        files=process.num_fds(),
        objects=told["objects"],
    )
    return Minute(
        sample=sample,
        watched=told["watched"],
        unanswered=told["unanswered"],
        messages=kernel.messages - messages,
        log_news=client.log_news - news,
        kernel_cpu=(_cpu_s(kernel) - cpu_s) / took_s * 100,
        server_mb=psutil.Process(server.pid).memory_info().rss / 1e6,
    )


def _cpu_s(kernel: Kernel) -> float:
    times = kernel.process.cpu_times()
    return float(times.user + times.system)


class _Client:
    """The page's part: handshakes for all views, and the tail of one log."""

    def __init__(self) -> None:
        self.log_news = 0
        self.kernel = Kernel(sys.executable, self._heard)
        self._requests = 0

    def close(self) -> None:
        """End the kernel."""
        self.kernel.close()

    def look(self, until_s: float) -> None:
        """Look at all views until then, and at the log of the first's root from when it runs."""
        follows = False
        for comm in json.loads(self.kernel.run(RUNNING))["comms"]:
            self._handshake(comm)
        while (left_s := until_s - time.monotonic()) > 0:
            self.kernel.window(min(left_s, LOOK_S))
            if not follows:
                told = json.loads(self.kernel.run(RUNNING))
                follows = told["runs"]
                if follows:
                    self._handshake(told["comms"][0], "log/a0/1/end/8", begins=False)

    def _handshake(self, comm: str, *shows: str, begins: bool = True) -> None:
        self._requests += 1
        asked = {"seq": 0, "page": "soak", "looks": True, "begins": begins, "shows": list(shows)}
        self.kernel.send_comm(comm, {"kind": "handshake", "id": self._requests, **asked})

    def _heard(self, message: dict[str, Any]) -> None:
        content = message["content"].get("data", {}).get("content", {}) if message["msg_type"] == "comm_msg" else {}
        if isinstance(content, dict) and content.get("kind") == "push":
            self.log_news += any(part["content"]["kind"] == "log" for part in content["parts"])
