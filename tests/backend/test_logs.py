"""Logs of simulated runs, read and followed through faults."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FlyteWidgetsError, NotKeptError
from flyte_widgets.run.logs import LogLine
from tests.server_process import ServerProcess

END = 1e9


@pytest.fixture
def client(shared_server: ServerProcess) -> FlyteClient:
    return FlyteClient(shared_server.endpoint, project=shared_server.project, domain=shared_server.domain, console="")


def action_of(run: fw.Run, name: str) -> fw.Action:
    return next(action for action in run.actions.values() if action.name == name)


def test_an_ended_action_gives_all_its_lines(shared_server: ServerProcess, client: FlyteClient) -> None:
    """In order, with times, who wrote them, and only the last state of a progress bar."""
    run = fw.Run(shared_server.simulate(elapsed_s=END, log_lines=300), client=client)
    lines = action_of(run, "fold_0").logs()
    assert len(lines) == 300 + 3
    assert lines == sorted(lines, key=lambda line: line.time_ns or 0)
    assert (lines[0].originator, lines[2].originator) == ("system", "user")
    assert any(line.text.startswith("epoch 1: 100%") for line in lines)
    run.close()


def test_a_long_log_keeps_its_newest_lines(shared_server: ServerProcess, client: FlyteClient) -> None:
    run = fw.Run(shared_server.simulate(elapsed_s=END, log_lines=60_000), client=client)
    lines = action_of(run, "publish").logs()
    assert len(lines) == 20_000
    assert "publish done" in lines[-1].text
    run.close()


@pytest.mark.parametrize("quirk", ["", "logs_end_early"])
def test_a_running_action_is_followed_to_its_last_line(
    shared_server: ServerProcess, client: FlyteClient, quirk: str
) -> None:
    """Also where the stream ends cleanly after each look and replays: no line is lost, none comes twice."""

    async def follow() -> list[str]:
        return [line.text async for line in action_of(run, "fold_1").tail_logs()]

    quirks = [quirk] if quirk else []
    name = shared_server.simulate(elapsed_s=118, speed=8, log_lines=40, quirks=quirks)
    run = fw.Run(name, client=client)
    lines = asyncio.run(follow())
    whole = [line.text for line in action_of(run, "fold_1").logs()]
    assert lines == whole
    assert len(lines) == 40 + 3
    run.close()


@pytest.mark.parametrize("attempt", [0, -1, "2", 1.5, True])
def test_an_attempt_that_numbers_none_is_refused_at_once(
    shared_server: ServerProcess, client: FlyteClient, attempt: Any
) -> None:
    """It is not taken for the newest, and nothing is asked of the backend, again and again."""
    run = fw.Run(shared_server.simulate(elapsed_s=END), client=client)
    root = run.actions["a0"]

    async def follow() -> list[LogLine]:
        return [line async for line in root.tail_logs(attempt)]

    readers: list[Callable[[], object]] = [
        lambda: root.logs(attempt),
        lambda: root.report(attempt),
        lambda: asyncio.run(follow()),
        lambda: run.logs("a0", attempt),
    ]
    for read in readers:
        with pytest.raises(
            FlyteWidgetsError, match=re.escape(f"attempt is {attempt!r}. Give a whole number from 1 on")
        ):
            read()
    run.close()


def test_a_log_that_is_not_there_says_why(shared_server: ServerProcess, client: FlyteClient) -> None:
    """Nobody keeps logs; the pod took it along; a condition has none."""
    nowhere = fw.Run(shared_server.simulate(elapsed_s=END, quirks=["no_logs"]), client=client)
    with pytest.raises(NotKeptError, match="keeps no logs"):
        action_of(nowhere, "publish").logs()
    gone = fw.Run(shared_server.simulate(elapsed_s=END, quirks=["pod_gone"]), client=client)
    with pytest.raises(NotKeptError, match="not found"):
        action_of(gone, "publish").logs()
    with pytest.raises(NotKeptError, match="condition writes no log"):
        action_of(gone, "approve_release").logs()
    nowhere.close()
    gone.close()


def test_a_server_that_dies_in_the_middle_costs_no_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Killed twice while a log is followed; after each restart it replays, and goes on."""

    async def follow() -> list[str]:
        lines: list[str] = []
        async for line in action_of(run, "embed_corpus").tail_logs():
            lines.append(line.text)
            if len(lines) in (15, 30):
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)
        return lines

    server = ServerProcess(tmp_path_factory.mktemp("logs") / "runs.db")
    try:
        client = FlyteClient(server.endpoint, project=server.project, domain=server.domain, console="")
        run = fw.Run(server.simulate(elapsed_s=70, speed=10, log_lines=60), client=client)
        lines = asyncio.run(follow())
        assert len(lines) == len(set(lines)) == 60 + 3
        assert "embed_corpus done" in lines[-1]
        run.close()
    finally:
        server.stop()
