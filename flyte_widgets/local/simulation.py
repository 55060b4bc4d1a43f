"""Starts simulated runs on the embedded backend of this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from flyte_widgets.errors import LocalError
from flyte_widgets.local.records import RunKey
from flyte_widgets.local.server import LocalBackend, start
from flyte_widgets.local.sim_spec import SimSpec


class SimulatedRun:
    """A simulated run: where it is. It goes on by itself, as a run on a cluster does."""

    def __init__(self, backend: LocalBackend, name: str) -> None:
        self.backend = backend
        self.key = RunKey(backend.project, backend.domain, name)
        self.name = name
        self.project, self.domain = backend.project, backend.domain

    @property
    def endpoint(self) -> str:
        """The endpoint of the backend that has the run."""
        return self.backend.endpoint

    def __repr__(self) -> str:
        return f"<SimulatedRun {self.name!r}>"


def simulate(
    seed: int = 0,
    spec: SimSpec | Mapping[str, Any] | None = None,
    *,
    speed: float = 1.0,
    elapsed_s: float = 0.0,
    hold: bool = False,
    name: str | None = None,
    quirks: Iterable[str] = (),
    backend: LocalBackend | None = None,
    **overrides: Any,
) -> SimulatedRun:
    """Play a simulated run on the embedded backend, which is started if need be. Returns at once.

    The same seed and spec give the same run: tree, names, durations, outcomes. `overrides` are fields of `SimSpec`
    (`actions=2000, retries=0.1`); without `actions` it is the pipeline of the pictures, which goes through all ten
    phases in 200 s. `speed=10` plays it ten times as fast. `elapsed_s` begins it so many simulated seconds in the past
    (more than it lasts: it has ended already), and `hold=True` leaves it there. `quirks` names oddities of the real
    backend to show (`quirks.QUIRKS`). Raises `LocalError` for what makes no sense and for a name that is taken.
    """
    backend = backend or start()
    request = {"seed": seed, "speed": speed, "elapsed_s": elapsed_s, "hold": hold, "name": name, "quirks": [*quirks]}
    try:
        return SimulatedRun(backend, backend.simulate({**request, **asdict(SimSpec.of(spec, **overrides))}))
    except (ValueError, TypeError) as error:
        raise LocalError(f"The run cannot be simulated: {error}.") from None
