"""What the fault tests share, and the table that they end with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from flyte_widgets.watch import backends, lifecycle, model, reconcile, schedule, streams
from flyte_widgets.watch.loop import background
from tests.fault_proxy import FaultProxy
from tests.faults.scene import Scene
from tests.server_process import ServerProcess


class Row(NamedTuple):
    fault: str
    said: str
    truth_s: float | None


_rows: list[Row] = []


@pytest.fixture(autouse=True, scope="module")
def alone() -> None:
    """Nothing is watched: another file that shares the process may have left runs that it watched."""
    background().call(_end_watches())


async def _end_watches() -> None:
    for watched in list(backends._watchers.get().values()):
        for key in list(watched):
            await watched.pop(key).watcher.stop()


@pytest.fixture
def report() -> Callable[..., None]:
    """Put a line into the table: the fault, what the user was told, seconds to the truth after the fault ended."""

    def add(fault: str, said: Any = "", truth_s: float | None = None) -> None:
        words = said if isinstance(said, str) else f"{said.state}: {said.message}" if said is not None else "-"
        _rows.append(Row(fault, words, truth_s))

    return add


@pytest.fixture
def proxy(shared_server: ServerProcess) -> Iterator[FaultProxy]:
    """A proxy before the shared server."""
    proxy = FaultProxy(shared_server.endpoint)
    yield proxy
    proxy.close()


@pytest.fixture
def scene(shared_server: ServerProcess, proxy: FaultProxy) -> Iterator[Scene]:
    """A run on the shared server, watched through a proxy. In the end nothing of it may be left."""
    scene = Scene(shared_server, proxy)
    yield scene
    proxy.heal()
    proxy.thaw()
    scene.expect_nothing_left()


@pytest.fixture
def short_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """All patience is a tenth as long, so that what waits for it is seen within seconds."""
    for module, name in (
        (streams, "FIRST_MESSAGE_S"),
        (streams, "STAND_IN_S"),
        (schedule, "FASTEST_S"),
        (schedule, "SLOWEST_S"),
        (reconcile, "REOPEN_S"),
        (lifecycle, "SETTLE_S"),
        (model, "RECHECK_S"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name) / 10)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table."""
    if not _rows:
        return
    width = max(len(row.fault) for row in _rows)
    terminalreporter.section("faults")
    terminalreporter.write_line(f"{'fault':{width}}  to truth  what the widget said")
    for row in sorted(_rows):
        took = "-" if row.truth_s is None else f"{row.truth_s:.2f} s"
        terminalreporter.write_line(f"{row.fault:{width}}  {took:>8}  {row.said}")
