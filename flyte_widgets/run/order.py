"""Which message about an action is the newer one. Pure.

Messages carry no version, and they overtake each other: the two streams of a run are not ordered against each other,
nor against unary reads. But the backend itself moves a phase only forward, with few exceptions (see `moves_forward`).
So a message that would move a phase backward is most likely an old one. A unary read decides: its answer is newer than
all that had arrived before it was asked for.
"""

from __future__ import annotations

from flyte_widgets.phases import ActionPhase


def moves_forward(before: ActionPhase | None, after: ActionPhase | None) -> bool:
    """Whether the backend makes this move without a retry, a restart or an abort of what has ended.

    Its guard accepts a status whose phase has the same or a higher number, and from PAUSED any end. It also accepts
    anything from FAILED and TIMED_OUT, and an abort over any end. Those moves are rare and look like an old message,
    so they do not count as forward here. A phase that this version does not know has no place in the order.
    """
    if before is None or after is None or before is after:
        return True
    if before.is_terminal:
        return False
    if not (before.is_known and after.is_known):
        return True
    return after.is_terminal if before is ActionPhase.PAUSED else after.number >= before.number
