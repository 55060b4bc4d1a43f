"""The line of a run that goes on as usual, or longer: how long it may still take. Pure."""

from __future__ import annotations

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.critical_path import start_of
from flyte_widgets.run.line.parts import Summary, Words, progress_of
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.usual import Usual, roughly
from flyte_widgets.run.words import duration

P = ActionPhase


def running(state: RunState, root: ActionState, now_ms: Milliseconds, usual: Usual) -> Summary:
    """Say how long it may still take, or that it has taken longer than any of the earlier runs."""
    elapsed_ms = now_ms - start_of(root)
    left_ms = usual.left_ms(elapsed_ms)
    usually = duration(usual.median_ms)
    if left_ms is None:
        over = Words(duration(elapsed_ms - usual.median_ms), "strong", start_of(root) + usual.median_ms)
        answer = (over, Words(f" over the usual {usually}", "strong"))
        most = f"at most {duration(usual.longest_ms)} in {usual.runs} runs"
        return Summary(
            "overdue", P.RUNNING, answer, (most,), answer, (Words(most),), answer, "", ("compare",), progress_of(state)
        )
    left = Words(f"About {roughly(left_ms)} left", "strong")
    of = f"estimate from {usual.runs} runs"
    between = f"{duration(usual.low_ms)} to {duration(usual.high_ms)}"
    return Summary(
        "estimate",
        P.RUNNING,
        (left, Words(f", usually {usually}")),
        (of, f"9 of 10 take {between}"),
        (left,),
        (Words(f"usually {usually}, {of}"),),
        (left, Words(f", usually {usually}")),
        progress=progress_of(state),
    )
