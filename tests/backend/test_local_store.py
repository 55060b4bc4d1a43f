"""What is acknowledged is kept: across restarts, across kill -9. And a stream leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flyte_widgets.local import LocalBackend
from flyte_widgets.local.services import describe
from flyte_widgets.local.services.records import ROOT_ACTION, RunKey, RunRecord, report
from flyte_widgets.local.services.store import Store
from flyte_widgets.phases import ActionPhase
from tests.run_helpers import PATIENCE_S, eventually
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

KEY = RunKey("flytesnacks", "development", "r1")


def make_run(store: Store, key: RunKey = KEY) -> None:
    run = RunRecord(key, labels={"team": "data"})
    spec = describe.task(key, "etl.pipeline")
    root = run.add(describe.details(run.action_id(ROOT_ACTION), spec), spec, at_us=1_000_000)
    run.apply(root, report(root, ActionPhase.QUEUED, at_us=1_000_000))
    store.create(run)


def told(store: Store, key: RunKey = KEY) -> list[tuple[bytes, bytes, list[bytes], dict[int, int]]]:
    with store.read(key) as run:
        return [
            (
                record.details.SerializeToString(deterministic=True),
                record.spec,
                [event.SerializeToString(deterministic=True) for event in record.events],
                {phase: count for phase, count in record.counts.items() if count},
            )
            for record in run.actions.values()
        ]


def test_a_run_read_back_is_the_run_that_was_kept(tmp_path: Path) -> None:
    """Actions, specs, reports, counts, labels: all of a run is there after the file was closed and opened."""
    store = Store(tmp_path / "runs.db")
    make_run(store)
    with store.change(KEY) as run:
        for index in range(1, 40):
            spec = describe.task(KEY, "etl.square")
            parent = f"a{index // 3}"
            details = describe.details(run.action_id(f"a{index}"), spec, parent=parent, group="square")
            record = run.add(details, spec, at_us=2_000_000)
            for phase in (ActionPhase.QUEUED, ActionPhase.RUNNING, ActionPhase.FAILED)[: 1 + index % 3]:
                run.apply(record, report(record, phase, at_us=3_000_000))
        run.abort(run.actions["a3"], "stuck", at_us=4_000_000)
    before = told(store)
    store.close()
    store = Store(tmp_path / "runs.db")
    assert told(store) == before
    assert [(key, labels) for key, _, labels in store.roots()] == [(KEY, {"team": "data"})]
    store.close()


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    """Half a change is neither in the file nor in memory."""
    store = Store(tmp_path / "runs.db")
    make_run(store)
    before = told(store)
    with pytest.raises(KeyError):
        _abort_root_and_nobody(store)
    assert told(store) == before
    store.close()


def test_what_was_acknowledged_survives_a_kill(start_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    """Whatever moment kill -9 hits, every PUT that was answered is there after the restart."""
    server = start_server(tmp_path / "runs.db")
    path = urlsplit(server.endpoint).path
    acknowledged: list[int] = []
    dice = random.Random(1)
    for _ in range(5):
        killer = threading.Timer(dice.uniform(0.1, 0.5), server.kill)
        killer.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        try:
            while True:
                number = len(acknowledged)
                connection.request("PUT", f"{path}/data/{number}", body=json.dumps(number))
                assert connection.getresponse().read() == b""
                acknowledged.append(number)
        except (OSError, http.client.HTTPException):
            connection.close()
        killer.join()
        server.start()
    assert len(acknowledged) > 50
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    for number in acknowledged:
        connection.request("GET", f"{path}/data/{number}")
        assert json.loads(connection.getresponse().read()) == number
    connection.close()


def test_a_restart_keeps_every_run(start_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    """The SDK hears of every run the same before and after."""
    server = start_server(tmp_path / "runs.db")
    names = [server.simulate(seed=seed, actions=20, elapsed_s=1e9) for seed in range(4)]
    names.append(server.simulate(elapsed_s=102, hold=True))
    before = _describe(server, names)
    server.stop()
    server.start()
    assert _describe(server, names) == before


def test_a_client_that_goes_away_leaves_no_stream() -> None:
    """A watch of a run in which nothing happens any more ends on the server, too, when its client hangs up."""
    backend = LocalBackend(None, 0)
    name = backend.simulate({"elapsed_s": 1e9})
    body = json.dumps({"runId": {"project": KEY.project, "domain": KEY.domain, "name": name}}).encode()
    frame = b"\0" + len(body).to_bytes(4, "big") + body
    path = f"{urlsplit(backend.endpoint).path}/flyteidl2.workflow.RunService/WatchActions"
    streams = [http.client.HTTPConnection("127.0.0.1", backend.port, timeout=PATIENCE_S) for _ in range(8)]
    answers = []
    for stream in streams:
        stream.request("POST", path, body=frame, headers={"content-type": "application/connect+json"})
        answers.append(stream.getresponse())
        assert answers[-1].read(5)[0] == 0
    assert backend.store.changes.watcher_count == 8
    for stream, answer in zip(streams, answers, strict=True):
        answer.close()
        stream.close()
    eventually(lambda: backend.store.changes.watcher_count == 0)
    backend.stop()


def ended_run(store: Store, name: str, actions: int) -> RunKey:
    key = KEY._replace(name=name)
    make_run(store, key)
    with store.change(key) as run:
        for index in range(1, actions):
            spec = describe.task(key, "etl.square")
            record = run.add(describe.details(run.action_id(f"a{index}"), spec, parent="a0"), spec, at_us=2_000_000)
            run.apply(record, report(record, ActionPhase.SUCCEEDED, at_us=3_000_000))
        run.apply(run.root, report(run.root, ActionPhase.SUCCEEDED, at_us=4_000_000))
    return key


def test_runs_that_are_over_leave_memory_and_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file, too: they are in a temporary one. One that is watched stays."""
    monkeypatch.setattr("flyte_widgets.local.services.store.MAX_IDLE_ACTIONS", 25)
    store = Store(None)
    watched = ended_run(store, "watched", 10)
    store.changes.add(watched, _Nobody())  # type: ignore[arg-type]
    keys = [ended_run(store, f"r{n}", 10) for n in range(20)]
    assert store.loaded_actions <= 35
    with store.read(watched) as run:
        version = run.version
    assert version > 10
    for key in keys:
        assert len(told(store, key)) == 10
        assert {ActionPhase.of(phase) for phase in _phases(store, key)} == {ActionPhase.SUCCEEDED}
    assert store.loaded_actions <= 35
    with store.read(watched) as run:
        assert run.version == version
    store.close()


def test_a_large_run_leaves_memory_when_it_is_not_used_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no other run comes after it; while it is read it stays, for to read it again takes long."""
    monkeypatch.setattr("flyte_widgets.local.services.store.MAX_IDLE_ACTIONS", 25)
    store = Store(None)
    key = ended_run(store, "large", 100)
    store.tidy()
    assert store.loaded_actions == 100
    monkeypatch.setattr("flyte_widgets.local.services.store.IDLE_AFTER_S", -1.0)
    store.tidy()
    assert store.loaded_actions == 0
    assert len(told(store, key)) == 100
    store.close()


def test_where_somebody_is_waited_for_is_known_without_reading_all_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list asks it of all runs: for 10,000 that took 1.5 s each time, and pushed out of memory what was used."""
    monkeypatch.setattr("flyte_widgets.local.services.store.MAX_IDLE_ACTIONS", 0)
    read: list[RunKey] = []
    load = Store._load
    monkeypatch.setattr(Store, "_load", lambda store, key, number: read.append(key) or load(store, key, number))
    store = Store(tmp_path / "runs.db")
    keys = [ended_run(store, f"over{n}", 3) for n in range(5)]
    make_run(store)
    with store.change(KEY) as run:
        spec = describe.task(KEY, "etl.square")
        record = run.add(describe.details(run.action_id("a1"), spec, parent="a0"), spec, at_us=2_000_000)
        run.apply(record, report(record, ActionPhase.PAUSED, at_us=3_000_000))
    read.clear()
    assert [store.has_paused(key) for key in (*keys, KEY)] == [False] * 5 + [True]
    assert read == []
    store.close()
    store = Store(tmp_path / "runs.db")
    for _ in range(2):
        assert [store.has_paused(key) for key in (*keys, KEY)] == [False] * 5 + [True]
    assert sorted(read) == sorted([*keys, KEY])  # once each
    with store.change(KEY) as run:
        run.abort(run.actions["a1"], "enough", at_us=4_000_000)
    assert not store.has_paused(KEY)
    store.close()


def test_what_is_read_again_is_newer_than_all_that_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream asks for changes since the version that it saw: it must not miss those after the run was read again."""
    monkeypatch.setattr("flyte_widgets.local.services.store.MAX_IDLE_ACTIONS", 0)
    store = Store(None)
    key = ended_run(store, "r1", 10)
    with store.read(key) as run:
        seen = run.version
    ended_run(store, "r2", 10)
    with store.change(key) as run:
        run.abort(run.root, "late", at_us=5_000_000)
    with store.read(key) as run:
        assert "a0" in {record.name for record in run.changed_since(seen)}
    store.close()


def test_actions_of_a_task_share_its_spec(tmp_path: Path) -> None:
    """Read again, they share the bytes; a file of an earlier version, which has them with each action, is read, too."""
    store = Store(tmp_path / "runs.db")
    key = ended_run(store, "r1", 10)
    before = told(store, key)
    store.close()
    store = Store(tmp_path / "runs.db")
    with store.read(key) as run:
        assert len({id(record.spec) for record in run.actions.values()}) == 2
    assert [spec for _, root, _ in store.roots() if (spec := root.spec)] == [before[0][1]]
    store.close()
    with sqlite3.connect(tmp_path / "runs.db") as db:
        db.execute("UPDATE actions SET spec = (SELECT body FROM specs WHERE id = spec)")
        db.execute("DROP TABLE specs")
    db.close()
    store = Store(tmp_path / "runs.db")
    assert told(store, key) == before
    assert [root.spec for _, root, _ in store.roots()] == [before[0][1]]
    store.close()


@pytest.mark.long
def test_a_thousand_runs_of_200_actions_stay_under_150_mb() -> None:
    """Each action took 17 kB for as long as the kernel lived: 300 such runs took 1.1 GB."""
    script = """
import resource
from flyte_widgets.local import LocalBackend
backend = LocalBackend(None, 0)
for seed in range(1000):
    backend.simulate({"seed": seed, "actions": 200, "elapsed_s": 1e9, "name": f"s{seed}"})
with open("/proc/self/statm") as file:
    print(int(file.read().split()[1]) * resource.getpagesize() / 2**20)
backend.stop()
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(found.stdout) < 150


class _Nobody:
    """Stands for a stream that is open and asleep."""

    def wake(self) -> None:
        """Stay asleep."""


def _phases(store: Store, key: RunKey) -> list[int]:
    with store.read(key) as run:
        return [record.phase for record in run.actions.values()]


def _abort_root_and_nobody(store: Store) -> None:
    with store.change(KEY) as run:
        run.abort(run.root, "first", at_us=2_000_000)
        run.abort(run.actions["nobody"], "second", at_us=2_000_000)


def _describe(server: ServerProcess, names: list[str]) -> list[object]:
    sdk = Sdk(server.endpoint, server.project, server.domain)
    try:
        return [sdk.describe(name) for name in names]
    finally:
        sdk.close()
