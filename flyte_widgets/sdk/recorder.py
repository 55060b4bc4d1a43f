"""Notes down what the SDK tells of a local run: the duck type of its `RunRecorder` (flyte/_persistence/_recorder.py).

It is called on whatever thread runs a task, between the steps of the task, so it does next to nothing: it adds a note
to a queue. Inputs and outputs are kept by reference. Actions go by the SDK's own names.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Final, NamedTuple

from flyte._internal.runtime.io import report_path

from flyte_widgets.sdk.traceback_text import traceback_text

SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
ABORTED: Final = "aborted"
TIMED_OUT: Final = "timed_out"


class Started(NamedTuple):
    """An action runs: one of a task, a trace (which has an interface), or a condition (the SDK's own object)."""

    name: str
    at_us: int
    title: str
    parent: str
    """Empty for what is called by no other action."""
    group: str
    task: Any
    interface: Any
    inputs: Any
    """A `task.Inputs` message, or None."""
    condition: Any
    is_cached: bool
    """Whether a cache is used."""
    is_cache_hit: bool
    links: tuple[tuple[str, str], ...]
    report_file: str
    """Where its report is written to; empty where it has none."""


class AttemptStarted(NamedTuple):
    """Another attempt of an action runs."""

    name: str
    at_us: int
    attempt: int


class AttemptFailed(NamedTuple):
    """An attempt failed. Another may follow."""

    name: str
    at_us: int
    attempt: int
    error: str
    traceback: str


class Ended(NamedTuple):
    """An action has ended. `error` is why it failed or was aborted, `traceback` what its code raised, where known.

    Without a name it is the run itself that has ended: this counts where the SDK did not tell how its root did.
    """

    name: str
    at_us: int
    outcome: str
    outputs: Any
    """A `task.Outputs` message, or None."""
    error: str
    traceback: str


Note = Started | AttemptStarted | AttemptFailed | Ended


class Recorder:
    """What one run tells. Safe to use from any thread."""

    is_active = True

    def __init__(self) -> None:
        self.notes: deque[Note] = deque()
        self.driver = ""
        """Name of the task that the run began with."""
        self._known: set[str] = set()
        self._attempts: dict[str, int] = {}
        """Number of the attempt, where it is not the first."""
        self._open: set[str] = set()
        self._causes: dict[str, BaseException] = {}
        """What the code of an action that is open raised last."""

    @property
    def open_actions(self) -> frozenset[str]:
        """Actions that have started and not ended."""
        return frozenset(self._open)

    def get_action(self, action_id: str) -> Any:
        """Whether the action is known: the SDK asks it of a parent."""
        return action_id if action_id in self._known else None

    def attempt_of(self, action_id: str) -> int:
        """Give the number of the attempt that an action is in."""
        return self._attempts.get(action_id, 1)

    def note_cause(self, action_id: str, cause: BaseException) -> None:
        """Keep what the code of an action raised, until `take_cause`."""
        self._causes[action_id] = cause

    def take_cause(self, action_id: str) -> BaseException | None:
        """Give what the code of an action raised, and forget it: it keeps all variables of its frames alive."""
        return self._causes.pop(action_id, None)

    def record_start(
        self,
        *,
        action_id: str,
        task_name: str,
        parent_id: str | None = None,
        group: str | None = None,
        task: Any = None,
        trace_interface: Any = None,
        proto_inputs: Any = None,
        cache_enabled: bool = False,
        cache_hit: bool = False,
        disable_run_cache: bool = False,
        log_links: list[tuple[str, str]] | None = None,
        output_path: str | None = None,
        has_report: bool = False,
        **_: Any,
    ) -> None:
        """Note that an action runs."""
        if task is not None and not parent_id and not self.driver:
            self.driver = action_id
        self._known.add(action_id)
        self._open.add(action_id)
        self.notes.append(
            Started(
                action_id,
                now_us(),
                task_name,
                parent_id or "",
                group or "",
                task,
                trace_interface,
                proto_inputs,
                None,
                cache_enabled and not disable_run_cache,
                cache_hit,
                tuple(log_links or ()),
                report_path(output_path) if has_report and output_path else "",
            )
        )

    def record_condition(self, action_id: str, condition: Any, parent_id: str) -> None:
        """Note that a condition waits for its answer."""
        self._known.add(action_id)
        self._open.add(action_id)
        self.notes.append(
            Started(
                action_id, now_us(), condition.name, parent_id, "", None, None, None, condition, False, False, (), ""
            )
        )

    def record_attempt_start(self, *, action_id: str, attempt_num: int) -> None:
        """Note that a further attempt runs; the first began with the action."""
        if attempt_num > 1:
            self._attempts[action_id] = attempt_num
            self.notes.append(AttemptStarted(action_id, now_us(), attempt_num))

    def record_attempt_complete(self, *, action_id: str, attempt_num: int, outputs: Any = None) -> None:
        """Note the end of an action: no attempt follows one that succeeded."""
        self.record_complete(action_id=action_id, outputs=outputs)

    def record_attempt_failure(self, *, action_id: str, attempt_num: int, error: str) -> None:
        """Note that an attempt failed."""
        self.notes.append(AttemptFailed(action_id, now_us(), attempt_num, error, self._traceback(action_id)))

    def record_complete(self, *, action_id: str, outputs: Any = None) -> None:
        """Note that an action succeeded."""
        self.end(action_id, SUCCEEDED, outputs=getattr(outputs, "proto_outputs", None))

    def record_failure(self, *, action_id: str, error: str) -> None:
        """Note that an action failed."""
        self.end(action_id, FAILED, error=error)

    def record_aborted(self, *, action_id: str, reason: str) -> None:
        """Note that an action was cancelled."""
        self.end(action_id, ABORTED, error=reason)

    def record_run_end(self, outcome: str, error: str) -> None:
        """Note that the run has ended."""
        self.notes.append(Ended("", now_us(), outcome, None, error, ""))

    def end(self, action_id: str, outcome: str, *, outputs: Any = None, error: str = "") -> None:
        """Note how an action has ended. Only the first report counts."""
        if action_id in self._open:
            self._open.discard(action_id)
            traceback = self._traceback(action_id) if outcome == FAILED else ""
            self.notes.append(Ended(action_id, now_us(), outcome, outputs, error, traceback))

    def _traceback(self, action_id: str) -> str:
        cause = self._causes.get(action_id)
        return "" if cause is None else traceback_text(cause)


def now_us() -> int:
    """Read the wall clock, in microseconds since 1970."""
    return time.time_ns() // 1000
