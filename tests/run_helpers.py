"""What tests of `fw.Run` and `fw.RunWidget` share: clients, waiting, and what a process has open."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import THREAD_NAME, background
from tests.server_process import ServerProcess

END = 1e9
"""Elapsed time beyond the end of any simulated run."""


def client_of(server: ServerProcess) -> FlyteClient:
    return FlyteClient(server.endpoint, project=server.project, domain=server.domain, console="")


def run_on(server: ServerProcess, name: str) -> Run:
    """A handle that shares nothing with those of other tests."""
    return Run(name, client=client_of(server))


PATIENCE_S = 120.0
"""How long a test waits for what must come. Only what never comes takes so long, on however busy a machine."""

TIMED = bool(os.environ.get("FLYTE_WIDGETS_TIMED"))
"""Whether figures in seconds are checked: `make faults` does, on a machine that does nothing else."""


def eventually(holds: Callable[[], object]) -> float:
    """Wait until it holds; gives the seconds that took. Fails after PATIENCE_S."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE_S, f"not within {PATIENCE_S:g} s"
        time.sleep(0.02)
    return time.monotonic() - begun


def timely(took_s: float, within_s: float) -> None:
    """Fail if it took too long: `within_s` where figures are checked, else PATIENCE_S, which only a hang exceeds."""
    limit_s = within_s if TIMED else PATIENCE_S
    assert took_s < limit_s, f"took {took_s:.2f} s, the limit is {limit_s:g} s"


def never(holds: Callable[[], object], for_s: float) -> None:
    """Fail if it holds at any time within `for_s`."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        assert not holds()
        time.sleep(0.02)


def loop_threads() -> int:
    return sum(thread.name == THREAD_NAME for thread in threading.enumerate())


def loop_tasks() -> list[str]:
    """Name and coroutine of each task on the background loop."""

    async def names() -> list[str]:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        return [f"{task.get_name()}: {task.get_coro()}" for task in others]

    return background().call(names(), 5)


def connections(port: int) -> int:
    """Connections of this process to a port of the loopback that are open on our side."""
    gc.collect()
    inodes = set()
    for fd in Path("/proc/self/fd").iterdir():
        try:
            target = str(fd.readlink())
        except OSError:  # the descriptor of the listing itself
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    lines = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for line in lines if line[9] in inodes and int(line[2].split(":")[1], 16) == port)
