"""Keeps runs: in memory for reading, in SQLite for good.

Every change is written and committed before anyone is told of it. One process owns the file, for as long as it has it
open; what it reads back after a restart, or after a crash, is everything that was ever acknowledged.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.errors import LocalError
from flyte_widgets.local.services.changes import Changes
from flyte_widgets.local.services.records import ActionRecord, RunKey, RunRecord

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, project TEXT, domain TEXT, name TEXT, run_spec BLOB, labels TEXT,
    origin TEXT, UNIQUE (project, domain, name));
CREATE TABLE IF NOT EXISTS actions (run INTEGER, seq INTEGER, details BLOB, spec BLOB, PRIMARY KEY (run, seq));
CREATE TABLE IF NOT EXISTS events (run INTEGER, seq INTEGER, number INTEGER, body BLOB, PRIMARY KEY (run, seq, number));
CREATE TABLE IF NOT EXISTS uploads (path TEXT PRIMARY KEY, body BLOB);
"""
_BUSY_TIMEOUT_S: Final = 1.0


class Store:
    """Runs and uploads. Safe to use from any thread.

    `file=None` keeps everything in memory: nothing is left on disk, everything is gone with the process.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.changes = Changes()
        self._lock = threading.RLock()
        self._ids: dict[RunKey, int] = {}
        self._loaded: dict[RunKey, RunRecord] = {}
        self._db = _open(file)
        for number, *key in self._db.execute("SELECT id, project, domain, name FROM runs ORDER BY id"):
            self._ids[RunKey(*key)] = number

    def close(self) -> None:
        """Close the file. Nothing is lost: every change is there already."""
        with self._lock:
            self._db.close()

    def meta(self, key: str, default: str) -> str:
        """Read a setting that lives as long as the file, storing `default` where there is none yet."""
        with self._lock, _transaction(self._db):
            self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, default))
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0])

    def __contains__(self, key: RunKey) -> bool:
        with self._lock:
            return key in self._ids

    @contextmanager
    def read(self, key: RunKey) -> Iterator[RunRecord]:
        """Lock a run for reading. Raises KeyError where it does not exist."""
        with self._lock:
            yield self._get(key)

    @contextmanager
    def change(self, key: RunKey) -> Iterator[RunRecord]:
        """Lock a run for changing; on leaving, what changed is committed and then told. KeyError where it is not."""
        with self._lock:
            run = self._get(key)
            try:
                yield run
                changed = bool(run.dirty)
                if changed:
                    with _transaction(self._db):
                        self._write(run, self._ids[key])
            except BaseException:
                self._loaded.pop(key, None)  # memory may be ahead of the file: read it again when it is needed
                raise
        if changed:
            self.changes.notify(key)

    def create(self, run: RunRecord) -> None:
        """Keep a new run, with the actions that it already has. KeyError where the name is taken."""
        with self._lock:
            if run.key in self._ids:
                raise KeyError(run.key)
            with _transaction(self._db):
                row = self._db.execute(
                    "INSERT INTO runs (project, domain, name, run_spec, labels, origin) VALUES (?, ?, ?, ?, ?, ?)",
                    (*run.key, run.run_spec, json.dumps(run.labels), run.origin),
                )
                number = int(row.lastrowid or 0)
                self._write(run, number)
            self._ids[run.key], self._loaded[run.key] = number, run
        self.changes.notify(run.key)

    def describe(self, run: RunRecord, run_spec: bytes, labels: dict[str, str]) -> None:
        """Set what was not known yet when the run was created."""
        run.run_spec, run.labels = run_spec, labels
        with self._lock, _transaction(self._db):
            values = (run_spec, json.dumps(labels), self._ids[run.key])
            self._db.execute("UPDATE runs SET run_spec = ?, labels = ? WHERE id = ?", values)

    def roots(self) -> list[tuple[RunKey, ActionRecord, dict[str, str]]]:
        """Root action and labels of every run, the newest run first. The roots come without their events."""
        with self._lock:
            rows = self._db.execute(
                "SELECT project, domain, name, labels, details, spec FROM runs JOIN actions ON run = id AND seq = 0"
                " ORDER BY id DESC"
            ).fetchall()
        return [(RunKey(*row[:3]), _record(0, row[4], row[5], []), json.loads(row[3])) for row in rows]

    def origins(self) -> dict[RunKey, str]:
        """Every run that this package executes or did execute, and how."""
        with self._lock:
            rows = self._db.execute("SELECT project, domain, name, origin FROM runs WHERE origin != ''").fetchall()
        return {RunKey(*row[:3]): row[3] for row in rows}

    def put_upload(self, path: str, body: bytes) -> None:
        """Keep an uploaded artifact, replacing an older one at the same path."""
        with self._lock, _transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?)", (path, body))

    def get_upload(self, path: str) -> bytes | None:
        """Read an uploaded artifact; None where there is none."""
        with self._lock:
            row = self._db.execute("SELECT body FROM uploads WHERE path = ?", (path,)).fetchone()
        return None if row is None else bytes(row[0])

    def _get(self, key: RunKey) -> RunRecord:
        run = self._loaded.get(key)
        if run is None:
            run = self._loaded[key] = self._load(key, self._ids[key])
        return run

    def _load(self, key: RunKey, number: int) -> RunRecord:
        row = self._db.execute("SELECT run_spec, labels, origin FROM runs WHERE id = ?", (number,)).fetchone()
        events: dict[int, list[Any]] = {}
        for seq, body in self._db.execute("SELECT seq, body FROM events WHERE run = ? ORDER BY seq, number", (number,)):
            events.setdefault(seq, []).append(run_definition_pb2.ActionEvent.FromString(body))
        run = RunRecord(key, run_spec=row[0], labels=json.loads(row[1]), origin=row[2])
        rows = self._db.execute("SELECT seq, details, spec FROM actions WHERE run = ? ORDER BY seq", (number,))
        run.restore(_record(seq, details, spec, events.get(seq, [])) for seq, details, spec in rows)
        return run

    def _write(self, run: RunRecord, number: int) -> None:
        changed = [(run.actions[name], written) for name, written in run.dirty.items()]
        self._db.executemany(
            "INSERT OR REPLACE INTO actions VALUES (?, ?, ?, ?)",
            [(number, record.seq, record.details.SerializeToString(), record.spec) for record, _ in changed],
        )
        self._db.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?)",
            [
                (number, record.seq, index, event.SerializeToString())
                for record, written in changed
                for index, event in enumerate(record.events[written:], written)
            ],
        )
        run.dirty.clear()


def _record(seq: int, details: bytes, spec: bytes, events: list[Any]) -> ActionRecord:
    message = run_definition_pb2.ActionDetails.FromString(details)
    return ActionRecord(seq=seq, details=message, spec=spec, events=events)


def _open(file: Path | None) -> sqlite3.Connection:
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # runs hold inputs, and the file the secret path
    db = sqlite3.connect(
        ":memory:" if file is None else file, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        # Exclusive: a second server on the same file would not see the changes of the first, so it must not start.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        with _transaction(db):
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
    except sqlite3.DatabaseError as error:
        db.close()
        if "locked" in str(error):
            raise LocalError(
                f"The file {file} is in use by another embedded backend.",
                hint="Stop that one (or the kernel that runs it), or give another file.",
            ) from None
        raise LocalError(f"The file {file} is not one of ours: {error}.", hint="Give another file.") from error
    return db


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
