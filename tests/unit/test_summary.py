"""The one line, state by state: what it says, and what it does not say because nobody knows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from flyte_widgets.api.identity import Identity, IdentitySpec, IdentityUser
from flyte_widgets.api.messages import AbortInfo, ActionAttempt, ActionDetails, ClusterEvent, ErrorInfo
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.redaction import register
from flyte_widgets.run.causes import error_words
from flyte_widgets.run.line.parts import Summary
from flyte_widgets.run.state import RunState
from flyte_widgets.run.summary import summary
from flyte_widgets.run.usual import usual_of
from flyte_widgets.run.waits import Wait, wait_of
from tests.run_messages import at, attempt, details, enriched, ms, status

TOO_BIG = ErrorInfo("ValueError: n is too big", "KIND_USER")
NO_MEMORY = ErrorInfo(
    'Traceback\n  File "/app/a.py", line 3, in f\ntorch.OutOfMemoryError: CUDA out of memory', "KIND_USER"
)
KILLED = ErrorInfo("[1/1] currentAttempt done. Container was OOMKilled, exit code 137", "KIND_SYSTEM")


class Run:
    """A run as messages tell it, with the details that were read of it."""

    def __init__(self, phase: str, end: float | None = None, *, error: ErrorInfo | None = None) -> None:
        self.state, self.details, self.events = RunState(), dict[str, ActionDetails](), dict[str, list[ClusterEvent]]()
        self.add("a0", "main", phase, 0, end, parent="", error=error)

    def add(
        self,
        id_: str,
        name: str,
        phase: str,
        start: float,
        end: float | None = None,
        attempts: int = 1,
        *,
        parent: str = "a0",
        error: ErrorInfo | None = None,
        read: tuple[ActionAttempt, ...] = (),
    ) -> Run:
        told = status(phase, start, end, attempts)
        self.state.fold_enriched([enriched(id_, phase, start, end, attempts, name=name, parent=parent)], ms(start))
        if error is not None or read:
            self.details[id_] = replace(details(id_, told, *read, name=name, parent=parent), error_info=error)
            self.state.fold_details(self.details[id_], ms(start))
        return self

    def line(self, now: float, **more: Any) -> Summary | None:
        return summary(self.state, ms(now), details=self.details, events=self.events, **more)

    def said(self, now: float, **more: Any) -> str:
        line = self.line(now, **more)
        return "" if line is None else str(line)


def failed(*errors: ErrorInfo | None, root: ErrorInfo | None = None) -> Run:
    run = Run("FAILED", 100, error=root)
    for i, error in enumerate(errors):
        run.add(f"a{17 + i}", "square", "FAILED", 10, 40 + i, error=error)
    return run


def test_a_failed_run_names_the_first_cause() -> None:
    """The earliest failed leaf, with class and message, whose fault it was; not the parent that raised it again."""
    run = Run("FAILED", 100, error=ErrorInfo("the child failed: ValueError: n is too big"))
    run.add("p", "stage", "FAILED", 5, 99, error=TOO_BIG)
    run.add("a17", "square", "FAILED", 10, 40, 3, parent="p", error=TOO_BIG)
    line = run.line(200)
    assert line is not None
    assert str(line) == "square (a17) raised ValueError: n is too big · last of 3 attempts · user error"
    assert (line.state, line.phase, line.action, line.buttons) == (
        "failed",
        P.FAILED,
        "a17",
        ("show", "logs", "report"),
    )
    assert [part.text for part in line.sentence if part.style == "strong"] == ["ValueError: n is too big"]
    assert "".join(part.text for part in line.answer) == "ValueError: n is too big"
    assert "".join(part.text for part in line.place) == "square a17, last of 3 attempts"


@pytest.mark.parametrize(
    ("errors", "more"),
    [
        ([TOO_BIG, TOO_BIG, NO_MEMORY, TOO_BIG], "and 3 more, 2 of them the same · user error"),
        ([TOO_BIG, NO_MEMORY], "and 1 more: OutOfMemoryError · user error"),
        ([TOO_BIG, TOO_BIG], "and 1 more, the same · user error"),
        ([TOO_BIG, TOO_BIG, TOO_BIG], "and 2 more, all the same · user error"),
        ([TOO_BIG, None, None], "and 2 more · user error"),
        ([TOO_BIG, TOO_BIG, None], "and 2 more · user error"),
    ],
)
def test_other_causes_are_counted(errors: list[ErrorInfo | None], more: str) -> None:
    """How many there are, and how many of them are known to be the same."""
    assert failed(*errors).said(200) == f"square (a17) raised ValueError: n is too big · {more}"


def test_an_error_that_was_lived_with_is_not_the_cause() -> None:
    """The earliest failure is passed over where the root's own error repeats that of a later one."""
    run = failed(
        TOO_BIG, NO_MEMORY, root=ErrorInfo("The action 'square' failed.\nOutOfMemoryError: CUDA out of memory")
    )
    assert run.said(200).startswith("square (a18) raised OutOfMemoryError: CUDA out of memory · and 1 more: ValueError")


def test_a_root_that_fails_alone_is_its_own_cause() -> None:
    """No action below failed: the error is the root's."""
    assert Run("FAILED", 9, error=TOO_BIG).said(9) == "main (a0) raised ValueError: n is too big · user error"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KILLED, "square (a17) was killed: out of memory · exit code 137 · system error"),
        (ErrorInfo("bad data in row 7", "KIND_USER"), "square (a17) failed: bad data in row 7 · user error"),
        (ErrorInfo("bad data", "KIND_USER", "ValueError"), "square (a17) raised ValueError: bad data · user error"),
        (ErrorInfo("no such image", "KIND_SYSTEM", "USER"), "square (a17) failed: no such image · system error"),
        (None, "square (a17) failed"),
    ],
)
def test_errors_without_an_exception(error: ErrorInfo | None, said: str) -> None:
    """What is known is said: killed, or the message, or only that it failed."""
    assert failed(error).said(200) == said


def test_a_time_out() -> None:
    """How long it took until then, and which limit that was, in the backend's words."""
    run = Run("TIMED_OUT", 2000)
    run.add("a44", "train", "TIMED_OUT", 100, 1900, 2, error=ErrorInfo("It ran longer than its max_runtime of 30m."))
    line = run.line(3000)
    assert line is not None
    assert (
        str(line) == "train (a44) timed out after 30m: It ran longer than its max_runtime of 30m. · last of 2 attempts"
    )
    assert line.phase is P.TIMED_OUT


def test_a_run_that_timed_out_is_its_own_cause() -> None:
    """Its limit ended it, whatever failed before; unless its error repeats that of an action."""
    run = Run("TIMED_OUT", 150, error=ErrorInfo("The run did not end before its deadline.", "KIND_USER"))
    run.add("a1", "square", "FAILED", 1, 5, error=TOO_BIG)
    assert run.said(200).startswith("main (a0) timed out after 2m 30s: The run did not end")


def test_an_error_while_a_retry_runs() -> None:
    """The error of the last attempt, and that another one runs: the run has not failed."""
    first = replace(attempt(1, "FAILED", ("RUNNING", 10, 50), ("FAILED", 50, 50), end=50), error_info=NO_MEMORY)
    run = Run("RUNNING")
    run.add("a44", "train", "RUNNING", 10, None, 2, read=(first, attempt(2, "RUNNING", ("RUNNING", 55, None))))
    line = run.line(60)
    assert line is not None
    assert line.state == "error"
    assert str(line) == "train (a44) raised OutOfMemoryError: CUDA out of memory · attempt 2 is running · user error"


def test_an_error_that_the_run_lives_with() -> None:
    """An action failed for good and the run goes on: that is said, and the run's success says nothing of it."""
    run = Run("RUNNING").add("a1", "square", "FAILED", 1, 5, error=TOO_BIG)
    assert run.said(60) == "square (a1) raised ValueError: n is too big · the run goes on · user error"


def waits(run: Run, message: str, reason: str = "", n: int = 12) -> Run:
    for i in range(n):
        id_ = f"w{i}"
        steps = attempt(1, "WAITING_FOR_RESOURCES", ("QUEUED", 0, 28 + i), ("WAITING_FOR_RESOURCES", 28 + i, None))
        run.add(id_, "gpu_eval", "WAITING_FOR_RESOURCES", 0, read=(steps,))
    run.events["w0"] = [ClusterEvent(at(30), message, "WARNING", reason)]
    return run


GPU = (
    "0/10 nodes are available: 3 Insufficient cpu, 10 Insufficient nvidia.com/gpu. preemption: 0/10 nodes are available"
)
QUOTA = "pods is forbidden: exceeded quota: etl-development, requested: cpu=4, used: cpu=200, limited: cpu=200"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (GPU, "12 actions wait for nvidia.com/gpu, the longest 1m 12s: 0 of 10 nodes have enough free"),
        (QUOTA, "12 actions wait for quota, the longest 1m 12s: etl-development uses 200 of 200 cpu"),
        (
            "0/6 nodes are available: 6 node(s) had taints",
            "12 actions wait for nodes, the longest 1m 12s: 0 of 6 nodes can take them: 6 node(s) had taints",
        ),
    ],
)
def test_a_wait_says_what_for(message: str, said: str) -> None:
    """How many, for what, how long, and how it stands, from the events of one that waits."""
    line = waits(Run("RUNNING"), message).line(100)
    assert line is not None
    assert str(line) == f"0 of 13, {said}"
    assert line.buttons == ("show",)
    [clock] = [part for part in line.sentence if part.since_ms is not None]
    assert (clock.text, clock.since_ms) == ("1m 12s", ms(28))


def test_a_short_or_unexplained_wait_is_no_line() -> None:
    """Under 30 s, or without a reason of the cluster's, nothing is said."""
    assert waits(Run("RUNNING"), GPU).line(57) is None
    assert waits(Run("RUNNING"), "task submitted to K8s").line(100) is None
    assert wait_of([ClusterEvent(at(1), "no fit", "WARNING", "FailedScheduling")]) == Wait("resources", "no fit")


USUAL = usual_of([190_000, 185_000, 211_000, 188_000, 192_000, 190_000, 190_000, 187_000])


def test_an_estimate_says_that_it_is_one() -> None:
    """What is left, what is usual, from how many runs, and the range."""
    line = Run("RUNNING").line(130, usual=USUAL)
    assert line is not None
    assert line.state == "estimate"
    assert str(line) == "0 of 1, about 1m left, usually 3m 10s · estimate from 8 runs · 9 of 10 take 2m 55s to 3m 29s"


def test_overdue_says_so() -> None:
    """Longer than the longest of them: by how much it is over, and what the longest took."""
    line = Run("RUNNING").line(242, usual=USUAL)
    assert line is not None
    assert (line.state, line.buttons) == ("overdue", ("compare",))
    assert str(line) == "0 of 1, 52s over the usual 3m 10s · at most 3m 31s in 8 runs"


def test_without_history_a_run_that_goes_on_has_no_line() -> None:
    """Nothing is known, so nothing is said."""
    assert Run("RUNNING").line(100) is None
    assert summary(RunState(), ms(0)) is None


def test_how_it_ended() -> None:
    """The share of the path that was no work, and the task that decided most."""
    run = Run("SUCCEEDED", 200)
    told = attempt(1, "SUCCEEDED", ("WAITING_FOR_RESOURCES", 60, 190), ("RUNNING", 190, 198), end=198)
    run.add("a1", "gpu_eval", "SUCCEEDED", 60, 198, read=(told,))
    line = run.line(500)
    assert line is not None
    assert str(line) == "3m 20s, of which 65 % waiting for resources; gpu_eval decided 69 %"
    assert "".join(part.text for part in line.place) == "of 3m 20s; gpu_eval decided 69 %"
    assert (line.phase, line.buttons) == (P.SUCCEEDED, ("path",))


def test_an_end_without_anything_to_tell_has_no_line() -> None:
    """One action of which only its length is known: that is in the header."""
    assert Run("SUCCEEDED", 12).line(20) is None


def test_an_abort_says_who_and_why() -> None:
    """By whom and why, as far as the backend says, and how much was done."""
    run = Run("ABORTED", 90)
    assert run.said(99) == "Aborted · 0 of 1 action was done"
    run.add("a1", "t", "SUCCEEDED", 1, 5)
    assert run.said(99) == "Aborted · 1 of 2 actions were done"
    by = Identity(user=IdentityUser(spec=IdentitySpec(email="kim@acme.dev")))
    run.details["a0"] = ActionDetails(abort_info=AbortInfo("wrong\n dataset", by))
    assert run.said(99) == "Aborted by kim@acme.dev: wrong dataset · 1 of 2 actions were done"


def test_secrets_and_colours_stay_out() -> None:
    """A secret of this process, and what colours a terminal, are in no form of the line."""
    register("s3cret-token-value")
    error = ErrorInfo("\x1b[31mValueError: \u202etoken s3cret-token-value\x07\x1b[0m")
    words = error_words(error)
    assert words.what == "ValueError: \ufffdtoken [redacted]\ufffd"
    assert "s3cret" not in repr(failed(error).line(200))


PHASES = st.sampled_from(
    ["QUEUED", "WAITING_FOR_RESOURCES", "RUNNING", "PAUSED", "SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"]
)
TEXT = st.text(max_size=40)


@settings(max_examples=300, deadline=None)
@given(PHASES, st.lists(st.tuples(PHASES, st.integers(0, 3), st.none() | st.tuples(TEXT, TEXT), TEXT), max_size=6))
@example("RUNNING", [("WAITING_FOR_RESOURCES", 1, ("0/3 nodes are available: 3 taints\nand so on", ""), "t")])
@example("SUCCEEDED", [("SUCCEEDED", 1, None, "two\nlines" * 40)])
def test_whatever_a_backend_says_is_a_line_or_none(
    root: str, told: list[tuple[str, int, tuple[str, str] | None, str]]
) -> None:
    """No message breaks it, and a line is one line, with an answer."""
    run = Run(root, 50 if root in ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT") else None)
    for i, (phase, attempts, error, name) in enumerate(told):
        info = ErrorInfo(error[0], "KIND_USER", error[1]) if error is not None else None
        run.add(f"a{i + 1}", name, phase, i, i + 9, attempts, error=info)
        run.events[f"a{i + 1}"] = [ClusterEvent(at(1), error[0] if error else "", 1, error[1] if error else "")]
    line = run.line(100, usual=USUAL)
    if line is not None:
        assert str(line).strip()
        assert "\n" not in str(line)
        assert any(part.style == "strong" and part.text for part in line.sentence)
