"""What the package needs of a `Run` beyond what users see: where it is, its watcher, and its first answers."""

from __future__ import annotations

import concurrent.futures
import contextlib
import time
from collections.abc import Coroutine
from typing import Any, Final, Protocol

from flyte_widgets.errors import FlyteWidgetsError, TransportError, copy_error
from flyte_widgets.watch.backends import Lease
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.model import RunModel
from flyte_widgets.watch.reference import Target
from flyte_widgets.watch.status import NEEDS_USER
from flyte_widgets.watch.watcher import Watcher

FIRST_READ_S: Final = 20.0
"""How long the first look at a run waits for the backend at most."""
REFUSED_S: Final = 2.5
"""How long it waits for one that cannot be reached: a port that refuses is no slow backend."""


class RunHandle:
    """A run's place, and a share in the watcher that all handles of this run have in common. On any thread."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._lease: Lease | None = None

    @property
    def is_watched(self) -> bool:
        """Whether this handle has a share in the watcher."""
        return self._lease is not None

    @property
    def watcher(self) -> Watcher:
        """The watcher of the run; begins to watch."""
        if self._lease is None or not self._lease.is_current:
            self._lease = Lease(self.target.backend, self.target.run_id, tracked=self.target.tracked)
        return self._lease.watcher

    def release(self) -> None:
        """Give the share back. The watch ends with the last one."""
        if self._lease is not None:
            self._lease.release()
            self._lease = None

    def ensure_read(self) -> Watcher:
        """Wait until the run was read once. Raises why it cannot be."""
        watcher = self.watcher
        model = watcher.model
        if model.state.root is None:
            _wait(_until_answered(model))
        if model.state.root is None:
            if model.last_error is not None:
                raise copy_error(model.last_error)
            connection = model.connection
            raise FlyteWidgetsError(
                f"Run {watcher.run_id.name} could not be read: {connection.message or connection.state}.",
                hint=connection.hint,
            )
        return watcher

    def ensure_whole(self) -> Watcher:
        """Wait until all actions are known, too."""
        watcher = self.ensure_read()
        if not watcher.has_all:
            _wait(_until_whole(watcher.model))
        return watcher


class HasHandle(Protocol):
    """An `fw.Run`."""

    @property
    def __run_handle__(self) -> RunHandle: ...


def handle_of(run: HasHandle) -> RunHandle:
    """Give the handle of a run."""
    return run.__run_handle__


def target_of(run: HasHandle) -> Target:
    """Give the place of a run: its backend and identifier."""
    return run.__run_handle__.target


def watcher_of(run: HasHandle) -> Watcher:
    """Give the watcher of a run; begins to watch."""
    return run.__run_handle__.watcher


def _wait(waiting: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(concurrent.futures.TimeoutError):
        background().call(waiting, FIRST_READ_S)


async def _until_answered(model: RunModel) -> None:
    began_s = time.monotonic()
    while not (model.state.root is not None or model.connection.state in NEEDS_USER or model.is_over):
        if isinstance(model.last_error, TransportError) and time.monotonic() - began_s >= REFUSED_S:
            return
        await model.updates.until_changed(0.5)


async def _until_whole(model: RunModel) -> None:
    await model.updates.until(lambda: (model.has_list and model.has_tree) or model.is_over)
