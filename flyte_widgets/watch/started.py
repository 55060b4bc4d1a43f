"""Notes the runs that are started while a cell runs: by the SDK, by `rerun()` and `recover()`, and locally."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from flyte_widgets.sdk.created import Created, created_runs
from flyte_widgets.watch.reference import KnownRun


class StartedRun(KnownRun, Protocol):
    """What is noted of an `fw.Run`, which notes itself here."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def project(self) -> str:
        """The project that it is in."""

    @property
    def domain(self) -> str:
        """The domain that it is in."""


class Started(NamedTuple):
    """A run that was started."""

    name: str
    project: str
    domain: str
    run: StartedRun | None
    """None: the SDK has started it, on the backend that it is connected to."""


_NOTES: Final[list[list[Started]]] = []
"""One for each `%%flyte` that goes on: a cell may run another one."""


def note_started(run: StartedRun) -> None:
    """Note a run that this package has started."""
    for started in _NOTES:
        started.append(Started(run.name, run.project, run.domain, run))


@contextlib.contextmanager
def started_runs() -> Iterator[list[Started]]:
    """Give a list that has all runs that are started meanwhile, in their order."""
    started: list[Started] = []

    def note(created: Created) -> None:
        started.append(Started(*created, None))

    _NOTES.append(started)
    try:
        with created_runs(note):
            yield started
    finally:
        _NOTES[:] = [one for one in _NOTES if one is not started]
