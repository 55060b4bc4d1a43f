"""Local runs from a notebook: tasks of `__main__`, a kernel that stays free, a shutdown that does not wait."""

from __future__ import annotations

import queue
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.run_helpers import PATIENCE_S, timely

CELL_TASKS = """
import asyncio, sys, time, threading
import flyte
import flyte_widgets as fw

env = flyte.TaskEnvironment("nb")

@env.task
async def square(x: int) -> int:
    await asyncio.sleep(0.1)
    return x * x

@env.task
def slow(x: int) -> int:
    time.sleep(0.1)
    return x

@env.task
async def main(n: int) -> int:
    with flyte.group("squares"):
        squares = await asyncio.gather(*[square(i) for i in range(n)])
    return sum(squares) + await slow.aio(1)

@env.task
async def talk(n: int) -> int:
    for i in range(n):
        print("says", i)
        await asyncio.sleep(0.05)
    return n

@env.task(report=True)
async def draw() -> int:
    await flyte.report.replace.aio("<p>drawn</p>", do_flush=True)
    return 1

@env.task
async def forever() -> int:
    await asyncio.sleep(600)
    return 1
"""


@pytest.fixture(scope="module")
def manager() -> Iterator[KernelManager]:
    """A kernel as JupyterLab starts it."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(Path(__file__).parent.parent.parent))
    yield manager
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


@pytest.fixture(scope="module")
def kernel(manager: KernelManager) -> Iterator[BlockingKernelClient]:
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE_S)
    execute(client, CELL_TASKS)
    yield client
    client.stop_channels()


def outputs_of(client: BlockingKernelClient, code: str, timeout_s: float) -> Iterator[tuple[str, Any]]:
    """Run a cell; gives kind and content of its messages, and fails with its error."""
    request = client.execute(code)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            message = client.get_iopub_msg(timeout=1)
        except queue.Empty:
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "error":
            raise AssertionError("\n".join(content["traceback"]))
        if kind == "status" and content["execution_state"] == "idle":
            return
        yield kind, content
    raise AssertionError(f"the cell did not end: {code}")


def execute(client: BlockingKernelClient, code: str, timeout_s: float = PATIENCE_S) -> str:
    """Run a cell; returns the value of its last line as text."""
    outputs = outputs_of(client, code, timeout_s)
    return "".join([content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"])


def printed(client: BlockingKernelClient, code: str) -> str:
    """Run a cell; returns all that it printed."""
    return "".join([content["text"] for kind, content in outputs_of(client, code, PATIENCE_S) if kind == "stream"])


def test_a_cell_starts_a_run_and_is_free_at_once(kernel: BlockingKernelClient) -> None:
    """Tasks defined in the notebook run in the background, while further cells are executed."""
    execute(kernel, "begun = time.monotonic(); run = fw.local.run(main, n=5); took_s = time.monotonic() - begun")
    assert execute(kernel, "1 + 1") == "2"
    assert execute(kernel, "run.result(120)") == "31"
    # Importing and starting the backend is the first call's; a cell that begins a run does not wait for it.
    timely(float(execute(kernel, "took_s")), 2)
    execute(kernel, "begun = time.monotonic(); run = fw.local.run(main, n=3); took_s = time.monotonic() - begun")
    timely(float(execute(kernel, "took_s")), 0.2)
    assert execute(kernel, "run.result(120)") == "6"


def test_the_notebooks_own_session_stays_unset(kernel: BlockingKernelClient) -> None:
    """A notebook that never called `flyte.init` has no session after a local run, either."""
    execute(kernel, "fw.local.run(main, n=1).result(30)")
    assert execute(kernel, "from flyte._initialize import is_initialized; is_initialized()") == "False"


def test_what_tasks_print_is_in_the_cell_or_in_the_widget(kernel: BlockingKernelClient) -> None:
    """In the cell where nothing shows the run; not where a widget does, also if it comes after the run; or if asked."""
    said = [f"says {i}" for i in range(5)]
    assert printed(kernel, "fw.local.run(talk, 5).result(30); print('own')").splitlines() == [*said, "own"]
    execute(kernel, "fw.RunWidget")  # importing it takes longer than a run's output waits for a widget
    shown = "run = fw.local.run(talk, 40); print('own'); display(fw.RunWidget(run)); run.result(30)"
    assert [line for line in printed(kernel, shown).splitlines() if line.startswith(("says", "own"))] == ["own"]
    assert execute(kernel, "[line.text for line in run.logs()] == [f'says {i}' for i in range(40)]") == "True"
    execute(kernel, "fw.local.start(echo=True)")
    assert [line for line in printed(kernel, shown).splitlines() if line.startswith("says")] == [
        f"says {i}" for i in range(40)
    ]
    execute(kernel, "fw.local.start()")
    assert printed(kernel, "print('as before', type(sys.stdout).__name__)") == "as before OutStream\n"


def test_a_task_with_a_report_succeeds_in_a_notebook(kernel: BlockingKernelClient) -> None:
    """The SDK failed it with an AssertionError that says nothing."""
    assert execute(kernel, "run = fw.local.run(draw); run.result(30)") == "1"
    found = "run._launched.backend.contents.of(run._launched.key).report('a0', 1)"
    assert execute(kernel, f"b'<p>drawn</p>' in {found}") == "True"


def test_a_failure_shows_the_line_of_the_cell(kernel: BlockingKernelClient) -> None:
    """The error that is raised, and the one that is shown, lead to the user's own source."""
    execute(kernel, "@env.task\nasync def divide(x: int) -> float:\n    return 1 / x")
    code = """
run = fw.local.run(divide, 0)
try:
    run.result(30)
except flyte.errors.RuntimeUserError as error:
    found = type(error.__cause__).__name__, "return 1 / x" in run.error, "taskrunner" in run.error
found
"""
    assert execute(kernel, code) == "('ZeroDivisionError', True, False)"
    refused = "\ntry:\n    fw.local.run(divide, y=1)\nexcept TypeError as error:\n    found = str(error)\nfound"
    assert "divide() got an unexpected keyword argument 'y'" in execute(kernel, refused)
    with pytest.raises(AssertionError) as raised:
        execute(kernel, "run.result(30)")
    shown = re.sub("\x1b[^m]*m", "", str(raised.value))
    assert "return 1 / x" in shown
    assert "site-packages/flyte/" not in shown


def test_a_kernel_with_a_run_under_way_shuts_down_at_once(manager: KernelManager, kernel: BlockingKernelClient) -> None:
    """Neither the server, nor its streams, nor a run that would never end hold up the kernel's shutdown."""
    execute(kernel, "run = fw.local.run(forever); time.sleep(1)")
    begun = time.monotonic()
    manager.request_shutdown()
    while manager.is_alive() and time.monotonic() - begun < PATIENCE_S:
        time.sleep(0.02)
    timely(time.monotonic() - begun, 3)
