"""Runs in a terminal and in IPython: `flyte-widgets watch`, `%load_ext flyte_widgets`, `%flyte_run`."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from flyte_widgets.watch import backends
from flyte_widgets.watch.handles import Run
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.terminal import Detached, watch_in_terminal
from tests.run_helpers import END, PATIENCE_S, client_of
from tests.server_process import ServerProcess


def command(server: ServerProcess, name: str, *options: str) -> list[str]:
    where = ["--endpoint", server.endpoint, "--project", server.project, "--domain", server.domain]
    return [sys.executable, "-m", "flyte_widgets", "watch", name, *where, *options]


def in_terminal(arguments: list[str], interrupt_at: str = "") -> tuple[int, str]:
    """Run a command in a terminal of 100 columns; press Ctrl-C when it has shown `interrupt_at`. Code and output."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": "100", "LINES": "24", "TERM": "xterm"}
    process = subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True)
    os.close(theirs)
    shown, deadline_s, interrupted = b"", time.monotonic() + PATIENCE_S, not interrupt_at
    while time.monotonic() < deadline_s:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # the terminal's other end is closed
                break
            shown += piece
        if not interrupted and interrupt_at.encode() in shown:
            interrupted = True
            os.killpg(process.pid, 2)
    os.close(ours)
    return process.wait(PATIENCE_S), shown.decode()


def test_lines_where_there_is_no_terminal(shared_server: ServerProcess) -> None:
    """Piped, each change of a phase is a line, then the summary; the exit code is 0 for a success."""
    name = shared_server.simulate(seed=7, speed=15)
    done = subprocess.run(command(shared_server, name), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "pipeline a0  Running -> Succeeded" in done.stdout
    assert "train_model" in done.stdout
    assert "54 of 54 actions done" in done.stdout.rpartition("Running -> Succeeded")[2]
    assert "\x1b" not in done.stdout


def test_exit_code_tells_the_outcome(shared_server: ServerProcess) -> None:
    """3 for a failure, 1 for a run that is not there, with the reason on stderr."""
    name = shared_server.simulate(seed=5, elapsed_s=END, outcome="failed")
    done = subprocess.run(command(shared_server, name), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Failed" in done.stdout
    counts = set(re.findall(r"\d+ of \d+ actions?", done.stdout))
    assert counts == {"50 of 50 actions"}  # the first line counts nothing before all actions are known
    done = subprocess.run(command(shared_server, "nope"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not found" in done.stderr


def test_without_a_backend_the_shell_is_told_of_its_options(tmp_path: Path) -> None:
    """Nothing is configured: the ways out are those of a shell, not of a notebook."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE", "UCTL"))}
    env["HOME"] = str(tmp_path)
    arguments = [sys.executable, "-m", "flyte_widgets", "watch", "r1"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--endpoint" in done.stderr
    assert "fw." not in done.stderr


def test_live_table_in_a_terminal(shared_server: ServerProcess) -> None:
    """In a terminal a table follows the run; at its end the table is gone and the summary stays."""
    code, shown = in_terminal(command(shared_server, shared_server.simulate(seed=7, speed=60)))
    assert code == 0
    assert "square ×40" in shown
    assert "Ctrl-C detaches" in shown
    assert "54 of 54 actions done" in shown.rpartition("\x1b")[2]


def test_interrupt_detaches_and_says_that_the_run_goes_on(shared_server: ServerProcess) -> None:
    """Ctrl-C ends the watching with code 130 and without a traceback; the run is untouched."""
    name = shared_server.simulate(seed=3, speed=1)
    code, shown = in_terminal(command(shared_server, name), interrupt_at="pipeline")
    assert code == 130
    assert f"Run {name} goes on" in shown
    assert "Traceback" not in shown
    widget = RunWidget(name, client=client_of(shared_server))
    assert not widget.run.is_terminal
    widget.close()


class _InterruptedWhereItIsLost(io.StringIO):
    """A terminal in which Ctrl-C is pressed as a weak reference dies: there Python drops what a handler raises."""

    def write(self, text: str) -> int:
        if not self.tell():
            dying = threading.Event()
            _ = weakref.ref(dying, lambda _: signal.raise_signal(signal.SIGINT))
            del dying
        return super().write(text)


def test_an_interrupt_is_not_lost_wherever_it_comes(shared_server: ServerProcess) -> None:
    """Pressed once, it ends the watching, also where no exception would have."""
    name, out = shared_server.simulate(seed=3, speed=1), _InterruptedWhereItIsLost()
    run, before = Run(name, client=client_of(shared_server)), signal.getsignal(signal.SIGINT)
    with pytest.raises(Detached):
        watch_in_terminal(run, out, live=False)
    assert f"Run {name} goes on" in out.getvalue()
    assert signal.getsignal(signal.SIGINT) is before
    run.close()


@pytest.fixture
def shell(shared_server: ServerProcess) -> Iterator[InteractiveShell]:
    """An IPython shell with the extension loaded, on the shared server."""
    client = backends.connect(
        shared_server.endpoint, project=shared_server.project, domain=shared_server.domain, console=""
    )
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "flyte_widgets")
    yield shell
    shell.run_line_magic("unload_ext", "flyte_widgets")
    InteractiveShell.clear_instance()
    backends.unset_default(client)


def test_magic_gives_the_widget(shell: InteractiveShell, shared_server: ServerProcess) -> None:
    """`%flyte_run NAME` gives a RunWidget; without a name it says what to give; unloaded it is gone."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    widget = shell.run_line_magic("flyte_run", name)
    assert isinstance(widget, RunWidget)
    assert widget.run_name == name
    widget.close()
    with pytest.raises(Exception, match="Give a run's name"):
        shell.run_line_magic("flyte_run", "")
    shell.run_line_magic("unload_ext", "flyte_widgets")
    assert "flyte_run" not in shell.magics_manager.magics["line"]
    shell.run_line_magic("load_ext", "flyte_widgets")


def test_runs_of_the_sdk_show_as_widgets(shell: InteractiveShell, shared_server: ServerProcess) -> None:
    """A `flyte.remote.Run` at the end of a cell shows as a widget, one that names no run as ever.

    `%flyte_show off` ends that, too.
    """
    name = shared_server.simulate(seed=7, elapsed_s=END)
    program = (
        "from flyte.remote import Run\n"
        "from flyteidl2.workflow.run_definition_pb2 import Run as Pb\n"
        f"pb = Pb(); pb.action.id.run.name = {name!r}\n"
        "run = Run(pb)\n"
    )
    shell.run_cell(program).raise_error()
    with capture_output() as shown:
        shell.run_cell("run").raise_error()
    bundles = [output.data for output in shown.outputs]
    assert any("application/vnd.jupyter.widget-view+json" in data for data in bundles)
    assert any("3m 20s" in data.get("text/html", "") for data in bundles)
    try:
        with capture_output() as shown:
            shell.run_cell("%flyte_show off\nrun").raise_error()
    finally:
        shell.run_line_magic("flyte_show", "on")
    assert "widget-view" not in str([output.data for output in shown.outputs])
    with capture_output() as shown:
        shell.run_cell("pb.action.id.run.name = ''; run").raise_error()
    assert "widget-view" not in str([output.data for output in shown.outputs])
