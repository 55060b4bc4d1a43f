"""`%load_ext flyte_widgets`: the SDK's runs show live where they are displayed; `%flyte_run NAME`, `%flyte_runs`."""

from __future__ import annotations

import contextlib
from typing import Any, Final

from flyte_widgets.errors import ConfigError
from flyte_widgets.sdk.names import SDK_RUN
from flyte_widgets.watch.by_itself import show_by_itself
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.runs import Runs
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.runs_terminal import list_in_terminal
from flyte_widgets.widgets.runs_widget import RunsWidget
from flyte_widgets.widgets.terminal import Detached, watch_in_terminal

_MAGICS: Final = ("flyte_run", "flyte_runs", "flyte_show")


def load(shell: Any) -> None:
    """Register the formatter and the magics with an IPython shell; doing so twice changes nothing."""
    shell.display_formatter.ipython_display_formatter.for_type_by_name(*SDK_RUN, _show)
    for name, magic in zip(_MAGICS, (_run_magic(shell), _runs_magic(shell), _flyte_show), strict=True):
        shell.register_magic_function(magic, "line", name)


def unload(shell: Any) -> None:
    """Take them back."""
    formatter = shell.display_formatter.ipython_display_formatter
    # IPython moves an entry from the one table to the other when it first meets the type.
    formatter.deferred_printers.pop(SDK_RUN, None)
    for kind in [kind for kind, printer in formatter.type_printers.items() if printer is _show]:
        formatter.pop(kind)
    for name in _MAGICS:
        shell.magics_manager.magics["line"].pop(name, None)


def _show(run: Any) -> None:
    """Show a `flyte.remote.Run`. One that names no run on a backend (the SDK's local ones) shows as it did before."""
    try:
        widget = RunWidget(run)
    except ConfigError:
        raise NotImplementedError from None  # IPython goes on to the next formatter
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
