"""Updates without a pause: one watcher, fed 20,000 in a second for 30 s, beside the SDK's `ActionDetails.watch`.

Each reads in a process of its own, from a server in another. Ours follows a run of 1,000 actions with `Run.watch()`,
every update a message that has the root besides (as the backend sends it), and is asked for an action and to abort one
meanwhile. The SDK follows one action, every update a message with its details. Both must see every update, and end with
the right state. The lag of an update is from when it was due at the server to when it was handed to whoever iterates.
One run each, of 30 s after a warm-up of 2 s: the spread is over the half seconds. Who is still behind 10 s after the
last update was due is given up: what it has not seen by then counts as missed. On a machine that has other work the lag
tells of that, too; the processor time of an update does not, and says how many could be taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.benchmarks.load_messages import RUN_NAME
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.table import Finding, Growth, Row, Target, beside

ACTIONS, RATE, SECONDS, WARM_UP_S = 1_000, 20_000, 30.0, 2.0
OURS, SDK = "Run.watch() (ours)", "ActionDetails.watch (SDK)"
EVERY_S = 0.5
PATIENCE_S = 10.0
"""How long after the last update was due it may come, before a reader is given up."""
START_S = 60.0
"""How long a reader may take until it sees the first one."""


class TooLateError(Exception):
    """The reader is so far behind that it is given up."""


class Seen:
    """What a reader has seen: how many updates, and when; and how it was answered meanwhile."""

    def __init__(self, seconds: float) -> None:
        self.count = 0
        self.right = False
        """Whether the state was right in the end."""
        self.answers_ms: list[float] = []
        self.abort_ms = 0.0
        self._seconds = seconds
        self._give_up_s = 0.0
        self.marks: list[tuple[float, int, float]] = []
        """Time, updates until then, processor time until then; every half second at most."""
        self._next_s = 0.0

    def one(self) -> None:
        """Count an update."""
        self.count += 1
        if not self.count & 63:
            now_s = time.monotonic()
            self._give_up_s = self._give_up_s or now_s + self._seconds + PATIENCE_S
            if now_s > self._give_up_s:
                raise TooLateError
            if now_s >= self._next_s:
                self._next_s = now_s + EVERY_S
                self.marks.append((now_s, self.count, time.process_time()))


async def read_ours(endpoint: str, seen: Seen) -> None:
    """Follow the run with ours, and ask for things meanwhile."""
    import flyte_widgets as fw

    fw.connect(endpoint, project="flytesnacks", domain="development", console="")
    run = fw.Run(RUN_NAME)
    actions = int(endpoint.rpartition("/")[2].split("-")[0])
    last = f"a{actions + 1}"

    def ask() -> None:
        while not run.is_terminal:
            begun_s = time.monotonic()
            run.actions["a0"].details()
            seen.answers_ms.append((time.monotonic() - begun_s) * 1000)
            time.sleep(EVERY_S)

    asking = threading.Thread(target=ask, daemon=True)
    async for change in run.watch():
        if change.action in ("a0", last) or change.previous is None or change.phase is fw.ActionPhase.SUCCEEDED:
            continue
        if not seen.count:
            asking.start()
        seen.one()
        if seen.count == actions:
            begun_s = time.monotonic()
            await asyncio.to_thread(run.actions[last].abort, "enough")
            seen.abort_ms = (time.monotonic() - begun_s) * 1000
    asking.join(5)
    seen.right = run.phase is fw.ActionPhase.SUCCEEDED and list(run.counts) == [fw.ActionPhase.SUCCEEDED]


async def read_sdk(endpoint: str, seen: Seen) -> None:
    """Follow the root with the SDK."""
    import flyte
    from flyte.remote import ActionDetails
    from flyteidl2.common import identifier_pb2

    await flyte.init.aio(endpoint=endpoint, insecure=True, project="flytesnacks", domain="development")
    run = identifier_pb2.RunIdentifier(project="flytesnacks", domain="development", name=RUN_NAME)
    details = None
    async for details in ActionDetails.watch.aio(identifier_pb2.ActionIdentifier(run=run, name="a0")):
        if not details.done():
            seen.one()
    seen.count -= 1  # the state at the beginning is no update
    seen.right = details is not None and details.phase.value == "succeeded"


READERS: dict[str, Callable[[str, Seen], Any]] = {OURS: read_ours, SDK: read_sdk}


@contextlib.contextmanager
def flood() -> Iterator[LoadServer]:
    """Start the server that floods."""
    server = LoadServer("tests.benchmarks.flood_server")
    try:
        yield server
    finally:
        server.close()


def watch(way: str, actions: int, rate: float, seconds: float) -> dict[str, Any]:
    """Watch with one of both in a process of its own; gives what it has seen."""
    with flood() as server:
        endpoint = server.endpoint(f"{actions}-{rate:g}-{seconds:g}")
        command = [sys.executable, "-m", "tests.benchmarks.sustained", way, endpoint, str(seconds)]
        told = subprocess.run(
            command, stdout=subprocess.PIPE, check=True, text=True, timeout=START_S + seconds + PATIENCE_S
        )
        seen: dict[str, Any] = json.loads(told.stdout.strip().splitlines()[-1])
        seen["begunS"] = server.ask(f"{actions}-{rate:g}-{seconds:g}", "begun")
    seen["sent"] = round(rate * seconds)
    return seen


def lags_ms(seen: dict[str, Any], rate: float, after_s: float) -> list[float]:
    """Give how late updates were, at each mark after a warm-up."""
    marks = [(at_s, count) for at_s, count, _ in seen["marks"] if at_s > seen["begunS"] + after_s]
    return [max(0.0, (at_s - seen["begunS"] - count / rate) * 1000) for at_s, count in marks]


def cpu_us(seen: dict[str, Any]) -> list[float]:
    """Give the processor time of an update, between each two marks."""
    pairs = zip(seen["marks"], seen["marks"][1:], strict=False)
    return [(cpu2 - cpu1) / (count2 - count1) * 1e6 for (_, count1, cpu1), (_, count2, cpu2) in pairs]


def seen_a_second(seen: dict[str, Any]) -> list[float]:
    """Give how many updates were seen in a second, between each two marks."""
    pairs = zip(seen["marks"], seen["marks"][1:], strict=False)
    return [(count2 - count1) / (at2 - at1) for (at1, count1, _), (at2, count2, _) in pairs]


def measure(rate: float = RATE, seconds: float = SECONDS, warm_up_s: float = WARM_UP_S) -> list[Finding]:
    """Flood both, and tell lag, losses, answers meanwhile and processor time; then the latter at other rates."""
    told = {way: watch(way, ACTIONS, rate, seconds + warm_up_s) for way in READERS}
    lags = {way: lags_ms(seen, rate, warm_up_s) for way, seen in told.items()}
    lag = beside(f"lag at {rate:,.0f} updates/s", "ms", lags)
    lost = beside("updates missed, or a wrong end", "", {way: [float(missed(seen))] for way, seen in told.items()})
    speeds = {way: seen_a_second(seen) for way, seen in told.items()}
    speed = beside(f"updates seen a second, of {rate:,.0f}", "", speeds, more_is_better=True)
    cpu = beside("processor time of an update", "µs", {way: cpu_us(seen) for way, seen in told.items()})
    ours = told[OURS]
    answers = beside("an action read meanwhile", "ms", {OURS: ours["answersMs"]})
    answers += beside("an abort meanwhile", "ms", {OURS: [ours["abortMs"]]})
    worst = Row(f"worst lag at {rate:,.0f} updates/s", OURS, max(lags[OURS]), min(lags[OURS]), max(lags[OURS]), "ms")
    return [
        *lag,
        worst,
        *lost,
        *speed,
        *cpu,
        *answers,
        Target(5, worst, limit=1_000),
        Target(5, lost[0], limit=0),
        scaling((rate / 4, rate / 2, rate), min(seconds, 5.0)),
    ]


def missed(seen: dict[str, Any]) -> int:
    """Count what was not seen; a wrong state in the end counts as one."""
    return abs(int(seen["sent"]) - int(seen["count"])) + (not seen["right"])


def scaling(rates: tuple[float, ...], seconds: float) -> Growth:
    """Tell what share of a core ours takes at these rates."""
    shares = []
    for rate in rates:
        each_us = statistics.median(cpu_us(watch(OURS, ACTIONS, rate, seconds)))
        shares.append((round(rate), each_us * rate / 1e4))
    return Growth("share of a core", "updates/s", "%", tuple(shares))


def _main() -> None:
    way, endpoint, seconds = sys.argv[1:]
    seen = Seen(float(seconds))
    asyncio.run(_read(READERS[way], endpoint, seen))


async def _read(reader: Callable[[str, Seen], Any], endpoint: str, seen: Seen) -> None:
    with contextlib.suppress(TooLateError):
        await reader(endpoint, seen)
    told = {"count": seen.count, "marks": seen.marks, "right": seen.right}
    sys.stdout.write(json.dumps({**told, "answersMs": seen.answers_ms, "abortMs": seen.abort_ms}) + "\n")
    sys.stdout.flush()
    os._exit(0)  # what is behind has much to clear away, and that is not measured


if __name__ == "__main__":
    _main()
