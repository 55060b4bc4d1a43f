"""A measure in a process of its own: the heap and threads of another would slow what takes a millisecond by a third."""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from tests.benchmarks.machine import begin
from tests.benchmarks.table import Finding


def measure(name: str, begun_s: float) -> list[Finding]:
    """Run the module's `measure()`; the times that it tells count from `begun_s`, on the monotonic clock."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh, initializer=begin, initargs=(begun_s,)) as process:
        return process.submit(_measure, name).result()


def _measure(name: str) -> list[Finding]:
    found: list[Finding] = importlib.import_module(f"tests.benchmarks.{name}").measure()
    return found
