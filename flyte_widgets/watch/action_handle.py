"""Action: one action of a run, read from the run's memory, and the mapping of all of them.

The module of `Run` imports this one. Annotations name it `flyte_widgets.Run`, which Python looks up only when somebody
asks for the types.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

import flyte_widgets
from flyte_widgets.api import messages
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.actions_table import actions_table
from flyte_widgets.run.details import ActionDetails, details_of
from flyte_widgets.run.frames import duration_of
from flyte_widgets.run.logs import LogLine
from flyte_widgets.run.state import KINDS
from flyte_widgets.run.timeline import AttemptHistory, attempts_of
from flyte_widgets.run.values import Values
from flyte_widgets.watch.abort import abort
from flyte_widgets.watch.access import watcher_of
from flyte_widgets.watch.action_data import read_side, read_typed
from flyte_widgets.watch.action_log import follow_log, read_log
from flyte_widgets.watch.action_report import MOST_REPORT_BYTES, read_report
from flyte_widgets.watch.answers import signal
from flyte_widgets.watch.failure_report import failure_report
from flyte_widgets.watch.find import action_end, action_error, action_start, unknown_action
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.rerun import rerun
from flyte_widgets.watch.waiting import attempt_number
from flyte_widgets.watch.watcher import Watcher


class _OfARun:
    """Follows a run, so it is not pickled: what came out would stand still. A copy is the thing itself."""

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} follows its run, so it is not pickled. Pickle the run and the id: run.actions[id]."
        )

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, _memo: Any) -> Any:
        return self


class Action(_OfARun):
    """One action of a run. Reads from the run's memory; safe on any thread."""

    def __init__(self, run: flyte_widgets.Run, state: ActionState) -> None:
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
    def index(self) -> int | None:
        """Which of its like it is, from 0: its place in a fan-out. None where it is in none, or that is not known.

        Flyte records no index of a mapped input. This one is found from when the actions of its name, with the same
        parent and group, were queued: `flyte.map` starts them in order.
        """
        model = watcher_of(self._run).model
        with model.lock:
            return model.fan_out.of(self.id)

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
        return background().call(read_log(watcher_of(self._run), self.id, attempt_number(attempt)))

    async def tail_logs(self, attempt: int | None = None) -> AsyncIterator[LogLine]:
        """Follow the log of an attempt: the lines so far, then new ones, until the attempt has ended.

        A quiet task is waited for, and a lost connection is made again: no line comes twice. Raises as `logs`.
        """
        async for line in follow_log(watcher_of(self._run), self.id, attempt_number(attempt)):
            yield line

    def inputs(self, *, load: bool = False) -> Values:
        """Read what it was given (GetActionData), by name: `["n"]`, `[0]` or `.n`.

        load: read also what the backend does not hand out, from where that is stored, with this kernel's credentials:
            `Offloaded` values, and all of them where they are more than the backend's limit; 64 MiB of each at most. It
            takes fsspec for object stores, and flyteidl2. Raises FlyteWidgetsError where it cannot be read.

        Plain Python values: see `Values`. Nothing is unpickled. Raises ApiError; DataTooLargeError, with the address,
        where the backend hands out no data of that size.
        """
        return background().call(read_side(watcher_of(self._run), self.id, "inputs", load=load))

    def outputs(self, *, typed: bool = False, load: bool = False) -> Values:
        """Read what it returned (GetActionData): `["o0"]`, `[0]` or `.o0`. Empty until it has succeeded.

        typed: decode by the types that the task declares, through the Flyte SDK. It downloads what values point to, and
            **reading a pickle runs the code in it**: only for runs that you trust. Raises SdkError.
        load: as for `inputs`.

        Of a condition it is the answer. Otherwise as `inputs`.
        """
        if typed:
            return background().call(read_typed(watcher_of(self._run), self.id, "outputs"))
        return background().call(read_side(watcher_of(self._run), self.id, "outputs", load=load))

    def report(self, attempt: int | None = None) -> str:
        """Read its report as it is now, a page of HTML (CreateDownloadLink). It is foreign: show it in a sandbox only.

        attempt: from 1; None is the newest. Raises NotKeptError where there is none (yet), DataTooLargeError above
        256 MiB, ApiError where it cannot be read.
        """
        limit = MOST_REPORT_BYTES
        body = background().call(read_report(watcher_of(self._run), self.id, attempt_number(attempt), max_bytes=limit))
        return body.decode("utf-8", "replace")

    def failure_report(self) -> str:
        """Write its failure as Markdown, as Copy report does: error, short inputs, the log's last 50 lines, versions.

        What this process knows to be secret is taken out, and what looks so. Inputs and log are read for 10 s at most
        (GetActionData, TailLogs). Raises ApiError where the action itself cannot be read.
        """
        return background().call(failure_report(watcher_of(self._run), self.id))

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

    def rerun(self, /, **changed: Any) -> flyte_widgets.Run:
        """Start this action again, as the root of a run of its own. Raises as `Run.rerun`: only tasks can be."""
        return self._run._started(rerun(watcher_of(self._run), self.id, changed))  # noqa: SLF001

    def _read(self) -> messages.ActionDetails:
        return background().call(watcher_of(self._run).read_action(self.id))


class Actions(_OfARun, Mapping[str, Action]):
    """A live view of the actions of a run."""

    def __init__(self, run: flyte_widgets.Run, watcher: Watcher) -> None:
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
