"""Begins simulated runs: by `simulate`, by a rerun of one, and again after the server was restarted."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import count
from typing import Any, Final

from flyte_widgets.api.endpoint import RUN_NAME_RULE, is_run_name
from flyte_widgets.errors import LocalError
from flyte_widgets.local.services import describe, quirks
from flyte_widgets.local.services.control import Control, now_us
from flyte_widgets.local.services.launching import Launch
from flyte_widgets.local.services.records import ROOT_ACTION, RunKey, RunRecord
from flyte_widgets.local.services.store import Store
from flyte_widgets.local.simulator import actions
from flyte_widgets.local.simulator.plan import ROOT_TASK, Plan, PlannedAction, PlannedStep
from flyte_widgets.local.simulator.planner import planned_name, shared_plan
from flyte_widgets.local.simulator.player import Pace, Player, ScheduledStep, schedule
from flyte_widgets.local.simulator.spec import SimSpec, is_whole
from flyte_widgets.phases import ActionPhase

ORIGIN_KIND = "simulate"
PLANNED_AT_ONCE: Final = 500
"""Up to so many actions, a run is planned while the caller waits: that takes a fraction of a second."""


_TIMES: Final = {"speed": 1.0, "elapsed_s": 0.0}


class Beginning:
    """A simulated run that is stored, with its root, and not planned yet."""

    def __init__(self, store: Store, control: Control, key: RunKey, origin: Mapping[str, Any]) -> None:
        self.key = key
        self._store, self._control, self._origin = store, control, origin
        self._spec = SimSpec.of(origin["spec"])
        self._planned: Plan | None = None
        """Kept while the run is played, for who asks for its inputs, outputs and logs."""

    @property
    def takes_long(self) -> bool:
        """Whether planning it takes so long that nobody should wait for it."""
        return (self._spec.actions or 0) > PLANNED_AT_ONCE

    def plan(self) -> list[ScheduledStep]:
        """Plan the run. It changes nothing, so that it can be done on any thread."""
        self._planned = shared_plan(self._origin["seed"], self._spec)
        return schedule(_with_recovered(self._planned, self._origin.get("recovered", ())))

    def player(self, scheduled: list[ScheduledStep]) -> Player:
        """Give who plays what was planned. Now it is known how long the run takes, so also when it began."""
        origin = dict(self._origin)
        elapsed_s, hold_ms = origin.pop("elapsed_s", None), None
        if elapsed_s is not None:
            elapsed_ms = min(elapsed_s * 1000, scheduled[-1].at_ms)
            origin["origin_us"] = now_us() - round(elapsed_ms * 1000 / origin["speed"])
            hold_ms = elapsed_ms if origin["hold"] else None
            with self._store.change(self.key) as run:
                run.begin_at(origin["origin_us"])
                self._store.set_origin(run, json.dumps(origin))
        related_to, answers = origin.get("related_to", ""), self._spec.answers
        pace = Pace(origin["origin_us"], origin["speed"], answers, related_to, hold_ms)
        player = Player(self._store, self._control, self.key, scheduled, pace)
        self._control.register(self.key, player)
        return player


def begin(store: Store, control: Control, request: Mapping[str, Any], *, project: str, domain: str) -> Beginning:
    """Create a simulated run from the arguments of `simulate`.

    Raises ValueError or TypeError for arguments that make no sense, `LocalError` for a name that is taken.
    """
    arguments = dict(request)
    seed = arguments.pop("seed", 0)
    speed, elapsed_s = (_number(name, arguments.pop(name, default)) for name, default in _TIMES.items())
    hold = bool(arguments.pop("hold", False))
    name, oddities = arguments.pop("name", None), quirks.checked(arguments.pop("quirks", ()))
    spec = SimSpec.of(arguments.pop("spec", None), **arguments)
    if not is_whole(seed):
        raise ValueError(f"seed must be a whole number, not {seed!r}")
    if not 0 < speed < float("inf"):
        raise ValueError(f"speed must be above 0, not {speed!r}")
    if not elapsed_s >= 0:
        raise ValueError(f"elapsed_s is a time in seconds, not {elapsed_s!r}")
    if name is not None and not (isinstance(name, str) and is_run_name(name)):
        raise ValueError(f"name must be {RUN_NAME_RULE}, not {reprlib.repr(name)}")
    origin = {
        "kind": ORIGIN_KIND,
        "seed": seed,
        "spec": asdict(spec),
        "origin_us": now_us(),
        "elapsed_s": elapsed_s,
        "speed": speed,
        "hold": hold,
        "quirks": oddities,
    }
    own_name = planned_name(seed)
    names = [name] if name else (own_name + (f"-{n}" if n > 1 else "") for n in count(1))
    for candidate in names:
        key = RunKey(project, domain, candidate)
        if _create(store, key, origin):
            return Beginning(store, control, key, origin)
    raise LocalError(f"There is a run {name!r} already.", hint="Choose another name, or give none.")


def rerun(store: Store, control: Control, launch: Launch, old_origin: Mapping[str, Any]) -> Beginning:
    """Play an earlier simulated run again: the same plan, but this time it succeeds. KeyError for a taken name.

    With `recover`, what had succeeded is taken over, all but the actions that are to run again.
    """
    spec = replace(SimSpec.of(old_origin["spec"]), outcome="succeeded", failures=0.0, time_outs=0.0)
    recovered = _succeeded(store, launch) if launch.is_recovery else []
    origin = {
        **old_origin,
        "spec": asdict(spec),
        "origin_us": now_us(),
        "elapsed_s": 0.0,
        "hold": False,
        "related_to": launch.related_to.name,
        "recovered": sorted(recovered),
    }
    if not _create(store, launch.key, origin, launch=launch):
        raise KeyError(launch.key)
    return Beginning(store, control, launch.key, origin)


def resume(store: Store, control: Control) -> Iterator[Beginning]:
    """Go on with the simulated runs that were under way when the last server on this file ended."""
    for key, origin_json in store.origins().items():
        origin = json.loads(origin_json)
        with store.read(key) as run:
            is_over = run.root.is_terminal
        is_held = origin.get("hold") and "elapsed_s" not in origin
        if origin["kind"] == ORIGIN_KIND and not is_over and not is_held:
            yield Beginning(store, control, key, origin)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, not {value!r}")
    return float(value)


def _create(store: Store, key: RunKey, origin: Mapping[str, Any], *, launch: Launch | None = None) -> bool:
    """Store the run with its root, which has no phase yet. False where the name is taken."""
    run_spec = launch.run_spec.SerializeToString() if launch else b""
    run = RunRecord(key, origin=json.dumps(origin), run_spec=run_spec)
    spec = actions.spec_of(run, PlannedAction(ROOT_ACTION, ROOT_TASK, "", 0))
    details = describe.details(run.action_id(ROOT_ACTION), spec, source="RUN_SOURCE_CLI")
    if launch:
        details.metadata.relation.CopyFrom(launch.run_spec.relation)
    run.add(details, spec, at_us=origin["origin_us"])
    try:
        store.create(run)
    except KeyError:
        return False
    return True


def _succeeded(store: Store, launch: Launch) -> list[str]:
    """Name the actions of the earlier run that need not run again. A parent that runs again has its children again."""
    done = {ActionPhase.SUCCEEDED.number, ActionPhase.RECOVERED.number}
    with store.read(launch.related_to) as run:
        return [
            record.name
            for record in run.actions.values()
            if record.name != ROOT_ACTION and record.phase in done and record.name not in launch.force_rerun
        ]


def _with_recovered(planned: Plan, recovered: Collection[str]) -> Plan:
    """Replace actions by what they are when they are taken over: one step, and nothing below them."""
    if not recovered:
        return planned
    taken, kept = set(recovered), []
    below: set[str] = set()
    for action in planned.actions:
        if action.parent in taken or action.parent in below:
            below.add(action.name)
        elif action.name in taken:
            kept.append(replace(action, steps=(PlannedStep(action.created_ms, ActionPhase.RECOVERED),)))
        else:
            kept.append(action)
    return Plan(planned.run_name, tuple(kept))
