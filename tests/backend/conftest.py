"""Fixtures of the tests that look at what a process has open."""

from __future__ import annotations

import pytest


@pytest.fixture
def rest_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a client that has nothing to do close its connections after 0.3 s, not after 6 s: the tests wait for it."""
    monkeypatch.setattr("flyte_widgets.api.loop_client._CLOSE_IDLE_AFTER_S", 0.3)
