"""What a simulated run should be like: the knobs, checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

MAX_ACTIONS: Final = 100_000
MAX_LOG_LINES: Final = 1_000_000
OUTCOMES: Final = ("succeeded", "failed", "timed_out")
_SHARES: Final = ("groups", "retries", "failures", "time_outs", "conditions", "recoveries", "aborts")
_DURATIONS: Final = ("task_s", "queue_s", "wait_s", "init_s")


@dataclass(frozen=True)
class SimSpec:
    """The shape of a simulated run. Durations are medians in seconds of simulated time, shares are of all leaves.

    Without `actions` it is one fixed pipeline, of some 50 actions that go through all ten phases. Then only `outcome`,
    `log_lines` and `answers` matter. Raises ValueError for what makes no sense.
    """

    actions: int | None = None
    """How many actions in all, the root included."""
    fan_out: int = 12
    """At most so many children below one action."""
    depth: int = 3
    """At most so many levels below the root."""
    groups: float = 0.7
    """Share of the fan-outs that are in a group."""
    outcome: str = "succeeded"
    """How the root ends: "succeeded", "failed" or "timed_out"."""
    task_s: float = 8.0
    queue_s: float = 0.6
    wait_s: float = 4.0
    init_s: float = 2.0
    retries: float = 0.06
    failures: float = 0.02
    time_outs: float = 0.01
    conditions: float = 0.01
    recoveries: float = 0.02
    aborts: float = 0.01
    log_lines: int = 40
    """How many lines each attempt prints, up to a million; 0 for silence."""
    answers: bool = True
    """Whether somebody else answers the conditions. Otherwise each waits for you, and what comes later waits, too."""

    def __post_init__(self) -> None:
        if self.actions is not None and not (is_whole(self.actions) and 1 <= self.actions <= MAX_ACTIONS):
            raise ValueError(f"actions must be a whole number from 1 to {MAX_ACTIONS}, not {self.actions!r}")
        if not (is_whole(self.log_lines) and 0 <= self.log_lines <= MAX_LOG_LINES):
            raise ValueError(f"log_lines must be a whole number from 0 to {MAX_LOG_LINES}, not {self.log_lines!r}")
        for name in ("fan_out", "depth"):
            if not (is_whole(getattr(self, name)) and getattr(self, name) >= 1):
                raise ValueError(f"{name} must be a whole number from 1 on, not {getattr(self, name)!r}")
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share, from 0 to 1, not {getattr(self, name)!r}")
        for name in _DURATIONS:
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is a duration in seconds, not {getattr(self, name)!r}")
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}, not {self.outcome!r}")

    @classmethod
    def of(cls, spec: SimSpec | Mapping[str, Any] | None = None, **overrides: Any) -> SimSpec:
        """Read a spec given as such or as a mapping, with single values replaced."""
        if not (spec is None or isinstance(spec, cls | Mapping)):
            raise ValueError(f"spec must be a SimSpec or a mapping, not {spec!r}")
        known = [field.name for field in fields(cls)]
        values = {name: getattr(spec, name) for name in known} if isinstance(spec, SimSpec) else dict(spec or {})
        merged = {**values, **overrides}
        unknown = [name for name in merged if name not in known]
        if unknown:
            raise ValueError(f"unknown in a simulation: {', '.join(unknown)}; known are {', '.join(known)}")
        return cls(**merged)


def is_whole(value: Any) -> bool:
    """Check for an int that is no bool."""
    return isinstance(value, int) and not isinstance(value, bool)
