"""Properties of folding and packing, for any run and any way its messages may come."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flyte_widgets.api.messages import Action, ActionDetails, EnrichedAction
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.state import RunState
from flyte_widgets.run.timeline import attempts_of
from flyte_widgets.wire.columns import Columns
from tests.run_messages import Reader, attempt, details, enriched, listed, ms, status
from tests.unit.test_columns import rows_of

ACTIVE = ["QUEUED", "WAITING_FOR_RESOURCES", "INITIALIZING", "RUNNING", "PAUSED", 11]
ENDS = ["SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT", "RECOVERED"]
KINDS = ["task", "trace", "condition"]

Message = EnrichedAction | Action | ActionDetails


@dataclass
class Story:
    """What really happened to one action: its steps, each a phase with its attempt, a second apart."""

    id: str
    parent: str
    group: str
    kind: str
    created: int
    steps: list[tuple[str | int, int]]

    def at_step(self, upto: int) -> tuple[Any, ...]:
        phase, number = self.steps[upto]
        end = self.created + upto if phase in ENDS else None
        return phase, self.created, end, number

    def enriched(self, upto: int) -> EnrichedAction:
        return enriched(
            self.id, *self.at_step(upto), parent=self.parent, group=self.group, name=f"n-{self.id}", kind=self.kind
        )

    def listed(self, upto: int) -> Action:
        return listed(self.id, *self.at_step(upto), parent=self.parent, group=self.group)

    def details(self, upto: int) -> ActionDetails:
        attempts: dict[int, list[tuple[str | int, int, int | None]]] = {}
        for i, (phase, number) in enumerate(self.steps[: upto + 1]):
            told = attempts.setdefault(number, [])
            end = i if phase in ENDS else i + 1
            told.append((phase, self.created + i, None if i == upto and phase not in ENDS else self.created + end))
        return details(
            self.id,
            status(*self.at_step(upto)),
            *(attempt(number, told[-1][0], *told) for number, told in attempts.items()),
            parent=self.parent,
            group=self.group,
        )


@st.composite
def stories(draw: st.DrawFn) -> list[Story]:
    """A run: a tree of actions, each with phases and retries, ended or not."""
    told = []
    for i in range(draw(st.integers(1, 8))):
        steps: list[tuple[str | int, int]] = []
        for number in range(1, draw(st.integers(1, 3)) + 1):
            steps += [(phase, number) for phase in draw(st.lists(st.sampled_from(ACTIVE), min_size=1, max_size=4))]
        if draw(st.booleans()):
            steps.append((draw(st.sampled_from(ENDS)), steps[-1][1]))
        parent = "" if i == 0 else f"a{draw(st.integers(0, i - 1))}"
        group, kind = draw(st.sampled_from(["", "g", "h"])), draw(st.sampled_from(KINDS))
        told.append(Story(f"a{i}", parent, group, kind, draw(st.integers(0, 20)), steps))
    return told


def messages_of(run: list[Story], seed: int) -> list[Message]:
    """Messages of every step of the run, some doubled, some lost, in any order."""
    chance = random.Random(seed)
    sent: list[Message] = []
    for story in run:
        for upto in range(len(story.steps)):
            for form in (story.enriched, story.listed, story.details):
                sent += [form(upto)] * chance.choice([0, 1, 1, 2])
    chance.shuffle(sent)
    return sent


def fold(state: RunState, message: Message, now_ms: float) -> None:
    if isinstance(message, ActionDetails):
        state.fold_details(message, now_ms)
    elif isinstance(message, Action):
        state.fold_listed([message], now_ms)
    else:
        state.fold_enriched([message], now_ms)


@settings(max_examples=60)
@given(stories(), st.integers(0, 2**32))
def test_a_reconcile_gives_the_backends_state(run: list[Story], seed: int) -> None:
    """Any order, doubling and loss of a run's messages, then a unary read of all: the state is the backend's."""
    state = RunState()
    for i, message in enumerate(messages_of(run, seed)):
        fold(state, message, ms(i))
    state.fold_listed([story.listed(-1) for story in run], ms(1000), state.changes)
    truth = {story.id: story.details(len(story.steps) - 1) for story in run}
    for told in truth.values():
        state.fold_details(told, ms(1001), state.changes)
    assert set(state.by_id) == set(truth)
    for story in run:
        action = state.by_id[story.id]
        phase, created, end, number = story.at_step(-1)
        expected_end = None if end is None else ms(story.created + len(story.steps) - 1)
        assert (action.phase, action.attempts) == (P.of(phase), number)
        assert (action.created_ms, action.group, action.parent) == (ms(created), story.group, story.parent)
        assert action.ended_ms == expected_end or story.at_step(-1)[2] == end
        assert action.segments == tuple(s for history in attempts_of(truth[story.id]) for s in history.segments)
        assert not action.needs_history
        assert action.name in (story.id, f"n-{story.id}")
        assert state.parent_index(action) == (state.by_id[story.parent].index if story.parent else -1)


@settings(max_examples=60)
@given(stories(), st.integers(0, 2**32), st.integers(1, 9))
def test_one_by_one_or_many_at_once_is_the_same(run: list[Story], seed: int, size: int) -> None:
    """A message of many actions, new or known, once or repeated, does what as many messages of one action do."""
    sent = [message for message in messages_of(run, seed) if isinstance(message, Action)]
    sent += [Action(), *sent[:3]]
    whole, single = RunState(), RunState()
    for at in range(0, len(sent), size):
        part = sent[at : at + size]
        whole.fold_listed(part, ms(at))
        for message in part:
            single.fold_listed([message], ms(at))
        assert whole.changes_of(whole.take_news()) == single.changes_of(single.take_news())
        assert whole.take_dirty() == single.take_dirty()
    assert rows_of(whole) == rows_of(single)
    assert +whole.counts == +single.counts


@settings(max_examples=60)
@given(stories(), st.integers(0, 2**32))
def test_counts_are_always_a_recount(run: list[Story], seed: int) -> None:
    """After every single message, the counts and the active ones are what counting gives, and changes add up."""
    state, last = RunState(), dict[str, P | None]()
    for i, message in enumerate(messages_of(run, seed)):
        fold(state, message, ms(i))
        counted = Counter(action.phase for action in state if action.phase is not None)
        assert {phase: count for phase, count in state.counts.items() if count} == counted
        assert state.active_count == sum(not action.is_terminal for action in state)
        for change in state.changes_of(state.take_news()):
            assert last.get(change.action) is change.previous
            last[change.action] = change.phase
    assert last == {action.id: action.phase for action in state if action.phase is not None}


@settings(max_examples=60)
@given(stories(), st.integers(0, 2**32))
def test_deltas_add_up_to_the_state(run: list[Story], seed: int) -> None:
    """Any sequence of deltas, some lost and mended by a snapshot, is the state, and equals one snapshot of it."""
    chance = random.Random(seed)
    state = RunState()
    columns, reader, other = Columns(state), Reader(), Reader()
    reader.apply(columns.snapshot(ms(0)))
    for i, message in enumerate(messages_of(run, seed)):
        fold(state, message, ms(i))
        if chance.random() < 0.4:
            delta = columns.delta(state.take_dirty(), ms(i))
            if chance.random() < 0.2:
                continue  # lost on the way
            if reader.apply(delta) == "gap":
                assert reader.apply(columns.snapshot(ms(i))) == "ok"
            assert reader.rows == rows_of(state)
    if reader.apply(columns.delta(state.take_dirty(), ms(1000))) == "gap":
        reader.apply(columns.snapshot(ms(1000)))
    other.apply(columns.snapshot(ms(1000)))
    assert reader.rows == other.rows == rows_of(state)
    assert reader.seq == other.seq
