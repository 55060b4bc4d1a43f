"""A run in a terminal: a live table through rich, or lines of phase changes where there is no terminal, or no rich."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any, Final, TextIO

from flyte_widgets.errors import WaitTimeoutError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import PhaseChange
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.times import moment
from flyte_widgets.run.words import duration
from flyte_widgets.untrusted import printable, shortened
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.updates import Update
from flyte_widgets.widgets.static_view.collect import READ_LIMIT_S, read_what_is_missing, snapshot_of
from flyte_widgets.widgets.static_view.model import Snapshot
from flyte_widgets.widgets.static_view.rows import Row, choose_rows, rows_of
from flyte_widgets.widgets.static_view.spans import drawn_attempts
from flyte_widgets.widgets.static_view.text import summary
from flyte_widgets.widgets.static_view.words import done_words, reported_counts, symbol, took

P = ActionPhase
LOOK_EVERY_S: Final = 0.25
_NOT_ROWS: Final = 8
"""Lines of the terminal that are not for rows: title, head, borders, footer, prompt."""
STYLES: Final = {
    P.QUEUED: "dim",
    P.WAITING_FOR_RESOURCES: "yellow",
    P.INITIALIZING: "cyan",
    P.RUNNING: "blue",
    P.PAUSED: "magenta",
    P.SUCCEEDED: "green",
    P.FAILED: "red",
    P.ABORTED: "bright_black",
    P.TIMED_OUT: "dark_orange",
    P.RECOVERED: "green",
}


class Detached(KeyboardInterrupt):
    """Ctrl-C was pressed: nobody watches any more, and the run goes on."""


def watch_in_terminal(run: Run, out: TextIO | None = None, *, live: bool | None = None) -> ActionPhase:
    """Show a run until it has ended; gives its final phase.

    `live`: a table that is redrawn, or a line a change; by default what `out` and the installation allow. Ctrl-C
    raises `Detached`, having said that the run goes on. Raises ApiError where the run cannot be read.
    """
    out = sys.stdout if out is None else out
    rich_live = _live_table if has_rich() and (out.isatty() if live is None else live) else None
    if live and rich_live is None:
        out.write("The live table needs rich, which comes with Flyte's SDK: pip install rich. Here are the changes:\n")
    try:
        phase = (rich_live or _lines)(run, out)
    except KeyboardInterrupt:
        out.write(f"Detached. Run {run.name} goes on: watch it again with `flyte-widgets watch {run.name}`.\n")
        raise Detached from None
    watcher = watcher_of(run)
    failed = background().call(read_what_is_missing(watcher), READ_LIMIT_S + 1)
    out.write(summary(snapshot_of(run, watcher, failed)) + "\n")
    return phase


def has_rich() -> bool:
    """Tell whether rich can be imported."""
    try:
        import rich.live  # noqa: F401, PLC0415 - asked for only here
    except ImportError:
        return False
    return True


def _until_over(run: Run, look: Callable[[], None]) -> ActionPhase:
    """Wait for the end, and look in between. Ctrl-C raises KeyboardInterrupt after one of them."""
    with _ctrl_c() as pressed:
        while True:
            try:
                return run.wait(LOOK_EVERY_S)
            except WaitTimeoutError:
                if pressed.is_set():
                    raise KeyboardInterrupt from None
                look()


@contextlib.contextmanager
def _ctrl_c() -> Iterator[threading.Event]:
    """Note Ctrl-C instead of raising it anywhere: Python drops what is raised as a weak reference dies."""
    pressed = threading.Event()

    def press(number: int, frame: Any) -> None:
        if pressed.is_set():  # twice: whatever it is that does not end
            signal.default_int_handler(number, frame)
        pressed.set()

    if threading.current_thread() is not threading.main_thread():
        yield pressed  # it is not pressed here
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        if before is not None:  # it was Python's own to give back
            signal.signal(signal.SIGINT, before)


# --- a line a change -------------------------------------------------------------------------------------------------


class _Changes:
    """Collects phase changes, on the background loop."""

    def __init__(self) -> None:
        self.changes: deque[PhaseChange] = deque()

    def run_updated(self, update: Update) -> None:
        self.changes += update.changes


def _lines(run: Run, out: TextIO) -> ActionPhase:
    watcher = watcher_of(run)
    background().soon(watcher.analyst.start)
    news = _Changes()
    subscribed = threading.Event()

    def subscribe() -> None:
        watcher.subscribe(news)
        subscribed.set()

    background().soon(subscribe)
    subscribed.wait()
    told = False
    line_about: object = None

    def look() -> None:
        nonlocal told, line_about
        if not told and watcher_of(run).phase is not None:
            told = True
            out.write(f"{_headline(snapshot_of(run, watcher))}\n")
        while news.changes:
            change = news.changes.popleft()
            # Where each action stood at first is told by the headline's counts.
            if change.previous is not None or (change.action == ROOT and change.phase is not None):
                before = f"{change.previous.label} -> " if change.previous is not None else ""
                after = change.phase.label if change.phase is not None else "Unknown"
                name = printable(shortened(change.name, 40))
                out.write(f"{moment(change.at_ms):%H:%M:%S}  {name} {change.action}  {before}{after}\n")
        line = watcher.analyst.line
        about = (line.state, line.action) if line is not None else None
        # How it ended is told below all changes.
        if line is not None and about != line_about and not run.is_terminal:
            out.write(f"          {line}\n")
        line_about = about
        out.flush()

    try:
        phase = _until_over(run, look)
        look()
    finally:
        background().soon(watcher.unsubscribe, news)
    return phase


def _headline(snapshot: Snapshot) -> str:
    phase = snapshot.phase.label if snapshot.phase is not None else "Connecting"
    counts = [f"{n:,} {phase.label.lower()}" for phase, n in reported_counts(snapshot)]
    name = " ".join(part for part in (snapshot.task_name, snapshot.run_name) if part)
    said = (f"{name}  {phase}", took(snapshot), " ".join(done_words(snapshot)) if snapshot.counts else "", *counts)
    return " · ".join(part for part in said if part)


# --- a live table ----------------------------------------------------------------------------------------------------


def _live_table(run: Run, out: TextIO) -> ActionPhase:
    from rich.console import Console  # noqa: PLC0415 - an optional dependency
    from rich.live import Live  # noqa: PLC0415

    console = Console(file=out)

    def table() -> Any:
        snapshot = snapshot_of(run, watcher_of(run))
        return _table(snapshot, max(3, console.height - _NOT_ROWS))

    background().soon(watcher_of(run).analyst.start)
    live = Live(table(), console=console, auto_refresh=False, transient=True)
    try:
        # Not by `with`: Ctrl-C may come while it begins, and then what it has done to stdout would stay.
        live.start(refresh=True)
        return _until_over(run, lambda: live.update(table(), refresh=True))
    finally:
        with contextlib.suppress(IndexError):  # of a hook that was not yet there
            live.stop()


def _table(snapshot: Snapshot, most_rows: int) -> Any:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    # Text, not markup: names come from other people's code.
    table = Table(box=SIMPLE_HEAD, title=Text(_headline(snapshot)), title_justify="left", expand=True)
    table.caption_justify = "left"
    line = f"{symbol(snapshot.line.phase)} {snapshot.line.text}\n" if snapshot.line is not None else ""
    table.caption = Text(f"{line}Ctrl-C detaches; the run goes on. {snapshot.trouble}".rstrip())
    table.add_column("Action", ratio=3, no_wrap=True)
    table.add_column("Phase", ratio=2, no_wrap=True)
    table.add_column("Attempt", justify="right")
    table.add_column("Time", justify="right")
    rows, left_out = choose_rows(rows_of(snapshot.actions), most_rows)
    for row in rows:
        phase = row.phase
        glyph = symbol(phase)
        style = STYLES.get(phase, "") if phase is not None else ""
        times = f" ×{len(row.members):,}" if row.is_fold else ""
        name = Text.assemble("  " * row.level, (glyph, style), f" {shortened(row.label, 120)}{times}")
        attempt = "" if row.is_fold or row.members[0].attempts < 2 else str(row.members[0].attempts)
        table.add_row(name, Text(_phase_words(row), style=style), attempt, _time(row, snapshot))
    if left_out:
        table.add_row(Text(f"and {left_out:,} more", style="dim"), "", "", "")
    return table


def _phase_words(row: Row) -> str:
    if not row.is_fold:
        return row.phase.label if row.phase is not None else "Unknown"
    counts = Counter(action.phase for action in row.members if action.phase is not None)
    return ", ".join(f"{n:,} {phase.label.lower()}" for phase, n in counts.most_common())


def _time(row: Row, snapshot: Snapshot) -> str:
    lives = [attempts for action in row.members if (attempts := drawn_attempts(action, snapshot))]
    if not lives:
        return ""
    return duration(max(life[-1].end_ms for life in lives) - min(life[0].start_ms for life in lives))
