"""`%%flyte` in a real IPython shell: what a cell starts is shown, by whomever it was started."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import comm
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets.widgets.widget import _instances

import flyte_widgets as fw
from flyte_widgets.watch.backends import set_default, unset_default
from flyte_widgets.watch.started import started_runs
from flyte_widgets.widgets.frame import VIEW_MIME, WidgetFrame
from tests.front_end import RecordingComm
from tests.run_helpers import END, client_of
from tests.server_process import ServerProcess


@pytest.fixture
def shell(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell with the extension, connected, whose displays are kept."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(display_pub_class=CapturingDisplayPublisher)
    client = client_of(shared_server)
    set_default(client, "the test")
    shell.run_line_magic("load_ext", "flyte_widgets")
    shell.user_ns.update(fw=fw, client=client, start=lambda: fw.Run(shared_server.simulate(elapsed_s=END)))
    before = set(widgets())
    yield shell
    for widget in set(widgets()) - before:
        widget.close()
    unset_default(client)
    InteractiveShell.clear_instance()


def widgets() -> list[WidgetFrame]:
    return [widget for widget in _instances.values() if isinstance(widget, WidgetFrame)]


def shown(shell: InteractiveShell) -> list[str]:
    """The texts of the live views that were displayed."""
    bundles = [output["data"] for output in shell.display_pub.outputs]
    return [bundle["text/plain"] for bundle in bundles if VIEW_MIME in bundle]


@pytest.mark.parametrize(("count", "outputs"), [(0, 0), (1, 1), (3, 3), (4, 1)])
def test_each_run_of_the_cell_is_shown_and_many_as_a_list(shell: InteractiveShell, count: int, outputs: int) -> None:
    """Three widgets at most, else one list of all."""
    shell.run_cell_magic("flyte", "", f"runs = [fw.local.simulate(seed=n, actions=2) for n in range({count})]")
    names = [run.name for run in shell.user_ns["runs"]]
    texts = shown(shell)
    assert len(texts) == outputs
    assert all(any(name in text for text in texts) for name in names), texts


@pytest.mark.parametrize("end", ["fw.show(run)", "w = fw.show(run)\nw", "fw.show([run])", "fw.show(fw.Runs())"])
def test_a_cell_that_ends_with_show_displays_it_once(shell: InteractiveShell, end: str) -> None:
    """It was displayed by the call, and again as the cell's last value."""
    shell.run_cell(f"run = start()\n{end}")
    assert len(shown(shell)) == 1
    shell.run_cell("_")
    assert len(shown(shell)) == 2  # another cell that ends with it


def test_what_the_cell_ends_with_is_shown_once(shell: InteractiveShell) -> None:
    """The last value shows by itself; the others are shown below it."""
    shell.run_cell_magic("flyte", "", "a = fw.local.simulate(seed=1, actions=2)\nb = fw.local.simulate(seed=2)\nb")
    a, b = (shell.user_ns[name].name for name in "ab")
    assert sum(a in text for text in shown(shell)) == 1
    assert sum(b in text for text in shown(shell)) <= 1


def test_a_cell_that_fails_shows_what_it_had_started(shell: InteractiveShell, capsys: Any) -> None:
    """Its error is IPython's; the run before it is shown, and nothing is noted afterwards."""
    shell.run_cell_magic("flyte", "", "a = fw.local.simulate(seed=1, actions=2)\n1 / 0")
    assert len(shown(shell)) == 1
    assert "ZeroDivisionError" in "".join(capsys.readouterr())
    fw.local.simulate(seed=3, actions=2)
    assert len(shown(shell)) == 1


@pytest.mark.parametrize(("code", "error"), [("1 / 0", ZeroDivisionError), ("1 +", SyntaxError)])
def test_a_cell_that_fails_has_failed(
    shell: InteractiveShell, capsys: Any, code: str, error: type[BaseException]
) -> None:
    """ "Run all" and nbconvert stop there. Its traceback is shown once."""
    result = shell.run_cell(f"%%flyte\n{code}")
    assert (result.success, type(result.error_in_exec)) == (False, error)
    assert capsys.readouterr().out.count(f"{error.__name__}") <= 2  # IPython's heading, and the error
    assert shell.run_cell("%%flyte\nx = 1").success


def test_a_cell_may_end_with_anything(shell: InteractiveShell) -> None:
    """A DataFrame of runs has a name, too: a column, which is neither true nor false."""

    class Column:
        def __bool__(self) -> bool:
            raise ValueError("The truth value of a column is ambiguous.")

        def __ne__(self, _other: object) -> Any:
            return self

    shell.user_ns["table"] = SimpleNamespace(name=Column())
    shell.run_cell_magic("flyte", "", "a = fw.local.simulate(seed=1, actions=2)\ntable")
    assert any(shell.user_ns["a"].name in text for text in shown(shell))


def test_a_cell_that_awaits(shell: InteractiveShell) -> None:
    """In a terminal it runs. In a kernel, whose loop runs the magic, it is refused before anything is started."""
    cell = "import asyncio\na = fw.local.simulate(seed=1, actions=2)\nawait asyncio.sleep(0)"

    async def in_kernel() -> None:
        shell.run_cell_magic("flyte", "", cell)

    with pytest.raises(fw.errors.ConfigError, match="cannot run a cell that awaits") as caught:
        asyncio.run(in_kernel())
    assert "Leave %%flyte out" in caught.value.hint
    assert "a" not in shell.user_ns
    shell.run_cell_magic("flyte", "", cell)
    assert any(shell.user_ns["a"].name in text for text in shown(shell))


def test_arguments_are_refused(shell: InteractiveShell) -> None:
    """The line takes none."""
    with pytest.raises(fw.errors.ConfigError, match=r"%%flyte was given 'on'\."):
        shell.run_cell_magic("flyte", "on", "x = 1")
    with pytest.raises(UsageError):
        shell.run_line_magic("flyte", "")


def test_runs_of_the_sdk_are_noted(shared_server: ServerProcess) -> None:
    """What the SDK's client sends as CreateRun; its method is its own again afterwards."""
    from flyteidl2.workflow import run_definition_pb2, run_service_pb2
    from flyteidl2.workflow.run_service_connect import RunServiceClient

    before = RunServiceClient.create_run
    response = run_service_pb2.CreateRunResponse(run=run_definition_pb2.Run())
    response.run.action.id.run.name = "r1"
    response.run.action.id.run.project = "p"

    class Client(RunServiceClient):
        async def execute_unary(self, **_: Any) -> Any:
            return response

    with started_runs() as started:
        client = Client.__new__(Client)
        asyncio.run(client.create_run(run_service_pb2.CreateRunRequest()))
    assert [(one.name, one.project, one.run) for one in started] == [("r1", "p", None)]
    assert RunServiceClient.create_run is before
