"""JupyterLab with the newest ipykernel, both of the main environment."""

from __future__ import annotations

import pytest

from tests.hosts.jupyter import Jupyter, Row
from tests.hosts.steps import Blocker
from tests.jupyter_lab import JupyterLab


@pytest.fixture
def host(row: Row, lab: JupyterLab) -> Jupyter:
    return row("JupyterLab", lab)


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
