"""Writes recorded/lines.json: every state of the one line, as Python composes it. `python js/gallery/record_lines.py`.

Times are milliseconds from the start of the run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flyte_widgets.api.identity import Identity, IdentitySpec, IdentityUser
from flyte_widgets.api.messages import (
    AbortInfo,
    ActionAttempt,
    ActionDetails,
    ActionIdentifier,
    ActionMetadata,
    ActionStatus,
    ClusterEvent,
    EnrichedAction,
    ErrorInfo,
    PhaseTransition,
    TaskMetadata,
)
from flyte_widgets.api.messages import Action as Listed
from flyte_widgets.run.state import RunState
from flyte_widgets.run.summary import summary
from flyte_widgets.run.times import moment
from flyte_widgets.run.usual import usual_of
from flyte_widgets.wire.summary import summary_dict

FILE = Path(__file__).parent / "recorded" / "lines.json"
BEGAN_MS = 1_749_738_745_000
TOO_BIG = ErrorInfo("ValueError: n is too big", "KIND_USER")
NO_MEMORY = ErrorInfo("torch.OutOfMemoryError: CUDA out of memory", "KIND_USER")
LONG = (
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.40 GiB (GPU 0; 15.78 GiB total; 14.02 GiB in use)"
)
KILLED = ErrorInfo("Container primary was OOMKilled, exit code 137", "KIND_SYSTEM")
GPU = "0/10 nodes are available: 10 Insufficient nvidia.com/gpu."
QUOTA = "exceeded quota: etl-development, requested: cpu=4, used: cpu=200, limited: cpu=200"
EARLIER_S = (190, 185, 211, 188, 192, 190, 190, 187)


class Run:
    """A run, told action by action; seconds from its start."""

    def __init__(self, phase: str, end_s: float | None = None, error: ErrorInfo | None = None) -> None:
        self.state = RunState()
        self.details: dict[str, ActionDetails] = {}
        self.add("a0", "etl.pipeline", phase, 0, end_s, error=error, parent="")

    def add(
        self,
        id_: str,
        name: str,
        phase: str,
        start_s: float,
        end_s: float | None,
        *,
        error: ErrorInfo | None = None,
        parent: str = "a0",
        attempts: tuple[ActionAttempt, ...] = (),
        attempt: int = 1,
    ) -> Run:
        """Tell of an action, with its error and attempts."""
        metadata = ActionMetadata(parent=parent, task=TaskMetadata(short_name=name))
        status = ActionStatus(phase, at(start_s), None if end_s is None else at(end_s), attempt)
        details = ActionDetails(ActionIdentifier(id_), metadata, status, error_info=error, attempts=list(attempts))
        self.state.fold_enriched([EnrichedAction(Listed(ActionIdentifier(id_), metadata, status))], ms(start_s))
        if attempts:
            self.state.fold_details(details, ms(start_s))
        self.details[id_] = details
        return self

    def line(self, now_s: float, **more: Any) -> dict[str, Any]:
        """Give the line, as the browser gets it."""
        line = summary(self.state, ms(now_s), details=self.details, **more)
        assert line is not None
        return relative(summary_dict(line))


def ms(seconds: float) -> float:
    """Give the moment as epoch ms."""
    return BEGAN_MS + seconds * 1000


def at(seconds: float) -> Any:
    """Give the moment as a message has it."""
    return moment(ms(seconds))


def relative(line: dict[str, Any]) -> dict[str, Any]:
    """Have clocks count from the start of the run."""
    for name in ("sentence", "answer", "place", "compact"):
        line[name] = [[text, style, since and since - BEGAN_MS] for text, style, since in line[name]]
    return line


def attempt(number: int, phase: str, *steps: tuple[str, float, float | None], **more: Any) -> ActionAttempt:
    """Tell an attempt by its phases."""
    transitions = [PhaseTransition(name, at(a), None if b is None else at(b)) for name, a, b in steps]
    end = steps[-1][2]
    return ActionAttempt(
        number, phase, at(steps[0][1]), None if end is None else at(end), phase_transitions=transitions, **more
    )


def failed(*errors: ErrorInfo, attempts: int = 1) -> Run:
    """Tell of a run that failed for these causes."""
    run = Run("FAILED", 246)
    for i, error in enumerate(errors):
        run.add(f"a{17 + i}", "square", "FAILED", 30, 60 + i, error=error, attempt=attempts)
    return run


def waiting(n: int, wait_s: float, message: str) -> dict[str, Any]:
    """Tell of a run in which so many wait."""
    run = Run("RUNNING")
    for i in range(n):
        run.add(
            f"a{i + 1}",
            "gpu_eval",
            "WAITING_FOR_RESOURCES",
            0,
            None,
            attempts=(attempt(1, "WAITING_FOR_RESOURCES", ("WAITING_FOR_RESOURCES", 102 - wait_s + i, None)),),
        )
    return run.line(102, events={"a1": [ClusterEvent(at(90), message, reason="FailedScheduling")]})


def lines() -> dict[str, dict[str, Any]]:
    """Compose them all."""
    usual = usual_of(seconds * 1000.0 for seconds in EARLIER_S)
    retry = Run("RUNNING").add(
        "a44",
        "train_model",
        "RUNNING",
        30,
        None,
        attempt=2,
        attempts=(
            attempt(1, "FAILED", ("RUNNING", 30, 60), error_info=NO_MEMORY),
            attempt(2, "RUNNING", ("RUNNING", 61, None)),
        ),
    )
    ended = Run("SUCCEEDED", 200).add(
        "a49",
        "gpu_eval",
        "SUCCEEDED",
        90,
        196,
        attempts=(attempt(1, "SUCCEEDED", ("WAITING_FOR_RESOURCES", 90, 180), ("RUNNING", 180, 196)),),
    )
    aborted = Run("ABORTED", 120)
    for i in range(49):
        aborted.add(f"a{i + 1}", "square", "SUCCEEDED" if i < 36 else "ABORTED", 9, 90)
    by = Identity(user=IdentityUser(spec=IdentitySpec(email="kim@acme.dev")))
    aborted.details["a0"] = ActionDetails(abort_info=AbortInfo("wrong dataset", by))
    limit = ErrorInfo("The task ran longer than its max_runtime of 30 minutes.", "KIND_USER")
    timed_out = Run("FAILED", 1900).add("a44", "train_model", "TIMED_OUT", 90, 1890, error=limit, attempt=2)
    return {
        "failed": failed(TOO_BIG, attempts=3).line(300),
        "several": failed(TOO_BIG, TOO_BIG, NO_MEMORY, TOO_BIG).line(300),
        "long": failed(ErrorInfo(LONG, "KIND_USER"), attempts=3).line(300),
        "killed": failed(KILLED).line(300),
        "retry": retry.line(102),
        "gpu": waiting(12, 72, GPU),
        "quota": waiting(14, 400, QUOTA),
        "estimate": Run("RUNNING").line(130, usual=usual),
        "overdue": Run("RUNNING").line(242, usual=usual),
        "succeeded": ended.line(300),
        "aborted": aborted.line(300),
        "timed-out": timed_out.line(2000),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(lines(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
