"""The public surface."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import LocalError
from tests.run_helpers import END, run_on
from tests.server_process import ServerProcess

ROOT: Final = Path(__file__).parents[2]


def test_all_is_sorted_and_complete() -> None:
    """Every public name is in `__all__`, in order, and is there."""
    assert fw.__all__ == sorted(fw.__all__)
    assert all(hasattr(fw, name) for name in fw.__all__)


def test_import_brings_nothing_heavy() -> None:
    """`import flyte_widgets` has no HTTP client, widgets, SDK or server; what is asked for brings what it needs."""
    program = (
        "import sys, flyte_widgets as fw\n"
        "heavy = lambda *names: [name for name in names if name in sys.modules]\n"
        "print(heavy('httpx', 'anywidget', 'ipywidgets', 'flyte', 'flyteidl2', 'uvicorn'))\n"
        "assert set(fw.__all__) <= set(dir(fw))\n"
        "assert issubclass(fw.errors.WaitTimeoutError, TimeoutError)\n"
        "fw.RunWidget, fw.Run, fw.Action, fw.ActionPhase, fw.connect\n"
        "print(heavy('flyte', 'flyteidl2', 'uvicorn'))\n"
        "try: fw.nothing\n"
        "except AttributeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=600)
    assert done.stdout.splitlines() == ["[]", "[]", "module 'flyte_widgets' has no attribute 'nothing'"]


def test_serve_without_its_extra_says_what_to_install() -> None:
    """No traceback, but the one line that says how to get what is missing."""
    program = (
        "import sys\n"
        "sys.modules['uvicorn'] = None\n"  # as if it was not installed
        "from flyte_widgets.__main__ import main\n"
        "sys.exit(main(['serve']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1
    assert done.stderr.startswith("flyte-widgets: The embedded backend needs more packages")
    assert done.stderr.endswith("pip install 'flyte-widgets[local]'\n")


@pytest.mark.parametrize("module", [fw, fw.errors, fw.local])
def test_dir_lists_what_is_the_users(module: ModuleType) -> None:
    """No module that was imported, no helper, no typing name."""
    names = {name for name in dir(module) if name != "__version__"}
    assert names
    for name in names:
        assert not name.startswith("_")
        value = getattr(module, name)
        assert isinstance(value, ModuleType) or value.__module__.startswith("flyte_widgets.")
        assert not isinstance(value, ModuleType) or name in fw.__all__


def test_it_works_from_a_zip_file(tmp_path: Path) -> None:
    """As a zip on sys.path: the tables, the front end, a widget."""
    archive = tmp_path / "flyte_widgets.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in (ROOT / "flyte_widgets").rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                zipped.write(file, file.relative_to(ROOT))
    program = (
        "import sys\n"
        f"sys.path.insert(0, {str(archive)!r})\n"
        "import flyte_widgets as fw\n"
        "from flyte_widgets.api.client import FlyteClient\n"
        "assert '.zip' in fw.__file__\n"
        "w = fw.RunWidget('r4p2bdpt7f', client=FlyteClient('http://127.0.0.1:9', project='p', domain='d'))\n"
        "print(w.run_name, len(w._front_end.files) > 10_000, 'r4p2bdpt7f' in w.to_html())\n"
    )
    environment = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "r4p2bdpt7f True True", done.stderr


def test_a_task_is_no_run_and_the_error_says_how_to_start_it() -> None:
    """Both for a plain function and for a task of the SDK."""
    client = FlyteClient("http://127.0.0.1:9", project="p", domain="d")

    class TaskTemplate:
        name = "env.main"

    def main() -> None: ...

    for task, name in ((TaskTemplate(), "env.main"), (main, "main")):
        with pytest.raises(fw.errors.ConfigError, match=rf"got the task {name}\. Start it first: flyte\.run\(task"):
            fw.RunWidget(task, client=client)


def test_an_expected_error_shows_the_users_lines_only(tmp_path: Path) -> None:
    """In IPython: the line of the cell, the message and the hint; no frame of this package, nor of its libraries."""
    cell = "import flyte_widgets as fw\ndef show():\n    return fw.RunWidget(3)\nshow()"
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        f"InteractiveShell.instance(colors='NoColor').run_cell({cell!r})\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1].startswith(
        "flyte_widgets.errors.ConfigError: A run was expected, got int. Give"
    )
    assert "return fw.RunWidget(3)" in done.stdout
    assert "site-packages" not in done.stdout
    assert str(ROOT) not in done.stdout


def lines_of(cause: BaseException) -> list[str]:
    """What IPython shows of an error of ours that was raised from this one."""
    error = fw.errors.LocalError("The run failed.")
    error.__cause__ = cause
    return error._render_traceback_()


def test_an_error_keeps_the_users_own_cause() -> None:
    """A failed task's own traceback stands before ours; what has no line of the user's does not."""
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018
    assert "ZeroDivisionError: division by zero" in lines_of(caught.value)
    assert lines_of(caught.value)[-1] == "flyte_widgets.errors.LocalError: The run failed."
    assert lines_of(OSError("refused")) == ["flyte_widgets.errors.LocalError: The run failed."]


def test_a_run_is_pickled_by_its_reference_and_a_widget_is_not() -> None:
    """Another process asks its own backend for the run; a copy in this one is the same handle."""
    client = FlyteClient("http://127.0.0.1:9", project="p", domain="d")
    run = fw.Run("r4p2bdpt7f", client=client)
    assert copy.copy(run) is copy.deepcopy({"run": run})["run"] is run
    assert run.__reduce__()[1] == ("r4p2bdpt7f", "p", "d")
    assert b"127.0.0.1" not in pickle.dumps(run)
    widget = fw.RunWidget(run)
    with pytest.raises(TypeError, match=r"RunWidget cannot be pickled: .* Pickle its `run`\."):
        pickle.dumps(widget)
    widget.close()


def test_an_action_is_not_pickled_and_its_copy_is_the_same(shared_server: ServerProcess) -> None:
    """What came out of a pickle stood still, and said that an action runs that had ended long ago."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=END))
    action = run.actions["a0"]
    for one in (action, run.actions):
        assert copy.deepcopy([one])[0] is copy.copy(one) is one
        with pytest.raises(TypeError, match=r"follows its run.* Pickle the run and the id: run.actions\[id\]"):
            pickle.dumps(one)


@pytest.mark.parametrize("name", ["hieght", "phase", "since"])
def test_a_widget_refuses_an_argument_that_it_does_not_know(name: str) -> None:
    """traitlets warns of it where nobody looks: a misspelt one did nothing."""
    client = FlyteClient("http://127.0.0.1:9", project="p", domain="d")
    run = fw.Run("r4p2bdpt7f", client=client)
    made: list[Callable[..., Any]] = [fw.RunWidget, fw.show, lambda run, **given: fw.progress([run], **given)]
    for make in made:
        with pytest.raises(TypeError, match=f"Widget takes no argument '{name}'. It takes run"):
            make(run, **{name: 400})
    with pytest.raises(TypeError, match=f"RunsWidget takes no argument '{name}'. It takes runs"):
        fw.RunsWidget(fw.Runs(client=client), **{name: 400})


def test_an_error_does_nothing_to_a_terminal() -> None:
    """Its words may be a backend's, or another person's reason."""
    error = LocalError("was aborted: \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eevil", hint="say \x9bhi")
    assert str(error) == "was aborted: red \ufffd]0;title\ufffd \ufffdevil. say \ufffdhi"
