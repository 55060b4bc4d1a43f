"""A run in a real IPython in a real terminal: the magic, the live table, Ctrl-C, the SDK's runs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from flyte_widgets.widgets.run_widget import RunWidget
from tests.run_helpers import END, client_of
from tests.server_process import ServerProcess

PROMPT = r"In \[\d+\]: $"
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """IPython in a terminal of 100 columns, with the extension loaded and the backend connected."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        options = ["--simple-prompt", "--no-banner", "--no-confirm-exit", "--HistoryManager.enabled=False"]
        env = {**os.environ, "TERM": "xterm", "IPYTHONDIR": str(folder)}
        self.process = pexpect.spawn(
            sys.executable, ["-m", "IPython", *options], env=env, dimensions=(30, 100), timeout=600, encoding="utf-8"
        )
        self.process.expect(PROMPT)
        self.run("%load_ext flyte_widgets")
        where = f"{server.endpoint!r}, project={server.project!r}, domain={server.domain!r}, console=''"
        self.run(f"import flyte_widgets as fw; _ = fw.connect({where})")

    def begin(self, line: str) -> None:
        """Type a line, and do not wait for what it does."""
        self.process.sendline(line)

    def shown(self) -> str:
        """Wait for the prompt; gives what was shown until then, as it can be read."""
        self.process.expect(PROMPT)
        return CONTROLS.sub("", str(self.process.before))

    def run(self, line: str) -> str:
        self.begin(line)
        return self.shown()

    def close(self) -> None:
        self.process.close(force=True)


@pytest.fixture
def terminal(shared_server: ServerProcess, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(shared_server, tmp_path)
    yield terminal
    terminal.close()


def test_magic_shows_a_live_table_until_the_end(terminal: Terminal, shared_server: ServerProcess) -> None:
    """`%flyte_run NAME` follows the run in a table; at its end the summary stays, and the prompt is back."""
    terminal.begin(f"%flyte_run {shared_server.simulate(seed=7, speed=40)}")
    terminal.process.expect("Ctrl-C detaches; the run goes on")
    terminal.process.expect("square ×40")
    assert "54 of 54 actions done" in terminal.shown()
    assert "No run" not in terminal.run("%flyte_run?")


def test_interrupt_detaches(terminal: Terminal, shared_server: ServerProcess) -> None:
    """Ctrl-C brings the prompt back with a word that the run goes on, which it does; no traceback is shown."""
    name = shared_server.simulate(seed=3, speed=1)
    terminal.begin(f"%flyte_run {name}")
    terminal.process.expect("Ctrl-C detaches; the run goes on")
    terminal.process.sendintr()
    said = terminal.shown()
    assert f"Detached. Run {name} goes on" in said
    assert "Traceback" not in said
    assert "2" in terminal.run("1 + 1")
    widget = RunWidget(name, client=client_of(shared_server))
    assert not widget.run.is_terminal
    widget.close()


def test_errors_say_what_to_do(terminal: Terminal) -> None:
    """A run that is not there, and no run at all, are told in a sentence."""
    assert "not found" in terminal.run("%flyte_run nope")
    assert "Give a run's name" in terminal.run("%flyte_run")


def test_widgets_and_runs_of_the_sdk_are_told_in_words(terminal: Terminal, shared_server: ServerProcess) -> None:
    """Where no widget can be, `RunWidget(...)` and a `flyte.remote.Run` show the run as text."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    assert "54 of 54 actions done" in terminal.run(f"w = fw.RunWidget({name!r}); w.wait(30); w")
    terminal.run("from flyte.remote import Run")
    terminal.run("from flyteidl2.workflow.run_definition_pb2 import Run as Pb")
    terminal.run(f"pb = Pb(); pb.action.id.run.name = {name!r}")
    assert "54 of 54 actions done" in terminal.run("Run(pb)")
