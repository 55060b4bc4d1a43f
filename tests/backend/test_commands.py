"""`flyte-widgets` in a shell: outputs of any kind, readers that go, backends that are away, logs, values."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys

import pytest

import flyte_widgets
from tests.run_helpers import END, PATIENCE_S
from tests.server_process import ServerProcess


def arguments(server: ServerProcess, *words: str) -> list[str]:
    where = ["--endpoint", server.endpoint, "--project", server.project, "--domain", server.domain]
    return [sys.executable, "-m", "flyte_widgets", *words, *where]


def run(server: ServerProcess, *words: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(
        arguments(server, *words), capture_output=True, text=True, encoding=encoding, check=False, env=env
    )


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_an_encoding_lacks_is_replaced(shared_server: ServerProcess, encoding: str) -> None:
    """The exit code is the run's, and nothing is on stderr."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    done = run(shared_server, "watch", name, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "? Succeeded" in done.stdout


def test_a_reader_that_goes_ends_it_quietly(shared_server: ServerProcess) -> None:
    """`| head -1` of a run in which nothing happens: without a traceback, and without waiting for a line."""
    name = shared_server.simulate(seed=7, elapsed_s=30, hold=True)
    words = arguments(shared_server, "watch", name)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert name in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(PATIENCE_S) == 141


def test_without_a_standard_output(shared_server: ServerProcess) -> None:
    """Closed by the shell: the exit code still tells how the run ended."""
    name = shared_server.simulate(seed=5, elapsed_s=END, outcome="failed")
    line = f"{shlex.join(arguments(shared_server, 'watch', name))} >&-"
    done = subprocess.run(line, shell=True, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")


def test_a_backend_that_is_away_is_said_and_a_timeout_ends_it() -> None:
    """The captured output says so; after --timeout the code is 124, with the reason on stderr."""
    words = ["watch", "r1", "--endpoint", f"http://127.0.0.1:{closed_port()}", "--project", "p", "--domain", "d"]
    done = subprocess.run(
        [sys.executable, "-m", "flyte_widgets", *words, "--timeout", "3"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 124
    assert "refused the connection" in done.stdout
    assert done.stdout.count("\n") == 1
    assert "could not be read within 3 s" in done.stderr


@pytest.mark.parametrize("timeout", ["-1", "nan", "soon"])
def test_a_timeout_that_is_none_is_refused(timeout: str) -> None:
    """It watched for ever, or spoke of -1 s."""
    words = [sys.executable, "-m", "flyte_widgets", "watch", "r1", "--endpoint", "127.0.0.1:9", "--timeout", timeout]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"argument --timeout: invalid number of seconds value: '{timeout}'" in done.stderr


def test_a_timeout_leaves_the_run_alone(shared_server: ServerProcess) -> None:
    """What was seen of it is there."""
    name = shared_server.simulate(seed=7, elapsed_s=30, hold=True)
    done = run(shared_server, "watch", name, "--timeout", "3")
    assert done.returncode == 124
    assert "Running" in done.stdout
    assert "had not ended within 3 s" in done.stderr


def test_the_version() -> None:
    """As the package has it."""
    words = [sys.executable, "-m", "flyte_widgets", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"flyte-widgets {flyte_widgets.__version__}\n")


def test_help_of_serve_says_how_a_run_gets_in() -> None:
    """All ways: connect, run, simulate."""
    words = [sys.executable, "-m", "flyte_widgets", "serve", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    for word in ("fw.connect(", "fw.local.run(", "fw.local.simulate()", "flyte-widgets watch"):
        assert word in done.stdout


def test_logs_of_an_action(shared_server: ServerProcess) -> None:
    """All lines, without colours in a pipe; followed, the same; an action or a log that is not there is said."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    done = run(shared_server, "logs", name, "a1")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) > 5
    assert "\x1b" not in done.stdout
    followed = run(shared_server, "logs", name, "a1", "--follow")
    assert followed.stdout == done.stdout
    timed = run(shared_server, "logs", name, "a1", "--times", "--attempt", "1").stdout.splitlines()
    assert [line[25:] for line in timed] == lines
    missing = run(shared_server, "logs", name, "zzz")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "has no action 'zzz'" in missing.stderr
    assert "Give an id: a0 (" in missing.stderr  # not in Python's words


def test_outputs_of_an_action(shared_server: ServerProcess) -> None:
    """A line a value, or JSON that says the same."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    plain = run(shared_server, "outputs", name)
    assert (plain.returncode, plain.stderr) == (0, "")
    values = json.loads(run(shared_server, "outputs", name, "--json").stdout)
    assert values
    assert [line.partition(" = ")[0] for line in plain.stdout.splitlines()] == list(values)
