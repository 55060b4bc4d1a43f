"""Lists of runs: `fw.Runs`, and `flyte-widgets runs`, on a real server process."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import ConfigError, UnauthenticatedError
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.listing import run_choice
from flyte_widgets.watch import runs as watch_runs
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.runs_counts import RunCounter
from flyte_widgets.watch.runs_list import RunList
from flyte_widgets.watch.runs_poll import RunsPoll
from tests.run_helpers import END, client_of
from tests.scripted_server import Request, ScriptedServer, http_json
from tests.server_process import ServerProcess

MANY = 230
"""More than a page, which is 200."""


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A server of this file's own, whose runs are known."""
    process = ServerProcess()
    for number in range(MANY):
        process.simulate(seed=number, actions=1, elapsed_s=END, outcome="failed" if number % 23 == 0 else "succeeded")
    yield process
    process.stop()


def runs_of(server: ServerProcess, *args: Any, **options: Any) -> fw.Runs:
    return fw.Runs(*args, client=client_of(server), since=None, **options)


def command(server: ServerProcess, *options: str) -> list[str]:
    where = ["--endpoint", server.endpoint, "--project", server.project, "--domain", server.domain, "--since", "all"]
    return [sys.executable, "-m", "flyte_widgets", "runs", *where, *options]


def test_runs_come_newest_first_each_once(server: ServerProcess) -> None:
    """Over more than a page; `len` and iteration agree, and each is an `fw.Run`."""
    runs = runs_of(server)
    names = [run.name for run in runs]
    assert len(names) == len(set(names)) == len(runs) == MANY
    rows = runs.to_dict()
    assert [row["name"] for row in rows] == names
    assert [row["started"] for row in rows] == sorted((row["started"] for row in rows), reverse=True)
    assert runs[0].phase in (P.FAILED, P.SUCCEEDED)
    assert isinstance(runs[0], fw.Run)


def test_pandas_has_a_row_a_run(server: ServerProcess) -> None:
    """With pandas' own types of times."""
    import pandas as pd

    frame = runs_of(server, limit=5).to_pandas()
    assert list(frame["name"]) == [run.name for run in runs_of(server, limit=5)]
    assert str(frame["started"].dtype).startswith("datetime64")
    assert (frame["duration"] >= pd.Timedelta(0)).all()


def test_slices_read_no_more_than_they_need(server: ServerProcess) -> None:
    """The first ten cost one page; the last one costs all."""
    runs = runs_of(server)
    assert repr(runs) == "Runs(flytesnacks/development)"
    assert len(runs[:10]) == 10
    assert repr(runs) == "Runs(flytesnacks/development, 200 or more)"
    assert runs[-1].name == list(runs)[-1].name
    assert repr(runs) == f"Runs(flytesnacks/development, {MANY})"
    with pytest.raises(IndexError, match=f"There are {MANY} runs"):
        runs[MANY]


def test_filters_and_limit(server: ServerProcess) -> None:
    """By phase and by name on the server, a search in what was read; never more than the limit."""
    failed = runs_of(server, phase="failed")
    assert len(failed) == len(range(0, MANY, 23))
    assert {run.phase for run in failed} == {P.FAILED}
    assert len(runs_of(server, phase=["failed", "succeeded"])) == MANY
    assert len(runs_of(server, limit=7)) == 7
    assert [run.name for run in runs_of(server, limit=7)] == [run.name for run in runs_of(server)[:7]]
    oldest = runs_of(server)[-1].name
    assert [run.name for run in runs_of(server, search=oldest.upper())] == [oldest]
    task = runs_of(server).to_dict()[0]["task"]
    assert len(runs_of(server, task)) == MANY
    assert len(runs_of(server, task.rpartition(".")[2])) == MANY
    assert not runs_of(server, "no.such")
    assert not runs_of(server, phase="paused")
    with pytest.raises(ConfigError, match="is no length of time"):
        fw.Runs(since="long ago", client=client_of(server))


def test_who_is_not_known_has_no_runs_of_their_own(scripted: ScriptedServer) -> None:
    """A backend without identities says so, instead of an empty list."""
    scripted.reply("UserInfo", http_json(401, {"code": "unauthenticated", "message": "no identity"}))
    with pytest.raises(UnauthenticatedError):
        len(fw.Runs(mine=True, client=FlyteClient(scripted.url, project="p", domain="d")))


def test_mine_are_those_that_i_started(server: ServerProcess) -> None:
    """The embedded backend knows one person, who started all."""
    assert len(runs_of(server, mine=True)) == MANY


def test_a_filter_that_the_backend_refuses_is_done_here_and_said(scripted: ScriptedServer) -> None:
    """Each backend has its own allow-list: what it refuses is looked for in what was read."""

    def answer(request: Request) -> bytes:
        if any(one["field"] == "phase" for one in request.message["request"]["filters"]):
            return http_json(400, {"code": "invalid_argument", "message": "invalid filter field: phase"})
        phases = ["ACTION_PHASE_FAILED", "ACTION_PHASE_SUCCEEDED", "ACTION_PHASE_FAILED"]
        return http_json(200, {"runs": [listed(f"r{at}", phase) for at, phase in enumerate(phases)]})

    scripted.reply("ListRuns", answer)
    runs = fw.Runs(phase="failed", client=FlyteClient(scripted.url, project="p", domain="d"), since=None)
    assert [run.name for run in runs] == ["r0", "r2"]
    assert runs.notes == ["The backend does not filter by the phase: done over the 3 runs read so far."]


def listed(name: str, phase: str) -> dict[str, Any]:
    """A run as ListRuns gives it."""
    at = f"2026-11-28T12:00:0{9 - int(name[1:])}Z"
    return {
        "action": {
            "id": {"name": "a0", "run": {"project": "p", "domain": "d", "name": name}},
            "status": {"phase": phase, "startTime": at},
        }
    }


def test_watch_tells_new_runs_and_changes(shared_server: ServerProcess) -> None:
    """First what is there, then a run that begins, then its end."""

    async def follow() -> list[fw.RunChange]:
        name, found = "", []
        async for change in fw.Runs(client=client_of(shared_server)).watch():
            if not name:
                name = shared_server.simulate(seed=3, actions=3, speed=20)
            elif change.run.name == name:
                found.append(change)
                if change.phase is not None and change.phase.is_terminal:
                    break
        return found

    shared_server.simulate(seed=1, actions=1, elapsed_s=100, hold=True)
    changes = asyncio.run(follow())
    assert changes[0].before is None
    assert [change.before for change in changes[1:]] == [change.phase for change in changes[:-1]]


def test_a_first_read_that_is_slow_is_not_made_twice(scripted: ScriptedServer) -> None:
    """A cell begins to read the list, and the page that shows it does, too: the second goes on with what comes next."""
    scripted.reply("ListRuns", http_json(200, {"runs": [listed("r0", "ACTION_PHASE_RUNNING")]}))

    async def read() -> None:
        runs = RunList(FlyteClient(scripted.url, project="p", domain="d"), run_choice(), "", "", None)
        poll = RunsPoll(runs, lambda: None)
        await asyncio.gather(poll.read(), poll.read())

    background().call(read())
    asked = [request.message for request in scripted.requests if request.method == "ListRuns"]
    assert [each.get("pausedActionsOnly", False) for each in asked] == [False, True]


def test_a_run_whose_actions_cannot_be_counted_holds_up_nothing(scripted: ScriptedServer) -> None:
    """Its counts stay as they were; the list is read on, and says that all is well."""
    phase = "ACTION_PHASE_RUNNING"
    scripted.reply("ListRuns", lambda _request: http_json(200, {"runs": [listed("r0", phase)]}))
    scripted.reply("UserInfo", http_json(200, {}))
    scripted.reply("ListActions", http_json(200, {"actions": []}))
    scripted.then("ListActions", http_json(500, {"code": "internal", "message": "broken"}))

    async def read() -> list[str]:
        counted = asyncio.Event()
        runs = RunList(FlyteClient(scripted.url, project="p", domain="d"), run_choice(), "", "", None)
        counter = RunCounter(lambda _name, _counts: counted.set())
        poll = RunsPoll(runs, lambda: None, counter.refresh)
        await poll.read()
        counter.look_at(runs, frozenset({"r0"}))
        await counted.wait()
        nonlocal phase
        phase = "ACTION_PHASE_SUCCEEDED"  # so that it is counted anew
        states: list[str] = []
        for _ in range(8):
            await poll.read()
            states.append(poll.connection.state)
        assert runs["r0"].phase is P.SUCCEEDED
        return states

    assert background().call(read()) == ["live"] * 8
    assert [request.method for request in scripted.requests].count("ListActions") >= 2


def test_watch_waits_out_an_outage_before_the_first_run(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project without runs was read: from then on it is watched, whatever comes between."""
    monkeypatch.setattr(watch_runs, "IDLE_S", 0.01)
    scripted.reply("ListRuns", http_json(200, {}))
    scripted.then("ListRuns", http_json(503, {"code": "unavailable", "message": "away"}))
    scripted.then("ListRuns", http_json(200, {"runs": [listed("r0", "ACTION_PHASE_RUNNING")]}))

    async def first() -> str:
        async for change in fw.Runs(client=FlyteClient(scripted.url, project="p", domain="d"), since=None).watch():
            return change.run.name
        return ""

    assert asyncio.run(first()) == "r0"


def test_the_command_line_lists(server: ServerProcess) -> None:
    """Piped: a line a run, 20 of them; as JSON: all, an object a line; with filters."""
    done = subprocess.run(command(server), capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and more than 180 older"
    newest = runs_of(server)[0].name
    assert newest in lines[0]
    assert "\x1b" not in done.stdout
    done = subprocess.run(command(server, "--phase", "failed", "--json"), capture_output=True, text=True, check=True)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["name"] for one in objects] == [run.name for run in runs_of(server, phase="failed")]
    assert {one["phase"] for one in objects} == {"failed"}
    done = subprocess.run(command(server, "--search", "nothing-like-it"), capture_output=True, text=True, check=True)
    assert done.stdout.startswith('No run matches "nothing-like-it" in flytesnacks / development on ')
    done = subprocess.run(command(server, "--phase", "fialed"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("flyte-widgets: phase='fialed' is no phase")
