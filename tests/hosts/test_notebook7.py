"""Notebook 7, in an environment of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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


@pytest.fixture
def host(row: Row, notebook7: JupyterLab) -> Jupyter:
    return row("Notebook 7", notebook7)


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
