"""Compares a run with an earlier one of the same task: reads the other run whole, and lets go of it. On the loop."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final, NamedTuple

from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.compare import Comparison, compare
from flyte_widgets.watch.backends import Backend, Lease
from flyte_widgets.watch.earlier import EarlierRun
from flyte_widgets.watch.watcher import Watcher

MEDIAN: Final = "median"
"""Stands for the one of the five runs before that took neither long nor short."""
_BEFORE: Final = 5
_READ_LIMIT_S: Final = 20.0


class Compared(NamedTuple):
    """A comparison, with whom, and with whom else it could be."""

    comparison: Comparison
    other: EarlierRun | None
    """None where the other run is none of the earlier successful ones."""
    name: str
    earlier: list[EarlierRun]


async def compare_with(watcher: Watcher, backend: Backend, other: str) -> Compared:
    """Compare a run with another one, by name; "": its last success before; "median": of the five before.

    Raises FlyteWidgetsError where there is no such run, or it cannot be read.
    """
    earlier = await watcher.analyst.earlier()
    name = _choose(earlier, other)
    run_id = RunIdentifier(watcher.run_id.org, watcher.run_id.project, watcher.run_id.domain, name)
    # A lease asks the background loop, so it cannot be made there.
    lease = await asyncio.to_thread(Lease, backend, run_id, tracked=watcher.tracked)
    try:
        theirs = lease.watcher
        with contextlib.suppress(asyncio.TimeoutError):
            whole = theirs.model.updates.until(lambda: theirs.has_all or theirs.model.is_over)
            await asyncio.wait_for(whole, _READ_LIMIT_S)
        if theirs.state.root is None:
            raise FlyteWidgetsError(f"Run {name} could not be read.", hint=theirs.connection.message)
        found = compare(watcher.state, watcher.now_ms(), theirs.state, theirs.now_ms(), name)
    finally:
        lease.release()
    return Compared(found, next((run for run in earlier if run.name == name), None), name, earlier)


def _choose(earlier: list[EarlierRun], other: str) -> str:
    if other and other != MEDIAN:
        return other
    if not earlier:
        raise FlyteWidgetsError(
            "There is no earlier successful run of this task to compare with.",
            hint="From Python, run.compare(name) takes any run.",
        )
    if other == MEDIAN:
        before = sorted(earlier[:_BEFORE], key=lambda run: run.duration_ms)
        return before[len(before) // 2].name
    return earlier[0].name
