"""What a static view says, as values. Times are epoch milliseconds of the backend's clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.line.parts import Summary
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.timeline import Segment
from flyte_widgets.run.times import Milliseconds


class KnownAction(NamedTuple):
    """One action as it was known when the snapshot was made. `parent` is its parent's place in the list, or -1."""

    id: str
    name: str
    group: str = ""
    parent: int = -1
    phase: ActionPhase | None = None
    created_ms: Milliseconds | None = None
    ended_ms: Milliseconds | None = None
    attempts: int = 0
    segments: tuple[Segment, ...] = ()
    fan_out_index: int | None = None
    """Its place in a fan-out, where that is known."""

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended."""
        return self.phase is not None and self.phase.is_terminal


class Failure(NamedTuple):
    """The error that is shown: whose, of which attempt, by whose fault ("user", "system", ""), and its words.

    `log` is the end of its log, where that was read.
    """

    name: str
    action: str
    attempt: int
    kind: str
    message: str
    log: tuple[str, ...] = ()


class KeptReport(NamedTuple):
    """The last report of an action: HTML of other people's, without its scripts."""

    name: str
    action: str
    attempt: int
    html: str


class Reports(NamedTuple):
    """Reports that are kept, and in words how many are not; "" where all are."""

    kept: tuple[KeptReport, ...] = ()
    left_out: str = ""


NO_REPORTS: Final = Reports()


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment."""

    run_name: str
    reference: str
    """Python that watches the run again."""
    version: str
    now_ms: Milliseconds
    task_name: str = ""
    phase: ActionPhase | None = None
    attempt: int = 0
    started_ms: Milliseconds | None = None
    ended_ms: Milliseconds | None = None
    counts: dict[ActionPhase, int] = field(default_factory=dict)
    actions: tuple[KnownAction, ...] = ()
    failure: Failure | None = None
    line: Summary | None = None
    """The one line that answers; None where nothing is known."""
    lineage: str = ""
    """Whose rerun it is; "" where it is nobody's."""
    started: str = ""
    """Name of the run that was started from it; "" for none."""
    answers: tuple[str, ...] = ()
    """How its conditions ended: what was answered, by whom and when. One line each."""
    abort_reason: str = ""
    console_url: str = ""
    trouble: str = ""
    """Why nothing, or nothing newer, is known; "" while all is well."""
    reports: Reports = NO_REPORTS

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended."""
        return self.phase is not None and self.phase.is_terminal

    @property
    def ended_badly(self) -> bool:
        """Whether it has ended, and not as it should. Others may have failures, too: those that its code lives with."""
        return self.is_terminal and self.phase not in (ActionPhase.SUCCEEDED, ActionPhase.RECOVERED)

    @property
    def root(self) -> KnownAction | None:
        """Its root action; None where nothing is known."""
        return next((action for action in self.actions if action.id == ROOT), None)

    @property
    def end_ms(self) -> Milliseconds:
        """Up to when it is drawn: its end, or the moment of the snapshot."""
        return self.ended_ms if self.is_terminal and self.ended_ms is not None else self.now_ms
