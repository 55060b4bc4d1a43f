"""`%load_ext flyte_widgets`: runs show live where they are displayed; `%flyte_run`, `%flyte_runs`, `%%flyte`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

from flyte_widgets.errors import ConfigError
from flyte_widgets.sdk.names import SDK_RUN
from flyte_widgets.watch.by_itself import show_by_itself, shows_by_itself
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.runs import Runs
from flyte_widgets.watch.started import Started, started_runs
from flyte_widgets.widgets.progress_widget import ProgressWidget
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.runs_terminal import list_in_terminal
from flyte_widgets.widgets.runs_widget import RunsWidget
from flyte_widgets.widgets.terminal import Detached, watch_in_terminal

_MAGICS: Final = ("flyte_run", "flyte_runs", "flyte_show")
_CELL_MAGIC: Final = "flyte"
_MOST_WIDGETS: Final = 3
"""So many runs of a cell are shown one by one; more are rows of a list."""


def load(shell: Any) -> None:
    """Register the formatter and the magics with an IPython shell; doing so twice changes nothing."""
    shell.display_formatter.ipython_display_formatter.for_type_by_name(*SDK_RUN, _show)
    for name, magic in zip(_MAGICS, (_run_magic(shell), _runs_magic(shell), _flyte_show), strict=True):
        shell.register_magic_function(magic, "line", name)
    shell.register_magic_function(_cell_magic(shell), "cell", _CELL_MAGIC)


def unload(shell: Any) -> None:
    """Take them back."""
    formatter = shell.display_formatter.ipython_display_formatter
    # IPython moves an entry from the one table to the other when it first meets the type.
    formatter.deferred_printers.pop(SDK_RUN, None)
    for kind in [kind for kind, printer in formatter.type_printers.items() if printer is _show]:
        formatter.pop(kind)
    for name in _MAGICS:
        shell.magics_manager.magics["line"].pop(name, None)
    shell.magics_manager.magics["cell"].pop(_CELL_MAGIC, None)


def _show(run: Any) -> None:
    """Show a `flyte.remote.Run`. One that names no run on a backend (the SDK's local ones) shows as it did before."""
    if not shows_by_itself():
        raise NotImplementedError  # IPython goes on to the next formatter
    try:
        widget = RunWidget(run)
    except ConfigError:
        raise NotImplementedError from None
    widget._ipython_display_()


def _run_magic(shell: Any) -> Any:
    def flyte_run(line: str) -> RunWidget | None:
        """Show a run live: `%flyte_run NAME_OR_CONSOLE_URL`. In a terminal, until it has ended or Ctrl-C detaches."""
        name = line.strip().strip("\"'")
        if not name:
            raise ConfigError("%flyte_run was given no run.", hint="Give a run's name or its console URL.")
        if type(shell).__name__ != "TerminalInteractiveShell":
            return RunWidget(name)
        with contextlib.suppress(Detached):  # it has said so
            watch_in_terminal(Run(name))
        return None

    return flyte_run


def _cell_magic(shell: Any) -> Any:
    def flyte(line: str, cell: str) -> None:
        """Run the cell, and show each run that it starts: as its widget, or where there are more than 3 as a list."""
        if line.strip():
            raise ConfigError(f"%%flyte was given {line.strip()!r}.", hint="It takes nothing: the cell is below it.")
        if _is_in_loop() and _awaits(shell, cell):
            raise ConfigError(
                "%%flyte cannot run a cell that awaits: the loop of the notebook runs %%flyte itself.",
                hint="Leave %%flyte out, and end the cell with fw.show(run).",
            )
        whole = getattr(shell.displayhook, "exec_result", None)
        with started_runs() as started:
            result = shell.run_cell(cell)
        if whole is not None:  # "Run all" stops here; the error was shown
            whole.error_in_exec = result.error_before_exec or result.error_in_exec
        _show_started([one for one in started if one.name != _name_of(result.result)])

    return flyte


def _is_in_loop() -> bool:
    """Check whether an asyncio loop runs this code, as a kernel's does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _awaits(shell: Any, cell: str) -> bool:
    """Check whether a cell has an await, async for or async with outside of functions."""
    try:
        return bool(shell.should_run_async(cell, transformed_cell=shell.transform_cell(cell)))
    except Exception:  # noqa: BLE001 - of the cell: running it shows the error
        return False


def _name_of(value: Any) -> str:
    """Give the name of the run that a cell ends with, which shows by itself; "" where it ends with something else."""
    if isinstance(value, (Run, RunWidget)):
        return value.name if isinstance(value, Run) else value.run_name
    is_sdk_run = any((cls.__module__, cls.__qualname__) == SDK_RUN for cls in type(value).__mro__)
    return str(value.name) if is_sdk_run else ""


def _show_started(started: list[Started]) -> None:
    runs = [
        one.run if isinstance(one.run, Run) else Run(one.name, project=one.project, domain=one.domain)
        for one in started
    ]
    if len(runs) > _MOST_WIDGETS:
        ProgressWidget(runs)._ipython_display_()
        return
    for run in runs:
        RunWidget(run)._ipython_display_()


def _flyte_show(line: str) -> None:
    """Say whether runs show by themselves where a cell ends with one: `%flyte_show on`, `%flyte_show off`."""
    wish = line.strip()
    if wish not in ("on", "off"):
        raise ConfigError(f"%flyte_show was given {wish!r}.", hint="Give on or off.")
    show_by_itself(wish == "on")


def _runs_magic(shell: Any) -> Any:
    def flyte_runs(line: str) -> RunsWidget | None:
        """Show the runs of the project live: `%flyte_runs [SEARCH]`. In a terminal: the newest ones as lines."""
        runs = Runs(search=line.strip().strip("\"'"))
        if type(shell).__name__ != "TerminalInteractiveShell":
            return RunsWidget(runs)
        list_in_terminal(runs, live=False)
        return None

    return flyte_runs
