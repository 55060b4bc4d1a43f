"""The line of an end: who aborted the run and why, or what its time went into. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from flyte_widgets.api.identity import identity_name
from flyte_widgets.api.messages import ActionDetails
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import redact
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.critical_path import end_of, path_stretches, phases_between, start_of
from flyte_widgets.run.line.parts import Sentence, Summary, Words, short_name
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds, exact_ms
from flyte_widgets.run.words import duration, plural, rounded
from flyte_widgets.untrusted import printable, shortened, without_colours

P = ActionPhase

_REASON_LIMIT: Final = 200
_SHARE_FROM: Final = 0.05
"""Smaller shares of a run's duration are not worth telling."""
_OVERHEAD: Final = {
    P.WAITING_FOR_RESOURCES: "waiting for resources",
    P.INITIALIZING: "initializing",
    P.QUEUED: "queued",
    P.PAUSED: "paused",
}


def aborted(state: RunState, details: ActionDetails | None) -> Summary:
    """Say who aborted it and why, as far as the backend tells, and how much was done."""
    abort = details.abort_info if details is not None else None
    who = printable(identity_name(abort.aborted_by)) if abort is not None else ""
    reason = _one_line(abort.reason) if abort is not None else ""
    done = sum(state.counts[phase] for phase in (P.SUCCEEDED, P.RECOVERED))
    answer = Words(f"Aborted by {short_name(who)}" if who else "Aborted", "strong")
    because = Words(f": {reason}" if reason else "")
    verb = "was" if len(state) == 1 else "were"
    were = f"{done:,} of {plural(len(state), 'action')} {verb} done"
    short = f"{done:,} of {len(state):,} {verb} done"
    place = " · ".join(part for part in (reason, short) if part)
    by = f"by {short_name(who)}" if who else ""
    compact = ": ".join(part for part in (by, reason) if part) or short
    return Summary(
        "ended",
        P.ABORTED,
        (answer, because) if reason else (answer,),
        (were,),
        (answer,),
        (Words(place),),
        (Words(compact),),
    )


def ended(state: RunState, root: ActionState, now_ms: Milliseconds) -> Summary | None:
    """Say what the time went into: the largest share that was not work, and the task that decided most."""
    whole_ms = end_of(root, now_ms) - start_of(root)
    if whole_ms <= 0:
        return None
    phases: defaultdict[ActionPhase, Milliseconds] = defaultdict(float)
    tasks: defaultdict[str, Milliseconds] = defaultdict(float)
    for action, start, end in path_stretches(state, now_ms):
        start_ms, end_ms = exact_ms(start), exact_ms(end)
        tasks[action.name] += end_ms - start_ms
        for phase, from_ms, to_ms in phases_between(action.segments, start_ms, end_ms):
            if phase in _OVERHEAD and phase is not None:
                phases[phase] += to_ms - from_ms
    phase, phase_ms = max(phases.items(), key=lambda item: item[1], default=(None, 0.0))
    task, task_ms = max(tasks.items(), key=lambda item: item[1], default=("", 0.0))
    took = duration(whole_ms)
    shares: list[tuple[Words, ...]] = []
    spent, decided = "", ""
    if phase is not None and phase_ms / whole_ms >= _SHARE_FROM:
        spent = f"{percent(phase_ms / whole_ms)} {_OVERHEAD[phase]}"
    if len(tasks) > 1 and task_ms / whole_ms >= _SHARE_FROM:
        name = short_name(task)
        decided = f" decided {percent(task_ms / whole_ms)}"
        shares.append((Words(name, "strong"), Words(decided)))
    if not spent and not decided:
        return None
    told = shares[0] if shares else ()
    if spent:
        answer: Sentence = (Words(spent, "strong"),)
        sentence = (Words(f"{took}, of which "), *answer, *((Words("; "), *told) if told else ()))
        place = (Words(f"of {took}"), *((Words("; "), *_plain(told)) if told else ()))
    else:
        answer = (Words("".join(part.text for part in told), "strong"),)
        sentence = (Words(f"{took}; "), *told)
        place = (Words(f"of {took}"),)
    return Summary("ended", root.phase or P.SUCCEEDED, sentence, (), answer, place, _plain(answer), "", ("path",))


def _plain(words: Sentence) -> Sentence:
    return tuple(Words(part.text) for part in words)


def percent(share: float) -> str:
    """Say a share: "67 %", "< 1 %"."""
    return f"{rounded(share * 100)} %" if share >= 0.01 or share == 0 else "< 1 %"


def _one_line(text: str) -> str:
    said = " ".join(printable(without_colours(redact(text))).split())
    return shortened(said, _REASON_LIMIT)
