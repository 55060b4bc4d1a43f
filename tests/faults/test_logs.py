"""Logs that are followed through faults: it is said, and afterwards no line is lost and none comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

import flyte_widgets as fw
from flyte_widgets.watch import log_reader
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.log_status import LogStatus
from flyte_widgets.watch.log_tail import LogTail
from flyte_widgets.watch.loop import background
from tests.fault_proxy import Fault, FaultProxy
from tests.faults.faults import connect_error, cut_after, no_answer, refused_in_stream
from tests.faults.scene import Scene
from tests.run_helpers import client_of

TASK = "embed_corpus"
#: The task's lines come over some ten seconds.
RUN = {"elapsed_s": 70, "speed": 10, "log_lines": 60}
LINES = 60 + 3


class Page:
    """Somebody who looks at a log, and remembers all that was said of it."""

    def __init__(self, run: fw.Run) -> None:
        self.run = run
        self._watcher = watcher_of(run)
        self.action = next(action.id for action in run.actions.values() if action.name == TASK)
        self.entries: list[LogStatus] = []
        self.tail: LogTail = background().call(self._open())

    async def _open(self) -> LogTail:
        tail = self._watcher.logs.acquire(self.action, 1)
        tail.subscribe(self)
        return tail

    def log_changed(self, tail: LogTail) -> None:
        self.entries.append(tail.status)

    @property
    def states(self) -> list[str]:
        """The states in their order, without repetitions."""
        states = [entry.state for entry in self.entries]
        return [state for i, state in enumerate(states) if i == 0 or states[i - 1] != state]

    @property
    def lines(self) -> list[str]:
        return [line.text for line in self.tail.slice(*self.tail.extent)]

    def close(self) -> None:
        background().call(self._close())

    async def _close(self) -> None:
        self._watcher.logs.release(self.tail)


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits, waits a tenth as long."""
    for name in ("TICK_S", "SILENT_S", "STALE_S", "RECHECK_S", "LAST_OPEN_S"):
        monkeypatch.setattr(log_reader, name, getattr(log_reader, name) / 10)


@pytest.fixture
def look(scene: Scene, short_clock: None) -> Iterator[Callable[[], Page]]:
    """Look at the log of a task that runs."""
    pages: list[Page] = []

    def open_page() -> Page:
        scene.watch(scene.server.simulate(**RUN))
        scene.until(lambda: any(action.name == TASK for action in scene.run.actions.values()))
        pages.append(Page(scene.run))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


def expect_whole(scene: Scene, page: Page) -> None:
    """The log comes to its end, and is what the backend has."""
    scene.until(lambda: page.tail.is_final)
    direct = fw.Run(scene.name, client=client_of(scene.server))
    truth = [line.text for line in direct.actions[page.action].logs()]
    direct.close()
    assert page.tail.status.state == "ended"
    assert len(truth) == LINES
    assert page.lines == truth


def in_the_middle(scene: Scene, page: Page) -> None:
    scene.until(lambda: 5 < page.tail.extent[1] < LINES)


def until_healed(fault: Fault) -> Callable[[FaultProxy], None]:
    """Break the streams, and serve each new one so."""

    def break_(proxy: FaultProxy) -> None:
        proxy.on("TailLogs", fault)
        proxy.cut()

    return break_


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        pytest.param(FaultProxy.down, "reconnecting", id="killed"),
        pytest.param(FaultProxy.freeze, "reconnecting", id="frozen"),
        pytest.param(
            until_healed(refused_in_stream("unauthenticated", "token expired")),
            "refused",
            id="401 in the stream",
        ),
        pytest.param(
            until_healed(connect_error(401, "unauthenticated", "token expired")),
            "refused",
            id="401",
        ),
        pytest.param(
            until_healed(connect_error(404, "unimplemented")),
            "reconnecting",
            id="a gateway's 404",
        ),
        pytest.param(
            until_healed(connect_error(500, "internal", "no container")),
            "reconnecting",
            id="500 again and again",
        ),
    ],
)
def test_trouble_in_the_middle_is_said_and_mended(
    scene: Scene, look: Callable[[], Page], fault: Callable[[FaultProxy], None], state: str
) -> None:
    page = look()
    in_the_middle(scene, page)
    fault(scene.proxy)
    scene.until(lambda: page.tail.status.state == state)
    said = page.tail.status
    assert said.message
    assert said.since_ms is not None
    scene.proxy.heal()
    if fault is FaultProxy.down:
        scene.proxy.up()
    scene.proxy.thaw()
    expect_whole(scene, page)


def test_a_connection_that_went_dead_is_made_anew(scene: Scene, look: Callable[[], Page]) -> None:
    """Half-open: nothing comes any more, and nobody says so. A quiet task looks the same, so nothing is said."""
    page = look()
    in_the_middle(scene, page)
    scene.proxy.stall()
    expect_whole(scene, page)


def test_a_gateway_that_cuts_streams_is_said_once(scene: Scene, look: Callable[[], Page]) -> None:
    """Cut after so many bytes, each time. A replay without news is no recovery: the words do not flicker."""
    page = look()
    in_the_middle(scene, page)
    until_healed(cut_after(700))(scene.proxy)
    scene.until(lambda: page.tail.status.state == "reconnecting")
    before = scene.proxy.count("TailLogs")
    scene.until(lambda: scene.proxy.count("TailLogs") > before + 3)
    assert page.states.count("reconnecting") == 1
    scene.proxy.heal()
    expect_whole(scene, page)


def test_the_end_is_not_believed_of_a_backend_that_is_silent(scene: Scene, look: Callable[[], Page]) -> None:
    """The last read of an ended log hangs: the log is not called complete."""
    page = look()
    in_the_middle(scene, page)
    until_healed(no_answer)(scene.proxy)
    scene.until_ended()
    scene.until(lambda: page.tail.status.state == "reconnecting")
    assert not page.tail.is_final
    scene.proxy.heal()
    scene.proxy.cut()
    expect_whole(scene, page)


def test_python_is_told_that_a_log_is_refused(scene: Scene, look: Callable[[], Page]) -> None:
    """`logs()` and `tail_logs()` raise instead of giving a part, or waiting for ever."""
    page = look()
    in_the_middle(scene, page)
    until_healed(connect_error(403, "permission_denied", "not yours"))(scene.proxy)
    scene.until(lambda: page.tail.status.state == "refused")
    action = scene.run.actions[page.action]
    with pytest.raises(fw.errors.FlyteWidgetsError, match="not yours"):
        action.logs()

    async def follow() -> list[str]:
        return [line.text async for line in action.tail_logs()]

    with pytest.raises(fw.errors.FlyteWidgetsError, match="not yours"):
        asyncio.run(follow())
