"""What the network and the server do: killed, frozen, cut, slow, half-open, not there at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flyte_widgets.errors import ApiError
from flyte_widgets.watch.access import target_of
from flyte_widgets.watch.loop import background
from tests.fault_proxy import FaultProxy
from tests.faults.faults import cut_after, end_after, no_answer, slow
from tests.faults.scene import Scene
from tests.run_helpers import timely
from tests.server_process import ServerProcess

Report = Callable[..., None]


@pytest.mark.parametrize(
    ("size", "reset"),
    [
        pytest.param(size, reset, marks=() if (size, reset) in ((3, False), (700, True)) else pytest.mark.long)
        for size in (0, 3, 700, 20_000)
        for reset in (True, False)
    ],
)
def test_streams_that_are_cut_in_a_frame(scene: Scene, report: Report, size: int, reset: bool) -> None:
    """Every stream breaks after so many bytes, again and again: all is right at the end none the less."""
    scene.proxy.on("WatchActions", cut_after(size, reset=reset))
    scene.proxy.on("WatchActionDetails", cut_after(size, reset=reset))
    scene.simulate()
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    scene.run.close()
    said = scene.diary.of("polling")
    if size < 20_000:  # more than all messages of the run, perhaps
        scene.simulate(seconds=3600, elapsed_s=20)  # more to say than can come, until the end of the test
        said = scene.until_said("polling")
        assert "lost" in said.message or "cut off" in said.message
    report(f"streams {'reset' if reset else 'closed'} after {size} bytes", said, took_s)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_stream_that_is_cut_at_every_byte(scene: Scene) -> None:
    """Cut after 0, 1, 2, ... bytes of its body: what was whole comes, and nothing else; the cut is said each time."""
    scene.simulate(elapsed_s=1e9)
    scene.expect_truth()
    run_id = target_of(scene.run).run_id

    async def read() -> tuple[list[Any], ApiError | None]:
        scene.client.hurry()
        messages: list[Any] = []
        try:
            async for details in scene.client.watch_action_details(run_id, "a0"):
                messages.append(details)  # noqa: PERF401 (what came before an error is kept)
        except ApiError as error:
            return messages, error
        return messages, None

    whole, error = background().call(read())
    assert (len(whole), error) == (1, None)
    size, complete = 0, False
    while not complete:
        scene.proxy.on("WatchActionDetails", cut_after(size, reset=size % 2 == 0))
        messages, error = background().call(read())
        complete = error is None
        assert complete or error.transient  # type: ignore[union-attr]
        assert messages in ([], whole)
        size += 1
    assert size > 500


@pytest.mark.long
def test_streams_that_end_every_second(scene: Scene, report: Report) -> None:
    """A clean end is no end of the run: it goes on, live, without a word of trouble."""
    scene.proxy.on("*", end_after(1.0))
    scene.simulate(seconds=4)
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    assert set(scene.diary.states) <= {"connecting", "live", "ended"}
    assert scene.proxy.count("WatchActions") > 2
    report("clean end of streams every second", scene.diary.of("live"), took_s)


@pytest.mark.long
def test_a_backend_that_sends_byte_by_byte(scene: Scene, report: Report) -> None:
    """Frames that come in crumbs are put together."""
    scene.proxy.on("WatchActions", slow(0.0))
    scene.proxy.on("*", slow(0.0, size=7))
    scene.simulate()
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    report("byte by byte", scene.diary.of("live"), took_s)


def test_connections_that_are_all_reset(scene: Scene, report: Report) -> None:
    """A reset in the middle of a run is mended within seconds."""
    scene.simulate(seconds=3)
    scene.until_said("live")
    for _ in range(3):
        time.sleep(0.3)
        scene.proxy.cut()
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    report("all connections reset, 3 times", scene.diary.of("reconnecting"), took_s)


def test_half_open_connections(scene: Scene, report: Report, short_clock: None) -> None:
    """Connections on which nothing comes any more are noticed by their silence, and made anew."""
    scene.simulate()
    scene.until_said("live")
    scene.proxy.stall()
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    report("half-open connections (clock / 10)", scene.diary.of("live"), took_s)


@pytest.mark.long
def test_a_line_that_freezes(scene: Scene, report: Report, short_clock: None) -> None:
    """Nothing goes through for 6 s: it is said how old what is shown is, and all is right after it."""
    scene.simulate()
    scene.until_said("live")
    scene.proxy.freeze()
    facts = scene.until_ended()
    said = scene.until_said("reconnecting")
    assert said.last_ms is not None
    assert "answer" in said.message
    scene.proxy.thaw()
    took_s = scene.expect_truth(facts)
    timely(took_s, 5)
    scene.expect_ended()
    report("line frozen (clock / 10)", said, took_s)


def test_a_backend_that_never_answers_streams(scene: Scene, report: Report, short_clock: None) -> None:
    """Where streams never begin, unary reads stand in for them, and it is said so."""
    scene.proxy.on("WatchActions", no_answer)
    scene.proxy.on("WatchActionDetails", no_answer)
    scene.simulate()
    said = scene.until_said("polling")
    assert said.poll_s
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    report("no first byte on streams (clock / 10)", said, took_s)


@pytest.mark.long
def test_a_backend_that_is_frozen_from_the_beginning(scene: Scene, report: Report) -> None:
    """Frozen before the first byte: it says that there is no answer, and begins as soon as there is one."""
    scene.proxy.freeze()
    scene.simulate()
    facts = scene.until_ended()
    said = scene.until_said("reconnecting")
    assert "did not answer" in said.message
    assert said.last_ms is None
    scene.proxy.thaw()
    took_s = scene.expect_truth(facts)
    timely(took_s, 5)
    scene.expect_ended()
    report("frozen before the first byte", said, took_s)


def test_a_name_that_is_not_known(shared_server: ServerProcess, report: Report) -> None:
    """DNS fails: it says which name, and goes on trying."""
    proxy = FaultProxy(shared_server.endpoint, host="no-such-host.invalid")
    scene = Scene(shared_server, proxy)
    scene.watch("r1")
    said = scene.until_said("reconnecting")
    assert "The name no-such-host.invalid" in said.message
    assert said.next_try_ms is not None
    scene.expect_nothing_left()
    proxy.close()
    report("DNS failure", said)


def restarted(
    start_server: Callable[..., ServerProcess], tmp_path: Path, report: Report, down_s: float, within_s: float
) -> None:
    server = start_server(tmp_path / "runs.db")
    proxy = FaultProxy(server.endpoint)
    scene = Scene(server, proxy)
    scene.simulate(seconds=3)
    scene.until_said("live")
    time.sleep(0.5)
    server.kill()
    proxy.down()
    said = scene.until_said("reconnecting")
    assert "refused" in said.message or "lost" in said.message
    assert said.last_ms is not None
    time.sleep(down_s)
    said = scene.run.connection
    server.start()
    proxy.up()
    facts = scene.until_ended()
    took_s = scene.expect_truth(facts)
    timely(took_s, within_s)
    scene.expect_ended()
    scene.expect_nothing_left()
    proxy.close()
    report(f"server killed, restarted after {down_s:g} s", said, took_s)


def test_a_server_that_is_killed_and_restarted(
    start_server: Callable[..., ServerProcess], tmp_path: Path, report: Report
) -> None:
    """kill -9 and a restart after a second."""
    restarted(start_server, tmp_path, report, 1.0, 5.0)


@pytest.mark.long
@pytest.mark.parametrize("down_s", [20.0, 120.0])
def test_a_server_that_is_away_for_long(
    start_server: Callable[..., ServerProcess], tmp_path: Path, report: Report, down_s: float
) -> None:
    """It never gives up, and is right within five seconds after the backend is back."""
    restarted(start_server, tmp_path, report, down_s, 5.0)


@pytest.mark.long
def test_a_server_that_is_stopped_and_continued(server: ServerProcess, report: Report) -> None:
    """SIGSTOP for a minute, with the real clock: it is said within 50 s, and right within 5 s after SIGCONT."""
    proxy = FaultProxy(server.endpoint)
    scene = Scene(server, proxy)
    scene.simulate(seconds=3)
    scene.until_said("live")
    server.freeze()
    said = scene.until_said("reconnecting")
    time.sleep(15)
    server.thaw()
    begun = time.monotonic()
    facts = scene.until_ended()
    scene.expect_truth(facts)
    took_s = time.monotonic() - begun
    timely(took_s, 5)
    scene.expect_ended()
    scene.expect_nothing_left()
    proxy.close()
    report("server frozen by SIGSTOP for 60 s", said, took_s)
