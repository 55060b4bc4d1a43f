"""Runs the embedded backend: uvicorn on loopback, in a daemon thread of this process."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

import uvicorn

from flyte_widgets.errors import LocalError
from flyte_widgets.local.services.app import LocalApp
from flyte_widgets.local.services.content import Contents
from flyte_widgets.local.services.control import Control
from flyte_widgets.local.services.launching import Launch, Launchers
from flyte_widgets.local.services.records import ROOT_ACTION
from flyte_widgets.local.services.store import Store
from flyte_widgets.local.services.tracked import lost_runs
from flyte_widgets.local.simulator.content import SimulatedContent
from flyte_widgets.local.simulator.launch import ORIGIN_KIND, Beginning, begin, rerun, resume
from flyte_widgets.threads import on_thread

PROJECT: Final = "flytesnacks"
DOMAIN: Final = "development"
_HOST: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 10.0
_STOP_TIMEOUT_S: Final = 1.5
_uvicorn_log: Final = logging.getLogger("uvicorn.error")


class LocalBackend:
    """A running embedded backend. Its endpoint holds a secret, so nothing but `endpoint` shows it."""

    project = PROJECT
    domain = DOMAIN

    def __init__(self, file: Path | None, port: int) -> None:
        self.file = file
        self.store = Store(file)
        self._process = os.getpid()
        self._secret = self.store.meta("secret", secrets.token_urlsafe(24))
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        self.control = Control(self.store, self.call_later)
        self.contents = Contents(self.store)
        self.contents.provide(ORIGIN_KIND, lambda key, origin: SimulatedContent(self.store, key, origin))
        self.launchers = Launchers(self.store)
        self.launchers.register(ORIGIN_KIND, self._simulate_again)
        self._app = LocalApp(
            self.store,
            self.control,
            self.contents,
            self.launchers,
            secret=self._secret,
            base_url=self.endpoint,
            home=(self.project, self.domain),
            simulate=self._simulate,
        )
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            loop="asyncio",
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._players: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._serve, name="flyte-widgets-backend", daemon=True)
        self._thread.start()
        self._await_start()

    @property
    def endpoint(self) -> str:
        """Where clients connect, `http://127.0.0.1:PORT/SECRET`: for `flyte.init(endpoint=..., insecure=True)`."""
        return f"http://{_HOST}:{self.port}/{self._secret}"

    @property
    def is_running(self) -> bool:
        """Whether it serves. False in a forked child: the thread stays with the parent."""
        return self._process == os.getpid() and self._thread.is_alive() and not self._server.should_exit

    def __repr__(self) -> str:
        where = "in memory" if self.file is None else f"in {self.file}"
        return f"<LocalBackend on port {self.port}, {where}, {'running' if self.is_running else 'stopped'}>"

    def call_soon(self, function: Callable[[], Any]) -> None:
        """Call a function on the server's thread."""
        self._loop.call_soon_threadsafe(function)

    def call_later(self, delay_s: float, function: Callable[[], Any]) -> None:
        """Call a function on the server's thread after a delay."""
        self.call_soon(lambda: self._loop.call_later(delay_s, function))

    def stop(self) -> None:
        """Stop serving, within two seconds: open streams are ended. What was acknowledged is kept in the file."""
        if not self.is_running:
            return
        _uvicorn_log.addFilter(self._is_not_ours)
        self.call_soon(self._app.end_streams)
        self._server.should_exit = True
        if threading.current_thread() is not self._thread:
            self._thread.join(_STOP_TIMEOUT_S)

    def _is_not_ours(self, record: logging.LogRecord) -> bool:
        """Drop what uvicorn says of requests that were cut off because this server stops."""
        return record.thread != self._thread.ident

    def simulate(self, request: Mapping[str, Any]) -> str:
        """Start a simulated run, from any thread but the server's own; returns its name (`simulator.begin`)."""
        done: Future[str] = Future()

        def begin() -> None:
            try:
                done.set_result(self._simulate(request))
            except BaseException as error:  # noqa: BLE001 - it is raised where it belongs, at the caller
                done.set_exception(error)

        self.call_soon(begin)
        return done.result()

    def _simulate(self, request: Mapping[str, Any]) -> str:
        beginning = begin(self.store, self.control, request, project=self.project, domain=self.domain)
        self._play(beginning)
        return beginning.key.name

    def _simulate_again(self, launch: Launch, origin: dict[str, Any]) -> None:
        self._play(rerun(self.store, self.control, launch, origin))

    def _play(self, beginning: Beginning) -> None:
        """Play a run. A large one is planned on a thread, and what is past of it played, while others are served."""
        if beginning.takes_long:
            playing = self._plan_and_play(beginning)
        else:
            player = beginning.player(beginning.plan())
            player.catch_up()
            playing = player.play()
        task = self._loop.create_task(playing)
        self._players.add(task)
        task.add_done_callback(self._players.discard)

    async def _plan_and_play(self, beginning: Beginning) -> None:
        scheduled = await on_thread(beginning.plan, "flyte-widgets-plan")
        await beginning.player(scheduled).play()

    def _revive(self) -> None:
        """Go on with what the last server on this file left behind: simulations go on, local runs cannot."""
        for beginning in resume(self.store, self.control):
            self._play(beginning)
        for key in lost_runs(self.store):
            self.control.abort(key, ROOT_ACTION, "The process that executed it has ended.")

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._revive()
            self._loop.run_until_complete(self._server.serve(sockets=[self._socket]))
        finally:
            _finish(self._loop)
            _uvicorn_log.removeFilter(self._is_not_ours)
            self._socket.close()
            self.store.close()

    def _await_start(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise LocalError("The embedded backend did not start.", hint="The log of uvicorn says why.")
            time.sleep(0.005)


_running: LocalBackend | None = None
_lock = threading.Lock()


def start(file: str | Path | None = None, port: int = 0) -> LocalBackend:
    """Start the embedded backend in this process, or return the one that runs already.

    Without `file` it keeps everything in memory: nothing is left on disk, two kernels never meet, and what a notebook
    showed is in the notebook. With a file, runs survive the process, and so does the secret path; give a port as well,
    and the endpoint is the same after a restart. Raises `LocalError` where the file or the port is taken, or another
    file or port is asked for than the running one has.
    """
    global _running  # noqa: PLW0603 - there is one backend a process, as there is one SDK session
    path = None if file is None else Path(file).expanduser().resolve()
    with _lock:
        if _running is None or not _running.is_running:
            _running = LocalBackend(path, port)
            return _running
        if (path is not None and path != _running.file) or port not in (0, _running.port):
            raise LocalError(
                f"An embedded backend is running already: {_running!r}.", hint="Stop it first: fw.local.stop()."
            )
        return _running


def running() -> LocalBackend | None:
    """Give the embedded backend of this process, if there is one that runs."""
    with _lock:
        return _running if _running is not None and _running.is_running else None


def stop() -> None:
    """Stop the embedded backend of this process, if there is one."""
    with _lock:
        if _running is not None:
            _running.stop()


atexit.register(stop)


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it each answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        why = error.strerror if isinstance(error, OSError) else "ports go from 0 to 65535"
        raise LocalError(f"Port {port} cannot be used: {why}.", hint="Give another, or none.") from None
    return listener


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left on the loop and close it."""
    while tasks := asyncio.all_tasks(loop):  # what is cancelled closes its generators in tasks of their own
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
