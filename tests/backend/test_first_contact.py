"""What new users type: each is answered in our words, and none waits without one."""

from __future__ import annotations

import inspect
import math
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.connect import UNARY_TIMEOUT_S
from flyte_widgets.errors import ConfigError, FlyteWidgetsError, TransportError, WaitTimeoutError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.backends import unset_default
from tests.run_helpers import END, PATIENCE_S, client_of, eventually, run_on
from tests.server_process import ServerProcess

URL = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (lambda: fw.connect(3), "endpoint has the type int"),  # type: ignore[arg-type]
        (lambda: fw.connect(URL, project=3), "project has the type int"),  # type: ignore[arg-type]
        (lambda: fw.connect(URL, auth={"authorization": None}), "does not hold texts only"),  # type: ignore[dict-item]
        (lambda: fw.Run("r1", client=URL), "client has the type str"),  # type: ignore[arg-type]
        (lambda: fw.RunWidget("r1", client=URL), "client has the type str"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_argument_is_said(wrong: Callable[[], Any], word: str) -> None:
    """With what it is, and what is accepted."""
    with pytest.raises(ConfigError, match=word) as raised:
        wrong()
    assert raised.value.hint


def test_any_number_is_a_timeout(shared_server: ServerProcess) -> None:
    """Infinity waits as long as it takes; what is no number is said; a negative one waits no time."""
    run = run_on(shared_server, shared_server.simulate(seed=7, elapsed_s=END))
    assert run.wait(math.inf) is ActionPhase.SUCCEEDED
    assert run.wait(1e20) is ActionPhase.SUCCEEDED
    going_on = run_on(shared_server, shared_server.simulate(seed=7, elapsed_s=30, hold=True))
    with pytest.raises(WaitTimeoutError, match="within 0 s"):
        going_on.wait(-1)
    for wrong in (math.nan, "3", True):
        with pytest.raises(FlyteWidgetsError, match="timeout is"):
            going_on.wait(wrong)  # type: ignore[arg-type]
    going_on.close()
    run.close()


def test_a_refused_port_is_said_soon() -> None:
    """The first property does not wait as for a slow backend, and the widget says it at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    client: FlyteClient = fw.connect(url, project="p", domain="d")
    try:
        with pytest.raises(TransportError, match="refused the connection"):
            _ = fw.Run("r1").phase
        widget = fw.RunWidget("r1")
        eventually(lambda: "refused the connection" in widget.connection["message"])
        widget.close()
    finally:
        unset_default(client)


def test_tools_do_not_wait_for_a_silent_backend() -> None:
    """It accepts and says nothing: completion, members and the inspector end long before the calls' own time-outs."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = fw.connect(f"http://127.0.0.1:{silent.getsockname()[1]}", project="p", domain="d")
        run, runs = fw.Run("r1"), fw.Runs()
        shell = InteractiveShell.instance()
        shell.user_ns.update(run=run, runs=runs)
        try:
            began_s = time.monotonic()
            with provisionalcompleter():
                list(shell.Completer.completions("run.actions.", len("run.actions.")))
            shell.object_inspect_mime("runs")
            with pytest.raises(FlyteWidgetsError, match="could not be read"):
                inspect.getmembers(run)
            assert time.monotonic() - began_s < UNARY_TIMEOUT_S
        finally:
            run.close()
            unset_default(client)


def test_ipywidgets_7_is_said(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be forced in; its pages would show nothing. The run can still be read."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    monkeypatch.setattr(ipywidgets, "__version__", "7.8.5")
    with pytest.raises(ConfigError, match=r"needs ipywidgets 8, and ipywidgets 7\.8\.5 is installed") as raised:
        fw.RunWidget(name, client=client_of(shared_server))
    assert "ipywidgets>=8" in raised.value.hint
    run = run_on(shared_server, name)
    assert run.phase is ActionPhase.SUCCEEDED
    run.close()


@pytest.mark.parametrize("name", ["RunWidget", "Run", "connect", "local"])
def test_python_in_a_browser_is_said(name: str) -> None:
    """Before any import fails there: the first name says what is missing. The errors themselves are there."""
    source = f"""
import sys
import flyte_widgets as fw
known = fw.errors.FlyteWidgetsError  # Python's own modules look at the platform, too
sys.platform = "emscripten"
try:
    fw.{name}
except known as error:
    print(error)
"""
    told = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert told.stdout.startswith("flyte-widgets cannot run in a browser. It needs threads"), told.stderr


def test_it_can_be_imported_from_a_zip(shared_server: ServerProcess, tmp_path: Path) -> None:
    """As some clusters ship packages: the tables and the front end are read from there, too."""
    package = Path(fw.__file__).parent
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        for file in package.rglob("*"):
            if file.is_file() and file.suffix != ".pyc":
                packed.write(file, file.relative_to(package.parent))
    source = f"""
import sys
sys.path.insert(0, "packed.zip")
import flyte_widgets as fw
assert "packed.zip" in fw.__file__
fw.connect({shared_server.endpoint!r}, project={shared_server.project!r}, domain={shared_server.domain!r})
widget = fw.RunWidget({shared_server.simulate(seed=7, elapsed_s=END)!r})
widget.wait()
print(widget.phase, len(widget.to_html()) > 10_000)
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    told = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
        timeout=PATIENCE_S,
    )
    assert told.stdout.split() == ["SUCCEEDED", "True"], told.stderr


def test_a_client_is_taken(shared_server: ServerProcess) -> None:
    """What connect() returns."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    run = fw.Run(name, client=client_of(shared_server))
    assert run.phase is ActionPhase.SUCCEEDED
    run.close()
