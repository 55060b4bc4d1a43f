"""Begins simulated runs: by `simulate`, by a rerun of one, and again after the server was restarted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import count
from typing import Any

from flyte_widgets.errors import LocalError
from flyte_widgets.local.services import describe, quirks
from flyte_widgets.local.services.control import Control, now_us
from flyte_widgets.local.services.launching import Launch
from flyte_widgets.local.services.records import ROOT_ACTION, RunKey, RunRecord
from flyte_widgets.local.services.store import Store
from flyte_widgets.local.simulator import actions
from flyte_widgets.local.simulator.plan import Plan, PlannedStep
from flyte_widgets.local.simulator.planner import plan
from flyte_widgets.local.simulator.player import Pace, Player
from flyte_widgets.local.simulator.spec import SimSpec
from flyte_widgets.phases import ActionPhase

ORIGIN_KIND = "simulate"


def begin(
    store: Store, control: Control, request: Mapping[str, Any], *, project: str, domain: str
) -> tuple[RunKey, Player | None]:
    """Create a simulated run from the arguments of `simulate`, catch up with its past; returns who plays the rest.

    Raises ValueError for arguments that make no sense, `LocalError` for a name that is taken.
    """
    arguments = dict(request)
    seed, speed = int(arguments.pop("seed", 0)), float(arguments.pop("speed", 1.0))
    elapsed_s, hold = float(arguments.pop("elapsed_s", 0.0)), bool(arguments.pop("hold", False))
    name, oddities = arguments.pop("name", None), quirks.checked(arguments.pop("quirks", ()))
    spec = SimSpec.of(arguments.pop("spec", None), **arguments)
    if not 0 < speed < float("inf"):
        raise ValueError(f"speed must be above 0, not {speed!r}")
    if not elapsed_s >= 0:
        raise ValueError(f"elapsed_s is a time in seconds, not {elapsed_s!r}")
    planned = plan(seed, spec)
    elapsed_ms = min(elapsed_s * 1000, planned.end_ms)
    origin = {
        "kind": ORIGIN_KIND,
        "seed": seed,
        "spec": asdict(spec),
        "origin_us": now_us() - round(elapsed_ms * 1000 / speed),
        "speed": speed,
        "hold": hold,
        "quirks": oddities,
    }
    names = [name] if name else (planned.run_name + (f"-{n}" if n > 1 else "") for n in count(1))
    for candidate in names:
        key = RunKey(project, domain, candidate)
        if _create(store, key, planned, origin):
            break
    else:
        raise LocalError(f"There is a run {name!r} already.", hint="Choose another name, or give none.")
    player = _player(store, control, key, planned, origin)
    player.catch_up()
    if hold:
        return key, None
    control.register(key, player)
    return key, player


def rerun(store: Store, control: Control, launch: Launch, old_origin: Mapping[str, Any]) -> Player:
    """Play an earlier simulated run again: the same plan, but this time it succeeds. KeyError for a taken name.

    With `recover`, what had succeeded is taken over, all but the actions that are to run again.
    """
    spec = replace(SimSpec.of(old_origin["spec"]), outcome="succeeded", failures=0.0, time_outs=0.0)
    recovered = _succeeded(store, launch) if launch.is_recovery else []
    origin = {
        **old_origin,
        "spec": asdict(spec),
        "origin_us": now_us(),
        "hold": False,
        "related_to": launch.related_to.name,
        "recovered": sorted(recovered),
    }
    planned = _with_recovered(plan(origin["seed"], spec), recovered)
    if not _create(store, launch.key, planned, origin, launch=launch):
        raise KeyError(launch.key)
    player = _player(store, control, launch.key, planned, origin)
    control.register(launch.key, player)
    return player


def resume(store: Store, control: Control) -> Iterator[Player]:
    """Go on with the simulated runs that were under way when the last server on this file ended."""
    for key, origin_json in store.origins().items():
        origin = json.loads(origin_json)
        with store.read(key) as run:
            is_over = run.root.is_terminal
        if origin["kind"] != ORIGIN_KIND or is_over or origin["hold"]:
            continue
        planned = _with_recovered(plan(origin["seed"], SimSpec.of(origin["spec"])), origin.get("recovered", ()))
        player = _player(store, control, key, planned, origin)
        control.register(key, player)
        yield player


def _player(store: Store, control: Control, key: RunKey, planned: Plan, origin: Mapping[str, Any]) -> Player:
    answers = SimSpec.of(origin["spec"]).answers
    pace = Pace(origin["origin_us"], origin["speed"], answers=answers, recovered_from=origin.get("related_to", ""))
    return Player(store, control, key, planned, pace)


def _create(
    store: Store, key: RunKey, planned: Plan, origin: Mapping[str, Any], *, launch: Launch | None = None
) -> bool:
    """Store the run with its root, which has no phase yet. False where the name is taken."""
    run_spec = launch.run_spec.SerializeToString() if launch else b""
    run = RunRecord(key, origin=json.dumps(origin), run_spec=run_spec)
    spec = actions.spec_of(run, planned.actions[0])
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
