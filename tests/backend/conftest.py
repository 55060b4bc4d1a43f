"""Fixtures of the tests of the client and of what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flyte_widgets.local.services.server import LocalBackend
from tests.scripted_server import ScriptedServer


@pytest.fixture
def rest_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a client that has nothing to do close its connections after 0.3 s, not after 6 s: the tests wait for it."""
    monkeypatch.setattr("flyte_widgets.api.loop_client._CLOSE_IDLE_AFTER_S", 0.3)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """A server that answers what a test says."""
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def backend() -> Iterator[LocalBackend]:
    """A backend in this process, in memory."""
    backend = LocalBackend(None, 0)
    yield backend
    backend.stop()
