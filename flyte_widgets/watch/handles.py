"""Run: what is known of a run, followed in the background, without a view. Its actions are in action_handle.py."""

from __future__ import annotations

import concurrent.futures
from collections.abc import AsyncIterator, Coroutine, Generator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flyte_widgets.api import messages
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import NotFoundError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState, PhaseChange
from flyte_widgets.run.by_task import TaskTime
from flyte_widgets.run.compare import Comparison
from flyte_widgets.run.conditions import WaitingCondition
from flyte_widgets.run.critical_path import PathPiece
from flyte_widgets.run.frames import SegmentRow, data_frame, duration_of
from flyte_widgets.run.line.parts import Summary
from flyte_widgets.run.logs import LogLine
from flyte_widgets.run.relation import Relation
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.values import Values
from flyte_widgets.watch import analysis
from flyte_widgets.watch.abort import abort
from flyte_widgets.watch.access import RunHandle
from flyte_widgets.watch.action_handle import Action, Actions
from flyte_widgets.watch.answers import waiting_in
from flyte_widgets.watch.by_itself import display_as_widget
from flyte_widgets.watch.change_queue import ChangeQueue
from flyte_widgets.watch.ending import holding, not_ended, outcome, until_over
from flyte_widgets.watch.find import action_end, action_error, action_start, find_actions
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.reference import RunLike, resolve
from flyte_widgets.watch.rerun import rerun
from flyte_widgets.watch.started import note_started
from flyte_widgets.watch.status import Connection
from flyte_widgets.watch.waiting import time_limit


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
        """Pickle name, project and domain. Where it is loaded, it is on the backend that is chosen there."""
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
        return Actions(self, self._handle.ensure_whole())

    @property
    def connection(self) -> Connection:
        """How fresh all this is."""
        return self._handle.watcher.connection

    def find(
        self, name: str = "*", *, phase: ActionPhase | str | None = None, group: str | None = None
    ) -> list[Action]:
        """Give the actions whose name matches, or whose id is `name`, in order of first sight.

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
            return outcome(model)
        try:
            return background().call(until_over(model), timeout)
        except concurrent.futures.TimeoutError:
            if timeout is None:
                raise
            if model.phase is not None and model.phase.is_terminal:
                return model.phase  # only its actions are still waited for
            raise not_ended(model, timeout) from None
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"Stopped waiting. Run {self.name} goes on: wait() again, or abort() it.") from None

    def __await__(self) -> Generator[Any, None, ActionPhase]:
        return background().awaitable(holding(self._handle, until_over(self._handle.watcher.model))).__await__()

    async def watch(self) -> AsyncIterator[PhaseChange]:
        """Follow all changes of phase until the run has ended: first where each action stands, then what moves.

        Raises ApiError where the run cannot be read.
        """
        watcher = self._handle.watcher
        changes = ChangeQueue(watcher.model)
        await background().awaitable(changes.open())
        try:
            async for change in changes:
                yield change
        finally:
            background().soon(watcher.unsubscribe, changes)
        outcome(watcher.model)

    def abort(self, reason: str = "") -> None:
        """Abort the run. Returns when the backend has accepted; `wait()` then tells when it is over.

        Raises RunFinishedError where it has already ended, ApiError where the backend refuses.
        """
        watcher = self._handle.ensure_read()  # the first answer tells which of the two services has the run
        background().call(abort(watcher, ROOT, reason))

    def inputs(self, *, load: bool = False) -> Values:
        """Read what the run was given: as `Action.inputs`."""
        return self.actions[ROOT].inputs(load=load)

    def outputs(self, *, typed: bool = False, load: bool = False) -> Values:
        """Read what the run returned: as `Action.outputs`."""
        return self.actions[ROOT].outputs(typed=typed, load=load)

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

    def recover(self, force: Action | Iterable[str | Action] = ()) -> Run:
        """Start the run again and take over what has succeeded, but for the actions in `force`; returns the new run.

        Recovered actions keep their outputs. Open-source backends accept this and run *everything* again: look at
        `counts` of the new run for RECOVERED. Raises as `rerun`; UnknownActionError for an action that there is not.
        """
        some = [force] if isinstance(force, str | Action) else force
        forced = [self.actions[action.id if isinstance(action, Action) else action].id for action in some]
        return self._started(rerun(self._handle.ensure_read(), recover=True, force=forced))

    def _started(self, starting: Coroutine[Any, Any, messages.RunIdentifier]) -> Run:
        found = background().call(starting)
        client = self._handle.target.backend.client
        run = Run(found.name, client=client, project=found.project, domain=found.domain)
        note_started(run)
        return run

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
