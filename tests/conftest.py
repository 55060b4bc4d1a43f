"""Fixtures that more than one kind of test needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.fault_proxy import FaultProxy
from tests.jupyter_lab import CHROMIUM_ARGS, JupyterLab, chromium, new_page
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

# The machine may be busy with other things: how long a thing takes is not what tests are about.
expect.set_options(timeout=120_000)
settings.register_profile("flyte-widgets", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("flyte-widgets")


@pytest.fixture(scope="session")
def shared_server() -> Iterator[ServerProcess]:
    """One backend process for all tests that neither stop it nor mind the runs of others."""
    server = ServerProcess()
    yield server
    server.kill()


@pytest.fixture
def server() -> Iterator[ServerProcess]:
    """A backend process of the test's own, in memory."""
    server = ServerProcess()
    yield server
    server.kill()


@pytest.fixture
def start_server() -> Iterator[Callable[..., ServerProcess]]:
    """Start backend processes with a file or a port; all are killed in the end."""
    started: list[ServerProcess] = []

    def start(file: Path | None = None, port: int = 0) -> ServerProcess:
        started.append(ServerProcess(file, port))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def sdk(shared_server: ServerProcess) -> Iterator[Sdk]:
    """The real SDK as a client of the shared server."""
    sdk = Sdk(shared_server.endpoint, shared_server.project, shared_server.domain)
    yield sdk
    sdk.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, which can be started but once in a process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium: one for all."""
    browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_ARGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """A JupyterLab server: each test has a notebook of its own there."""
    lab = JupyterLab(tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("settings"))
    yield lab
    lab.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own."""
    with new_page(browser) as page:
        yield page


@pytest.fixture
def proxy(shared_server: ServerProcess) -> Iterator[FaultProxy]:
    """What kernels talk to: passes all on to the shared server, and keeps the calls with their times."""
    proxy = FaultProxy(shared_server.endpoint)
    yield proxy
    proxy.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser: Playwright keeps a loop running in its thread, so `make test` runs those apart.

    What takes minutes is left out unless `-m` speaks of it: `-m browser` alone does not start it.
    """
    for item in items:
        if "playwright" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if "long" not in config.option.markexpr:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
        items[:] = [item for item in items if not item.get_closest_marker("long")]
