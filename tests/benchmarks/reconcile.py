"""What it costs to compare with the backend's list what a stream has said, and what it is good for. Measure 12.

Ours is `fw.Run`; beside it stands who only reads WatchActions, with the same client into the same state. Both follow a
run of which ten actions change in 250 ms and none is lost, each in a process of its own, for a minute: requests, bytes
and processor time, and how much of that minute ours reads the list. Then both follow a run of which the backend loses
all updates but a hundred a second: how long an action is not what the backend reads out.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from functools import partial
from itertools import repeat
from typing import Any, ClassVar, Final

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.messages import Action, RunIdentifier
from flyte_widgets.run.state import RunState
from flyte_widgets.watch.access import watcher_of
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.machine import say
from tests.benchmarks.table import Finding, Growth, Target, beside
from tests.faults.lag import Lag, measure_states
from tests.server_process import ServerProcess

OURS, BARE = WAYS = ("fw.Run (ours)", "WatchActions alone")
COUNTS: Final = (100, 1_000, 10_000)
SECONDS: Final = 60.0
MOST_STALE_S: Final = 5.0
MOST_SHARE: Final = 5.0
BURST: Final = {"seed": 3, "actions": 2_000, "fan_out": 2_000, "depth": 1, "log_lines": 0, "speed": 20}
"""A run of some ten seconds whose actions change all at once."""
GIVEN_UP_S: Final = 60.0
EVERY_S: Final = 0.25
WARM_UP_S: Final = 12.0
"""The first lists come soon after another, until they agree with the stream."""
WHAT: Final = {
    "requests": "requests/min",
    "bytes": "kB/min",
    "cpu": "ms of CPU/min",
}


class TimedClient(FlyteClient):
    """A client of which it is known how long its lists took."""

    reading_s: ClassVar[float] = 0.0

    async def list_actions(self, run: RunIdentifier, **options: Any) -> AsyncIterator[Action]:  # type: ignore[override]
        begun_s = time.monotonic()
        async with aclosing(super().list_actions(run, **options)) as actions:
            async for action in actions:
                yield action
        TimedClient.reading_s += time.monotonic() - begun_s


def measure(counts: tuple[int, ...] = COUNTS, seconds: float = SECONDS) -> list[Finding]:
    """Measure the costs at each size, then both after a burst."""
    findings: list[Finding] = []
    cpu: list[tuple[int, float]] = []
    with closing(LoadServer()) as server:
        for count in counts:
            say(f"reconcile: {count:,} actions")
            endpoints = [server.endpoint(f"live-{count}-{at}") for at in range(len(WAYS))]
            with ThreadPoolExecutor() as at_once:
                told = dict(zip(WAYS, at_once.map(follow, WAYS, endpoints, repeat(seconds)), strict=True))
            for what, unit in WHAT.items():
                rows = beside(f"{what}, {count:,} live actions", unit, {way: [one[what]] for way, one in told.items()})
                findings += rows
            cpu.append((count, told[OURS]["cpu"]))
            (share,) = beside(f"time reading lists, {count:,} live actions", "%", {OURS: [told[OURS]["reading"]]})
            findings += [share, Target(12, share, limit=MOST_SHARE)]
    if len(cpu) > 1:
        findings.append(Growth("processor time of following", "actions", "ms/min", tuple(cpu)))
    return findings + measure_staleness()


def follow(way: str, endpoint: str, seconds: float) -> dict[str, float]:
    """Follow a run in a process of its own; give what it cost in a minute."""
    command = [sys.executable, "-m", "tests.benchmarks.reconcile", way, endpoint, str(seconds)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=180 + seconds)
    return json.loads(told.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def measure_staleness() -> list[Finding]:
    """Follow a run of which most updates are lost, both ways at once; who is still wrong after a minute is given up."""
    say("reconcile: a lossy burst")
    server = ServerProcess()
    try:
        return staleness(asyncio.run(_burst(server)))
    finally:
        server.kill()


async def _burst(server: ServerProcess) -> dict[str, Lag]:
    name = server.simulate(**BURST, quirks=["lossy"])
    run = await read_ours(server.endpoint, name)
    bare = RunState()
    reading = asyncio.ensure_future(read_bare(server.endpoint, name, bare))
    states = {OURS: watcher_of(run).state, BARE: bare}
    try:
        compare = partial(measure_states, every_s=EVERY_S, for_s=GIVEN_UP_S)
        lags = await asyncio.to_thread(compare, server, name, list(states.values()))
    finally:
        reading.cancel()
        run.close()
    return dict(zip(states, lags, strict=True))


def staleness(lags: dict[str, Lag]) -> list[Finding]:
    """Lay both side by side: the longest time for which an action was wrong, and what is wrong in the end."""
    stale = beside("an action stale, lossy burst, worst", "s", {way: [lag.longest_s] for way, lag in lags.items()})
    wrong = beside("actions wrong in the end", "", {way: [float(lag.wrong_at_last)] for way, lag in lags.items()})
    return [*stale, *wrong, Target(12, stale[0], limit=MOST_STALE_S, peer=stale[1])]


async def read_bare(endpoint: str, run: str, state: RunState) -> None:
    """Read WatchActions, and do as the watcher does with each message."""
    client = FlyteClient(endpoint, project="flytesnacks", domain="development", console="")
    run_id = RunIdentifier(project="flytesnacks", domain="development", name=run)
    async with aclosing(client.watch_actions(run_id)) as messages:
        async for actions in messages:
            state.fold_enriched(actions, 0.0)
            state.take_dirty(), state.take_news()


async def read_ours(endpoint: str, run: str) -> fw.Run:
    """Watch with ours, by a client that knows how long it reads lists."""
    client = TimedClient(endpoint, project="flytesnacks", domain="development", console="")
    watched = fw.Run(run, client=client)
    assert await asyncio.to_thread(lambda: watched.phase) is not None
    return watched


async def _count(way: str, endpoint: str, seconds: float) -> dict[str, float]:
    run = reading = None
    if way == OURS:
        run = await read_ours(endpoint, "run")  # watched for as long as it is held
    else:
        reading = asyncio.ensure_future(read_bare(endpoint, "run", RunState()))
    await asyncio.sleep(min(WARM_UP_S, seconds))
    before, cpu_s, reading_s, begun_s = _counts(endpoint), time.process_time(), TimedClient.reading_s, time.monotonic()
    await asyncio.sleep(seconds)
    took_s, cpu_s = time.monotonic() - begun_s, time.process_time() - cpu_s
    after = _counts(endpoint)
    assert reading is None or not reading.done(), reading
    assert after["bytes"] > before["bytes"], "nothing came: nothing was measured"
    assert run is None or run.connection.state == "live", run.connection
    return {
        "requests": (after["requests"] - before["requests"]) * 60 / took_s,
        "bytes": (after["bytes"] - before["bytes"]) * 0.06 / took_s,
        "cpu": cpu_s * 60_000 / took_s,
        "reading": (TimedClient.reading_s - reading_s) / took_s * 100,
    }


def _counts(endpoint: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{endpoint}/counts", timeout=60) as answer:
        return json.load(answer)  # type: ignore[no-any-return]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_count(sys.argv[1], sys.argv[2], float(sys.argv[3])))) + "\n")
    sys.stdout.flush()
    os._exit(0)
