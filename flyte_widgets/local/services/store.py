"""Keeps runs: in SQLite for good, in memory those that are under way, looked at, or were lately.

Every change is written and committed before anyone gets to know it. One process owns the file, for as long as it has it
open; what it reads back after a restart, or after a crash, is everything that was ever acknowledged.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services.changes import Changes
from flyte_widgets.local.services.database import Specs, open_database, transaction
from flyte_widgets.local.services.records import ActionRecord, RunKey, RunRecord

MAX_IDLE_ACTIONS: Final = 2000
"""So many actions of runs that are over, or idle, stay in memory. An action takes about 17 kB."""
IDLE_AFTER_S: Final = 60.0


class Feed(Protocol):
    """What is known of a run and not recorded yet. It is asked for before the run is read or changed."""

    @property
    def is_pending(self) -> bool:
        """Whether there is anything to record."""

    def record(self, run: RunRecord, limit: int | None = None) -> None:
        """Record it, `limit` facts at most. Called with the run locked for changing."""


class Store:
    """Runs and files. Safe to use from any thread.

    `file=None` keeps them in a temporary file, which is gone with the process.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.changes = Changes()
        self._lock = threading.RLock()
        self._ids: dict[RunKey, int] = {}
        self._loaded: dict[RunKey, RunRecord] = {}
        """The one that was used last comes last."""
        self._used: dict[RunKey, float] = {}
        self._in_use: list[RunKey] = []
        self._next_version = 0
        self._feeds: dict[RunKey, Feed] = {}
        self._paused: dict[RunKey, bool] = {}
        """Whether an action waits for a person, of the runs of which that is known."""
        self._db = open_database(file)
        self._specs = Specs(self._db)
        for number, *key in self._db.execute("SELECT id, project, domain, name FROM runs ORDER BY id"):
            self._ids[RunKey(*key)] = number

    def close(self) -> None:
        """Close the file. Nothing is lost: every change is there already."""
        with self._lock:
            self._db.close()

    def meta(self, key: str, default: str) -> str:
        """Read a setting that lives as long as the file, storing `default` where there is none yet."""
        with self._lock, transaction(self._db):
            self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, default))
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0])

    def __contains__(self, key: RunKey) -> bool:
        with self._lock:
            return key in self._ids

    @property
    def loaded_actions(self) -> int:
        """How many actions are in memory."""
        with self._lock:
            return sum(len(run.actions) for run in self._loaded.values())

    def attach(self, key: RunKey, feed: Feed) -> None:
        """Record what `feed` knows before the run is next read or changed."""
        with self._lock:
            self._feeds[key] = feed

    def detach(self, key: RunKey) -> None:
        """Forget the feed of a run, after it was asked a last time."""
        with self._lock:
            if self._feed_of(key) is not None:
                self.refresh(key)
            self._feeds.pop(key, None)

    def refresh(self, key: RunKey, limit: int | None = None) -> None:
        """Record what the feed of a run knows, `limit` facts at most, and tell who watches it."""
        with self.change(key, limit):
            pass

    @contextmanager
    def read(self, key: RunKey) -> Iterator[RunRecord]:
        """Lock a run for reading. Raises KeyError where it does not exist."""
        with self._lock:
            if self._feed_of(key) is not None:
                self.refresh(key)
            with self._using(key) as run:
                yield run

    @contextmanager
    def change(self, key: RunKey, limit: int | None = None) -> Iterator[RunRecord]:
        """Lock a run for changing; the changes are committed, then sent. Raises KeyError where there is no such run."""
        with self._lock:
            feed = self._feed_of(key)
            with self._using(key) as run:
                try:
                    if feed is not None:
                        feed.record(run, limit)
                    yield run
                    changed = bool(run.dirty or run.files)
                    if changed:
                        with transaction(self._db):
                            self._write(run, self._ids[key])
                        if run.is_over:
                            self._unload()
                except BaseException:
                    self._specs.forget()
                    self._paused.pop(key, None)
                    self._drop(key)  # memory may be ahead of the file: read it again when it is needed
                    raise
        if changed:
            self.changes.notify(key)

    def create(self, run: RunRecord) -> None:
        """Keep a new run, with the actions that it already has. KeyError where the name is taken."""
        with self._lock:
            if run.key in self._ids:
                raise KeyError(run.key)
            with transaction(self._db):
                row = self._db.execute(
                    "INSERT INTO runs (project, domain, name, run_spec, labels, origin) VALUES (?, ?, ?, ?, ?, ?)",
                    (*run.key, run.run_spec, json.dumps(run.labels), run.origin),
                )
                number = int(row.lastrowid or 0)
                self._write(run, number)
            self._ids[run.key], self._loaded[run.key] = number, run
            self._used[run.key] = time.monotonic()
            self._unload()
        self.changes.notify(run.key)

    def describe(self, run: RunRecord, run_spec: bytes, labels: dict[str, str]) -> None:
        """Set what was not known yet when the run was created."""
        run.run_spec, run.labels = run_spec, labels
        with self._lock, transaction(self._db):
            values = (run_spec, json.dumps(labels), self._ids[run.key])
            self._db.execute("UPDATE runs SET run_spec = ?, labels = ? WHERE id = ?", values)

    def set_origin(self, run: RunRecord, origin: str) -> None:
        """Replace what a restarted server needs to know of a run."""
        run.origin = origin
        with self._lock:
            self._db.execute("UPDATE runs SET origin = ? WHERE id = ?", (origin, self._ids[run.key]))

    def tidy(self) -> None:
        """Drop from memory what has not been used for a while, also the run that was used last."""
        with self._lock:
            self._unload()

    def roots(self) -> list[tuple[RunKey, ActionRecord, dict[str, str]]]:
        """Root action and labels of every run, the newest run first. The roots come without their events."""
        with self._lock:
            for key in [key for key in self._feeds if self._feed_of(key) is not None]:
                self.refresh(key)
            rows = self._db.execute(
                "SELECT project, domain, name, labels, details, coalesce(body, spec) FROM runs"
                " JOIN actions ON run = runs.id AND seq = 0 LEFT JOIN specs ON specs.id = spec ORDER BY runs.id DESC"
            ).fetchall()
        return [(RunKey(*row[:3]), _record(0, row[4], row[5], []), json.loads(row[3])) for row in rows]

    def has_paused(self, key: RunKey) -> bool:
        """Whether an action of a run waits for a person. A run is read for it once: a list asks this of all runs."""
        with self._lock:
            if self._feed_of(key) is not None:
                self.refresh(key)
            if key not in self._paused:
                with self._using(key) as run:
                    self._paused[key] = run.has_paused
            return self._paused[key]

    def origins(self) -> dict[RunKey, str]:
        """Every run that this package executes or did execute, and how."""
        with self._lock:
            rows = self._db.execute("SELECT project, domain, name, origin FROM runs WHERE origin != ''").fetchall()
        return {RunKey(*row[:3]): row[3] for row in rows}

    def put_upload(self, path: str, body: bytes) -> None:
        """Keep an uploaded file, replacing an older one at the same path."""
        with self._lock, transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?)", (path, body))

    def get_upload(self, path: str) -> bytes | None:
        """Read an uploaded file; None where there is none."""
        with self._lock:
            row = self._db.execute("SELECT body FROM uploads WHERE path = ?", (path,)).fetchone()
        return None if row is None else bytes(row[0])

    def _feed_of(self, key: RunKey) -> Feed | None:
        feed = self._feeds.get(key)
        return feed if feed is not None and feed.is_pending and key not in self._in_use else None

    @contextmanager
    def _using(self, key: RunKey) -> Iterator[RunRecord]:
        run = self._loaded.pop(key, None)
        is_new = run is None
        if run is None:
            run = self._load(key, self._ids[key])
        self._loaded[key] = run
        self._used[key] = time.monotonic()
        self._in_use.append(key)
        try:
            yield run
        finally:
            self._in_use.pop()
            if is_new:
                self._unload()

    def _unload(self) -> None:
        """Drop from memory what nobody watches and nothing happens in, the longest unused first.

        There is reason to when a run was taken into memory, and when one has ended.
        """
        total = sum(len(run.actions) for run in self._loaded.values())
        if total <= MAX_IDLE_ACTIONS:
            return
        idle_since = time.monotonic() - IDLE_AFTER_S
        runs = list(self._loaded.items())
        for index, (key, run) in enumerate(runs, 1):
            is_quiet = self._used[key] < idle_since or (run.is_over and index < len(runs))
            if is_quiet and key not in self._in_use and not self.changes.is_watched(key):
                total -= len(run.actions)
                self._drop(key)
            if total <= MAX_IDLE_ACTIONS:
                return

    def _drop(self, key: RunKey) -> None:
        run = self._loaded.pop(key, None)
        self._used.pop(key, None)
        if run is not None:
            # Streams compare versions: what is read again is newer than all that they have seen of it.
            self._next_version = max(self._next_version, run.version + 1)

    def _load(self, key: RunKey, number: int) -> RunRecord:
        row = self._db.execute("SELECT run_spec, labels, origin FROM runs WHERE id = ?", (number,)).fetchone()
        events: dict[int, list[Any]] = {}
        for seq, body in self._db.execute("SELECT seq, body FROM events WHERE run = ? ORDER BY seq, number", (number,)):
            events.setdefault(seq, []).append(run_definition_pb2.ActionEvent.FromString(body))
        run = RunRecord(key, run_spec=row[0], labels=json.loads(row[1]), origin=row[2])
        rows = self._db.execute("SELECT seq, details, spec FROM actions WHERE run = ? ORDER BY seq", (number,))
        records = [_record(seq, details, self._specs.body(spec), events.get(seq, [])) for seq, details, spec in rows]
        run.restore(records, version=self._next_version)
        return run

    def _write(self, run: RunRecord, number: int) -> None:
        changed = [(run.actions[name], written) for name, written in run.dirty.items()]
        self._db.executemany(
            "INSERT OR REPLACE INTO actions VALUES (?, ?, ?, ?)",
            [
                (number, record.seq, record.details.SerializeToString(), self._specs.number(record.spec))
                for record, _ in changed
            ],
        )
        self._db.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?)",
            [
                (number, record.seq, index, event.SerializeToString())
                for record, written in changed
                for index, event in enumerate(record.events[written:], written)
            ],
        )
        self._db.executemany("INSERT OR REPLACE INTO uploads VALUES (?, ?)", run.files)
        run.dirty.clear()
        run.files.clear()
        self._paused[run.key] = run.has_paused


def _record(seq: int, details: bytes, spec: bytes, events: list[Any]) -> ActionRecord:
    message = run_definition_pb2.ActionDetails.FromString(details)
    return ActionRecord(seq=seq, details=message, spec=spec, events=events)
