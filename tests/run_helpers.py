"""What tests of `fw.Run` and `fw.RunWidget` share: clients, waiting, and what a process has open."""

from __future__ import annotations

import asyncio
import gc
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


def eventually(holds: Callable[[], object], within_s: float = 10.0) -> float:
    """Wait until it holds; gives the seconds that took. Fails after `within_s`."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < within_s, f"not within {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - begun


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
