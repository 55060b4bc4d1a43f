"""Phases never go back, whatever overtakes what: the phases that a run shows are a path that its server made."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.order import moves_forward
from flyte_widgets.run.state import RunState
from tests.run_messages import details, enriched, listed, ms, status

Step = tuple[str, int]
"""Phase and attempt."""

ACTIVE = ["QUEUED", "WAITING_FOR_RESOURCES", "INITIALIZING", "RUNNING"]
ENDS = ["SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT", "RECOVERED"]


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """What a server may do to one action: its guard (see `moves_forward`), retries, aborts over an end."""
    steps: list[Step] = [(draw(st.sampled_from(ACTIVE)), 1)]
    for _ in range(draw(st.integers(0, 8))):
        phase, attempt = steps[-1]
        known = P.of(phase)
        assert known is not None
        if phase == "PAUSED":
            steps.append((draw(st.sampled_from(ENDS)), attempt))
        elif phase in ("FAILED", "TIMED_OUT"):
            again = draw(st.booleans())
            steps.append((draw(st.sampled_from(ACTIVE if again else ENDS)), attempt + again))
        else:
            # What has ended is not paused any more, though PAUSED has the higher number.
            names = [*ACTIVE, *ENDS] if known.is_terminal else [*ACTIVE, *ENDS, "PAUSED"]
            later = [name for name in names if P[name].number >= known.number]
            steps.append((draw(st.sampled_from(["ABORTED", *later])), attempt))
    return [step for i, step in enumerate(steps) if i == 0 or step != steps[i - 1]]


class Backend:
    """A server that goes through a history, two streams that each keep their order and lose messages, and reads."""

    def __init__(self, history: list[Step]) -> None:
        self.history, self.now = history, 0
        self.streams: tuple[deque[Step], deque[Step]] = (deque(), deque())
        self.reads: list[tuple[int, Step | None]] = []
        """Where each read began, and what the server answered; None while it has not."""
        self.state = RunState()
        self.seen: list[P] = []

    def advance(self) -> None:
        self.now = min(self.now + 1, len(self.history) - 1)

    def send(self, stream: int) -> None:
        self.streams[stream].append(self.history[self.now])

    def lose(self, stream: int) -> None:
        if self.streams[stream]:
            self.streams[stream].pop()

    def deliver(self, stream: int) -> None:
        if self.streams[stream]:
            phase, attempt = self.streams[stream].popleft()
            if stream == 0:
                self.state.fold_enriched([enriched("a0", phase, 0, None, attempt)], ms(1))
            else:
                self.state.fold_details(details("a0", status(phase, 0, None, attempt)), ms(1))
            self.look()

    def begin_read(self) -> None:
        self.reads.append((self.state.changes, None))

    def serve_read(self, which: int) -> None:
        if self.reads:
            begun, _ = self.reads[which % len(self.reads)]
            self.reads[which % len(self.reads)] = (begun, self.history[self.now])

    def answer_read(self, which: int) -> None:
        if not self.reads or self.reads[which % len(self.reads)][1] is None:
            return
        begun, answer = self.reads.pop(which % len(self.reads))
        assert answer is not None
        self.state.fold_listed([listed("a0", answer[0], 0, None, answer[1])], ms(1), begun)
        self.look()

    def look(self) -> None:
        root = self.state.root
        if root is not None and root.phase is not None and [root.phase] != self.seen[-1:]:
            self.seen.append(root.phase)
        for _ in self.state.take_doubted():
            self.begin_read()

    def settle(self) -> None:
        """All that is under way arrives; then one read of the end, as a reconcile makes it."""
        self.now = len(self.history) - 1
        for stream in (0, 1):
            while self.streams[stream]:
                self.deliver(stream)
        self.begin_read()
        while self.reads:
            self.serve_read(0)
            self.answer_read(0)


def is_path(seen: list[P], history: list[Step]) -> bool:
    """Whether the server made these phases, in this order."""
    made = iter(P[phase] for phase, _ in history)
    return all(phase in made for phase in seen)


OPERATIONS = st.tuples(
    st.sampled_from(["advance", "send", "send", "deliver", "deliver", "lose", "begin", "serve", "answer", "answer"]),
    st.integers(0, 1),
)


@settings(max_examples=1000, deadline=None)
@given(histories(), st.lists(OPERATIONS, max_size=60))
def test_what_is_shown_is_a_path_of_the_server(history: list[Step], operations: list[tuple[str, int]]) -> None:
    """Any interleaving of two lossy streams and unary reads: no phase is shown that the server did not come to."""
    backend = Backend(history)
    for name, which in operations:
        match name:
            case "advance":
                backend.advance()
            case "send":
                backend.send(which)
            case "deliver":
                backend.deliver(which)
            case "lose":
                backend.lose(which)
            case "begin":
                backend.begin_read()
            case "serve":
                backend.serve_read(which)
            case _:
                backend.answer_read(which)
    backend.settle()
    assert is_path(backend.seen, history), (backend.seen, history)
    assert backend.seen[-1] is P[history[-1][0]]


@pytest.mark.parametrize("late", ["enriched", "details", "listed"])
def test_an_old_message_moves_nothing_back(late: str) -> None:
    """RUNNING that comes after SUCCEEDED, by either stream or by a read that began earlier, is only asked about."""
    state = RunState()
    state.fold_enriched([enriched("a0", "RUNNING")], ms(1))
    begun = state.changes
    state.fold_enriched([enriched("a0", "SUCCEEDED", 0, 5)], ms(2))
    if late == "enriched":
        state.fold_enriched([enriched("a0", "RUNNING")], ms(3))
    elif late == "details":
        assert not state.fold_details(details("a0", status("RUNNING")), ms(3))
    else:
        state.fold_listed([listed("a0", "RUNNING")], ms(3), begun)
    root = state.root
    assert root is not None
    assert (root.phase, root.ended_ms) == (P.SUCCEEDED, ms(5))
    assert state.take_doubted() == {"a0"}
    assert state.take_doubted() == set()


@pytest.mark.parametrize(
    ("before", "after"), [("FAILED", "RUNNING"), ("SUCCEEDED", "ABORTED"), ("PAUSED", "RUNNING"), ("RUNNING", "QUEUED")]
)
def test_a_move_back_that_a_read_confirms_is_shown(before: str, after: str) -> None:
    """A retried root, an abort over an end, a condition that goes on: a read moves it, the stream alone does not."""
    state = RunState()
    state.fold_enriched([enriched("a0", before)], ms(1))
    state.fold_enriched([enriched("a0", after)], ms(2))
    assert state.root is not None
    assert (state.root.phase, state.take_doubted()) == (P[before], {"a0"})
    state.fold_details(details("a0", status(after)), ms(3), state.changes)
    assert (state.root.phase, state.take_doubted()) == (P[after], set())


def test_a_higher_attempt_is_proof_enough() -> None:
    """Attempts are only ever added: a retry is shown at once, and what comes late of the attempt before is not."""
    state = RunState()
    state.fold_enriched([enriched("a0", "FAILED", 0, 5, 1)], ms(1))
    state.fold_enriched([enriched("a0", "RUNNING", 0, None, 2)], ms(2))
    assert state.root is not None
    assert (state.root.phase, state.take_doubted()) == (P.RUNNING, set())
    state.fold_details(details("a0", status("FAILED", 0, 5, 1)), ms(3))
    assert (state.root.phase, state.take_doubted()) == (P.RUNNING, {"a0"})


def test_of_what_has_moved_back_once_only_a_read_is_believed() -> None:
    """A hosted backend lets a condition run on after PAUSED: a late PAUSED is then no news, whatever its number."""
    state = RunState()
    state.fold_enriched([enriched("a0", "PAUSED")], ms(1))
    state.fold_listed([listed("a0", "RUNNING")], ms(2), state.changes)
    state.fold_enriched([enriched("a0", "PAUSED")], ms(3))
    assert state.root is not None
    assert state.root.phase is P.RUNNING
    assert state.take_doubted() == {"a0"}


def test_forward_is_what_the_backends_guard_accepts() -> None:
    """By number; from PAUSED only to an end; nothing after an end; an unknown phase anywhere but after an end."""
    new = P.of(11)
    assert moves_forward(None, P.RUNNING)
    assert moves_forward(P.QUEUED, P.RUNNING)
    assert not moves_forward(P.RUNNING, P.QUEUED)
    assert moves_forward(P.RUNNING, P.PAUSED)
    assert not moves_forward(P.PAUSED, P.RUNNING)
    assert moves_forward(P.PAUSED, P.SUCCEEDED)
    assert not moves_forward(P.SUCCEEDED, P.ABORTED)
    assert moves_forward(new, P.RUNNING)
    assert moves_forward(P.RUNNING, new)
    assert not moves_forward(P.FAILED, new)
