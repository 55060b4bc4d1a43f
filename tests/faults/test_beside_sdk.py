"""`fw.Run` beside the SDK's own `run.wait()`, both on a server that is away for a minute. Real time: `make faults`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault_proxy import FaultProxy
from tests.faults.scene import Scene
from tests.run_helpers import timely
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

Report = Callable[..., None]
AWAY_S = 60.0


class SdkWait(threading.Thread):
    """`run.wait()` of the SDK: what became of it, and when."""

    def __init__(self, sdk: Sdk, name: str) -> None:
        super().__init__(daemon=True)
        self._sdk, self._run_name = sdk, name
        self.outcome = "hangs"
        self.ended_s: float | None = None
        self.start()

    def run(self) -> None:
        try:
            self.outcome = self._sdk.wait(self._run_name)
        except ValueError:
            return  # the test is over: its process was ended
        except AssertionError as error:
            self.outcome = f"gave up: {str(error)[:80]}"
        self.ended_s = time.monotonic()


@pytest.mark.long
@pytest.mark.parametrize("how", ["killed", "frozen", "frozen, connections dead"])
def test_a_server_that_is_away_for_a_minute(
    start_server: Callable[..., ServerProcess], tmp_path: Path, report: Report, how: str
) -> None:
    """The run is right within five seconds after the server is back, whatever the SDK does."""
    server = start_server(tmp_path / "runs.db")
    proxy = FaultProxy(server.endpoint)
    sdk = Sdk(proxy.endpoint, server.project, server.domain)
    scene = Scene(server, proxy)
    scene.simulate(seconds=12)
    scene.until_said("live")
    waits = SdkWait(sdk, scene.name)
    time.sleep(8)  # the SDK takes seconds to import, and has its stream by now
    away_s = time.monotonic()
    if how == "killed":
        server.kill()
        proxy.down()
    else:
        server.freeze()
    scene.until_said("reconnecting")
    told_s = time.monotonic() - away_s
    time.sleep(max(0.0, AWAY_S - (time.monotonic() - away_s)))
    said = scene.run.connection
    if how == "killed":
        server.start()
        proxy.up()
    else:
        if how == "frozen, connections dead":
            proxy.stall()  # as after a machine's sleep, or behind a router that has forgotten them
        server.thaw()
    back_s = time.monotonic()
    facts = scene.until_ended()
    scene.expect_truth(facts)
    took_s = time.monotonic() - back_s
    waits.join(20)
    sdk_s = f"{waits.ended_s - away_s:.1f} s after the fault began" if waits.ended_s else "still"
    report(f"server {how} for 60 s: fw.Run (told after {told_s:.1f} s)", said, took_s)
    report(f"server {how} for 60 s: the SDK's run.wait()", f"{waits.outcome} ({sdk_s})")
    sdk._process.kill()
    sdk._process.wait(10)
    waits.join(5)
    for pipe in (sdk._process.stdin, sdk._process.stdout):
        assert pipe is not None
        pipe.close()
    timely(took_s, 5)
    scene.expect_ended()
    scene.expect_nothing_left()
    proxy.close()
