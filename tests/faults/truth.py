"""What a backend says of a run, read by unary calls past any proxy; and what an `fw.Run` knows, in the same form."""

from __future__ import annotations

import json
import urllib.request
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import flyte_widgets as fw
from flyte_widgets.watch.access import watcher_of
from tests.server_process import ServerProcess


class Fact(NamedTuple):
    """What must be right of an action in the end. Times are epoch milliseconds."""

    phase: str
    parent: str
    group: str
    name: str
    attempts: int
    created_ms: float | None
    ended_ms: float | None


def truth(server: ServerProcess, run: str, service: str = "RunService") -> dict[str, Fact]:
    """Every action of the run, read one by one."""
    run_id = {"project": server.project, "domain": server.domain, "name": run}
    facts: dict[str, Fact] = {}
    token = ""
    while True:
        request = {"runId": run_id, "request": {"limit": 200, "token": token}}
        page = ask(server, service, "ListActions", request)
        for action in page.get("actions", []):
            name = action["id"]["name"]
            answer = ask(server, service, "GetActionDetails", {"actionId": {"run": run_id, "name": name}})
            facts[name] = _fact(name, answer["details"])
        token = page.get("token", "")
        if not token:
            return facts


def known(run: fw.Run) -> dict[str, Fact]:
    """Every action that a run knows of."""
    return {
        state.id: Fact(
            phase=str(state.phase.number) if state.phase else "",
            parent=state.parent,
            group=state.group,
            name=state.name,
            attempts=state.attempts,
            created_ms=state.created_ms,
            ended_ms=state.ended_ms,
        )
        for state in list(watcher_of(run).state)
    }


def without_times(facts: dict[str, Fact]) -> dict[str, Fact]:
    """All but the times."""
    return {name: fact._replace(created_ms=None, ended_ms=None) for name, fact in facts.items()}


def ask(server: ServerProcess, service: str, method: str, request: dict[str, Any]) -> Any:
    """A unary call in JSON, without any code of the package."""
    call = urllib.request.Request(
        f"{server.endpoint}/flyteidl2.workflow.{service}/{method}",
        data=json.dumps(request).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(call, timeout=10) as response:
        return json.load(response)


_NUMBERS = {
    "QUEUED": "1",
    "WAITING_FOR_RESOURCES": "2",
    "INITIALIZING": "3",
    "RUNNING": "4",
    "SUCCEEDED": "5",
    "FAILED": "6",
    "ABORTED": "7",
    "TIMED_OUT": "8",
    "PAUSED": "9",
    "RECOVERED": "10",
}


def _fact(name: str, details: dict[str, Any]) -> Fact:
    metadata, status = details["metadata"], details["status"]
    phase = str(status.get("phase", "")).removeprefix("ACTION_PHASE_")
    kind = metadata.get("task") or metadata.get("trace") or metadata.get("condition") or {}
    counted = [attempt.get("attempt", 0) for attempt in details.get("attempts", [])]
    return Fact(
        phase=_NUMBERS.get(phase, phase),
        parent=metadata.get("parent", ""),
        group=metadata.get("group", ""),
        name=kind.get("shortName") or kind.get("name") or name,
        attempts=max([status.get("attempts", 0), *counted]),
        created_ms=_ms(status.get("startTime")),
        ended_ms=_ms(status.get("endTime")),
    )


def _ms(text: str | None) -> float | None:
    since = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=timezone.utc) if text else None
    return since / timedelta(milliseconds=1) if since else None
