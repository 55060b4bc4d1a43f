"""kill -9 at random points of many runs: whatever was acknowledged is there afterwards."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest

from tests.run_helpers import PATIENCE_S

PROJECT, DOMAIN = "flytesnacks", "development"
PHASES = ("QUEUED", "INITIALIZING", "RUNNING", "SUCCEEDED")


class Backends:
    """Starts backends on one file, one after the other."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "tests.backend.crash_worker"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> tuple[int, Api]:
        """Process id, and a connection to it."""
        stdin, stdout = self._pipes
        stdin.write(f"{self._file}\n")
        stdin.flush()
        pid, endpoint = json.loads(stdout.readline())
        return pid, Api(endpoint)

    def close(self) -> None:
        stdin, stdout = self._pipes
        stdin.close()
        self._worker.wait(10)
        stdout.close()

    @property
    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        return self._worker.stdin, self._worker.stdout


class Api:
    """Calls of TrackedRunService, as the SDK makes them to report a local run, or of another service."""

    def __init__(self, endpoint: str, service: str = "TrackedRunService") -> None:
        self._service = service
        parts = urlsplit(endpoint)
        self._path = parts.path
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)

    def call(self, method: str, request: dict[str, Any]) -> Any:
        path = f"{self._path}/flyteidl2.workflow.{self._service}/{method}"
        self._connection.request("POST", path, json.dumps(request), {"content-type": "application/json"})
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)

    def close(self) -> None:
        self._connection.close()


def run_id(number: int) -> dict[str, str]:
    return {"project": PROJECT, "domain": DOMAIN, "name": f"local-{number:04d}"}


def play(api: Api, number: int, told: list[tuple[str, int]]) -> None:
    """Report a run, action after action and phase after phase; what was acknowledged is added to `told`."""
    api.call("CreateRun", {"runId": run_id(number)})
    told.append(("a0", 0))
    for index in range(1, 1000):
        name = f"a{index}"
        for step, phase in enumerate(PHASES):
            at = f"2026-01-01T00:{index % 60:02d}:{step:02d}Z"
            event = {
                "id": {"run": run_id(number), "name": name},
                "attempt": 1,
                "version": step,
                "phase": f"ACTION_PHASE_{phase}",
                "updatedTime": at,
                "reportedTime": at,
            }
            api.call("ReportActions", {"runId": run_id(number), "updates": [{"parentName": "a0", "event": event}]})
            told.append((name, step))


def check(api: Api, number: int, told: list[tuple[str, int]]) -> None:
    """All that was acknowledged of a run is there: each action, in the last phase that was, with all its phases."""
    for name, step in dict(told).items():
        details = api.call("GetActionDetails", {"actionId": {"run": run_id(number), "name": name}})["details"]
        if name == "a0":
            continue
        seen = [item["phase"] for item in details["attempts"][0]["phaseTransitions"]]
        wanted = [f"ACTION_PHASE_{phase}" for phase in PHASES[: step + 1]]
        # One more may have been written whose answer never came.
        assert seen[: step + 1] == wanted, (number, name)
        assert len(seen) <= step + 2


def kill_amid(pid: int, told: list[tuple[str, int]], acknowledged: int, further_s: float) -> None:
    """Kill a backend some time after it has acknowledged so much."""
    give_up_s = time.monotonic() + PATIENCE_S
    while len(told) < acknowledged and time.monotonic() < give_up_s:
        time.sleep(0.001)
    time.sleep(further_s)
    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def backends(tmp_path: Path) -> Iterator[Backends]:
    backends = Backends(tmp_path / "runs.db")
    yield backends
    backends.close()


@pytest.mark.parametrize("runs", [20, pytest.param(200, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost(backends: Backends, runs: int) -> None:
    """Each run is cut short by kill -9, at whatever moment; the next backend on the file has all of it."""
    dice = random.Random(7)
    acknowledged: list[list[tuple[str, int]]] = []
    for number in range(runs):
        pid, api = backends.start()
        if acknowledged:
            check(api, number - 1, acknowledged[-1])
        told: list[tuple[str, int]] = []
        killer = threading.Thread(target=kill_amid, args=(pid, told, dice.randint(0, 20), dice.uniform(0.0, 0.02)))
        killer.start()
        try:
            play(api, number, told)
        except (OSError, http.client.HTTPException):
            pass  # as it should
        else:
            raise AssertionError("it was not killed")
        finally:
            killer.join()
            api.close()
        acknowledged.append(told)
    assert sum(map(len, acknowledged)) > 5 * runs
    pid, api = backends.start()
    for number, told in enumerate(acknowledged):
        check(api, number, told)
    api.close()
    os.kill(pid, signal.SIGKILL)
