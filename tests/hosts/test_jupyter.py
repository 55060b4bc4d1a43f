"""JupyterLab, of the main environment, and Notebook 7, in one of its own, each with the newest ipykernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosts.batch import Batch
from tests.hosts.environments import Environment
from tests.hosts.jupyter import Jupyter, Row
from tests.hosts.steps import Blocker
from tests.jupyter_lab import JupyterLab, Notebook7


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """A Notebook 7 server."""
    python = Environment("notebook").make().python
    server = Notebook7(tmp_path_factory.mktemp("notebook7"), tmp_path_factory.mktemp("settings7"), python)
    yield server
    server.close()


@pytest.fixture(params=["JupyterLab", "Notebook 7"])
def host(request: pytest.FixtureRequest, row: Row) -> Jupyter:
    server = request.getfixturevalue("lab" if request.param == "JupyterLab" else "notebook7")
    return row(request.param, server)


def test_live(host: Jupyter) -> None:
    host.live()


def test_click_when_idle(host: Jupyter) -> None:
    host.click_idle()


def test_click_while_a_cell_runs(host: Jupyter, blocker: Blocker) -> None:
    host.click_busy(blocker, at_once=True)


def test_dark(host: Jupyter) -> None:
    host.dark()


def test_sidebar(host: Jupyter) -> None:
    host.sidebar()


def test_the_list_of_runs(host: Jupyter) -> None:
    host.runs()


@pytest.mark.parametrize("state", [True, False], ids=["with state", "without state"])
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
def test_saved(host: Jupyter, batch: Batch, trusted: bool, state: bool) -> None:
    host.saved(batch, trusted=trusted, state=state)


def test_saved_after_a_reload(host: Jupyter) -> None:
    host.reloaded()
