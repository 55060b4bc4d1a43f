"""Run and Action: what is known of a run, followed in the background, without a view."""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import AsyncIterator, Coroutine, Generator, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from flyte_widgets.api import messages
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FlyteWidgetsError, NotFoundError, WaitTimeoutError, copy_error
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState, PhaseChange
from flyte_widgets.run.actions_table import actions_table
from flyte_widgets.run.by_task import TaskTime
from flyte_widgets.run.compare import Comparison
from flyte_widgets.run.conditions import WaitingCondition
from flyte_widgets.run.critical_path import PathPiece
from flyte_widgets.run.details import ActionDetails, details_of
from flyte_widgets.run.frames import SegmentRow, data_frame, duration_of
from flyte_widgets.run.logs import LogLine
from flyte_widgets.run.relation import Relation
from flyte_widgets.run.state import KINDS, ROOT
from flyte_widgets.run.summary import Summary
from flyte_widgets.run.timeline import AttemptHistory, attempts_of
from flyte_widgets.run.values import Values
from flyte_widgets.watch import analysis
from flyte_widgets.watch.abort import abort
from flyte_widgets.watch.access import RunHandle, watcher_of
from flyte_widgets.watch.action_data import raise_if_too_large, read_data
from flyte_widgets.watch.action_log import follow_log, read_log
from flyte_widgets.watch.action_report import MOST_REPORT_BYTES, read_report
from flyte_widgets.watch.answers import signal, waiting_in
from flyte_widgets.watch.by_itself import display_as_widget
from flyte_widgets.watch.change_queue import ChangeQueue
from flyte_widgets.watch.find import action_end, action_error, action_start, find_actions, unknown_action
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.model import RunModel
from flyte_widgets.watch.reference import RunLike, resolve
from flyte_widgets.watch.rerun import rerun
from flyte_widgets.watch.status import NEEDS_USER, Connection
from flyte_widgets.watch.waiting import time_limit
from flyte_widgets.watch.watcher import Watcher

T = TypeVar("T")

CHILDREN_S: Final = 3.0
"""How long `wait` goes on for the actions once the root has ended: some backends never end them."""


class Run:
    """A run, kept true to the backend by a background watcher from its first use on.

    run: a run's name, its console URL, a `flyte.remote.Run` or another `Run`.
    client: the backend it is on; else the one chosen by `connect()`, `local.start()` or the SDK's configuration.
    project, domain: where it is, if not in the client's.

    Properties are read from memory and safe on any thread; the first one waits for the first answer. They raise
    ApiError (NotFoundError, UnauthenticatedError, ...) where the run could not be read at all, and ConfigError where
    no backend is configured.
    """

    abort_note = ""
    """What an abort means for this kind of run, where that needs saying."""

    def __init__(self, run: RunLike, *, client: FlyteClient | None = None, project: str = "", domain: str = "") -> None:
        self._handle = RunHandle(resolve(run, client=client, project=project, domain=domain))

    def __repr__(self) -> str:
        phase = self._handle.watcher.phase if self._handle.is_watched else None
        return f"Run({self.name!r}{f', phase={phase}' if phase else ''})"

    def _ipython_display_(self, **_options: Any) -> None:
        """Show the run live where a cell ends with it."""
        display_as_widget(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it by its reference. Where it is loaded, the backend chosen there is asked for it."""
        return _run_again, (self.name, self.project, self.domain)

    def __copy__(self) -> Run:
        return self

    def __deepcopy__(self, _memo: Any) -> Run:
        return self

    @property
    def name(self) -> str:
        """The run's name, unique in its project and domain."""
        return self._handle.target.run_id.name

    @property
    def project(self) -> str:
        """The project it is in."""
        return self._handle.target.run_id.project

    @property
    def domain(self) -> str:
        """The domain it is in."""
        return self._handle.target.run_id.domain

    @property
    def url(self) -> str | None:
        """Its page in the Flyte console; None for a backend without one."""
        target = self._handle.target
        tracked = self._handle.is_watched and bool(self._handle.watcher.tracked)
        return target.backend.client.console_url(target.run_id, tracked=tracked)

    @property
    def phase(self) -> ActionPhase | None:
        """Where it is now: the phase of its root action. None where the backend says none."""
        return self._root().phase

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended, as far as is known: not read anew for this."""
        return self._root().is_terminal

    @property
    def counts(self) -> dict[ActionPhase, int]:
        """How many of its actions are in each phase; phases without any are left out."""
        state = self._handle.ensure_whole().state
        return {phase: count for phase, count in list(state.counts.items()) if count > 0}

    @property
    def task_name(self) -> str:
        """Name of its task; "" where the backend says none."""
        root = self._root()
        return root.name if root.name != ROOT else ""

    @property
    def started(self) -> datetime | None:
        """When it was queued, in UTC; None where the backend does not say."""
        return action_start(self._root())

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC; None while it goes on."""
        return action_end(self._root())

    @property
    def duration(self) -> timedelta | None:
        """From queued to ended, or up to now. None where the backend does not say when it began."""
        return duration_of(self._root(), self._handle.watcher.now_ms())

    @property
    def error(self) -> str:
        """Its error, whole, as the backend tells it; "" where there is none. `summary` names the first cause."""
        return action_error(self._handle.ensure_read(), self._root())

    @property
    def summary(self) -> Summary | None:
        """One line: why it failed, what it waits for, how long it will take, or what decided how long it took.

        `str()` gives it as text. None where nothing is known. Reads the few actions that it is about, for 20 s at most.
        """
        return analysis.run_summary(self._handle)

    @property
    def failures(self) -> list[Action]:
        """The actions that failed and have no failed action below them: the first cause comes first.

        The root is among them only where nothing below it failed.
        """
        return [Action(self, state) for state in analysis.run_failures(self._handle)]

    @property
    def actions(self) -> Mapping[str, Action]:
        """All actions that are known, by id ("a0" is the root). A live view: it grows with the run.

        Raises UnknownActionError, which is a KeyError, for an id that the run does not have.
        """
        return _Actions(self, self._handle.ensure_whole())

    @property
    def connection(self) -> Connection:
        """How fresh all this is."""
        return self._handle.watcher.connection

    def find(
        self, name: str = "*", *, phase: ActionPhase | str | None = None, group: str | None = None
    ) -> list[Action]:
        """Give the actions whose name or id matches, in order of first sight.

        name: with * and ? as in a file name, upper and lower case apart: "square*". phase: an ActionPhase or its value,
        "failed". group: the whole name of a group. Raises ValueError for a phase that there is not.
        """
        return [Action(self, state) for state in find_actions(self._handle.ensure_whole().state, name, phase, group)]

    def raise_for_status(self) -> None:
        """Raise RunFailedError if the run has ended and did not succeed; its message is the summary."""
        error = analysis.failure_of(self._handle)
        if error is not None:
            raise error

    def critical_path(self) -> list[PathPiece]:
        """Give what decided how long the run took: pieces end to end from its start to its end, or up to now.

        Found from times: Flyte records no dependencies. It goes backwards from the run's end, always in the child that
        ended last. Reads the phases of these actions (GetActionDetails), for 20 s at most.
        """
        return analysis.run_path(self._handle)

    def by_task(self, start: datetime | None = None, end: datetime | None = None) -> list[TaskTime]:
        """Add up the time by task, the largest share of the critical path first; between two times, if given.

        Reads the phases of 500 actions at most, for 20 s at most. Raises FlyteWidgetsError for a time without a zone.
        """
        return analysis.run_by_task(self._handle, start, end)

    def compare(self, other: Run | str) -> Comparison:
        """Set this run beside another one of the same task, a `Run` or its name; `str()` of it is a sentence."""
        theirs = other if isinstance(other, Run) else Run(other, client=self._handle.target.backend.client)
        return analysis.run_comparison(self._handle, theirs.__run_handle__)

    def to_pandas(self) -> Any:
        """Give a pandas DataFrame with one row an action; the columns are those of `run.frames.ActionRow`.

        Times are UTC, lengths timedeltas. Reads the errors and phases of 500 actions at most, for 20 s each: what was
        not read is missing (NaT). Raises FlyteWidgetsError where pandas is not installed.
        """
        return data_frame(analysis.run_rows(self._handle))

    def segments(self) -> list[SegmentRow]:
        """Give the phase segments of all actions, one row each. Reads as `to_pandas`."""
        return analysis.run_segments(self._handle)

    def to_dict(self) -> dict[str, Any]:
        """Give the run with its actions and segments as values of JSON. Reads as `to_pandas`."""
        return analysis.run_as_dict(self._handle)

    def wait(self, timeout: float | None = None, *, check: bool = False) -> ActionPhase:
        """Block until the run has ended, and give its final phase. `timeout` in seconds.

        check: raise RunFailedError where it did not succeed, so that "Run All" stops there.
        Its actions have ended by then, too; those that have not seconds after the root are not waited for. Raises
        WaitTimeoutError, ApiError where the run cannot be read, KeyboardInterrupt on Ctrl-C: the run goes on.
        """
        phase = self._wait(time_limit(timeout))
        if check:
            self.raise_for_status()
        return phase

    def _wait(self, timeout: float | None) -> ActionPhase:
        model = self._handle.watcher.model
        if model.is_over:  # to ask the loop takes longer than a timeout of 0 allows
            return _outcome(model)
        try:
            return background().call(_until_over(model), timeout)
        except concurrent.futures.TimeoutError:
            if timeout is None:
                raise
            if model.phase is not None and model.phase.is_terminal:
                return model.phase  # only its actions are still waited for
            raise _not_ended(model, timeout) from None
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"Stopped waiting. Run {self.name} goes on: wait() again, or abort() it.") from None

    def __await__(self) -> Generator[Any, None, ActionPhase]:
        return _on_loop(_holding(self._handle, _until_over(self._handle.watcher.model))).__await__()

    async def watch(self) -> AsyncIterator[PhaseChange]:
        """Follow all changes of phase until the run has ended: first where each action stands, then what moves.

        Raises ApiError where the run cannot be read.
        """
        watcher = self._handle.watcher
        changes = ChangeQueue(watcher.model)
        await _on_loop(changes.open())
        try:
            async for change in changes:
                yield change
        finally:
            background().soon(watcher.unsubscribe, changes)
        _outcome(watcher.model)

    def abort(self, reason: str = "") -> None:
        """Abort the run. Returns when the backend has accepted; `wait()` then tells when it is over.

        Raises RunFinishedError where it has already ended, ApiError where the backend refuses.
        """
        watcher = self._handle.ensure_read()  # the first answer tells which of the two services has the run
        background().call(abort(watcher, ROOT, reason))

    def inputs(self) -> Values:
        """Read what the run was given: as `Action.inputs`."""
        return self.actions[ROOT].inputs()

    def outputs(self) -> Values:
        """Read what the run returned: as `Action.outputs`."""
        return self.actions[ROOT].outputs()

    @property
    def waiting(self) -> list[WaitingCondition]:
        """The conditions that need a person's answer, the one that waits longest first; `Action.signal` answers one.

        Reads what they ask (GetActionDetails), for 20 s at most.
        """
        return waiting_in(self._handle)

    @property
    def relation(self) -> Relation | None:
        """Which run this one was started from, by a rerun or recover; None where it was not (GetRunDetails)."""
        return self._handle.ensure_read().model.relation

    def rerun(self, /, **changed: Any) -> Run:
        """Start the run again, with the same code; returns the new run. Give inputs to change them: `rerun(n=20)`.

        Sends back the spec and inputs that the backend keeps (UploadInputs, CreateRun). Raises InputError, before
        anything is started, for an input that the task does not take, or that cannot be given: files, tables and
        pickled objects are kept as they are. NotKeptError where spec or inputs are gone, ApiError where the backend
        refuses. Nothing is tried again.
        """
        return self._started(rerun(self._handle.ensure_read(), ROOT, changed))

    def recover(self, force: Iterable[str | Action] = ()) -> Run:
        """Start the run again and take over what has succeeded, but for the actions in `force`; returns the new run.

        Recovered actions keep their outputs. Open-source backends accept this and run *everything* again: look at
        `counts` of the new run for RECOVERED. Raises as `rerun`.
        """
        forced = [action if isinstance(action, str) else action.id for action in force]
        return self._started(rerun(self._handle.ensure_read(), recover=True, force=forced))

    def _started(self, starting: Coroutine[Any, Any, messages.RunIdentifier]) -> Run:
        found = background().call(starting)
        client = self._handle.target.backend.client
        return Run(found.name, client=client, project=found.project, domain=found.domain)

    def logs(self, action: str = ROOT, attempt: int | None = None) -> list[LogLine]:
        """Read the log of one of its actions: as `Action.logs`."""
        return self.actions[action].logs(attempt)

    def close(self) -> None:
        """Stop watching, unless others watch the same run. The run goes on."""
        self._handle.release()

    def _root(self) -> ActionState:
        root = self._handle.ensure_read().state.root
        if root is None:
            raise NotFoundError(f"Run {self.name} has no root action.")
        return root

    @property
    def __run_handle__(self) -> RunHandle:
        """For the package itself (`watch.access`)."""
        return self._handle


def _run_again(name: str, project: str, domain: str) -> Run:
    return Run(name, project=project, domain=domain)


class Action:
    """One action of a run. Reads from the run's memory; safe on any thread."""

    def __init__(self, run: Run, state: ActionState) -> None:
        self._run = run
        self._state = state

    def __repr__(self) -> str:
        return f"Action({self.id!r}, name={self.name!r}, phase={self.phase})"

    @property
    def id(self) -> str:
        """Its id in the run ("a0" is the root)."""
        return self._state.id

    @property
    def name(self) -> str:
        """The task's short name, or the name of the trace or condition; its id where the backend said no name."""
        return self._state.name

    @property
    def phase(self) -> ActionPhase | None:
        """Where it is now. None where the backend says none: of one that ended with its run, it does not know how."""
        return self._state.phase

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended."""
        return self._state.is_terminal

    @property
    def parent(self) -> str:
        """Id of the action that started it; "" for the root."""
        return self._state.parent

    @property
    def group(self) -> str:
        """The group it is in (`flyte.group`); "" for none."""
        return self._state.group

    @property
    def attempt(self) -> int:
        """Number of the latest attempt, from 1; 0 before the first."""
        return self._state.attempts

    @property
    def kind(self) -> str:
        """What it is: "task", "trace" or "condition"."""
        return str(KINDS[self._state.kind])

    @property
    def started(self) -> datetime | None:
        """When it was queued, in UTC; None where the backend does not say."""
        return action_start(self._state)

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC; None while it goes on, and where the backend does not know."""
        return action_end(self._state)

    @property
    def duration(self) -> timedelta | None:
        """From queued to ended, or up to now. None where the backend does not say when it began or ended."""
        return duration_of(self._state, watcher_of(self._run).now_ms())

    @property
    def error(self) -> str:
        """Its error, whole, as the backend tells it; "" where there is none. Reads it (GetActionDetails)."""
        return action_error(watcher_of(self._run), self._state)

    def details(self) -> ActionDetails:
        """Read everything of it anew (GetActionDetails): attempts, errors, links, cluster events. Raises ApiError."""
        return details_of(self._read())

    def attempts(self) -> list[AttemptHistory]:
        """Read its attempts anew, with their phase segments; inferred ends are marked."""
        return attempts_of(self._read())

    def logs(self, attempt: int | None = None) -> list[LogLine]:
        """Read the log of an attempt (TailLogs): all lines so far, the newest 20,000 or 4 MB of them.

        attempt: from 1; None is the newest. Takes 30 s at most. Raises NotKeptError where there is no log, or no longer
        one, FlyteWidgetsError where it cannot be read.
        """
        return background().call(read_log(watcher_of(self._run), self.id, attempt))

    async def tail_logs(self, attempt: int | None = None) -> AsyncIterator[LogLine]:
        """Follow the log of an attempt: the lines so far, then new ones, until the attempt has ended.

        A quiet task is waited for, and a lost connection is made again: no line comes twice. Raises as `logs`.
        """
        async for line in follow_log(watcher_of(self._run), self.id, attempt):
            yield line

    def inputs(self) -> Values:
        """Read what it was given (GetActionData), by name: `["n"]`, `[0]` or `.n`.

        Plain Python values: see `Values`. Nothing is unpickled. Raises ApiError; DataTooLargeError, with the address,
        where the backend hands out no data of that size.
        """
        data = background().call(read_data(watcher_of(self._run), self.id))
        raise_if_too_large(data, data.inputs_uri)
        return data.inputs

    def outputs(self) -> Values:
        """Read what it returned (GetActionData): `["o0"]`, `[0]` or `.o0`. Empty until it has succeeded.

        Of a condition it is the answer. Otherwise as `inputs`.
        """
        data = background().call(read_data(watcher_of(self._run), self.id))
        raise_if_too_large(data, data.outputs_uri)
        return data.outputs

    def report(self, attempt: int | None = None) -> str:
        """Read its report as it is now, a page of HTML (CreateDownloadLink). It is foreign: show it in a sandbox only.

        attempt: from 1; None is the newest. Raises NotKeptError where there is none (yet), DataTooLargeError above
        256 MiB, ApiError where it cannot be read.
        """
        limit = MOST_REPORT_BYTES
        body = background().call(read_report(watcher_of(self._run), self.id, attempt, max_bytes=limit))
        return body.decode("utf-8", "replace")

    def abort(self, reason: str = "") -> None:
        """Abort this action; its parent decides whether the run goes on. Raises as `Run.abort`."""
        background().call(abort(watcher_of(self._run), self.id, reason))

    def signal(self, value: bool | int | float | str) -> None:
        """Answer the condition (SignalEvent). Returns when the backend has accepted; the run then goes on.

        value: of the type that it declares; False and "" are answers like others. Raises InputError for any other,
        before anything is sent, AlreadyAnsweredError where it waits no longer, FlyteWidgetsError where this is no
        condition, ApiError where the backend refuses.
        """
        background().call(signal(watcher_of(self._run), self.id, value))

    def rerun(self, /, **changed: Any) -> Run:
        """Start this action again, as the root of a run of its own. Raises as `Run.rerun`: only tasks can be."""
        return self._run._started(rerun(watcher_of(self._run), self.id, changed))  # noqa: SLF001

    def _read(self) -> messages.ActionDetails:
        return background().call(watcher_of(self._run).read_action(self.id))


class _Actions(Mapping[str, Action]):
    """A live view of the actions of a run."""

    def __init__(self, run: Run, watcher: Watcher) -> None:
        self._run = run
        self._state = watcher.state

    def __getitem__(self, action: str) -> Action:
        known = self._state.by_id.get(action)
        if known is None:
            raise unknown_action(self._run.name, action, len(self._state))
        return Action(self._run, known)

    def __iter__(self) -> Iterator[str]:
        return iter([state.id for state in list(self._state.actions)])

    def __len__(self) -> int:
        return len(self._state)

    def __repr__(self) -> str:
        return f"<{len(self)} actions of run {self._run.name}>"

    def _repr_html_(self) -> str:
        watcher = watcher_of(self._run)
        with watcher.lock:
            return actions_table(watcher.state.actions, watcher.now_ms())


async def _holding(_handle: RunHandle, waiting: Coroutine[Any, Any, T]) -> T:
    """Keep the watch going while it is awaited: in `await fw.Run(name)` nobody else holds the run."""
    return await waiting


async def _until_over(model: RunModel) -> ActionPhase:
    while not (model.is_over or _is_long_ended(model)):
        error = model.last_error
        if error is not None and model.connection.state in NEEDS_USER:
            raise copy_error(error)
        await model.updates.until_changed(0.5)
    return _outcome(model)


def _is_long_ended(model: RunModel) -> bool:
    return model.ended_s is not None and time.monotonic() - model.ended_s > CHILDREN_S


def _outcome(model: RunModel) -> ActionPhase:
    """Give the final phase, or raise why there is none."""
    phase, connection = model.phase, model.connection
    if phase is not None and (connection.state == "ended" or _is_long_ended(model)):
        return phase
    if model.last_error is not None:
        raise copy_error(model.last_error)
    why = f": {connection.message}" if connection.message else "."
    raise FlyteWidgetsError(f"The watch of run {model.run_name} was given up{why}", hint=connection.hint)


def _not_ended(model: RunModel, timeout: float) -> WaitTimeoutError:
    """Say what is known of a run whose end did not come in time; nothing, where the backend was not reached."""
    error = model.last_error
    if model.phase is None and model.state.root is None:
        why = f": {error.message}" if error is not None else "."
        hint = error.hint if error is not None and error.hint else "Check the endpoint, or wait longer."
        return WaitTimeoutError(f"Run {model.run_name} could not be read within {timeout:g} s{why}", hint=hint)
    if error is not None:
        was = f"was {model.phase} when the backend last answered" if model.phase is not None else "has no phase"
        return WaitTimeoutError(
            f"Run {model.run_name} {was}; it has not answered since: {error.message}",
            hint="Whether the run goes on is not known: call wait() again.",
        )
    return WaitTimeoutError(f"Run {model.run_name} has not ended within {timeout:g} s.")


def _on_loop(coro: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
    """Run a coroutine on the background loop, and await it on the caller's."""
    return asyncio.wrap_future(background().submit(coro))
