"""What happens to a kernel in which runs are watched: interrupted, collected, shut down with many live widgets."""

from __future__ import annotations

import queue
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

from tests.fault_proxy import FaultProxy
from tests.run_helpers import PATIENCE_S, timely
from tests.server_process import ServerProcess

Report = Callable[..., None]


class Kernel:
    """A real kernel, without a front end."""

    def __init__(self) -> None:
        self.manager: KernelManager
        self.client: BlockingKernelClient
        self.manager, self.client = start_new_kernel(kernel_name="python3")

    def begin(self, code: str) -> str:
        return self.client.execute(code)

    def finish(self, message: str) -> tuple[str, str]:
        """What a cell printed, and its error ("" for none)."""
        printed, error = [], ""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                said = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            if said["parent_header"].get("msg_id") != message:
                continue
            content = said["content"]
            if said["msg_type"] == "stream":
                printed.append(content["text"])
            elif said["msg_type"] == "error":
                error = f"{content['ename']}: {content['evalue']}"
            elif said["msg_type"] == "status" and content["execution_state"] == "idle":
                return "".join(printed), error
        raise AssertionError("the cell does not end")

    def run(self, code: str) -> str:
        printed, error = self.finish(self.begin(code))
        assert not error, error
        return printed.strip()


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.client.stop_channels()
    if kernel.manager.is_alive():
        kernel.manager.shutdown_kernel(now=True)
    kernel.manager.cleanup_resources()


def connect(kernel: Kernel, proxy: FaultProxy) -> None:
    kernel.run(
        "import asyncio, gc, threading\nimport flyte_widgets as fw\n"
        f"client = fw.connect({proxy.endpoint!r}, project='flytesnacks', domain='development')"
    )


def until(condition: Callable[[], bool], what: str, timeout_s: float = PATIENCE_S) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + timeout_s, what
        time.sleep(0.02)
    return time.monotonic() - begun


def test_fifty_live_widgets_do_not_hold_up_a_shutdown(
    kernel: Kernel, proxy: FaultProxy, shared_server: ServerProcess, report: Report
) -> None:
    """A kernel with 50 widgets on 50 live runs ends within two seconds, and so do its streams."""
    connect(kernel, proxy)
    names = [shared_server.simulate(seed=seed, actions=3, elapsed_s=1, hold=True) for seed in range(50)]
    kernel.run(f"widgets = [fw.RunWidget(name) for name in {names!r}]")
    until(lambda: proxy.count("WatchActions") >= 50, "not all are live")
    begun = time.monotonic()
    kernel.manager.shutdown_kernel()
    took_s = time.monotonic() - begun
    assert not kernel.manager.is_alive()
    timely(took_s, 2.0)
    until(lambda: proxy.open_count == 0, "connections are left")
    report("kernel shut down with 50 live widgets", f"ended after {took_s:.2f} s", None)


def test_a_cell_that_waits_can_be_interrupted(
    kernel: Kernel, proxy: FaultProxy, shared_server: ServerProcess, report: Report
) -> None:
    """The stop button ends wait() within a second, leaves nothing behind; the watch goes on, and so does the run."""
    connect(kernel, proxy)
    name = shared_server.simulate(actions=3, elapsed_s=1, hold=True)
    kernel.run(f"w = fw.RunWidget({name!r})\nw.phase")
    cell = kernel.begin("w.wait()")
    time.sleep(1)
    begun = time.monotonic()
    kernel.manager.interrupt_kernel()
    _, error = kernel.finish(cell)
    took_s = time.monotonic() - begun
    assert error.startswith("KeyboardInterrupt")
    assert name in error
    timely(took_s, 1)
    assert kernel.run("print(w.connection['state'], [t.name for t in threading.enumerate()].count('flyte-widgets'))")
    assert kernel.run("print(w.connection['state'])") == "live"
    assert kernel.run("print('next cell')") == "next cell"
    report("interrupt during wait()", error[:80], took_s)


def test_what_is_collected_stops_its_streams(kernel: Kernel, proxy: FaultProxy, shared_server: ServerProcess) -> None:
    """`del run` and a collection end the streams; w.close() does for a widget, which ipywidgets keeps until then."""
    connect(kernel, proxy)
    name = shared_server.simulate(actions=3, elapsed_s=1, hold=True)
    kernel.run(f"run = fw.Run({name!r})\nrun.phase")
    until(lambda: proxy.count("WatchActions") == 1, "not live")
    kernel.run("del run\ngc.collect();")
    until(lambda: proxy.open_count == 0, "a collected run still has connections")
    kernel.run(f"w = fw.RunWidget({name!r})\nw.phase")
    until(lambda: proxy.count("WatchActions") == 2, "not live")
    kernel.run("w.close()\ndel w\ngc.collect();")
    until(lambda: proxy.open_count == 0, "a closed widget still has connections")
    assert kernel.run("print(len(asyncio.all_tasks(fw.watch.loop.background().loop)))") == "0"


def test_awaiting_inside_asyncio_run(proxy: FaultProxy, shared_server: ServerProcess) -> None:
    """In a script: `asyncio.run` twice, each a loop of its own, and from another thread; the process ends cleanly."""
    name = shared_server.simulate(seed=1, actions=30, speed=25)
    program = (
        "import asyncio, sys, threading, flyte_widgets as fw\n"
        f"fw.connect({proxy.endpoint!r}, project='flytesnacks', domain='development')\n"
        f"run = fw.Run({name!r})\n"
        "async def wait(): return await run\n"
        "async def watch(): return [change.phase async for change in run.watch()]\n"
        "thread = threading.Thread(target=lambda: sys.stdout.write(asyncio.run(wait()).name + chr(10)))\n"
        "thread.start()\n"
        "sys.stdout.write(asyncio.run(wait()).name + chr(10))\n"
        "thread.join()\n"
        "print(len(asyncio.run(watch())) >= 30)\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    # In dev mode asyncio says, too, where a busy machine kept it waiting.
    complaints = [
        line for line in done.stderr.splitlines() if not re.search(r"^Executing <.* took [\d.]+ seconds$", line)
    ]
    assert (done.returncode, complaints) == (0, [])
    assert done.stdout.split() == ["SUCCEEDED", "SUCCEEDED", "True"]
