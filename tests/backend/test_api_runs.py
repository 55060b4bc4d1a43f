"""Lists of runs: filters and pages as the real services take them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import pytest

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.runs import PageStart, RunFilter, RunQuery
from flyte_widgets.errors import InvalidArgumentError, ProtocolError, UnauthenticatedError
from flyte_widgets.phases import ActionPhase
from tests.api_calls import call
from tests.recorded import Recorded
from tests.scripted_server import Request, ScriptedServer, http_json

T = TypeVar("T")
START = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)


def sent(server: ScriptedServer) -> list[Any]:
    return [request.message for request in server.requests if request.method == "ListRuns"]


@pytest.mark.parametrize(
    ("case", "query"),
    [
        ("ListRuns-phase-equal", RunQuery(phases=(ActionPhase.SUCCEEDED,))),
        ("ListRuns-paused-only-some", RunQuery(paused_only=True)),
        ("ListRuns-name-equal", RunQuery(filters=(RunFilter("run_name", "EQUAL", ("r87kkv29qwlclqzwzh9w",)),))),
        ("ListRuns", RunQuery()),
        ("ListRuns-paused-only", RunQuery(paused_only=True)),
    ],
)
def test_runs_are_read_as_recorded(scripted: ScriptedServer, case: str, query: RunQuery) -> None:
    recorded = Recorded(case)
    scripted.reply("ListRuns", recorded.response)
    page = call(scripted, lambda client: client.runs.list_runs(query, limit=5))
    told = [run["action"] for run in recorded.answer.get("runs", [])]
    assert [run.name for run in page.runs] == [one["id"]["run"]["name"] for one in told]
    assert [run.task_name for run in page.runs] == [one["metadata"]["task"]["shortName"] for one in told]
    assert [ActionPhase.of(run.action.status.phase) for run in page.runs] == [
        ActionPhase.of(one["status"]["phase"]) for one in told
    ]
    (request,) = sent(scripted)
    theirs = recorded.request.get("request", {})
    assert request["request"]["limit"] == 5
    assert request["request"]["filters"] == theirs.get("filters", [])
    assert request.get("pausedActionsOnly", False) == recorded.request.get("pausedActionsOnly", query.paused_only)
    assert request["projectId"] == {"organization": "o", "name": "flytesnacks", "domain": "development"}


def test_a_whole_query_is_sent(scripted: ScriptedServer) -> None:
    scripted.reply("ListRuns", http_json(200, {}))
    query = RunQuery(
        project="p",
        domain="d",
        task="env.main",
        phases=(ActionPhase.FAILED, ActionPhase.RUNNING),
        since=START,
        until=START + timedelta(hours=1),
        name_contains="R8",
    )
    page = call(scripted, lambda client: client.runs.list_runs(query, limit=1_000))
    assert page == ([], None)
    (request,) = sent(scripted)
    assert request["request"] == {
        "limit": 200,
        "token": "",
        "filters": [
            {"field": "task_name", "function": "EQUAL", "values": ["env.main"]},
            {"field": "phase", "function": "VALUE_IN", "values": ["6", "4"]},
            {"field": "created_at", "function": "GREATER_THAN_OR_EQUAL", "values": ["2026-11-28T12:00:00.000000Z"]},
            {"field": "created_at", "function": "LESS_THAN_OR_EQUAL", "values": ["2026-11-28T13:00:00.000000Z"]},
            {"field": "run_name", "function": "CONTAINS_CASE_INSENSITIVE", "values": ["R8"]},
        ],
        "sortByFields": [{"key": "created_at", "direction": "DESCENDING"}],
    }
    assert request["projectId"] == {"organization": "o", "name": "p", "domain": "d"}


class Owners:
    """A backend that knows the owner under one name only, as they do."""

    def __init__(self, server: ScriptedServer, name: str) -> None:
        self.asked: list[str] = []
        self._name = name
        server.reply("ListRuns", self.answer)

    def answer(self, request: Request) -> bytes:
        (one,) = request.message["request"]["filters"]
        self.asked.append(one["field"])
        if one["field"] == self._name:
            return http_json(200, {})
        refusal = json.loads(json.dumps(Recorded("ListRuns-created-by").answer).replace("created_by", one["field"]))
        return http_json(400, refusal)


@pytest.mark.parametrize("name", ["created_by", "created_by_subject"])
def test_the_owner_is_found_under_either_name_and_remembered(scripted: ScriptedServer, name: str) -> None:
    owners = Owners(scripted, name)

    async def use(client: FlyteClient) -> None:
        for _ in range(3):
            await client.runs.list_runs(RunQuery(owner="me"))

    call(scripted, use)
    assert owners.asked[-3:] == [name] * 3
    assert len(owners.asked) == (3 if name == "created_by" else 4)


def test_a_backend_that_knows_no_owner_says_so(scripted: ScriptedServer) -> None:
    owners = Owners(scripted, "nothing")
    with pytest.raises(InvalidArgumentError, match="invalid filter field: created_by") as caught:
        call(scripted, lambda client: client.runs.list_runs(RunQuery(owner="me")))
    assert "subject" not in str(caught.value)
    assert owners.asked == ["created_by", "created_by_subject"]


def test_a_field_that_is_refused_is_the_callers_to_handle(scripted: ScriptedServer) -> None:
    scripted.reply("ListRuns", Recorded("ListRuns-created-by").response)
    with pytest.raises(InvalidArgumentError, match="invalid filter field"):
        call(scripted, lambda client: client.runs.list_runs(RunQuery(filters=(RunFilter("x", "EQUAL", ("y",)),))))
    assert len(sent(scripted)) == 1


class Table:
    """Runs, newest first, listed as an open-source backend does; one more arrives before each page."""

    def __init__(self, server: ScriptedServer, count: int, *, same_instant: int = 0) -> None:
        self.arrived = 0
        self.runs = [(f"r{i}", START - timedelta(seconds=max(i, same_instant))) for i in range(count)]
        server.reply("ListRuns", self.answer)

    def answer(self, request: Request) -> bytes:
        self.arrived += 1
        self.runs.insert(0, (f"new{self.arrived}", START + timedelta(seconds=self.arrived)))
        wanted = request.message["request"]
        runs = self.runs
        for one in wanted["filters"]:
            assert one["function"] == "LESS_THAN_OR_EQUAL"
            last = datetime.fromisoformat(one["values"][0].replace("Z", "+00:00"))
            runs = [run for run in runs if run[1] <= last]
        begin = int(wanted["token"] or 0)
        end = begin + wanted["limit"]
        page = [
            {
                "action": {
                    "id": {"run": {"name": name}, "name": "a0"},
                    "status": {"startTime": created.isoformat().replace("+00:00", "Z")},
                }
            }
            for name, created in runs[begin:end]
        ]
        return http_json(200, {"runs": page, "token": str(end) if end < len(runs) else ""})


@pytest.mark.parametrize("same_instant", [0, 450])
@pytest.mark.parametrize("count", [1, 199, 650])
def test_every_run_comes_once_while_others_arrive(scripted: ScriptedServer, count: int, same_instant: int) -> None:
    Table(scripted, count, same_instant=same_instant)

    async def use(client: FlyteClient) -> list[str]:
        return [run.name async for run in client.runs.iterate()]

    names = call(scripted, use)
    assert [name for name in names if name.startswith("r")] == [f"r{i}" for i in range(count)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("limit", [0, 1, 3, 250])
def test_no_more_runs_than_asked_for(scripted: ScriptedServer, limit: int) -> None:
    Table(scripted, 650)

    async def use(client: FlyteClient) -> int:
        return len([run async for run in client.runs.iterate(limit=limit)])

    assert call(scripted, use) == limit


def test_a_list_that_goes_in_circles_ends(scripted: ScriptedServer) -> None:
    run = {"action": {"id": {"run": {"name": "r1"}}}}
    scripted.reply("ListRuns", http_json(200, {"runs": [run], "token": "again"}))

    async def use(client: FlyteClient) -> list[str]:
        return [run.name async for run in client.runs.iterate()]

    with pytest.raises(ProtocolError, match="same page"):
        call(scripted, use)


def test_a_page_begins_where_the_last_one_ended(scripted: ScriptedServer) -> None:
    Table(scripted, 650)

    async def use(client: FlyteClient) -> None:
        page = await client.runs.list_runs(limit=10)
        assert page.next_page is not None
        assert page.next_page == PageStart(page.runs[-1].action.status.start_time + timedelta(microseconds=1))
        following = await client.runs.list_runs(limit=10, start=page.next_page)
        assert following.runs[0].name == page.runs[-1].name

    call(scripted, use)


def test_who_the_caller_is(scripted: ScriptedServer) -> None:
    scripted.reply("UserInfo", Recorded("UserInfo").response)
    scripted.then("UserInfo", http_json(200, {"subject": "s", "name": "N", "preferredUsername": "n", "email": "e"}))

    async def use(client: FlyteClient) -> None:
        with pytest.raises(UnauthenticatedError):
            await client.runs.user_info()
        who = await client.runs.user_info()
        assert (who.subject, who.name, who.preferred_username, who.email) == ("s", "N", "n", "e")

    call(scripted, use)
