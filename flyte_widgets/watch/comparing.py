"""Compares a run with an earlier one of the same task: reads the other run whole, and lets go of it. On the loop."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final, NamedTuple

from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.compare import Comparison, compare
from flyte_widgets.tasks import within
from flyte_widgets.watch.backends import Backend, Lease
from flyte_widgets.watch.earlier import EarlierRun
from flyte_widgets.watch.watcher import Watcher

MEDIAN: Final = "median"
"""Stands for the one of the five runs before that took neither long nor short."""
_BEFORE: Final = 5
_READ_LIMIT_S: Final = 20.0
_KEPT_S: Final = 30.0
"""While a run goes on a page asks again every few seconds. So long the other run is not read anew."""


class Compared(NamedTuple):
    """A comparison, with whom, and with whom else it could be."""

    comparison: Comparison
    other: EarlierRun | None
    """None where the other run is none of the earlier successful ones."""
    name: str
    earlier: list[EarlierRun]


class Comparer:
    """Compares one run with others. The other run of the last comparison is watched for a while."""

    def __init__(self, watcher: Watcher, backend: Backend) -> None:
        self._watcher, self._backend = watcher, backend
        self._kept: Lease | None = None
        self._letting_go: asyncio.TimerHandle | None = None

    async def compare_with(self, other: str) -> Compared:
        """Compare with another run, by name; "": its last success before; "median": of the five before.

        Raises FlyteWidgetsError where there is no such run, or it cannot be read.
        """
        watcher = self._watcher
        earlier = await watcher.analyst.earlier()
        name = _choose(earlier, other)
        theirs = await self._watch(name)
        with contextlib.suppress(TimeoutError):
            whole = theirs.model.updates.until(lambda: theirs.has_all or theirs.model.is_over)
            await within(_READ_LIMIT_S, whole)
        if theirs.state.root is None:
            raise FlyteWidgetsError(f"Run {name} could not be read.", hint=theirs.connection.message)
        found = compare(watcher.state, watcher.now_ms(), theirs.state, theirs.now_ms(), name)
        return Compared(found, next((run for run in earlier if run.name == name), None), name, earlier)

    def let_go(self) -> None:
        """Watch the other run no longer."""
        if self._letting_go is not None:
            self._letting_go.cancel()
        if self._kept is not None:
            self._kept.release()
        self._kept = self._letting_go = None

    async def _watch(self, name: str) -> Watcher:
        run_id = self._watcher.run_id
        wanted = RunIdentifier(run_id.org, run_id.project, run_id.domain, name)
        # A lease asks the background loop, so it cannot be made there.
        lease = await asyncio.to_thread(Lease, self._backend, wanted, tracked=self._watcher.tracked)
        self.let_go()
        self._kept = lease
        self._letting_go = asyncio.get_running_loop().call_later(_KEPT_S, self.let_go)
        return lease.watcher


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
