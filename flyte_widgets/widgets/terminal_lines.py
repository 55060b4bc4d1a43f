"""A run in lines, for a terminal without rich and for output that is captured."""

from __future__ import annotations

import select
from collections import deque
from typing import Any, Final, TextIO

from flyte_widgets.errors import sentences
from flyte_widgets.run.action import PhaseChange
from flyte_widgets.run.fan_out import labelled
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.times import moment
from flyte_widgets.untrusted import one_line, shortened
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.status import NEEDS_USER, Connection
from flyte_widgets.watch.updates import Update
from flyte_widgets.widgets.static_view.collect import snapshot_of
from flyte_widgets.widgets.static_view.model import Snapshot
from flyte_widgets.widgets.static_view.words import done_words, reported_counts, took
from flyte_widgets.widgets.terminal_answers import TerminalAnswers

_LOOKS_FOR_ALL: Final = 8
"""So many looks the first line waits for all actions, so that it can count them."""
AWAY: Final = ("reconnecting", *NEEDS_USER)
"""States of a connection in which the backend does not answer."""


class ChangeLines:
    """Writes a line for each change: of a phase, of what the run is about, of the connection."""

    def __init__(self, run: Run, out: TextIO) -> None:
        self._run, self._out = run, out
        self._watcher = watcher_of(run)
        self._changes: deque[PhaseChange] = deque()
        self._answers = TerminalAnswers(self._watcher)
        self._reader = _reader_of(out)
        self._has_headline = self._had_all = False
        self._looks_left = _LOOKS_FOR_ALL
        self._line_about: object = None
        self._trouble = ""

    def run_updated(self, update: Update) -> None:
        """Collect phase changes, on the background loop."""
        self._changes += update.changes

    def look(self) -> None:
        """Write what is new. BrokenPipeError where nobody reads it any more."""
        _raise_if_gone(self._reader)
        out, watcher = self._out, self._watcher
        self._tell_connection()
        if not self._has_headline and watcher.phase is not None:
            self._looks_left -= 1
            if watcher.has_all or self._looks_left == 0 or self._run.is_terminal:
                self._has_headline = True
                out.write(f"{headline(snapshot_of(self._run, watcher), is_whole=watcher.has_all)}\n")
        had_all, self._had_all = self._had_all, watcher.has_all
        while self._changes:
            change = self._changes.popleft()
            if _is_told(change, had_all=had_all):
                before = f"{change.previous.label} -> " if change.previous is not None else ""
                after = change.phase.label if change.phase is not None else "Unknown"
                name = labelled(one_line(shortened(change.name, 40)), self._index_of(change.action))
                out.write(f"{moment(change.at_ms):%H:%M:%S}  {name} {change.action}  {before}{after}\n")
        out.writelines(f"          {said}\n" for said in self._answers.news())
        line = watcher.analyst.line
        about = (line.state, line.action) if line is not None else None
        # How it ended is told below all changes.
        if line is not None and about != self._line_about and not self._run.is_terminal:
            out.write(f"          {line}\n")
        self._line_about = about
        out.flush()

    def _index_of(self, action: str) -> int | None:
        with self._watcher.lock:
            return self._watcher.model.fan_out.of(action)

    def _tell_connection(self) -> None:
        connection = self._watcher.connection
        trouble = connection.message if connection.state in AWAY else ""
        if trouble and trouble != self._trouble:
            self._out.write(f"          {_away_words(connection)}\n")
        elif self._trouble and not trouble and connection.state in ("live", "polling"):
            self._out.write("          The backend answers again.\n")
        elif connection.state == "connecting":
            return
        self._trouble = trouble


def _is_told(change: PhaseChange, *, had_all: bool) -> bool:
    """Tell changes, and what ended between two looks. Where each action stood at first, the headline's counts say."""
    if change.previous is not None or change.phase is None:
        return change.previous is not None
    return change.action == ROOT or (had_all and change.phase.is_terminal)


def _away_words(connection: Connection) -> str:
    return one_line(sentences(connection.message, "It is tried again until it answers; Ctrl-C ends this."))


def _reader_of(out: TextIO) -> Any:
    """Give what tells whether the reader of a pipe has gone; None where the system cannot tell."""
    try:
        poll = select.poll()
        poll.register(out.fileno(), 0)
    except (AttributeError, OSError, ValueError):  # Windows, or no file
        return None
    return poll


def _raise_if_gone(reader: Any) -> None:
    """Raise BrokenPipeError before anything is written: a run that is quiet writes nothing for hours."""
    if reader is not None and any(event & (select.POLLERR | select.POLLNVAL) for _, event in reader.poll(0)):
        raise BrokenPipeError


def headline(snapshot: Snapshot, *, is_whole: bool) -> str:
    """Give the first line: which run, its phase, and its counts, once all actions are known."""
    phase = snapshot.phase.label if snapshot.phase is not None else "Connecting"
    counts = [" ".join(done_words(snapshot)) if snapshot.counts else ""] if is_whole else []
    counts += [f"{n:,} {phase.label.lower()}" for phase, n in reported_counts(snapshot) if is_whole]
    name = " ".join(part for part in (one_line(snapshot.task_name), snapshot.run_name) if part)
    said = (f"{name}  {phase}", took(snapshot), *counts, snapshot.lineage)
    return " · ".join(part for part in said if part)
