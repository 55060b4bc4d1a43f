"""What `make bench` counts of messages is what a kernel sent, and what it makes of the counts is right."""

from __future__ import annotations

import sys

import pytest
from flyteidl2.common import phase_pb2
from flyteidl2.workflow import run_service_pb2
from google.protobuf import json_format

from tests.benchmarks import messages
from tests.benchmarks.kernel import Kernel, Window, cpu_seconds
from tests.benchmarks.load_messages import CHANGES, PHASES, Load
from tests.benchmarks.table import Growth, Row, Target


def test_one_step_changes_ten_actions_by_one_phase() -> None:
    """Round and round, and an action that has ended begins its next attempt."""
    load = Load(41)
    seen = {f"a{n}": (phase_pb2.ACTION_PHASE_RUNNING, 1) for n in range(41)}
    order = [int(phase) for phase in PHASES]
    seen.pop("a0")
    for step, sent in enumerate(map(load.step, range(20)), 1):
        page = json_format.Parse(sent[5:], run_service_pb2.WatchActionsResponse())
        told = {each.action.id.name: each.action.status for each in page.enriched_actions}
        assert len(told) == CHANGES + 1
        assert told.pop("a0").phase == phase_pb2.ACTION_PHASE_RUNNING
        for name, status in told.items():
            phase, attempts = seen[name]
            assert status.phase == order[(order.index(phase) + 1) % len(order)]
            assert status.attempts == attempts + (phase == order[-1])
            seen[name] = (status.phase, status.attempts)
        current = {f"a{n}": load.status(n, load.changes(n, step)) for n in range(1, 41)}
        assert {name: (status.phase, status.attempts) for name, status in current.items()} == seen
    assert {attempts for _, attempts in seen.values()} == {2}


def test_kernel_counts_what_it_publishes() -> None:
    """Three displays are three messages with all their bytes."""
    kernel = Kernel(sys.executable)
    try:
        kernel.run("import time")
        kernel.start(
            "time.sleep(1)\nfor _ in range(3): display({'text/plain': 'x' * 10_000}, raw=True)\ntime.sleep(60)"
        )
        shown = kernel.window(2.0)
        displays = shown.messages - 2  # its own: busy, and the cell's text
        assert displays == 3
        assert 30_000 < shown.bytes < 40_000
        with pytest.raises(AssertionError, match="did not end"):
            kernel.run("1", timeout_s=0.5)
    finally:
        kernel.close()
    assert not kernel.process.is_running()


def test_cpu_is_what_the_kernel_itself_has_used() -> None:
    """As long as its own clock says, however long it had to wait for a core."""
    kernel = Kernel(sys.executable)
    try:
        kernel.run("import time\nfrom time import process_time")
        before_s = cpu_seconds(kernel.process)
        kernel.run("until = process_time() + 0.5\nwhile process_time() < until: pass")
        assert 0.5 <= cpu_seconds(kernel.process) - before_s < 1
        before_s = cpu_seconds(kernel.process)
        kernel.run("time.sleep(0.5)")
        assert cpu_seconds(kernel.process) - before_s < 0.4
    finally:
        kernel.close()


def test_messages_of_ours_and_of_the_sdk_are_measured() -> None:
    """The widget of a live run and the SDK's wait on the same run are counted, each in a kernel."""
    findings = messages.measure_in((20, 40), {messages.WAIT_NAME: sys.executable}, 1.0, 1.0, repeats=2)
    rows = {(row.measure, row.subject): row for row in findings if isinstance(row, Row)}
    for kind in ("messages", "bytes to the browser", "kernel CPU"):
        assert rows[f"{kind}, 40 actions", "ours"].median > 0
        assert rows[f"{kind}, 40 actions", messages.WAIT_NAME].median > 0
        assert rows[f"{kind}, 20 actions", "ours"].median > 0
    assert rows["messages, idle run", "ours"].median < rows["messages, 40 actions", "ours"].median


def test_windows_become_rates() -> None:
    """Messages, KiB and percent of a core, each a second; ratios and growth of their medians."""
    ours = {count: [Window(2.0, 10, 10_240, 0.02)] * 3 for count in (100, 1_000)}
    theirs = {messages.WAIT_NAME: [Window(2.0, 80, 40_960, 0.06)] * 3}
    findings = messages._findings((100, 1_000), ours, theirs, 0.1)
    rows = {(row.measure, row.subject): (row.median, row.ratio) for row in findings if isinstance(row, Row)}
    assert rows["messages, 1,000 actions", messages.WAIT_NAME] == (40, 8)
    assert rows["bytes to the browser, 1,000 actions", "ours"] == (5, None)
    assert rows["kernel CPU, 1,000 actions", messages.WAIT_NAME] == (3, pytest.approx(3))
    assert [growth.exponent for growth in findings if isinstance(growth, Growth)] == [0, 0, 0]
    assert all(target.met for target in findings if isinstance(target, Target))
