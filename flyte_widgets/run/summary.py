"""The one line: why a run failed, what it waits for, how long it will take, or what decided how long it took. Pure.

It is composed here alone. The live band, the static view, the terminal, `w.summary` and the screen reader show the
same words. Where nothing is known there is no line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flyte_widgets.api.messages import ActionDetails, ClusterEvent
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.causes import FAILURES
from flyte_widgets.run.line.ended import aborted, ended
from flyte_widgets.run.line.failed import error, failed
from flyte_widgets.run.line.parts import Summary
from flyte_widgets.run.line.running import running
from flyte_widgets.run.line.waiting import waiting
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.usual import Usual


def summary(
    state: RunState,
    now_ms: Milliseconds,
    *,
    details: Mapping[str, ActionDetails] | None = None,
    events: Mapping[str, Iterable[ClusterEvent]] | None = None,
    usual: Usual | None = None,
) -> Summary | None:
    """Compose the line of a run, or None where nothing is known. Hold the lock of the state's owner.

    details: of actions that were read; of those that failed, for the error. events: of actions that wait.
    usual: what earlier runs of the task took.
    """
    root = state.root
    if root is None or root.phase is None:
        return None
    known = details or {}
    if root.phase in FAILURES:
        return failed(state, root, known, now_ms)
    if root.phase is ActionPhase.ABORTED:
        return aborted(state, known.get(root.id))
    if root.is_terminal:
        return ended(state, root, now_ms)
    return (
        error(state, known, now_ms)
        or waiting(state, now_ms, events or {})
        or (running(state, root, now_ms, usual) if usual is not None else None)
    )
