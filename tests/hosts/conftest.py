"""Fixtures of `make hosts`, and the table at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from playwright.sync_api import Page

from tests.fault_proxy import FaultProxy
from tests.hosts.batch import Batch, executed
from tests.hosts.jupyter import Jupyter, Row
from tests.hosts.record import Record, load, table
from tests.hosts.steps import FAILED, Blocker
from tests.jupyter_lab import JupyterLab
from tests.server_process import ServerProcess

_record = Record()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what is here out of `make test`, but for what is marked `hosts` by itself."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("hosts"):
            item.add_marker("hosts")
            item.add_marker("long")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table, if anything was recorded."""
    if not _record.is_empty:
        terminalreporter.section("notebook hosts")
        terminalreporter.write_line(table(load()))


@pytest.fixture
def record() -> Record:
    """Put what a test sees into the table."""
    return _record


@pytest.fixture
def blocker(tmp_path: Path) -> Blocker:
    """A cell that runs until it is released."""
    return Blocker(tmp_path)


@pytest.fixture(scope="session")
def batch(shared_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """A notebook of a failed run, as papermill left it."""
    return executed(tmp_path_factory.mktemp("batch"), shared_server, FAILED)


@pytest.fixture
def row(page: Page, shared_server: ServerProcess, proxy: FaultProxy, record: Record) -> Iterator[Row]:
    """Make a line of the table of a Jupyter server, whose kernels end with it: `row(HOST, SERVER, kernel=...)`."""
    servers: list[JupyterLab] = []

    def row_(host: str, server: JupyterLab, kernel: str = "python3") -> Jupyter:
        servers.append(server)
        return Jupyter(host, server, kernel, page, shared_server, proxy, record)

    yield row_
    for server in servers:
        server.end_kernels()
