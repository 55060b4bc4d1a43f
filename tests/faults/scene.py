"""A backend process, a proxy that does harm, a run on the one watched through the other, and a witness."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.loop import THREAD_NAME, background
from flyte_widgets.watch.status import Connection
from tests.fault_proxy import FaultProxy
from tests.faults.truth import Fact, known, truth, without_times
from tests.run_helpers import PATIENCE_S
from tests.server_process import ServerProcess


class Diary:
    """Remembers everything that a run's connection was said to be."""

    def __init__(self, run: fw.Run) -> None:
        self._watcher = watcher_of(run)
        self.entries: list[tuple[float, Connection]] = [(time.monotonic(), self._watcher.connection)]
        self._watcher.subscribe(self)

    def run_updated(self, update: Any) -> None:
        if self._watcher.connection != self.entries[-1][1]:
            self.entries.append((time.monotonic(), self._watcher.connection))

    @property
    def states(self) -> list[str]:
        """The states in their order, without repetitions."""
        states = [connection.state for _, connection in list(self.entries)]
        return [state for i, state in enumerate(states) if i == 0 or states[i - 1] != state]

    def of(self, state: str) -> Connection | None:
        """The last thing that was said in a state."""
        return next((connection for _, connection in reversed(list(self.entries)) if connection.state == state), None)


class Scene:
    """One run seen through one proxy. `said` is what the report tells: the worst that the user was told."""

    def __init__(self, server: ServerProcess, proxy: FaultProxy, **client: Any) -> None:
        self.server, self.proxy = server, proxy
        self.client = FlyteClient(proxy.endpoint, project=server.project, domain=server.domain, **client)
        self._threads_before = _threads()
        self.run: fw.Run
        self.diary: Diary

    def watch(self, name: str, **options: Any) -> fw.Run:
        """Begin to watch a run."""
        self.name = name
        self.run = fw.Run(name, client=self.client, **options)
        self.diary = Diary(self.run)
        return self.run

    def simulate(self, *, seconds: float = 2.5, seed: int = 0, **spec: Any) -> fw.Run:
        """Watch a new simulated run of 30 actions that takes about so long."""
        return self.watch(self.server.simulate(seed=seed, actions=30, speed=_LENGTH_S[seed] / seconds, **spec))

    def until(self, condition: Callable[[], Any], timeout_s: float = PATIENCE_S) -> float:
        """Wait for something; returns the seconds it took."""
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() < begun + timeout_s, f"not within {timeout_s} s; said: {self.diary.entries[-5:]}"
            time.sleep(0.02)
        return time.monotonic() - begun

    def until_said(self, *states: str, timeout_s: float = PATIENCE_S) -> Connection:
        """Wait until the connection is in one of these states."""
        self.until(lambda: self.run.connection.state in states, timeout_s)
        return self.run.connection

    def until_ended(self, server_name: str | None = None) -> dict[str, Fact]:
        """Wait until the backend has ended the run; returns the truth then."""
        name = server_name or self.name
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(OSError):
                facts = truth(self.server, name)
                if facts["a0"].phase in _TERMINAL and all(fact.phase in _TERMINAL for fact in facts.values()):
                    return facts
            time.sleep(0.1)
        raise AssertionError(f"the backend has not ended run {name}")

    def expect_truth(
        self, facts: dict[str, Fact] | None = None, *, times: bool = True, within_s: float = PATIENCE_S
    ) -> float:
        """Wait until all that is known equals the truth, action by action; returns the seconds that it took."""
        begun = time.monotonic()
        facts = facts if facts is not None else self.until_ended()
        shape: Callable[[dict[str, Fact]], dict[str, Fact]] = (lambda whole: whole) if times else without_times
        while shape(known(self.run)) != shape(facts) and time.monotonic() < begun + within_s:
            time.sleep(0.02)
        took_s = time.monotonic() - begun
        now = shape(known(self.run))
        wrong = {name: (now.get(name), fact) for name, fact in shape(facts).items() if now.get(name) != fact}
        assert not wrong, (
            f"{len(wrong)} of {len(facts)} are wrong: {dict(list(wrong.items())[:3])}, {self.diary.states}"
        )
        assert set(now) == set(facts)
        return took_s

    def expect_ended(self, timeout_s: float = PATIENCE_S) -> None:
        """The watch ends by itself, and the streams with it."""
        assert self.run.wait(timeout_s) is not None
        self.until_said("ended", timeout_s=timeout_s)  # once its children have ended, too
        assert self.run.connection.message == ""

    def expect_nothing_left(self) -> None:
        """No task on the background loop, no connection, no further thread."""
        self.run.close()
        background().call(self.client.aclose())
        deadline = time.monotonic() + PATIENCE_S
        while (self.proxy.open_count or _tasks()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not _tasks()
        assert self.proxy.open_count == 0
        further = _threads() - self._threads_before
        assert not further - Counter({THREAD_NAME: 1}), further  # the loop, where this is the first scene


def _threads() -> Counter[str]:
    """Our threads in this process, by name. Other files' tests leave some for good: a publisher, a backend."""
    return Counter(thread.name for thread in threading.enumerate() if thread.name.startswith(THREAD_NAME))


_TERMINAL: Collection[str] = ("5", "6", "7", "8", "10")
#: How long the simulated runs of 30 actions take at speed 1, by their seed.
_LENGTH_S = {0: 44.5, 1: 49.2, 2: 63.4, 3: 39.9, 4: 46.2}


def selection(rows: Sequence[tuple[Any, ...]], *short: str) -> list[Any]:
    """Rows of a table as a test's parameters, named by their first column; all but `short` are for `make faults`."""
    assert set(short) <= {row[0] for row in rows}
    return [pytest.param(*row, id=row[0], marks=() if row[0] in short else pytest.mark.long) for row in rows]


def _tasks() -> list[asyncio.Task[Any]]:
    async def others() -> list[asyncio.Task[Any]]:
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    return background().call(others())
