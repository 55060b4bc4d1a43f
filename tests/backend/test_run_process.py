"""`fw.Run` and its process: interrupts, forks, exits, and a process in which nothing is configured."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.run_helpers import PATIENCE_S, timely
from tests.sdk_worker import Sdk
from tests.server_process import ServerProcess

ROOT = Path(__file__).parents[2]
PREAMBLE = """
import os, signal, sys, threading, time
import flyte_widgets as fw
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with it ignored
endpoint, name = sys.argv[1:]
fw.connect(endpoint, project="flytesnacks", domain="development")
run = fw.Run(name)
"""


def start(program: str, *arguments: str, home: Path | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program), *arguments],
        cwd=home or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **({"HOME": str(home)} if home else {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def play(program: str, *arguments: str, home: Path | None = None) -> str:
    """Run a program to its end; gives what it printed. Fails where it fails, or warns."""
    process = start(program, *arguments, home=home)
    out, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (0, "")
    return out


def test_interrupt_detaches_and_the_run_goes_on(shared_server: ServerProcess, sdk: Sdk) -> None:
    """Ctrl-C in wait() raises KeyboardInterrupt that says so; nothing waits on, the run goes on, as wait() shows."""
    name = shared_server.simulate(elapsed_s=50, hold=True)
    program = (
        PREAMBLE
        + """
run.phase
print("waiting", flush=True)
try:
    run.wait()
except KeyboardInterrupt as error:
    print(error)
import asyncio
from flyte_widgets.watch.loop import background
async def waiting():
    await asyncio.sleep(0.1)
    return sum("_until_over" in str(task) for task in asyncio.all_tasks())
print(background().call(waiting(), 60), run.phase, run.connection.state)
try:
    run.wait(0.1)
except TimeoutError:
    print("waited again")
"""
    )
    process = start(program, shared_server.endpoint, name)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    said, state, again = out.splitlines()
    assert said == f"Stopped waiting. Run {name} goes on: wait() again, or abort() it."
    assert (state, again) == ("0 RUNNING live", "waited again")
    assert sdk.describe(name)["phase"] == "running"


def test_a_forked_child_works(shared_server: ServerProcess) -> None:
    """After os.fork, the child uses the same handle on a loop of its own, and the parent is not disturbed."""
    name = shared_server.simulate(elapsed_s=188, speed=4)
    program = (
        PREAMBLE
        + """
assert run.phase.name == "RUNNING"
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of fork with threads, on newer Pythons
    child = os.fork()
if child == 0:
    ok = run.wait(120).name == "SUCCEEDED" and len(run.actions) > 40
    fresh = fw.Run(name).wait(120).name == "SUCCEEDED"
    os._exit(0 if ok and fresh else 1)
print(run.wait(120), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    )
    assert play(program, shared_server.endpoint, name) == "SUCCEEDED 0\n"


def test_a_forked_child_that_ends_leaves_the_parents_watch(shared_server: ServerProcess) -> None:
    """A child that exits, its finalizers run, gives back nothing that is its parent's."""
    name = shared_server.simulate(elapsed_s=50, hold=True)
    program = (
        PREAMBLE
        + """
run.phase
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    child = os.fork()
if child == 0:
    sys.exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
time.sleep(0.5)
print(run.connection.state, run.counts[fw.ActionPhase.RUNNING] > 0)
"""
    )
    assert play(program, shared_server.endpoint, name) == "0\nlive True\n"


def test_exit_is_quick_and_silent(shared_server: ServerProcess) -> None:
    """A process with open watches on many runs, and a thread in wait(), ends within 2 s, without a word."""
    names = [shared_server.simulate(elapsed_s=50, hold=True) for _ in range(5)]
    program = (
        PREAMBLE
        + f"""
runs = [fw.Run(name) for name in {names!r} for _ in range(4)]
print({{run.phase.name for run in runs}})
threading.Thread(target=run.wait, daemon=True).start()
time.sleep(0.2)
print(time.time())
"""
    )
    out = play(program, shared_server.endpoint, names[0])
    ended = time.time()
    phases, exit_began = out.splitlines()
    assert phases == "{'RUNNING'}"
    timely(ended - float(exit_began), 2)


def test_nothing_configured_names_the_three_ways_out(tmp_path: Path) -> None:
    """Without a backend, Run and RunWidget raise ConfigError at once, which names what can be done."""
    program = """
        import flyte_widgets as fw
        for make in (fw.Run, fw.RunWidget):
            try:
                make("r1")
            except Exception as error:
                print(type(error).__name__, error)
    """
    lines = play(program, home=tmp_path).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("ConfigError")
        assert all(way in line for way in ("flyte.init", "fw.connect", "fw.local.start"))


@pytest.mark.parametrize("how", ["del run", "run.close()"])
def test_nothing_is_left_in_the_process(shared_server: ServerProcess, how: str) -> None:
    """When the last handle is gone: one idle thread, no task, no connection."""
    name = shared_server.simulate(elapsed_s=50, hold=True)
    program = (
        PREAMBLE
        + f"""
import asyncio, gc
from flyte_widgets.watch.loop import background
from tests.run_helpers import connections, loop_tasks
from flyte_widgets.api import loop_client
loop_client._CLOSE_IDLE_AFTER_S = 0.3
port = int(endpoint.split(":")[2].split("/")[0])
run.phase
assert connections(port) > 0 and loop_tasks()
{how}
until = time.monotonic() + 120
while (connections(port) or loop_tasks()) and time.monotonic() < until:
    gc.collect()
    time.sleep(0.1)
print(connections(port), loop_tasks(), threading.active_count())
"""
    )
    assert play(program, shared_server.endpoint, name) == "0 [] 2\n"


def test_interrupt_while_streaming_ends_the_loop_and_leaves_nothing(shared_server: ServerProcess) -> None:
    """Ctrl-C inside `async for change in run.watch()` ends it; no listener and no stream is left, the run goes on."""
    name = shared_server.simulate(elapsed_s=50, hold=True)
    program = (
        PREAMBLE
        + """
import asyncio
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.loop import background
run.phase
before = watcher_of(run).model.updates.listener_count
async def follow():
    async for change in run.watch():
        print(change.action, flush=True)
try:
    asyncio.run(follow())
except KeyboardInterrupt:
    print("interrupted")
async def left():
    await asyncio.sleep(0.3)
    return watcher_of(run).model.updates.listener_count, len(asyncio.all_tasks()) - 1
listeners, _ = background().call(left(), 60)
print(listeners - before, run.phase)
run.close()
import gc; gc.collect()
async def tasks():
    await asyncio.sleep(0.5)
    return len(asyncio.all_tasks()) - 1
print(background().call(tasks(), 60))
"""
    )
    process = start(program, shared_server.endpoint, name)
    assert process.stdout is not None
    assert process.stdout.readline() == "a0\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-3:] == ["interrupted", "0 RUNNING", "0"]
