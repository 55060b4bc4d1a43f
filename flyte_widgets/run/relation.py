"""Whose rerun a run is. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from flyte_widgets.api.messages import Relation as RelationMessage


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


def relation_from(message: RelationMessage | None) -> Relation | None:
    """Read the wire's message; None where it names no run."""
    if message is None or not message.related_to.name:
        return None
    related = message.related_to
    return Relation(message.kind, related.name, related.project, related.domain)
