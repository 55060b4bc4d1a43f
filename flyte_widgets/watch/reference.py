"""What a user may hand over as a run: a name, a console URL, a `flyte.remote.Run`, an `fw.Run`."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple, Protocol

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.config import ConnectionConfig
from flyte_widgets.api.endpoint import parse_run_reference
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.errors import ConfigError
from flyte_widgets.watch.backends import Backend, backend_of, default_backend

_INLINE_RUN = "dry-run"


class SdkRun(Protocol):
    """What is needed of a `flyte.remote.Run`."""

    @property
    def name(self) -> str:
        """The run's name."""

    @property
    def pb2(self) -> Any:
        """The message that it was made of."""


class KnownRun(Protocol):
    """A run of this package: `fw.Run`, what `fw.local.run` gives."""

    @property
    def __run_handle__(self) -> Any:
        """For the package itself (`watch.access`)."""


RunLike = str | KnownRun | SdkRun
"""What a user may hand over: a name, a console URL, a `flyte.remote.Run`, an `fw.Run`."""


class Target(NamedTuple):
    """A run on a backend. `tracked` None: not known which service has it. `action` is the one that a URL names."""

    backend: Backend
    run_id: RunIdentifier
    tracked: bool | None = None
    action: str = ""


def resolve(run: RunLike, *, client: FlyteClient | None = None, project: str = "", domain: str = "") -> Target:
    """Find out which run on which backend is meant. Raises ConfigError, with the accepted forms."""
    handle = getattr(run, "__run_handle__", None)
    if isinstance(target := getattr(handle, "target", None), Target):
        return target
    if isinstance(run, str):
        reference = parse_run_reference(run)
        backend = _backend(client, reference.endpoint)
        run_id = backend.client.run_identifier(
            reference.run, project=project or reference.project, domain=domain or reference.domain
        )
        return Target(backend, run_id, reference.tracked or None, reference.action)
    identifier = _sdk_identifier(run)
    backend = _backend(client, "")
    run_id = RunIdentifier(
        identifier.org or backend.client.org,
        project or identifier.project or backend.client.project,
        domain or identifier.domain or backend.client.domain,
        identifier.name,
    )
    return Target(backend, run_id)


def _backend(client: FlyteClient | None, console_url: str) -> Backend:
    if client is not None:
        return backend_of(client)
    try:
        return default_backend()
    except ConfigError:
        if not console_url:
            raise
    # Nothing is configured, but the URL says where the backend is: its console and its API share a host.
    config = ConnectionConfig.make(console_url, source="the URL of the run")
    return backend_of(FlyteClient.from_config(config), config.source)


def _sdk_identifier(run: Any) -> Any:
    """Give the identifier of a `flyte.remote.Run`, without importing flyte."""
    if getattr(run, "name", "") == _INLINE_RUN:
        raise ConfigError(
            "This is the SDK's own handle of a local run, which knows neither name nor phase.",
            hint="Start the task with fw.local.run(task, ...) to watch it.",
        )
    identifier = getattr(getattr(getattr(getattr(run, "pb2", None), "action", None), "id", None), "run", None)
    if not getattr(identifier, "name", "") and _is_task(run):
        raise ConfigError(
            f"A run was expected, got the task {getattr(run, 'name', '') or getattr(run, '__name__', '')}.",
            hint="Start it first: flyte.run(task, ...) on the cluster, or fw.local.run(task, ...) on this machine. "
            "Then give what that returns.",
        )
    if not getattr(identifier, "name", ""):
        raise ConfigError(
            f"A run was expected, got {type(run).__name__}.",
            hint="Give its name, its console URL, a flyte.remote.Run or an fw.Run.",
        )
    return identifier


def _is_task(run: Any) -> bool:
    """Check whether it is a task of the SDK, without importing that, or a plain function."""
    return inspect.isroutine(run) or any(cls.__name__ == "TaskTemplate" for cls in type(run).__mro__)
