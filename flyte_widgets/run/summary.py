"""The one line: why a run failed, what it waits for, how long it will take, or what decided how long it took. Pure.

It is composed here alone. The live band, the static view, the terminal, `w.summary` and the screen reader show the
same words. Where nothing is known there is no line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from flyte_widgets.api.messages import ActionDetails, ClusterEvent, identity_name
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import redact
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.causes import FAILURES, ErrorWords, error_of, error_words, first_causes
from flyte_widgets.run.critical_path import end_of, path_stretches, phases_between, start_of
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds, exact_ms
from flyte_widgets.run.usual import Usual, roughly
from flyte_widgets.run.waits import wait_of
from flyte_widgets.run.words import duration, plural, rounded
from flyte_widgets.untrusted import printable, shortened, without_colours

P = ActionPhase
LineState = Literal["failed", "error", "waiting", "overdue", "estimate", "ended"]
LineButton = Literal["show", "logs", "report", "compare", "path"]

WAITING_FROM_MS: Final = 30_000
"""A wait is worth a line from then on."""
_NAME_LIMIT: Final = 60
_REASON_LIMIT: Final = 200
_SHARE_FROM: Final = 0.05
"""Smaller shares of a run's duration are not worth telling."""
_OVERHEAD: Final = {
    P.WAITING_FOR_RESOURCES: "waiting for resources",
    P.INITIALIZING: "initializing",
    P.QUEUED: "queued",
    P.PAUSED: "paused",
}


class Words(NamedTuple):
    """A part of a sentence. `since_ms` (epoch): the text is how long ago that is, and goes on counting."""

    text: str
    style: Literal["", "strong", "mono"] = ""
    since_ms: Milliseconds | None = None


Sentence = tuple[Words, ...]


@dataclass(frozen=True)
class Summary:
    """One line that answers. `str()` gives it as text."""

    state: LineState
    phase: ActionPhase
    """Whose glyph stands before it."""
    sentence: Sentence
    """Who or what, and the answer (strong)."""
    tail: tuple[str, ...] = ()
    """What else there is to say. Where there is no room it goes, from its end."""
    answer: Sentence = ()
    """The first of two lines, where there is little room."""
    place: Sentence = ()
    """The second of them."""
    compact: Sentence = ()
    """The line in a row of many runs."""
    action: str = ""
    """Id of the action that it is about; "" for none."""
    buttons: tuple[LineButton, ...] = ()
    progress: str = field(default="", compare=False)
    """How many actions are done, "37 of 50", of a run that goes on: said first where no strip shows it."""

    def __str__(self) -> str:
        text = self.text
        return f"{self.progress}, {text[:1].lower()}{text[1:]}" if self.progress else text

    @property
    def text(self) -> str:
        """The line without how many actions are done, for where that is shown beside it."""
        said = "".join(f"({part.text})" if part.style == "mono" else part.text for part in self.sentence)
        return " · ".join([said, *self.tail])


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
        return _failed(state, root, known, now_ms)
    if root.phase is P.ABORTED:
        return _aborted(state, known.get(root.id))
    if root.is_terminal:
        return _ended(state, root, now_ms)
    return (
        _error(state, known, now_ms)
        or _waiting(state, now_ms, events or {})
        or (_running(state, root, now_ms, usual) if usual is not None else None)
    )


# --- it failed, or an attempt did ------------------------------------------------------------------------------------


def _failed(
    state: RunState, root: ActionState, details: Mapping[str, ActionDetails], now_ms: Milliseconds
) -> Summary | None:
    causes = first_causes(state, details) or [root]
    first = causes[0]
    words = _error_words(details.get(first.id))
    attempts = f"last of {first.attempts} attempts" if first.attempts > 1 else ""
    more, more_short = _others(words, [_error_words(details.get(action.id)) for action in causes[1:]])
    tail = tuple(part for part in (attempts, more, *_fault(words)) if part)
    return _about_error("failed", first, words, now_ms, tail, attempts or more_short, more_short)


def _error(state: RunState, details: Mapping[str, ActionDetails], now_ms: Milliseconds) -> Summary | None:
    """Tell of an error while the run goes on: of an attempt that is made again, or of an action that failed."""
    action = retried_action(state)
    if action is not None:
        known = details.get(action.id)
        failed = sorted(known.attempts, key=lambda attempt: attempt.attempt) if known is not None else []
        errors = [error_words(attempt.error_info) for attempt in failed if attempt.error_info is not None]
        if errors and errors[-1].is_known:
            goes_on = f"attempt {action.attempts} is running" if action.phase is P.RUNNING else ""
            goes_on = goes_on or f"attempt {action.attempts} is {_phase_word(action.phase)}"
            return _about_error("error", action, errors[-1], now_ms, (goes_on, *_fault(errors[-1])), goes_on, "")
    causes = first_causes(state, details)
    if not causes:
        return None
    words = _error_words(details.get(causes[0].id))
    more, more_short = _others(words, [_error_words(details.get(action.id)) for action in causes[1:]])
    tail = tuple(part for part in (more, "the run goes on", *_fault(words)) if part)
    return _about_error("error", causes[0], words, now_ms, tail, more_short or "the run goes on", more_short)


def retried_action(state: RunState) -> ActionState | None:
    """Give the action that goes on after a failed attempt; of several the one whose latest attempt began last."""
    retried = [action for action in state.actions if action.status.attempts > 1 and not action.is_terminal]
    return max(retried, key=lambda retry: (_latest_attempt_ms(retry), -retry.index), default=None)


def _about_error(
    state: LineState,
    action: ActionState,
    words: ErrorWords,
    now_ms: Milliseconds,
    tail: tuple[str, ...],
    place: str,
    compact: str,
) -> Summary:
    """Compose "square a17 raised **ValueError: n is too big**"."""
    name = shortened(printable(action.name), _NAME_LIMIT)
    verb, answer, rest = words.verb, words.what, ""
    if action.phase is P.TIMED_OUT:
        after = duration(end_of(action, now_ms) - start_of(action)).replace("m 00s", "m")
        limit = words.what.removeprefix(f"{words.exception}: ")
        verb, answer, rest = "", f"timed out after {after}", f": {limit}" if limit else ""
    elif verb == "was killed":
        verb, answer = "", f"was killed: {words.what}"
    elif verb == "failed":
        verb, answer = "", f"failed: {words.what}" if words.what else "failed"
    who = (Words(f"{name} "), Words(action.id, "mono"), Words(f" {verb} " if verb else " "))
    more = (Words(rest),) if rest else ()
    short_place = ", ".join(part for part in (f"{name} {action.id}", place) if part)
    return Summary(
        state,
        P.TIMED_OUT if action.phase is P.TIMED_OUT else P.FAILED,
        (*who, Words(answer, "strong"), *more),
        tail,
        (Words(answer if verb else answer[:1].upper() + answer[1:], "strong"),),
        (Words(short_place),),
        (Words(f"{name} "), Words(answer, "strong"), *([Words(f" · {compact}")] if compact else [])),
        action.id,
        ("show", "logs", "report"),
    )


def _error_words(details: ActionDetails | None) -> ErrorWords:
    return error_words(error_of(details) if details is not None else None)


def _others(first: ErrorWords, others: list[ErrorWords]) -> tuple[str, str]:
    """Say how many other causes there are, and how many of them are the same; in full and in short."""
    if not others:
        return "", ""
    more = f"and {len(others):,} more"
    if not all(words.is_known for words in others):
        return more, more  # what was not read may be the same, or not
    same = sum(words.what == first.what for words in others)
    if same == len(others):
        return (f"{more}, the same", more) if same == 1 else (f"{more}, all the same", more)
    if same:
        return f"{more}, {same} of them the same", f"{more}, {same} the same"
    name = others[0].exception if len(others) == 1 else ""
    return f"{more}: {name}" if name else more, more


def _fault(words: ErrorWords) -> list[str]:
    code = f"exit code {words.exit_code}" if words.exit_code else ""
    return [part for part in (code, f"{words.kind} error" if words.kind else "") if part]


def _latest_attempt_ms(action: ActionState) -> Milliseconds:
    segments = action.segments
    return next((s.start_ms for s in segments if s.attempt == action.attempts), 0.0)


def _phase_word(phase: ActionPhase | None) -> str:
    return phase.label.lower() if phase is not None else "under way"


# --- it goes on ------------------------------------------------------------------------------------------------------


def _waiting(state: RunState, now_ms: Milliseconds, events: Mapping[str, Iterable[ClusterEvent]]) -> Summary | None:
    """Say what actions wait for, once one has waited for long and the cluster has said why."""
    waiting = waiting_actions(state)
    if not waiting or now_ms - waiting[0][1] < WAITING_FROM_MS:
        return None
    for action, since_ms in waiting:
        wait = wait_of(events.get(action.id, ()))
        if wait is None:
            continue
        n = len(waiting)
        answer = f"{plural(n, 'action')} {'waits' if n == 1 else 'wait'} for {wait.resource}"
        first_since_ms = min(since_ms, waiting[0][1])
        clock = Words(duration(now_ms - first_since_ms), "", first_since_ms)
        longest = (Words("the longest " if n > 1 else "for "), clock)
        return Summary(
            "waiting",
            P.WAITING_FOR_RESOURCES,
            (Words(answer, "strong"), Words(", "), *longest, Words(f": {wait.detail}")),
            (),
            (Words(answer, "strong"),),
            (*longest, Words(f": {wait.detail}")),
            (Words(answer, "strong"), Words(", "), *longest),
            action.id,
            ("show",),
            _progress(state),
        )
    return None


def waiting_actions(state: RunState) -> list[tuple[ActionState, Milliseconds]]:
    """Give the actions that wait for resources, and since when, the longest first. Hold the owner's lock."""
    if not state.counts[P.WAITING_FOR_RESOURCES]:
        return []
    waiting = [action for action in state.actions if action.phase is P.WAITING_FOR_RESOURCES]
    since = [(action, segments[-1].start_ms) for action in waiting if (segments := action.segments)]
    return sorted(since, key=lambda item: (item[1], item[0].index))


def _running(state: RunState, root: ActionState, now_ms: Milliseconds, usual: Usual) -> Summary:
    elapsed_ms = now_ms - start_of(root)
    left_ms = usual.left_ms(elapsed_ms)
    usually = duration(usual.median_ms)
    if left_ms is None:
        over = Words(duration(elapsed_ms - usual.median_ms), "strong", start_of(root) + usual.median_ms)
        answer = (over, Words(f" over the usual {usually}", "strong"))
        most = f"at most {duration(usual.longest_ms)} in {usual.runs} runs"
        return Summary(
            "overdue", P.RUNNING, answer, (most,), answer, (Words(most),), answer, "", ("compare",), _progress(state)
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
        progress=_progress(state),
    )


def _progress(state: RunState) -> str:
    return f"{len(state) - state.active_count:,} of {len(state):,}"


# --- it has ended ----------------------------------------------------------------------------------------------------


def _aborted(state: RunState, details: ActionDetails | None) -> Summary:
    abort = details.abort_info if details is not None else None
    who = printable(identity_name(abort.aborted_by)) if abort is not None else ""
    reason = _one_line(abort.reason) if abort is not None else ""
    done = sum(state.counts[phase] for phase in (P.SUCCEEDED, P.RECOVERED))
    answer = Words(f"Aborted by {shortened(who, _NAME_LIMIT)}" if who else "Aborted", "strong")
    because = Words(f": {reason}" if reason else "")
    were = f"{done:,} of {plural(len(state), 'action')} were done"
    short = f"{done:,} of {len(state):,} were done"
    place = " · ".join(part for part in (reason, short) if part)
    by = f"by {shortened(who, _NAME_LIMIT)}" if who else ""
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


def _ended(state: RunState, root: ActionState, now_ms: Milliseconds) -> Summary | None:
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
        name = shortened(printable(task), _NAME_LIMIT)
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
