"""What actions wait for, from the cluster events of one that waits. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from flyte_widgets.api.messages import ClusterEvent
from flyte_widgets.redaction import redact
from flyte_widgets.untrusted import one_line, printable, shortened, without_colours

_NODES: Final = re.compile(r"(\d+)/(\d+) nodes (?:are )?available", re.IGNORECASE)
_SHORT_OF: Final = re.compile(r"(\d+) insufficient ([\w.\-/]*\w)", re.IGNORECASE)
#: Kubernetes: "exceeded quota: name, requested: cpu=4, used: cpu=200, limited: cpu=200".
_QUOTA: Final = re.compile(r"exceeded quota: ([\w.\-]+)", re.IGNORECASE)
_USED: Final = re.compile(
    r"used: (?:requests\.|limits\.)?([\w.\-/]+)=([\w.]+).*?limited: [\w.\-/]+=([\w.]+)", re.IGNORECASE
)
_COMMON: Final = ("cpu", "memory", "ephemeral-storage", "pods")
_DETAIL_LIMIT: Final = 200


class Wait(NamedTuple):
    """What is waited for ("nvidia.com/gpu"; "resources" where only the words are known), and how it stands."""

    resource: str
    detail: str


def wait_of(events: Iterable[ClusterEvent]) -> Wait | None:
    """Read why an action waits from the newest event that says so. None where none does.

    The cluster's words come as they are where they have no form that is known.
    """
    for event in reversed(list(events)):
        text = printable(without_colours(redact(event.message)))
        quota, nodes = _QUOTA.search(text), _NODES.search(text)
        if quota is not None:
            used = _USED.search(text)
            detail = f"uses {used[2]} of {used[3]} {used[1]}" if used else "is used up"
            return Wait("quota", f"{quota[1]} {detail}")
        if nodes is not None:
            return _nodes(nodes, text)
        if event.reason in ("FailedScheduling", "Unschedulable") or "unschedulable" in text.lower():
            return Wait("resources", shortened(text.strip().splitlines()[0] if text.strip() else "", _DETAIL_LIMIT))
    return None


def _nodes(nodes: re.Match[str], text: str) -> Wait:
    short_of = [(found[2], int(found[1])) for found in _SHORT_OF.finditer(text)]
    if not short_of:
        rest = one_line(text[nodes.end() :]).strip(" :.")
        why = f": {rest}" if rest else ""
        return Wait("nodes", shortened(f"{nodes[1]} of {nodes[2]} nodes can take them{why}", _DETAIL_LIMIT))
    # A rare resource tells more than the processors that are short as well.
    resource, _ = max(short_of, key=lambda item: (item[0] not in _COMMON, item[1]))
    return Wait(resource, f"{nodes[1]} of {nodes[2]} nodes have enough free")
