"""Two runs side by side: which action was slower, what is new, what is gone, and what decided the difference. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, NamedTuple

from flyte_widgets.run.action import ActionState
from flyte_widgets.run.critical_path import end_of, path_stretches, start_of
from flyte_widgets.run.line.parts import short_name
from flyte_widgets.run.state import RunState
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.words import duration

_NAMED: Final = 2
"""Tasks that the sentence names at most."""
_SO_FAR: Final = " so far"
_IN_ALL: Final = " in all"
_NAMED_FROM: Final = 0.1
"""A task is named if it decided at least this share of the difference."""


class ComparedAction(NamedTuple):
    """An action of this run beside the one of the other run that has its place. Lengths of time; None: not known."""

    name: str
    action: str
    """Its id in this run; "" where this run has none (`change` is "gone")."""
    other: str
    """The id in the other run; "" where that has none (`change` is "new")."""
    change: Literal["both", "new", "gone"]
    start: timedelta | None
    """When it was queued, from the start of this run."""
    duration: timedelta | None
    """So far, where it goes on."""
    other_start: timedelta | None
    """When the other was queued, from the start of the other run."""
    other_duration: timedelta | None
    difference: timedelta | None
    """Positive: slower in this run. None for new and gone ones, and while one of both goes on and may take longer."""


@dataclass(frozen=True)
class Comparison:
    """A run beside another one. `rows` come in the order of this run; what is gone, after its siblings."""

    rows: tuple[ComparedAction, ...]
    difference: timedelta | None
    """Positive: this run is slower. None while one of both goes on, and has not taken longer than the other."""
    by_task: tuple[tuple[str, timedelta], ...]
    """How much longer each task was on the critical path, the largest first. They add up to the difference."""
    other: str
    """What the other run is called."""
    verdict: str
    """"46s slower"; "" where nothing is known."""
    because: str
    """"most of it in square +31s and train_model +12s"; "" where no task stands out."""

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """All of it: "46s slower than r7p0fx4lri, most of it in square +31s and train_model +12s"."""
        if self.verdict.endswith((_SO_FAR, _IN_ALL)):
            return f"{self.verdict}; {self.other} {self.because}"
        said = f"{self.verdict} {self.other}" if self.verdict.endswith(" as") else f"{self.verdict} than {self.other}"
        return ", ".join(part for part in (said, self.because) if part) if self.verdict else ""


def compare(
    ours: RunState, our_now_ms: Milliseconds, theirs: RunState, their_now_ms: Milliseconds, other: str = "the other run"
) -> Comparison:
    """Set a run beside another one of the same task.

    Two actions belong together if their parents do, they have the same name and group, and the same place among those.
    Both runs start at 0. `other` is what the sentence calls the other run. Hold the locks of both states' owners.
    """
    our_root, their_root = ours.root, theirs.root
    if our_root is None or their_root is None:
        return Comparison((), None, (), other, "", "")
    our_start_ms, their_start_ms = start_of(our_root), start_of(their_root)

    def row(our: ActionState | None, their: ActionState | None) -> ComparedAction:
        start, length = _life(our, our_start_ms, our_now_ms)
        other_start, other_length = _life(their, their_start_ms, their_now_ms)
        return ComparedAction(
            our.name if our is not None else their.name if their is not None else "",
            our.id if our is not None else "",
            their.id if their is not None else "",
            "gone" if our is None else "new" if their is None else "both",
            start,
            length,
            other_start,
            other_length,
            _difference(our, their, length, other_length),
        )

    our_children, their_children = _children(ours), _children(theirs)
    rows: list[ComparedAction] = []
    pending: list[tuple[ActionState | None, ActionState | None]] = [(our_root, their_root)]
    while pending:
        our, their = pending.pop()
        rows.append(row(our, their))
        below = _matched(
            our_children.get(our.id, []) if our is not None else [],
            their_children.get(their.id, []) if their is not None else [],
        )
        pending += reversed(below)
    difference = rows[0].difference
    tasks = _by_task(ours, our_now_ms, theirs, their_now_ms)
    return Comparison(
        tuple(rows),
        difference,
        tasks,
        other,
        *_verdict(
            rows[0],
            _deciding(rows, ours, our_now_ms, theirs, their_now_ms),
            have_ended=(our_root.is_terminal, their_root.is_terminal),
        ),
    )


def _life(
    action: ActionState | None, run_start_ms: Milliseconds, now_ms: Milliseconds
) -> tuple[timedelta | None, timedelta | None]:
    if action is None:
        return None, None
    start_ms = start_of(action)
    return _length(start_ms - run_start_ms), _length(max(0.0, end_of(action, now_ms) - start_ms))


def _difference(
    our: ActionState | None, their: ActionState | None, length: timedelta | None, other: timedelta | None
) -> timedelta | None:
    if our is None or their is None or length is None or other is None:
        return None
    may_grow = (not our.is_terminal and length <= other) or (not their.is_terminal and other <= length)
    return None if may_grow else length - other


def _children(state: RunState) -> dict[str, list[ActionState]]:
    """Give the children of each action in the order in which they were queued."""
    children: defaultdict[str, list[ActionState]] = defaultdict(list)
    root = state.root
    for action in state.actions:
        if action is not root and action.parent != action.id:
            children[action.parent].append(action)
    for siblings in children.values():
        siblings.sort(key=start_of)
    return children


def _matched(ours: list[ActionState], theirs: list[ActionState]) -> list[tuple[ActionState | None, ActionState | None]]:
    """Pair siblings that have the same name and group, in order; then those of `theirs` that are left."""
    free: defaultdict[tuple[str, str], list[ActionState]] = defaultdict(list)
    for their in reversed(theirs):
        free[their.name, their.group].append(their)
    pairs: list[tuple[ActionState | None, ActionState | None]] = []
    for our in ours:
        same = free.get((our.name, our.group))
        pairs.append((our, same.pop() if same else None))
    left = {their.id for same in free.values() for their in same}
    return pairs + [(None, their) for their in theirs if their.id in left]


def _by_task(
    ours: RunState, our_now_ms: Milliseconds, theirs: RunState, their_now_ms: Milliseconds
) -> tuple[tuple[str, timedelta], ...]:
    tasks: defaultdict[str, timedelta] = defaultdict(timedelta)
    for state, now_ms, sign in ((ours, our_now_ms, 1), (theirs, their_now_ms, -1)):
        for action, start, end in path_stretches(state, now_ms):
            tasks[action.name] += sign * (end - start)
    return tuple(sorted(tasks.items(), key=lambda item: (-item[1], item[0])))


def _deciding(
    rows: list[ComparedAction],
    ours: RunState,
    our_now_ms: Milliseconds,
    theirs: RunState,
    their_now_ms: Milliseconds,
) -> list[tuple[str, timedelta]]:
    """Say what the actions on the critical path of the slower run took more, by task, the largest part first.

    Of an action and those below it that are on the path, too, only the latter count.
    """
    difference = rows[0].difference
    if difference is None:
        return []
    slower = difference > timedelta()
    state, now_ms = (ours, our_now_ms) if slower else (theirs, their_now_ms)
    on_path = {action.id: action for action, _, _ in path_stretches(state, now_ms)}
    above = {action.parent for action in on_path.values()}
    parts: defaultdict[str, timedelta] = defaultdict(timedelta)
    for row in rows:
        id_ = row.action if slower else row.other
        if id_ in on_path and id_ not in above:
            alone = row.duration if slower else -(row.other_duration or timedelta())
            parts[row.name] += row.difference or timedelta() if row.change == "both" else alone or timedelta()
    return sorted(parts.items(), key=lambda item: item[1], reverse=slower)


def _verdict(
    root: ComparedAction, parts: list[tuple[str, timedelta]], *, have_ended: tuple[bool, bool]
) -> tuple[str, str]:
    """Say "46s slower", and "most of it in square +31s and train_model +12s"."""
    difference, length, other_length = root.difference, root.duration, root.other_duration
    if length is None or other_length is None:
        return "", ""
    if difference is None:
        has_ended, other_has_ended = have_ended
        other_took = f"took {_said(other_length)}" if other_has_ended else f"has taken {_said(other_length)}{_SO_FAR}"
        return f"{_said(length)}{_IN_ALL if has_ended else _SO_FAR}", other_took
    if abs(difference) < timedelta(seconds=0.1):
        return "as fast as", ""
    slower = difference > timedelta()
    named = [(task, by) for task, by in parts[:_NAMED] if by / difference >= _NAMED_FROM]
    because = f"most of it in {' and '.join(f'{short_name(task)} {signed(by)}' for task, by in named)}" if named else ""
    return f"{_said(abs(difference))} {'slower' if slower else 'faster'}", because


def signed(difference: timedelta) -> str:
    """Say "+31s" or "−3s"."""
    return f"{'−' if difference < timedelta() else '+'}{_said(abs(difference))}"


def _said(length: timedelta) -> str:
    return duration(length / timedelta(milliseconds=1))


def _length(ms: Milliseconds) -> timedelta:
    return timedelta(milliseconds=ms)
