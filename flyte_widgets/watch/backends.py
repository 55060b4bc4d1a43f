"""Which backend is meant, and the watchers that are shared on each: N handles on one run have one watcher."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import Final

from flyte_widgets.api.auth import AuthLike
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.config import (
    ConnectionConfig,
    ConnectOptions,
    chosen_config,
    discover,
    not_configured_error,
)
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ConfigError
from flyte_widgets.forking import PerProcess
from flyte_widgets.watch.loop import BackgroundLoop, background
from flyte_widgets.watch.watcher import Watcher

_WatcherKey = tuple[str, str, str, bool | None]


@dataclass
class _Shared:
    watcher: Watcher
    leases: int = 0


@dataclass(eq=False)
class Backend:
    """A client, and how it was found."""

    client: FlyteClient
    source: str

    @property
    def watchers(self) -> dict[_WatcherKey, _Shared]:
        """The watchers on it, in this process. On the background loop."""
        return _watchers.get().setdefault(self, {})

    def __repr__(self) -> str:
        return f"Backend({self.client!r}, from {self.source})"


# Those of a forked process are the parent's: their loop does not run in the child, nor may it use their connections.
_watchers: Final = PerProcess(weakref.WeakKeyDictionary[Backend, dict[_WatcherKey, _Shared]])


class Lease:
    """A share in the watcher of a run. When the last one is released, the streams end."""

    def __init__(self, backend: Backend, run_id: RunIdentifier, *, tracked: bool | None) -> None:
        key = (run_id.project, run_id.domain, run_id.name, tracked)
        self._loop = background()
        self.watcher = self._loop.call(_acquire(backend, key, run_id))
        self.release = weakref.finalize(self, _release, self._loop, backend, key)

    @property
    def is_current(self) -> bool:
        """False in a process that was forked off: its parent's watchers do not run there."""
        return self._loop is background()


async def _acquire(backend: Backend, key: _WatcherKey, run_id: RunIdentifier) -> Watcher:
    shared = backend.watchers.get(key)
    if shared is None:
        watcher = Watcher(backend.client, run_id, tracked=key[3])
        shared = backend.watchers[key] = _Shared(watcher)
    shared.leases += 1
    shared.watcher.start()
    return shared.watcher


def _release(loop: BackgroundLoop, backend: Backend, key: _WatcherKey) -> None:
    """Give a share back, from any thread; also called by the garbage collector."""
    loop.soon(_drop, backend, key)


def _drop(backend: Backend, key: _WatcherKey) -> None:
    shared = backend.watchers.get(key)
    if shared is None:
        return
    shared.leases -= 1
    if shared.leases <= 0:
        del backend.watchers[key]
        background().submit(shared.watcher.stop())


_lock: Final = PerProcess(threading.Lock)
_default: Backend | None = None
_connected: tuple[ConnectionConfig, FlyteClient] | None = None
_discovered: tuple[ConnectionConfig, Backend] | None = None
_by_client: weakref.WeakValueDictionary[int, Backend] = weakref.WeakValueDictionary()


def backend_of(client: FlyteClient, source: str = "client=") -> Backend:
    """Give the one backend of a client, so that all its runs share watchers."""
    if not isinstance(client, FlyteClient):
        raise ConfigError(
            f"client has the type {type(client).__name__}.",
            hint="Give what fw.connect(endpoint, ...) returns, or leave it out.",
        )
    with _lock.get():
        backend = _by_client.get(id(client))
        if backend is None or backend.client is not client:
            backend = _by_client[id(client)] = Backend(client, source)
        return backend


def is_configured() -> bool:
    """Whether a backend was chosen, or the SDK's configuration names one."""
    return _default is not None or discover() is not None


def connected() -> tuple[FlyteClient, str] | None:
    """Give client and endpoint that `connect()` chose, where nothing else was chosen since."""
    with _lock.get():
        if _connected is None or _default is None or _default.client is not _connected[1]:
            return None
        return _connected[1], _connected[0].endpoint


def set_default(client: FlyteClient, source: str) -> Backend:
    """Make `client` the one that runs are looked for on."""
    global _default  # noqa: PLW0603 (one default a process)
    backend = backend_of(client, source)
    with _lock.get():
        _default = backend
    return backend


def unset_default(client: FlyteClient) -> None:
    """Forget the default, if it is still `client`."""
    global _default  # noqa: PLW0603
    with _lock.get():
        if _default is not None and _default.client is client:
            _default = None


def default_backend() -> Backend:
    """Give the backend that `connect()` or `local.start()` chose, else the one that the SDK is configured for.

    Raises ConfigError, which names the three ways out, where nothing is configured.
    """
    global _discovered  # noqa: PLW0603
    with _lock.get():
        if _default is not None:
            return _default
        config = discover()
        if config is None:
            raise not_configured_error()
        # Other credentials make another connection: those of a new login, or of another user in this context.
        if _discovered is None or _discovered[0] != config:
            _discovered = (config, Backend(FlyteClient.from_config(config), config.source))
        return _discovered[1]


def connect(
    endpoint: str | None = None,
    *,
    org: str = "",
    project: str = "",
    domain: str = "",
    auth: AuthLike = None,
    api_key: str = "",
    insecure: bool = False,
    ca_cert_file: str | None = None,
    console: str | None = None,
) -> FlyteClient:
    """Choose the backend for all runs from now on.

    endpoint: "flyte.acme.dev", "dns:///host:port", "http://localhost:30080"; a path is kept. Without one, the SDK's
        endpoint and credentials are taken (`flyte.init()`, else its configuration file).
    org, project, domain: where runs are looked for; what is not given is taken from the SDK, where it has it.
    auth: a bearer token, a callable that gives one, a mapping of headers, or an `httpx.Auth`. For the SDK's own
        endpoint its credentials are taken where none are given.
    api_key: endpoint and credentials in one, as in FLYTE_API_KEY; instead of `endpoint` and `auth`.
    insecure: speak plain http where the endpoint names no scheme.
    ca_cert_file: a PEM file with the certificates to trust, and no others.
    console: base URL of the Flyte console, if it is not on the endpoint's host; "" where there is none.

    Nothing is sent yet: what is wrong with the backend shows when a run is read. Raises ConfigError.
    """
    texts = {"endpoint": endpoint, "org": org, "project": project, "domain": domain, "api_key": api_key}
    for name, value in {**texts, "console": console}.items():
        if value is not None and not isinstance(value, str):
            raise ConfigError(
                f"{name} has the type {type(value).__name__}.",
                hint=f'Give a text: fw.connect("flyte.acme.dev", {name}="...").'
                if name != "endpoint"
                else 'Give a text: fw.connect("flyte.acme.dev").',
            )
    given = ConnectOptions(
        endpoint,
        org=org,
        project=project,
        domain=domain,
        auth=auth,
        api_key=api_key,
        insecure=insecure,
        tls=TlsSettings(ca_cert_file=ca_cert_file) if ca_cert_file else None,
        console=console,
    )
    config = chosen_config(given, discover())
    global _connected  # noqa: PLW0603
    if _connected is None or _connected[0] != config:
        _connected = (config, FlyteClient.from_config(config))
    # The same connection once more, as when a cell is run again, shares the watchers of the first.
    return set_default(_connected[1], config.source).client
