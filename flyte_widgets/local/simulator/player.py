"""Plays a planned run on the embedded backend, in scaled real time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from itertools import count
from random import Random
from typing import Any, Final, NamedTuple

from flyteidl2.core import execution_pb2, types_pb2
from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.errors import LocalError
from flyte_widgets.local.services import describe, quirks
from flyte_widgets.local.services.control import Control, now_us
from flyte_widgets.local.services.records import ROOT_ACTION, ActionRecord, RunKey, RunRecord, report, to_stamp
from flyte_widgets.local.services.store import Store
from flyte_widgets.local.simulator import story as sim_story
from flyte_widgets.local.simulator import texts as sim_texts
from flyte_widgets.local.simulator import tree as sim_tree
from flyte_widgets.local.simulator.plan import Beat, Plan, PlannedAction, run_name
from flyte_widgets.local.simulator.spec import SimSpec
from flyte_widgets.phases import ActionPhase

_TICK_S: Final = 0.02
_BATCH: Final = 400
"""Beats in one transaction: the server answers others in between."""


def plan(seed: int, spec: SimSpec) -> Plan:
    """Plan a run: the same seed and spec give the same plan."""
    rng = Random(seed)  # noqa: S311 - it is meant to be repeatable
    name = run_name(rng)
    actions = sim_story.tell(rng, spec.outcome) if spec.actions is None else sim_tree.lay_out(rng, spec)
    return Plan(name, tuple(actions))


class Cue(NamedTuple):
    """A beat and when to play it. `version` numbers the beats of one action."""

    at_ms: int
    action: PlannedAction
    version: int
    beat: Beat


class Player:
    """Plays one plan. It stops when the root has ended, when the run is aborted, or, with `hold`, at once."""

    def __init__(self, store: Store, control: Control, key: RunKey, planned: Plan, *, origin_us: int, speed: float):
        self._store, self._control, self._key = store, control, key
        self._origin_us, self._speed = origin_us, speed
        cues = [
            Cue(beat.at_ms, action, version, beat)
            for action in planned.actions
            for version, beat in enumerate(action.beats)
        ]
        self._cues = sorted(cues, key=lambda cue: cue.at_ms)
        self._played = 0
        self._is_aborted = False

    def abort_run(self, reason: str) -> None:
        """Executor: play no more; `Control` ends what is under way."""
        self._is_aborted = True

    def abort_action(self, name: str, reason: str) -> None:
        """Executor: nothing to do, an aborted action takes no more beats."""

    def signal(self, name: str) -> None:
        """Executor: nothing to do, an ended action takes no more beats of its attempt."""

    def catch_up(self) -> None:
        """Play everything that is due."""
        while self._play_batch():
            pass

    async def play(self) -> None:
        """Play to the end."""
        try:
            while not self._is_aborted and self._played < len(self._cues):
                if self._play_batch():
                    await asyncio.sleep(0)
                    continue
                if self._played < len(self._cues):
                    wait_s = (self._wall_us(self._cues[self._played].at_ms) - now_us()) / 1e6
                    await asyncio.sleep(min(max(wait_s, _TICK_S), 3600))
        finally:
            self._control.unregister(self._key)

    def _play_batch(self) -> bool:
        """Play what is due, up to a batch. Returns whether it was anything."""
        elapsed_ms = (now_us() - self._origin_us) / 1000 * self._speed
        end = self._played
        while end < min(len(self._cues), self._played + _BATCH) and self._cues[end].at_ms <= elapsed_ms:
            end += 1
        if end == self._played:
            return False
        with self._store.change(self._key) as run:
            for cue in self._cues[self._played : end]:
                self._apply(run, cue)
        self._played = end
        return True

    def _apply(self, run: RunRecord, cue: Cue) -> None:
        record = run.actions.get(cue.action.name)
        if record is None:
            parent = run.actions.get(cue.action.parent)
            if cue.version or parent is None or parent.phase == ActionPhase.ABORTED.number:
                return  # its parent was aborted before it was created
            record = _create(run, cue.action, at_us=self._wall_us(cue.action.created_ms))
        beat = cue.beat
        if record.events and record.events[-1].version >= cue.version:
            return  # played before a restart
        if record.is_terminal and beat.attempt <= record.details.status.attempts:
            return  # ended by a client: aborted, or a condition answered
        if beat.phase is ActionPhase.ABORTED:
            run.abort(record, beat.reason, at_us=self._wall_us(beat.at_ms))
        else:
            run.apply(record, self._event(run, record, cue))

    def _event(self, run: RunRecord, record: ActionRecord, cue: Cue) -> Any:
        beat = cue.beat
        event = report(record, beat.phase, at_us=self._wall_us(beat.at_ms))
        event.attempt, event.version = beat.attempt, cue.version
        if beat.error is not None:
            event.error_info.message, event.error_info.code = beat.error.message, beat.error.code
            event.error_info.kind = 1 if beat.error.is_user else 2
        if beat.phase is ActionPhase.RUNNING:
            for name, uri in sim_texts.links(run.key.name, record.name, beat.attempt):
                event.log_info.append(execution_pb2.TaskLog(name=name, uri=uri, ready=True))
        for note in beat.notes:
            event.cluster_events.append(
                run_definition_pb2.ClusterEvent(
                    occurred_at=to_stamp(self._wall_us(note.at_ms)),
                    message=note.message,
                    reason=note.reason,
                    type=2 if note.is_warning else 1,
                    count=note.times,
                    source_component="kubelet",
                )
            )
        return event

    def _wall_us(self, at_ms: int) -> int:
        return self._origin_us + round(at_ms * 1000 / self._speed)


def _create(run: RunRecord, action: PlannedAction, *, at_us: int) -> ActionRecord:
    if action.kind == "condition":
        spec = run_definition_pb2.ActionDetails()
        spec.condition.name = action.task.rpartition(".")[2]
        spec.condition.prompt = "Release the model?"
        spec.condition.type.simple = types_pb2.BOOLEAN
    else:
        spec = describe.task(run.key, action.task)
    details = describe.details(run.action_id(action.name), spec, parent=action.parent, group=action.group)
    if action.beats[0].phase is ActionPhase.RECOVERED:
        details.metadata.recovered_from.name = action.name
        details.metadata.recovered_from.run.name = "r0earlier"
    return run.add(details, spec, at_us=at_us)


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
    origin_us = now_us() - round(elapsed_ms * 1000 / speed)
    origin = {
        "kind": "simulate",
        "seed": seed,
        "spec": spec.__dict__,
        "origin_us": origin_us,
        "speed": speed,
        "hold": hold,
        "quirks": oddities,
    }
    key = _create_run(store, planned, name, RunKey(project, domain, ""), json.dumps(origin), origin_us)
    player = Player(store, control, key, planned, origin_us=origin_us, speed=speed)
    player.catch_up()
    if hold:
        return key, None
    control.register(key, player)
    return key, player


def resume(store: Store, control: Control) -> Iterator[Player]:
    """Go on with the simulated runs that were under way when the last server on this file ended."""
    for key, origin_json in store.origins().items():
        origin = json.loads(origin_json)
        with store.read(key) as run:
            is_over = run.root.is_terminal
        if origin["kind"] != "simulate" or is_over or origin["hold"]:
            continue
        planned = plan(origin["seed"], SimSpec.of(origin["spec"]))
        player = Player(store, control, key, planned, origin_us=origin["origin_us"], speed=origin["speed"])
        control.register(key, player)
        yield player


def _create_run(store: Store, planned: Plan, name: str | None, key: RunKey, origin: str, origin_us: int) -> RunKey:
    names = [name] if name else (planned.run_name + (f"-{n}" if n > 1 else "") for n in count(1))
    for candidate in names:
        run = RunRecord(key._replace(name=candidate), origin=origin)
        root = planned.actions[0]
        spec = describe.task(run.key, root.task)
        details = describe.details(run.action_id(ROOT_ACTION), spec, source="RUN_SOURCE_CLI")
        run.add(details, spec, at_us=origin_us)
        try:
            store.create(run)
        except KeyError:
            continue
        return run.key
    raise LocalError(f"There is a run {name!r} already.", hint="Choose another name, or give none.")
