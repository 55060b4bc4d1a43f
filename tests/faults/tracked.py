"""A run whose every report a test makes itself, through TrackedRunService."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

from tests.faults.truth import ask
from tests.server_process import ServerProcess


class TrackedRun:
    """Created by `create`; `report` says where an action is."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self.name = f"local-{time.monotonic_ns() % 10**9:09d}"
        self._run_id = {"project": server.project, "domain": server.domain, "name": self.name}
        self._versions = count(1)

    def create(self) -> str:
        self._call("CreateRun", {"runId": self._run_id})
        return self.name

    def report(self, phase: str, action: str = "a0", attempt: int = 1, *, ahead_s: float = 0.0) -> None:
        """`ahead_s`: by how much the clock that the report was made by is ahead."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + ahead_s))
        event = {
            "id": {"run": self._run_id, "name": action},
            "attempt": attempt,
            "phase": f"ACTION_PHASE_{phase}",
            "version": next(self._versions),
            "updatedTime": at,
            "reportedTime": at,
        }
        update = {"event": event, **({} if action == "a0" else {"parentName": "a0"})}
        self._call("ReportActions", {"runId": self._run_id, "updates": [update]})

    def _call(self, method: str, request: dict[str, Any]) -> None:
        ask(self._server, "TrackedRunService", method, request)
