"""A measure has a process to itself."""

from __future__ import annotations

import os
import time

from tests.benchmarks import isolated
from tests.benchmarks.table import Finding, Row, beside


def measure() -> list[Finding]:
    """Find in which process this is."""
    return [*beside("process", "id", {"ours": [float(os.getpid())]})]


def test_a_measure_runs_in_a_process_of_its_own() -> None:
    """Two measures see two processes, neither of them this one."""
    found = [isolated.measure("test_isolated", time.monotonic()) for _ in range(2)]
    processes = {row.median for (row,) in found if isinstance(row, Row)}
    assert len(processes) == 2
    assert os.getpid() not in processes
