"""A local run is started again with what the notebook holds now; the cells are executed as a notebook's are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FailedPreconditionError, InputError, InvalidArgumentError
from flyte_widgets.local import LocalRun
from flyte_widgets.local.runs.runner import launch
from flyte_widgets.local.services.server import LocalBackend
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.handles import Run
from tests.run_helpers import PATIENCE_S

CELL = """
import flyte
again = flyte.TaskEnvironment("again")

@again.task
async def half(n: int) -> float:
    return n / 2

@again.task
async def rerun_me(n: int = 3, unit: str = "m") -> str:
    return f"{await half(n)} {unit}"
"""


@pytest.fixture
def cell() -> Iterator[Callable[[str], None]]:
    """Execute a cell in `__main__`, as a kernel does; what it defined is gone afterwards."""
    names = vars(sys.modules["__main__"])
    before = dict(names)
    yield lambda source: exec(compile(source, "<cell>", "exec"), names)
    for name in names.keys() - before.keys():
        del names[name]


@pytest.fixture
def local() -> Iterator[LocalBackend]:
    backend = LocalBackend(None, 0)
    yield backend
    backend.stop()


def defined(name: str) -> Any:
    return vars(sys.modules["__main__"])[name]


def started(backend: LocalBackend, **inputs: Any) -> Run:
    """A local run of `rerun_me` that has ended."""
    launched = launch(defined("rerun_me"), inputs=inputs, backend=backend)
    launched.result(PATIENCE_S)
    client = FlyteClient(backend.endpoint, project=backend.project, domain=backend.domain, console="")
    return Run(launched.name, client=client)


def answer_of(run: Run) -> Any:
    assert run.wait(PATIENCE_S) is P.SUCCEEDED
    return next(iter(run.outputs().values()))


def test_it_runs_again_with_the_same_inputs_or_others(local: LocalBackend, cell: Callable[[str], None]) -> None:
    cell(CELL)
    first = started(local, n=4)
    second = first.rerun()
    assert answer_of(second) == "2.0 m"
    assert second.name != first.name
    assert second.relation is not None
    assert (second.relation.kind, second.relation.run) == ("rerun", first.name)
    third = second.rerun(n=9)
    assert answer_of(third) == "4.5 m"
    assert third.relation is not None
    assert third.relation.run == second.name


def test_it_gives_what_the_task_returns(cell: Callable[[str], None]) -> None:
    """A rerun of a `LocalRun` is one, too."""
    cell(CELL)
    try:
        first = fw.local.run(defined("rerun_me"), n=4)
        first.wait(PATIENCE_S)
        run = first.rerun()
        assert isinstance(run, LocalRun)
        assert run.result(PATIENCE_S) == "2.0 m"
    finally:
        fw.local.stop()


def test_one_action_runs_as_a_run_of_its_own(local: LocalBackend, cell: Callable[[str], None]) -> None:
    cell(CELL)
    first = started(local, n=4)
    assert answer_of(first.find("half")[0].rerun(n=10)) == 5.0


def test_the_function_as_last_defined_is_what_runs(local: LocalBackend, cell: Callable[[str], None]) -> None:
    cell(CELL)
    first = started(local, n=4)
    cell(CELL.replace("n / 2", "n / 4"))
    assert answer_of(first.rerun()) == "1.0 m"


def test_what_no_longer_fits_is_refused(local: LocalBackend, cell: Callable[[str], None]) -> None:
    """In the words of Python for arguments, and saying what to do where the function is gone."""
    cell(CELL)
    first = started(local, n=4)
    with pytest.raises(InputError, match="takes no input 'm'"):
        first.rerun(m=1)
    with pytest.raises(InputError, match="Accepted: int"):
        first.rerun(n="many")
    cell(CELL.replace("n: int = 3", "k: int = 3").replace("half(n)", "half(k)"))
    with pytest.raises(InvalidArgumentError, match="unexpected keyword argument 'n'"):
        first.rerun()
    del vars(sys.modules["__main__"])["rerun_me"]
    with pytest.raises(FailedPreconditionError, match=r"again\.rerun_me is no longer defined here") as refusal:
        first.rerun()
    assert "Run the cell that defines it" in str(refusal.value)
    assert watcher_of(first).model.rerun_status.state == "failed"
