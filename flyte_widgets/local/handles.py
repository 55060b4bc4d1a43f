"""The public face of the embedded backend: start it, run tasks on it, simulate runs on it, each an `fw.Run`."""

from __future__ import annotations

import functools
import secrets
import sys
from collections.abc import Coroutine, Generator, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.errors import LocalError
from flyte_widgets.local.runs.mirror import Mirror
from flyte_widgets.local.runs.output import ALWAYS, NEVER, Echo
from flyte_widgets.local.runs.runner import LaunchedRun, launch, take_again
from flyte_widgets.local.served import ServedBackend, served_backend
from flyte_widgets.local.services import server
from flyte_widgets.local.services.records import RunKey
from flyte_widgets.local.services.server import LocalBackend
from flyte_widgets.local.simulator.spec import SimSpec
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.backends import is_configured, set_default, unset_default
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.reference import resolve
from flyte_widgets.watch.shown import is_shown
from flyte_widgets.watch.started import note_started
from flyte_widgets.watch.waiting import time_limit

SOURCE = "fw.local.start()"
_HOLD_S: Final = 1.0
_echo: bool | None = None


class LocalRun(Run):
    """A run of a task on this machine. Besides what a `Run` has, it knows what the task returns."""

    abort_note = "What runs in a thread finishes its step; nothing new starts."

    def __init__(self, launched: LaunchedRun, client: FlyteClient) -> None:
        super().__init__(launched.name, client=client, project=launched.project, domain=launched.domain)
        self._launched = launched

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the task, and give what it returned. `timeout` in seconds.

        Raises what the SDK raises for a task that fails (`flyte.errors.RuntimeUserError`), with what the task itself
        raised as its cause; LocalError where the run was aborted; WaitTimeoutError.
        """
        __tracebackhide__ = True  # IPython shows the user's frames, and not this one
        return self._launched.result(time_limit(timeout))

    def _wait(self, timeout: float | None) -> ActionPhase:
        self._launched.note_waiter()
        return super()._wait(timeout)

    def __await__(self) -> Generator[Any, None, ActionPhase]:
        self._launched.note_waiter()
        return super().__await__()

    def _started(self, starting: Coroutine[Any, Any, RunIdentifier]) -> Run:
        run, client = super()._started(starting), self._handle.target.backend.client
        launched = take_again(RunKey(self._launched.project, self._launched.domain, run.name))
        return LocalRun(launched, client) if launched is not None else run


def start(file: str | Path | None = None, port: int = 0, *, echo: bool | None = None) -> LocalBackend:
    """Start the embedded backend, and look for runs on it from now on. A second call gives the running one.

    file: SQLite file that keeps its runs; without one they are gone with the process.
    port: of 127.0.0.1; 0 takes a free one.
    echo: whether cells get what the tasks of local runs print, and what the SDK logs of them; it is in the logs of the
        actions in any case. None: where no widget shows the run.

    Raises LocalError.
    """
    global _echo  # noqa: PLW0603 - one choice a process, as there is one backend
    _echo = echo
    backend = server.start(file, port)
    set_default(_client(backend), SOURCE)
    return backend


def stop() -> None:
    """Stop the embedded backend of this process, if it runs."""
    running = server.running()
    if running is not None:
        unset_default(_client(running))
    server.stop()


def run(task: Any, /, *args: Any, **inputs: Any) -> LocalRun:
    """Run a Flyte task, and all that it calls, on this machine in the background. Returns at once.

    task: made by `@env.task`; args and inputs are its. Aborting the run cancels it: what runs in a thread finishes
    its step, nothing new starts. What the tasks print goes into their logs; the cell gets it where no widget shows the
    run (`fw.local.start(echo=...)`). After `fw.connect()` to `flyte-widgets serve` the run is there, without its logs,
    else on the embedded backend of this process.

    Raises LocalError for what is not a task, TypeError for arguments that do not fit.
    """
    __tracebackhide__ = True  # of wrong arguments IPython shows the call
    served = served_backend()
    backend = _backend() if served is None else server.start()
    client = _client(backend) if served is None else served.client
    name = f"local-{secrets.token_hex(4)}"
    launched = launch(task, args, inputs, backend=backend, name=name, echo=_echo_of(client, name))
    if served is not None:
        try:
            Mirror(served, launched)
        except OSError as error:
            launched.abort("The backend that is connected does not answer.")
            raise LocalError(
                f"The backend that is connected does not answer: {error}.",
                hint="Start `flyte-widgets serve` again, or fw.local.start() for one in this process.",
            ) from None
    run = LocalRun(launched, client)
    note_started(run)
    return run


def simulate(
    seed: int = 0,
    spec: SimSpec | Mapping[str, Any] | None = None,
    *,
    speed: float = 1.0,
    elapsed_s: float = 0.0,
    hold: bool = False,
    name: str | None = None,
    quirks: Iterable[str] = (),
    **overrides: Any,
) -> Run:
    """Play a simulated cluster run on the embedded backend: the one that `fw.connect()` chose, else this process's.

    Returns at once.

    The same seed and spec give the same run: tree, names, durations, outcomes. `overrides` are fields of `SimSpec`
    (`actions=2000, retries=0.1`); without `actions` it is a pipeline that goes through all ten phases in 200 s.
    `speed=10` plays it ten times as fast. `elapsed_s` begins it so many simulated seconds in the past (more than it
    lasts: it has ended already), and `hold=True` leaves it there. `quirks` names oddities of the real backend to show
    (`flyte_widgets.local.services.quirks.QUIRKS`). Raises LocalError for what makes no sense.
    """
    backend = served_backend() or _backend()
    client = backend.client if isinstance(backend, ServedBackend) else _client(backend)
    request = {"seed": seed, "speed": speed, "elapsed_s": elapsed_s, "hold": hold, "name": name, "quirks": [*quirks]}
    try:
        played = backend.simulate({**request, **asdict(SimSpec.of(spec, **overrides))})
    except (ValueError, TypeError) as error:
        raise LocalError(f"The run cannot be simulated: {error}.") from None
    run = Run(played, client=client, project=backend.project, domain=backend.domain)
    note_started(run)
    return run


def _backend() -> LocalBackend:
    """Give the running backend, or start it: as the default only where nothing else is configured."""
    running = server.running()
    if running is not None:
        return running
    return server.start() if is_configured() else start()


def _echo_of(client: FlyteClient, name: str) -> Echo:
    """Say when the cell gets the output of a run."""
    if _echo is not None:
        return ALWAYS if _echo else NEVER
    target = resolve(name, client=client)
    in_notebook = getattr(_shell(), "kernel", None) is not None
    return Echo(lambda: not is_shown(target), _HOLD_S if in_notebook else 0.0)


def _shell() -> Any:
    """Give the IPython that this code runs in, if any."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


@functools.lru_cache(maxsize=8)
def _client(backend: LocalBackend) -> FlyteClient:
    """One client a backend: who shares it, shares the watchers."""
    # It has no console: there is nothing to link to.
    return FlyteClient(backend.endpoint, project=backend.project, domain=backend.domain, console="")
