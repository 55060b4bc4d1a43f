"""A run reported from another process, whose reporter loses reports: what is not known is said, and not made up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.watch.access import watcher_of
from tests.backend.test_local_crash import Api, run_id
from tests.run_helpers import eventually, run_on
from tests.server_process import ServerProcess

AT = "2026-01-01T00:00:{:02d}Z"


@pytest.fixture
def api(shared_server: ServerProcess) -> Iterator[Api]:
    api = Api(shared_server.endpoint)
    yield api
    api.close()


def update(number: int, name: str, phase: str, version: int, *, attempt: int = 1, parent: str = "a0") -> dict[str, Any]:
    at = AT.format(version + 1)
    event = {
        "id": {"run": run_id(number), "name": name},
        "attempt": attempt,
        "version": version,
        "phase": f"ACTION_PHASE_{phase}",
        "updatedTime": at,
        "reportedTime": at,
    }
    return {"parentName": "" if name == "a0" else parent, "event": event}


def tell(api: Api, number: int, *updates: dict[str, Any]) -> None:
    api.call("ReportActions", {"runId": run_id(number), "updates": list(updates)})


def details(api: Api, number: int, name: str) -> Any:
    return api.call("GetActionDetails", {"actionId": {"run": run_id(number), "name": name}})["details"]


def said(api: Api, number: int, name: str) -> list[str]:
    events = [event for attempt in details(api, number, name)["attempts"] for event in attempt.get("clusterEvents", [])]
    return [event["message"] for event in events]


def test_an_end_that_nobody_told_is_not_known(api: Api) -> None:
    """Of 40 tasks, the ends of 37 are lost: they have no phase, they are not called aborted, and the run says 37."""
    number = 9001
    api.call("CreateRun", {"runId": run_id(number)})
    names = [f"a{i}" for i in range(1, 41)]
    tell(api, number, update(number, "a0", "RUNNING", 0), *[update(number, name, "RUNNING", 0) for name in names])
    tell(api, number, *[update(number, name, "SUCCEEDED", 1) for name in names[:3]])
    tell(api, number, update(number, "a0", "SUCCEEDED", 1))
    shown = {name: details(api, number, name)["status"].get("phase") for name in names}
    assert shown == {**dict.fromkeys(names[:3], "ACTION_PHASE_SUCCEEDED"), **dict.fromkeys(names[3:])}
    assert "endTime" not in details(api, number, "a9")["status"]
    assert said(api, number, "a9") == ["How it ended was not reported."]
    assert said(api, number, "a0") == ["37 reports are missing."]


def test_a_run_shows_that_an_end_is_not_known(api: Api, shared_server: ServerProcess) -> None:
    """Watched from before the end or from after it: no phase, no end, no length; ended, and drawn with a dashed end."""
    number = 9005
    api.call("CreateRun", {"runId": run_id(number)})
    names = ("a1", "a2")
    tell(api, number, update(number, "a0", "RUNNING", 0), *[update(number, name, "RUNNING", 0) for name in names])
    watched = run_on(shared_server, run_id(number)["name"])
    eventually(lambda: watched.counts == {P.RUNNING: 3})
    tell(api, number, update(number, "a1", "SUCCEEDED", 1), update(number, "a0", "SUCCEEDED", 3))
    for run in (watched, run_on(shared_server, run_id(number)["name"])):
        assert run.wait(120) is P.SUCCEEDED
        eventually(lambda run=run: run.actions["a2"].phase is None)  # type: ignore[misc]
        lost = run.actions["a2"]
        eventually(lambda lost=lost: lost.is_terminal)  # type: ignore[misc]
        assert (lost.phase, lost.ended, lost.duration) == (None, None, None)
        assert run.counts == {P.SUCCEEDED: 2}
        assert run.actions["a1"].phase is P.SUCCEEDED
        last = [row for row in run.segments() if row.action == "a2"][-1]
        assert (last.phase, last.end, last.inferred) == ("running", run.ended, True)
        eventually(lambda run=run: watcher_of(run).connection.state == "ended")  # type: ignore[misc]
    tell(api, number, update(number, "a2", "FAILED", 4))
    late = run_on(shared_server, run_id(number)["name"])
    assert late.actions["a2"].phase is P.FAILED


def test_reports_that_are_missing_in_between_are_counted(api: Api) -> None:
    """A gap in the numbers, an attempt and a parent that nobody reported: each is at least one report."""
    number = 9002
    api.call("CreateRun", {"runId": run_id(number)})
    tell(
        api,
        number,
        update(number, "a0", "RUNNING", 0),
        update(number, "a1", "SUCCEEDED", 1),
        update(number, "a2", "SUCCEEDED", 1, attempt=2),
        update(number, "a3", "SUCCEEDED", 0, parent="a9"),
        update(number, "a0", "SUCCEEDED", 1),
    )
    assert said(api, number, "a0") == ["4 reports are missing."]
    assert details(api, number, "a0")["status"]["phase"] == "ACTION_PHASE_SUCCEEDED"


def test_a_late_report_counts(api: Api) -> None:
    """What comes in after the end of the root after all replaces what was not known."""
    number = 9003
    api.call("CreateRun", {"runId": run_id(number)})
    tell(api, number, update(number, "a0", "RUNNING", 0), update(number, "a1", "RUNNING", 0))
    tell(api, number, update(number, "a0", "FAILED", 1))
    assert "phase" not in details(api, number, "a1")["status"]
    tell(api, number, update(number, "a1", "SUCCEEDED", 1))
    assert details(api, number, "a1")["status"]["phase"] == "ACTION_PHASE_SUCCEEDED"


def test_a_run_that_is_whole_says_nothing(api: Api) -> None:
    """No warning without a loss."""
    number = 9004
    api.call("CreateRun", {"runId": run_id(number)})
    tell(api, number, update(number, "a0", "RUNNING", 0), update(number, "a1", "RUNNING", 0))
    tell(api, number, update(number, "a1", "SUCCEEDED", 1), update(number, "a0", "SUCCEEDED", 1))
    assert said(api, number, "a0") == []
