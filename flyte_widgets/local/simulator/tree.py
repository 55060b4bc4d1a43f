"""Lays out a simulated run of any size: a random tree with random lives. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import exp, log
from random import Random
from typing import Final

from flyte_widgets.local.services.records import ROOT_ACTION
from flyte_widgets.local.simulator import texts as sim_texts
from flyte_widgets.local.simulator.plan import ROOT_TASK, LifecycleBuilder, P, PlannedAction, cut
from flyte_widgets.local.simulator.spec import SimSpec

_LEAVES: Final = ("prepare", "square", "fetch_shard", "embed_batch", "score_chunk", "clean_rows", "gpu_eval")
_PARENTS: Final = ("train_model", "build_index", "etl_stage", "evaluate", "sweep")
_SIGMA: Final = 0.6
_STAGGER_MS: Final = 120


@dataclass
class Node:
    """An action of the tree before it has a life."""

    name: str
    parent: Node | None
    level: int
    task: str = ""
    group: str = ""
    children: list[Node] = field(default_factory=list)


def lay_out(rng: Random, spec: SimSpec) -> list[PlannedAction]:
    """Plan exactly `spec.actions` actions, parents before children."""
    nodes = _tree(rng, spec)
    lives: dict[str, PlannedAction] = {}
    _live(rng, spec, nodes[0], 0, lives)
    actions = sorted(lives.values(), key=lambda action: (action.created_ms, int(action.name[1:])))
    end_ms = lives[ROOT_ACTION].end_ms
    if spec.outcome == "timed_out":
        return cut(actions, end_ms * 7 // 10, P.TIMED_OUT, sim_texts.RUN_TIME_OUT)
    if spec.outcome == "failed":
        error = sim_texts.child_failed(actions[-1].task, sim_texts.BAD_VALUE)
        return cut(actions, end_ms * 9 // 10, P.FAILED, error)
    return actions


def _tree(rng: Random, spec: SimSpec) -> list[Node]:
    root = Node(ROOT_ACTION, None, 0, ROOT_TASK)
    nodes, growing = [root], deque([root])
    total = spec.actions or 1
    while len(nodes) < total:
        # Where the limits leave no room for all, the root takes the rest.
        parent = growing.popleft() if growing else root
        count = min(total - len(nodes), rng.randint(max(1, spec.fan_out // 2), spec.fan_out))
        task = rng.choice(_LEAVES)
        group = task if count > 2 and rng.random() < spec.groups else ""
        for _ in range(count):
            child = Node(f"a{len(nodes)}", parent, parent.level + 1, f"etl.{task}", group)
            parent.children.append(child)
            nodes.append(child)
            if child.level < spec.depth and (rng.random() < 0.4 or not growing):
                child.task = f"etl.{rng.choice(_PARENTS)}"
                growing.append(child)
    return nodes


def _live(rng: Random, spec: SimSpec, node: Node, created_ms: int, lives: dict[str, PlannedAction]) -> int:
    """Plan an action and all below it; returns when it has ended."""
    life, kind = LifecycleBuilder(rng, created_ms), "task"
    if node.children:
        child_ms = _start(life, spec, node) + 200
        # One after the other they are submitted; the parent ends when the last has ended.
        ends = [_live(rng, spec, child, child_ms + i * _STAGGER_MS, lives) for i, child in enumerate(node.children)]
        life.end(max(ends) + 300 - life.now_ms)
    elif node.parent is None:
        _start(life, spec, node)
        life.end(_duration(rng, spec.task_s))
    else:
        kind = _leaf(life, spec, node)
    lives[node.name] = PlannedAction(
        name=node.name,
        task=node.task,
        parent=node.parent.name if node.parent else "",
        created_ms=created_ms,
        group=node.group,
        kind=kind,
        steps=tuple(life.steps),
    )
    return life.now_ms


def _leaf(life: LifecycleBuilder, spec: SimSpec, node: Node) -> str:
    """Give a leaf one of the lives that the spec asks for; returns its kind."""
    rng, dice = life.rng, life.rng.random()
    limits = [spec.recoveries, spec.conditions, spec.time_outs, spec.failures, spec.retries, spec.aborts]
    fate = next((i for i in range(len(limits)) if dice < sum(limits[: i + 1])), None)
    run_ms = _duration(rng, spec.task_s)
    if fate == 0:
        life.end(0, P.RECOVERED)
    elif fate == 1:
        life.enter(P.QUEUED)
        life.now_ms += _duration(rng, spec.queue_s)
        life.enter(P.PAUSED)
        life.end(run_ms)
        return "condition"
    else:
        _start(life, spec, node)
        if fate == 2:
            life.fail(run_ms * 3, sim_texts.TASK_TIME_OUT, P.TIMED_OUT)
        elif fate == 3:
            life.fail(run_ms // 2, sim_texts.BAD_VALUE)
        elif fate == 4:
            life.fail(run_ms // 2, rng.choice(sim_texts.RETRYABLE))
            life.retry()
            _start(life, spec, node)
            life.end(run_ms)
        elif fate == 5:
            life.end(run_ms // 3, P.ABORTED, reason="Superseded: another branch has the result.")
        else:
            life.end(run_ms)
    return "task"


def _start(life: LifecycleBuilder, spec: SimSpec, node: Node) -> int:
    rng = life.rng
    return life.start(
        queue_ms=_duration(rng, spec.queue_s),
        wait_ms=_duration(rng, spec.wait_s) if rng.random() < 0.6 else 0,
        init_ms=_duration(rng, spec.init_s) if rng.random() < 0.95 else 0,
        resource="nvidia.com/gpu" if "gpu" in node.task or "train" in node.task else "cpu",
    )


def _duration(rng: Random, median_s: float) -> int:
    """Draw milliseconds around a median, with a long tail."""
    return int(1000 * exp(log(median_s) + _SIGMA * rng.gauss(0, 1))) if median_s else 0
