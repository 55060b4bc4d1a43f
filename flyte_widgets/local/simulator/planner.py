"""Plans a simulated run from a seed and a spec. Pure."""

from __future__ import annotations

from random import Random
from typing import Final
from weakref import WeakValueDictionary

from flyte_widgets.local.simulator import story, tree
from flyte_widgets.local.simulator.plan import Plan, run_name
from flyte_widgets.local.simulator.spec import SimSpec


def plan(seed: int, spec: SimSpec) -> Plan:
    """Plan a run: the same seed and spec give the same plan. 100,000 actions take about ten seconds."""
    rng, name = _begun(seed)
    actions = story.tell(rng, spec.outcome) if spec.actions is None else tree.lay_out(rng, spec)
    return Plan(name, tuple(actions))


def shared_plan(seed: int, spec: SimSpec) -> Plan:
    """Give the plan that a player of this process follows, or plan anew. On any thread."""
    found = _followed.get((seed, spec))
    if found is None:
        found = _followed[seed, spec] = plan(seed, spec)
    return found


def planned_name(seed: int) -> str:
    """Give the name of the run that a seed plans."""
    return _begun(seed)[1]


def _begun(seed: int) -> tuple[Random, str]:
    rng = Random(seed)  # noqa: S311 - it is meant to be repeatable
    return rng, run_name(rng)


_followed: Final[WeakValueDictionary[tuple[int, SimSpec], Plan]] = WeakValueDictionary()
"""Plans for as long as somebody holds them: a large one takes hundreds of megabytes."""
