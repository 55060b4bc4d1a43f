"""200 runs watched at once in one process: threads, sockets, memory and processor time, beside 200 watches of the SDK.

Each way in a process of its own, against a server in another. Ours watches all actions of every run (`fw.Run`), which
takes two streams. The SDK's own `ActionDetails.watch` knows one action of each, by one stream. Who wants to know with
the SDK what ours knows reads WatchActions by its client, too, and keeps what it says of each action: two streams. In
all of them the root changes once a second. "Memory" is what came on top of the process with its imports and its first
call, so that neither is charged for its libraries; "memory with libraries" is what came on top of the bare interpreter.
Measure 6.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import psutil

from tests.benchmarks.table import REPEATS, Finding, Growth, Target, beside

RUNS, ACTIONS = 200, 20
SCENARIO = f"steps-{ACTIONS}"
SECONDS = 5.0
MOST_MEMORY = 1 / 1.5
"""Ours may take 1.5 times what the SDK takes that knows as much."""
OURS, SDK, SDK_ALL = "fw.Run (ours)", "ActionDetails.watch (SDK)", "WatchActions and ActionDetails.watch (SDK)"
START_TIMEOUT_S = 60.0

Counted = dict[str, float]


class Watched:
    """How many changes of a root each run's watch has told."""

    def __init__(self, runs: int) -> None:
        self.changes = [0] * runs

    async def until(self, least: int) -> None:
        """Wait until every run has told so many."""
        give_up_s = time.monotonic() + START_TIMEOUT_S
        while min(self.changes) < least:
            if time.monotonic() > give_up_s:
                raise AssertionError(f"{sum(told < least for told in self.changes)} runs told nothing")
            await asyncio.sleep(0.05)


async def watch_ours(endpoint: str, watched: Watched) -> None:
    """Watch all runs with ours."""
    import flyte_widgets as fw

    async def follow(n: int, run: fw.Run) -> None:
        async for change in run.watch():
            watched.changes[n] += change.action == "a0"

    runs = [fw.Run(f"r{n}") for n in range(len(watched.changes))]
    await asyncio.gather(*(follow(n, run) for n, run in enumerate(runs)))


def begin_ours(endpoint: str) -> None:
    """Connect, and make a first call."""
    import flyte_widgets as fw

    fw.connect(endpoint, project="flytesnacks", domain="development", console="")
    run = fw.Run("first")
    assert run.phase is not None
    run.close()


async def watch_sdk(endpoint: str, watched: Watched) -> None:
    """Watch the root of all runs with the SDK."""
    from flyte.remote import ActionDetails
    from flyteidl2.common import identifier_pb2

    async def follow(n: int) -> None:
        run = identifier_pb2.RunIdentifier(project="flytesnacks", domain="development", name=f"r{n}")
        async for _ in ActionDetails.watch.aio(identifier_pb2.ActionIdentifier(run=run, name="a0")):
            watched.changes[n] += 1

    await asyncio.gather(*(follow(n) for n in range(len(watched.changes))))


async def watch_sdk_all(endpoint: str, watched: Watched) -> None:
    """Watch all actions of all runs with the SDK's client, and the root of each as `watch_sdk` does."""
    from flyte._initialize import get_client
    from flyteidl2.common import identifier_pb2
    from flyteidl2.workflow import run_service_pb2

    known: list[dict[str, Any]] = [{} for _ in watched.changes]

    async def follow(n: int) -> None:
        run = identifier_pb2.RunIdentifier(project="flytesnacks", domain="development", name=f"r{n}")
        async for page in get_client().run_service.watch_actions(run_service_pb2.WatchActionsRequest(run_id=run)):
            for enriched in page.enriched_actions:
                action = enriched.action
                known[n][action.id.name] = action

    await asyncio.gather(watch_sdk(endpoint, watched), *(follow(n) for n in range(len(known))))


def begin_sdk(endpoint: str) -> None:
    """Likewise with the SDK."""
    import flyte
    from flyte.remote import Run

    flyte.init(endpoint=endpoint, insecure=True, project="flytesnacks", domain="development")
    assert Run.get("first").name


WAYS: dict[str, tuple[Callable[[str], None], Callable[[str, Watched], Any]]] = {
    OURS: (begin_ours, watch_ours),
    SDK: (begin_sdk, watch_sdk),
    SDK_ALL: (begin_sdk, watch_sdk_all),
}


def count(way: str, runs: int, seconds: float) -> Counted:
    """Watch so many runs one way, in a process of its own."""
    from tests.benchmarks.load_server import LoadServer  # not in the watching process: it imports protobuf

    server = LoadServer()
    try:
        command = [sys.executable, "-m", "tests.benchmarks.many_runs", way, server.endpoint(SCENARIO)]
        command += [str(runs), str(seconds)]
        with _stepping(server):
            told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=120 + seconds)
    finally:
        server.close()
    counted: Counted = json.loads(told.stdout.strip().splitlines()[-1])
    return counted


@contextlib.contextmanager
def _stepping(server: Any) -> Iterator[None]:
    """Have all roots change once a second."""
    over = threading.Event()

    def step() -> None:
        while not over.wait(1.0):
            server.step(SCENARIO)

    thread = threading.Thread(target=step)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def measure(runs: int = RUNS, repeats: int = REPEATS, seconds: float = SECONDS) -> list[Finding]:
    """Count for all ways, and how ours grows."""
    told = {way: [count(way, runs, seconds) for _ in range(repeats)] for way in WAYS}

    def rows(what: str, unit: str) -> list[Any]:
        return beside(
            f"{what}, {runs} runs", unit, {way: [one[what] for one in counted] for way, counted in told.items()}
        )

    memory, threads = rows("memory", "MB"), rows("threads", "")
    few = count(OURS, max(2, runs // 10), seconds)
    many = {what: sum(one[what] for one in told[OURS]) / repeats for what in few}
    grown = [
        Growth(what, "runs", unit, ((max(2, runs // 10), few[what]), (runs, many[what])))
        for what, unit in (("memory", "MB"), ("sockets", ""), ("processor", "% of a core"))
    ]
    return [
        *threads,
        *rows("sockets", ""),
        *memory,
        *rows("memory with libraries", "MB"),
        *rows("processor", "% of a core"),
        *grown,
        Target(6, threads[0], limit=1),
        Target(6, memory[0], peer=memory[1]),
        Target(6, memory[0], peer=memory[2], factor=MOST_MEMORY),
    ]


def _main() -> None:
    way, endpoint, runs, seconds = sys.argv[1:]
    begin, watch = WAYS[way]
    bare = psutil.Process().memory_info().rss
    begin(endpoint)
    asyncio.run(_tell(_count(watch, endpoint, int(runs), float(seconds), bare)))


async def _tell(counting: Coroutine[Any, Any, Counted]) -> None:
    """Tell what was counted, and end at once: what 200 cancelled watches say and do is not what is measured."""
    try:
        sys.stdout.write(json.dumps(await counting) + "\n")
        sys.stdout.flush()
    except Exception:  # noqa: BLE001 - told, and the exit status says so
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


async def _count(watch: Callable[[str, Watched], Any], endpoint: str, runs: int, seconds: float, bare: int) -> Counted:
    process, watched = psutil.Process(), Watched(runs)
    gc.collect()
    # The loop thread of either is there since the first call: it is counted, and so is no other.
    before, main_thread = process.memory_info().rss, 1
    task = asyncio.ensure_future(watch(endpoint, watched))
    await watched.until(2)
    gc.collect()
    begun_s, cpu_s = time.monotonic(), time.process_time()
    await asyncio.sleep(seconds)
    share = (time.process_time() - cpu_s) / (time.monotonic() - begun_s)
    assert not task.done(), task
    return {
        "threads": float(process.num_threads() - main_thread),
        "sockets": float(len([c for c in process.net_connections("inet") if c.status == psutil.CONN_ESTABLISHED])),
        "memory": (process.memory_info().rss - before) / 1e6,
        "memory with libraries": (process.memory_info().rss - bare) / 1e6,
        "processor": share * 100,
    }


if __name__ == "__main__":
    _main()
