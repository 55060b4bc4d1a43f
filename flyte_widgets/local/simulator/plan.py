"""The plan of a simulated run: every action and every step of its life, laid down before it is played. Pure.

The same seed and spec give the same plan, on every machine and Python version. Times are whole milliseconds since the
beginning of the run, in simulated time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from flyte_widgets.local.services.records import ROOT_ACTION, TERMINAL
from flyte_widgets.local.simulator import texts as sim_texts
from flyte_widgets.local.simulator.texts import Note, SimError
from flyte_widgets.phases import ActionPhase

P = ActionPhase
ROOT_TASK: Final = "etl.pipeline"
"""What the root of every plan is."""
_CASCADE_MS: Final = 400


@dataclass(frozen=True)
class PlannedStep:
    """One report about an action: its phase from `at_ms` on, and what the cluster said since the last."""

    at_ms: int
    phase: ActionPhase
    attempt: int = 1
    error: SimError | None = None
    notes: tuple[Note, ...] = ()
    reason: str = ""
    """Why it was aborted."""


@dataclass(frozen=True)
class PlannedAction:
    """An action and its life. `task` is the full name ("etl.square"); `kind` is "task" or "condition"."""

    name: str
    task: str
    parent: str
    created_ms: int
    group: str = ""
    kind: str = "task"
    steps: tuple[PlannedStep, ...] = ()

    @property
    def end_ms(self) -> int:
        """When it ends."""
        return self.steps[-1].at_ms

    @property
    def index(self) -> int:
        """Its number in the run: 17 for "a17"."""
        return int(self.name[1:])

    def running_ms(self, attempt: int) -> int | None:
        """How long an attempt runs; None where it never does."""
        steps = [step for step in self.steps if step.attempt == attempt]
        began = next((step for step in steps if step.phase is P.RUNNING), None)
        return None if began is None else steps[-1].at_ms - began.at_ms


@dataclass(frozen=True)
class Plan:
    """A run: its name, and its actions with parents before children."""

    run_name: str
    actions: tuple[PlannedAction, ...]

    @property
    def end_ms(self) -> int:
        """When the last action has ended."""
        return max(action.end_ms for action in self.actions)


@dataclass
class LifecycleBuilder:
    """Builds the steps of one action, one after the other. `now_ms` is where it has got to."""

    rng: Random
    now_ms: int
    attempt: int = 1
    steps: list[PlannedStep] = field(default_factory=list)

    def enter(self, phase: ActionPhase, *, error: SimError | None = None, notes: Iterable[Note] = ()) -> None:
        """Go into a phase now. Each cluster event is reported when it happens, by itself."""
        self.steps.append(PlannedStep(self.now_ms, phase, self.attempt, error))
        for note in sorted(notes):
            last = self.steps[-1]
            if note.at_ms <= last.at_ms:
                self.steps[-1] = replace(last, notes=(*last.notes, note))
            else:
                self.steps.append(PlannedStep(note.at_ms, phase, self.attempt, notes=(note,)))

    def start(self, *, queue_ms: int, wait_ms: int, init_ms: int, resource: str = "cpu") -> int:
        """Go from QUEUED to RUNNING; returns when it runs. Without a wait or a pull, those phases are left out."""
        self.enter(P.QUEUED, notes=sim_texts.submitted(self.now_ms))
        self.now_ms += queue_ms
        self.wait(wait_ms, resource=resource)
        if init_ms:
            until = self.now_ms + init_ms
            self.enter(P.INITIALIZING, notes=sim_texts.initializing(self.rng, self.now_ms, until))
            self.now_ms = until
        self.enter(P.RUNNING, notes=sim_texts.started(self.now_ms))
        return self.now_ms

    def wait(self, wait_ms: int, *, resource: str = "cpu") -> None:
        """Wait for resources."""
        if wait_ms:
            until = self.now_ms + wait_ms
            self.enter(
                P.WAITING_FOR_RESOURCES,
                notes=sim_texts.waiting(self.rng, self.now_ms, until, resource=resource),
            )
            self.now_ms = until

    def fail(self, after_ms: int, error: SimError, phase: ActionPhase = P.FAILED) -> None:
        """Fail, or run into a limit, after a time."""
        self.now_ms += after_ms
        self.enter(phase, error=error, notes=sim_texts.failed(self.now_ms, error))

    def retry(self) -> None:
        """Begin the next attempt at once, as the backend does."""
        self.attempt += 1

    def end(self, after_ms: int, phase: ActionPhase = P.SUCCEEDED, *, reason: str = "") -> None:
        """End after a time."""
        self.now_ms += after_ms
        self.steps.append(PlannedStep(self.now_ms, phase, self.attempt, reason=reason))


def cut(actions: Iterable[PlannedAction], at_ms: int, phase: ActionPhase, error: SimError) -> list[PlannedAction]:
    """End the root at a moment; what is under way then is aborted shortly after, what comes later never happens."""
    kept = []
    for action in actions:
        if action.created_ms > at_ms:
            continue
        steps = [step for step in action.steps if step.at_ms < at_ms]
        is_root = action.name == ROOT_ACTION
        attempt = steps[-1].attempt if steps else 1
        if is_root:
            steps.append(PlannedStep(at_ms, phase, attempt, error))
        elif not steps or steps[-1].phase.number not in TERMINAL:
            steps.append(PlannedStep(at_ms + _CASCADE_MS, P.ABORTED, attempt, reason="The run has ended."))
        kept.append(replace(action, steps=tuple(steps)))
    return kept


def run_name(rng: Random) -> str:
    """Make a name as Flyte makes them: "r" and nine letters or digits."""
    return "r" + "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(9))
