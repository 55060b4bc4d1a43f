"""Runs real Flyte tasks on this machine, in the background, seen and aborted through the embedded backend."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import secrets
import sys
import threading
from collections import OrderedDict
from collections.abc import Generator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from types import TracebackType
from typing import Any, Final

from connectrpc.code import Code
from connectrpc.errors import ConnectError

from flyte_widgets.errors import LocalError, WaitTimeoutError, sentences
from flyte_widgets.local.runs.content import LocalContent, log_topic
from flyte_widgets.local.runs.journal import Journal
from flyte_widgets.local.runs.logs import LogBook, LogKey
from flyte_widgets.local.runs.output import ALWAYS, NEVER, Echo, RunOutput, asked_words
from flyte_widgets.local.runs.pump import Pump
from flyte_widgets.local.services import describe
from flyte_widgets.local.services.control import now_us
from flyte_widgets.local.services.launching import Launch
from flyte_widgets.local.services.records import ROOT_ACTION, RunKey
from flyte_widgets.local.services.server import LocalBackend, start
from flyte_widgets.local.services.store import IDLE_AFTER_S
from flyte_widgets.local.services.tracked import LOCAL_ORIGIN, begin_run
from flyte_widgets.sdk import local_runs as sdk
from flyte_widgets.sdk.output_tee import capture
from flyte_widgets.sdk.recorder import ABORTED, FAILED, SUCCEEDED, Recorder
from flyte_widgets.sdk.run_scope import RunScope, cancel
from flyte_widgets.sdk.tasks_now import native_inputs, task_now
from flyte_widgets.sdk.traceback_text import without_foreign_frames

_SETTLE_S: Final = 0.5
_OVER: Final = "The run has ended."
_AGAIN_KEPT: Final = 8
_again: Final[OrderedDict[RunKey, LaunchedRun]] = OrderedDict()  # until somebody asks for it


class LaunchedRun:
    """A local run under way. `result()` waits for what the task returns; so does `await`."""

    reports_ends = True

    def __init__(self, backend: LocalBackend, key: RunKey, echo: Echo) -> None:
        self.backend = backend
        self.key = key
        self.name = key.name
        self.project, self.domain = key.project, key.domain
        self.over = threading.Event()
        """Set when nothing more can happen in the run, and all that did is recorded."""
        self._future: Future[Any] = Future()
        self._future.set_running_or_notify_cancel()  # who awaits it may go away, the run goes on
        self._recorder = Recorder()
        self._logs = LogBook(lambda log: backend.store.changes.notify(log_topic(key, log)))
        self._output = RunOutput(self._logs, self._log_key, echo)
        self._scope = RunScope(self._recorder, self._output, self._say_asked)
        self._journal = Journal(key, self._recorder, self._scope.user_config.root_dir)
        self._pump = Pump(backend.store, key, self._journal, self._output.release)
        backend.contents.register(key, LocalContent(backend.store, key, self._journal, self._logs))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[Any] | None = None
        self._abort_reason: str | None = None
        self._traceback: TracebackType | None = None
        """Of what the task raised."""
        self._lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        """The endpoint of the backend that has the run."""
        return self.backend.endpoint

    def __repr__(self) -> str:
        return f"<LaunchedRun {self.name!r}, {'done' if self.done() else 'running'}>"

    def done(self) -> bool:
        """Whether the task has returned, failed or been aborted."""
        return self._future.done()

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the task and return what it returned. The timeout is in seconds.

        Raises what the task raised, `LocalError` if the run was aborted, `WaitTimeoutError` if it takes longer.
        """
        __tracebackhide__ = True  # IPython shows the user's frames, and not this one
        self.note_waiter()
        try:
            error = self._future.exception(timeout)
        except FutureTimeoutError:
            raise WaitTimeoutError(f"The run {self.name} has not ended within {timeout:g} s.") from None
        if error is not None:
            raise error.with_traceback(self._traceback)  # as it was: each raise adds the frames that it passes
        return self._future.result()

    def note_waiter(self) -> None:
        """Somebody waits for the end from here on: the cell gets what the tasks print at once."""
        self._output.wait_for()

    def __await__(self) -> Generator[Any, None, Any]:
        self.note_waiter()
        return asyncio.wrap_future(self._future).__await__()

    def abort(self, reason: str = "") -> None:
        """Abort the run as a client would."""
        self.backend.control.abort(self.key, ROOT_ACTION, reason)

    def abort_run(self, reason: str) -> None:
        """Executor: cancel the coroutine. What runs in a thread finishes its step; nothing new starts."""
        with self._lock:
            self._abort_reason = reason
            self._scope.abort_run(reason)
            if self._loop is not None and self._main is not None:
                cancel(self._loop, self._main)

    def abort_action(self, name: str, reason: str) -> None:
        """Executor: cancel one action and what is below it."""
        self._scope.abort_action(self._journal.sdk_name(name), reason)

    def signal(self, name: str) -> None:
        """Executor: let whoever waits for a condition go on."""
        with self.backend.store.read(self.key) as run:
            primitive = run.actions[name].details.signal_info.output.scalar.primitive
        self._scope.conditions.answer(self._journal.sdk_name(name), getattr(primitive, primitive.WhichOneof("value")))

    def _say_asked(self, name: str, condition: Any) -> None:
        """Say in the log, and in the cell where no widget does, what waits for a person."""
        sys.stdout.write(asked_words(self.name, self._journal.wire_name(name), condition))

    def execute(self, task: Any, args: tuple[Any, ...], inputs: sdk.TaskInputs) -> None:
        """Run the task to its end, on the current thread; whatever happens ends up in the future and the backend."""
        result: Any = None
        error: BaseException | None = None
        capture.begin()
        try:
            result = asyncio.run(self._execute(task, args, inputs))
        except asyncio.CancelledError:
            error = LocalError(f"The run {self.name} was aborted: {self._abort_reason}.")
        except BaseException as raised:  # noqa: BLE001 - it is handed to whoever asks for the result
            error = without_foreign_frames(raised)
        self._traceback = error.__traceback__ if error is not None else None
        self._settle(error)
        self.backend.control.unregister(self.key)
        if error is None:
            self._future.set_result(result)
        else:
            self._future.set_exception(error)
        self._finish()

    async def _execute(self, task: Any, args: tuple[Any, ...], inputs: sdk.TaskInputs) -> Any:
        with self._lock:
            if self._abort_reason is not None:
                raise asyncio.CancelledError
            self._loop, self._main = asyncio.get_running_loop(), asyncio.current_task()
        return await sdk.run_task(task, args, inputs, name=self.name, scope=self._scope)

    def _settle(self, error: BaseException | None) -> None:
        """Cancel what outlived the root, as a backend does, and wait a moment for it: each tells how it ended."""
        self._scope.abort_run(self._abort_reason or _OVER)
        self._scope.wait_idle(_SETTLE_S)
        self._end_unreported()
        if isinstance(error, asyncio.CancelledError) or self._abort_reason is not None:
            self._recorder.record_run_end(ABORTED, self._abort_reason or _OVER)
        else:
            self._recorder.record_run_end(SUCCEEDED if error is None else FAILED, str(error or ""))

    def _finish(self) -> None:
        """Wait for what does not let itself be cancelled; then nothing more can happen."""
        self._scope.wait_idle(None)
        self._end_unreported()
        self._scope.close()
        self._pump.stop()
        capture.end()
        self.over.set()
        with contextlib.suppress(RuntimeError):  # the backend is gone
            self.backend.call_later(IDLE_AFTER_S + 1, self.backend.store.tidy)
        self._output.finish()

    def _log_key(self, action: str) -> LogKey:
        return self._journal.wire_name(action), self._recorder.attempt_of(action)

    def _end_unreported(self) -> None:
        """End what the SDK says nothing of when its caller is cancelled: traces and conditions."""
        for name in self._recorder.open_actions - self._scope.running:
            self._recorder.record_aborted(action_id=name, reason=self._abort_reason or _OVER)


def launch(
    task: Any,
    args: tuple[Any, ...] = (),
    inputs: dict[str, Any] | None = None,
    *,
    backend: LocalBackend | None = None,
    name: str | None = None,
    echo: Echo = ALWAYS,
) -> LaunchedRun:
    """Start a Flyte task on this machine and return at once. The run is known to the backend by then, QUEUED.

    `backend` is the embedded one of this process, started if need be. `name` has at most 30 characters and does not
    begin with "u" or "r": those are Flyte's. `echo` says when the cell gets what the tasks print, besides their logs.
    Raises `LocalError` for what is not a task, and for a name that is taken; TypeError for arguments that do not fit.
    """
    __tracebackhide__ = True  # of wrong arguments IPython shows the call
    sdk.require_task(task)
    sdk.require_arguments(task, args, inputs or {})
    backend = backend or start()
    key = RunKey(backend.project, backend.domain, name or f"local-{secrets.token_hex(4)}")
    return _begin(task, args, inputs or {}, backend, key, echo)


def _begin(
    task: Any,
    args: tuple[Any, ...],
    inputs: sdk.TaskInputs,
    backend: LocalBackend,
    key: RunKey,
    echo: Echo,
    run_spec: Any = None,
) -> LaunchedRun:
    spec = describe.task(key, task.name)
    try:
        begin_run(backend.store, key, spec, at_us=now_us(), is_ours=True, run_spec=run_spec)
    except KeyError:
        raise LocalError(f"There is a run {key.name!r} already.", hint="Choose another name, or give none.") from None
    backend.launchers.register(LOCAL_ORIGIN["kind"], functools.partial(_begin_again, backend))
    run = LaunchedRun(backend, key, echo)
    backend.control.register(key, run)
    # The caller's context goes along: output of the tasks lands where the caller's does.
    context = contextvars.copy_context()
    threading.Thread(
        target=context.run, args=(run.execute, task, args, inputs), name=f"flyte-widgets-{key.name}", daemon=True
    ).start()
    return run


def _begin_again(backend: LocalBackend, wish: Launch, _origin: dict[str, Any]) -> None:
    """Start a local run again, with the task as this process has it now. A recovery takes over nothing: all runs again.

    What is not as the task takes it now is refused; what the SDK cannot read of the inputs fails the new run.
    """
    try:
        task = task_now(wish.task_spec.task_template.id.name)
        sdk.require_arguments(task, (), dict.fromkeys(literal.name for literal in wish.inputs.literals))
    except LocalError as error:
        raise ConnectError(Code.FAILED_PRECONDITION, sentences(error.message, error.hint)) from error
    except TypeError as error:
        raise ConnectError(Code.INVALID_ARGUMENT, str(error)) from error
    inputs = functools.partial(native_inputs, task, wish.inputs)
    _again[wish.key] = _begin(task, (), inputs, backend, wish.key, NEVER, wish.run_spec)
    while len(_again) > _AGAIN_KEPT:
        _again.popitem(last=False)


def take_again(key: RunKey) -> LaunchedRun | None:
    """Give a run that CreateRun has just started again in this process, once; None for others."""
    return _again.pop(key, None)
