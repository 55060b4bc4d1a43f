"""The SQLite file of the store: its tables, and who may open it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flyte_widgets.errors import LocalError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, project TEXT, domain TEXT, name TEXT, run_spec BLOB, labels TEXT,
    origin TEXT, UNIQUE (project, domain, name));
CREATE TABLE IF NOT EXISTS specs (id INTEGER PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS actions (run INTEGER, seq INTEGER, details BLOB, spec BLOB, PRIMARY KEY (run, seq));
CREATE TABLE IF NOT EXISTS events (run INTEGER, seq INTEGER, number INTEGER, body BLOB, PRIMARY KEY (run, seq, number));
CREATE TABLE IF NOT EXISTS uploads (path TEXT PRIMARY KEY, body BLOB);
"""
"""`actions.spec` is the id of a spec, or, in files of earlier versions, the spec itself."""
_BUSY_TIMEOUT_S: Final = 1.0
_MOST_SPECS: Final = 500
_DURABLE: Final = ("journal_mode = WAL", "synchronous = FULL")
_TEMPORARY: Final = ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -8192")


def open_database(file: Path | None) -> sqlite3.Connection:
    """Open the file and make its tables. None opens a temporary one, which SQLite removes, also after a crash.

    Raises LocalError where it cannot be written, another process has it open, or it is not one of ours.
    """
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # runs hold inputs, and the file the secret path
        except OSError as error:
            raise LocalError(
                f"The file {file} cannot be written: {error.strerror}.", hint="Give another file, or none."
            ) from None
    db = sqlite3.connect(
        "" if file is None else file, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        # Exclusive: a second server on the same file would not see the changes of the first, so it must not start.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        for setting in _TEMPORARY if file is None else _DURABLE:
            db.execute(f"PRAGMA {setting}")
        with transaction(db):
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
    except sqlite3.DatabaseError as error:
        db.close()
        if "locked" in str(error):
            raise LocalError(
                f"The file {file} is in use by another embedded backend.",
                hint="Stop that one (or the kernel that runs it), or give another file.",
            ) from None
        raise LocalError(
            f"The file {file} is not a database of the embedded backend: {error}.",
            hint="Give another file, or a name that is not taken.",
        ) from error
    return db


class Specs:
    """Specs by number: all actions of a task share theirs, on disk and in memory."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._numbers: dict[bytes, int] = {}
        self._bodies: dict[int, bytes] = {}

    def number(self, body: bytes) -> int:
        """Give the number of a spec, which is written where it is not known."""
        found = self._numbers.get(body)
        if found is None:
            found = int(self._db.execute("INSERT INTO specs (body) VALUES (?)", (body,)).lastrowid or 0)
            self._remember(found, body)
        return found

    def body(self, stored: int | bytes) -> bytes:
        """Give the spec that is stored as `actions.spec`."""
        if isinstance(stored, bytes):
            return stored
        if stored not in self._bodies:
            row = self._db.execute("SELECT body FROM specs WHERE id = ?", (stored,)).fetchone()
            self._remember(stored, bytes(row[0]))
        return self._bodies[stored]

    def forget(self) -> None:
        """Forget what is known: it may have been written in a transaction that was undone."""
        self._numbers.clear()
        self._bodies.clear()

    def _remember(self, number: int, body: bytes) -> None:
        if len(self._bodies) >= _MOST_SPECS:
            self.forget()
        self._numbers[body], self._bodies[number] = number, body


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done inside, or undo it where it raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
