"""Whose rerun a run is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flyte_widgets.api.messages import Relation as RelationMessage
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.words import plural
from flyte_widgets.untrusted import one_line, shortened

_NAME_LIMIT = 60


@dataclass(frozen=True)
class Relation:
    """Which run this one was started from.

    Source: `runSpec.relation` of GetRunDetails. Backends keep the last step only.
    """

    kind: str
    """ "rerun", "recover", "spawn" and the like; "" where the backend does not say."""
    run: str
    """Name of the other run."""
    project: str = ""
    domain: str = ""

    def __str__(self) -> str:
        return f"{'recovers' if self.kind == 'recover' else 'rerun of'} {self.run}"


def lineage_words(relation: Relation, counts: Mapping[ActionPhase, int], *, is_over: bool) -> str:
    """Say whose rerun a run is: "rerun of r4p2bdpt7f"; of a recovery that has ended, how much was taken over.

    That is what was seen: backends that cannot recover accept it, and run everything again. Safe to show.
    """
    name = one_line(shortened(relation.run, _NAME_LIMIT))
    if relation.kind != "recover":
        return f"rerun of {name}"
    if not is_over:
        return f"recovers {name}"
    return f"recovered {counts.get(ActionPhase.RECOVERED, 0):,} of {plural(sum(counts.values()), 'action')} of {name}"


def relation_from(message: RelationMessage | None) -> Relation | None:
    """Read the wire's message; None where it names no run."""
    if message is None or not message.related_to.name:
        return None
    related = message.related_to
    return Relation(message.kind, related.name, related.project, related.domain)
