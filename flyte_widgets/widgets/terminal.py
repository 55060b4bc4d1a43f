"""A run in a terminal: a live table through rich, or lines of phase changes where there is no terminal, or no rich."""

from __future__ import annotations

import contextlib
import math
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TextIO

from flyte_widgets.errors import WaitTimeoutError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.words import duration
from flyte_widgets.untrusted import one_line, shortened
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.static_view.collect import READ_LIMIT_S, read_what_is_missing, snapshot_of
from flyte_widgets.widgets.static_view.model import Snapshot
from flyte_widgets.widgets.static_view.rows import Row, choose_rows, rows_of
from flyte_widgets.widgets.static_view.spans import drawn_attempts
from flyte_widgets.widgets.static_view.text import summary
from flyte_widgets.widgets.static_view.words import symbol
from flyte_widgets.widgets.terminal_answers import waiting_line
from flyte_widgets.widgets.terminal_lines import AWAY, ChangeLines, headline

P = ActionPhase
LOOK_EVERY_S: Final = 0.25
_NOT_ROWS: Final = 8
"""Lines of the terminal that are not for rows: title, head, borders, footer, prompt."""
_WAITING_SHOWN: Final = 3
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


def watch_in_terminal(
    run: Run, out: TextIO | None = None, *, live: bool | None = None, timeout_s: float | None = None
) -> ActionPhase:
    """Show a run until it has ended; gives its final phase.

    `live`: a table that is redrawn, or a line a change; by default what `out` and the installation allow. Ctrl-C
    raises `Detached`, having said that the run goes on. Raises WaitTimeoutError after `timeout_s`, ApiError where the
    run cannot be read, BrokenPipeError where nobody reads `out` any more.
    """
    out = sys.stdout if out is None else out
    rich_live = _live_table if has_rich() and (out.isatty() if live is None else live) else None
    if live and rich_live is None:
        out.write("The live table needs rich, which comes with Flyte's SDK: pip install rich. Here are the changes:\n")
    try:
        phase = (rich_live or _lines)(run, out, timeout_s)
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


def _until_over(run: Run, look: Callable[[], None], timeout_s: float | None) -> ActionPhase:
    """Wait for the end, and look in between. Ctrl-C raises KeyboardInterrupt after one of them."""
    deadline_s = math.inf if timeout_s is None else time.monotonic() + timeout_s
    with _ctrl_c() as pressed:
        while True:
            try:
                return run.wait(max(0.0, min(LOOK_EVERY_S, deadline_s - time.monotonic())))
            except WaitTimeoutError:
                if pressed.is_set():
                    raise KeyboardInterrupt from None
                look()
                if time.monotonic() >= deadline_s:
                    raise _out_of_time(run, timeout_s) from None


def _out_of_time(run: Run, timeout_s: float | None) -> WaitTimeoutError:
    connection = run.connection
    why = f": {connection.message}" if connection.state in AWAY and connection.message else "."
    was = "had not ended" if watcher_of(run).phase is not None else "could not be read"
    return WaitTimeoutError(f"Run {run.name} {was} within {timeout_s:g} s{why}")


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


def _lines(run: Run, out: TextIO, timeout_s: float | None) -> ActionPhase:
    watcher = watcher_of(run)
    background().soon(watcher.analyst.start)
    lines = ChangeLines(run, out)
    subscribed = threading.Event()

    def subscribe() -> None:
        watcher.subscribe(lines)
        subscribed.set()

    background().soon(subscribe)
    subscribed.wait()
    try:
        phase = _until_over(run, lines.look, timeout_s)
        lines.look()
    finally:
        background().soon(watcher.unsubscribe, lines)
    return phase


# --- a live table ----------------------------------------------------------------------------------------------------


def _live_table(run: Run, out: TextIO, timeout_s: float | None) -> ActionPhase:
    from rich.console import Console  # noqa: PLC0415 - an optional dependency
    from rich.live import Live  # noqa: PLC0415

    console = Console(file=out)

    def table() -> Any:
        watcher = watcher_of(run)
        waiting = [waiting_line(one, run.name) for one in watcher.conditions.waiting[:_WAITING_SHOWN]]
        snapshot = snapshot_of(run, watcher)
        title = headline(snapshot, is_whole=watcher.has_all)
        return _table(snapshot, title, max(3, console.height - _NOT_ROWS - 2 * len(waiting)), waiting)

    background().soon(watcher_of(run).analyst.start)
    live = Live(table(), console=console, auto_refresh=False, transient=True)
    try:
        # Not by `with`: Ctrl-C may come while it begins, and then what it has done to stdout would stay.
        live.start(refresh=True)
        return _until_over(run, lambda: live.update(table(), refresh=True), timeout_s)
    finally:
        with contextlib.suppress(IndexError):  # of a hook that was not yet there
            live.stop()


def _table(snapshot: Snapshot, title: str, most_rows: int, waiting: Sequence[str]) -> Any:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    # Text, not markup: names come from other people's code.
    table = Table(box=SIMPLE_HEAD, title=Text(title), title_justify="left", expand=True)
    table.caption_justify = "left"
    line = f"{symbol(snapshot.line.phase)} {snapshot.line.text}\n" if snapshot.line is not None else ""
    asked = "".join(f"{symbol(P.PAUSED)} {one}\n" for one in waiting)
    table.caption = Text(f"{asked}{line}Ctrl-C detaches; the run goes on. {snapshot.trouble}".rstrip())
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
        name = Text.assemble("  " * row.level, (glyph, style), f" {shortened(one_line(row.label), 120)}{times}")
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
