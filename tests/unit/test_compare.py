"""Two runs side by side: who belongs to whom, what is new and gone, and what the sentence says."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings

from flyte_widgets.run.compare import compare
from flyte_widgets.run.state import RunState
from flyte_widgets.watch.comparing import Compared
from flyte_widgets.wire.analysis import comparison_dict
from tests.run_messages import enriched, ms
from tests.unit.test_critical_path import NOW_S, Told, run_of, runs


def run(*actions: tuple[str, str, float, float | None, str], base: float = 0) -> RunState:
    """Actions are id, name, start, end and parent; the first is the root."""
    state = RunState()
    state.fold_enriched(
        [
            enriched(
                id_,
                "RUNNING" if end is None else "SUCCEEDED",
                base + start,
                end and base + end,
                name=name,
                parent=parent,
            )
            for id_, name, start, end, parent in actions
        ],
        ms(0),
    )
    return state


EARLIER = run(
    ("a0", "main", 0, 200, ""),
    ("x1", "square", 20, 60, "a0"),
    ("x2", "square", 20, 80, "a0"),
    ("x3", "train", 80, 150, "a0"),
    ("x4", "old", 150, 170, "a0"),
    ("x5", "step", 150, 160, "x4"),
    base=-80_000,
)
LATER = run(
    ("a0", "main", 0, 246, ""),
    ("y9", "train", 111, 195, "a0"),
    ("y1", "square", 20, 61, "a0"),
    ("y2", "square", 21, 111, "a0"),
    ("y4", "new", 195, 230, "a0"),
)


def test_actions_match_by_parent_name_and_order() -> None:
    """Whatever their ids and the order in which they were heard of; what has no counterpart is new or gone."""
    found = compare(LATER, ms(246), EARLIER, ms(0))
    assert [(row.action, row.other, row.change) for row in found.rows] == [
        ("a0", "a0", "both"),
        ("y1", "x1", "both"),
        ("y2", "x2", "both"),
        ("y9", "x3", "both"),
        ("y4", "", "new"),
        ("", "x4", "gone"),
        ("", "x5", "gone"),
    ]
    differences = [row.difference and row.difference.total_seconds() for row in found.rows]
    assert differences == [46, 1, 30, 14, None, None, None]
    square = found.rows[2]
    assert (square.start, square.other_start) == (timedelta(seconds=21), timedelta(seconds=20))
    assert (square.duration, square.other_duration) == (timedelta(seconds=90), timedelta(seconds=60))


def test_the_sentence_names_what_decided() -> None:
    """Tasks by what they added to the critical path; those add up to the whole difference."""
    found = compare(LATER, ms(246), EARLIER, ms(0), "r7p0fx4lri")
    assert str(found) == "46s slower than r7p0fx4lri, most of it in new +35s and square +30s"
    assert sum((by for _, by in found.by_task), timedelta()) == found.difference
    back = compare(EARLIER, ms(0), LATER, ms(246), "r8")
    assert back.sentence == "46s faster than r8, most of it in new −35s and square −30s"
    assert compare(EARLIER, ms(0), EARLIER, ms(0)).sentence == "as fast as the other run"


def test_the_sentence_is_one_line_whatever_tasks_are_called() -> None:
    """A long name is cut, and nothing in it acts on a terminal."""
    name = "a\n\x1b[31m" * 100
    fast, slow = (run(("a0", "main", 0, end, ""), ("y1", name, 1, end - 1, "a0")) for end in (20, 90))
    said = str(compare(slow, ms(200), fast, ms(200), "r7"))
    assert said.startswith("1m 10s slower than r7, most of it in a ")
    assert len(said) < 120
    assert said.isprintable()


def test_a_run_that_goes_on_is_not_called_faster() -> None:
    """What goes on has no difference until it has taken longer than the other."""
    live = run(("a0", "main", 0, None, ""), ("y1", "square", 20, None, "a0"))
    early = compare(live, ms(50), EARLIER, ms(0), "r7")
    assert [row.difference for row in early.rows[:2]] == [None, None]
    assert early.sentence == "50s so far; r7 took 3m 20s"
    late = compare(live, ms(230), EARLIER, ms(0), "r7")
    assert late.difference == timedelta(seconds=30)
    assert late.sentence.startswith("30s slower than r7")


def test_a_run_beside_one_that_goes_on_is_not_called_slower() -> None:
    """The other may take longer still; once it has, this one was faster. Of two that go on nothing is decided."""
    live = run(("a0", "main", 0, None, ""), ("y1", "square", 20, None, "a0"))
    early = compare(EARLIER, ms(0), live, ms(60), "r8")
    assert (early.difference, early.rows[0].difference) == (None, None)
    assert early.sentence == "3m 20s in all; r8 has taken 1m 00s so far"
    assert compare(EARLIER, ms(0), live, ms(230), "r8").sentence.startswith("30s faster than r8")
    both = compare(live, ms(230), live, ms(60), "r9")
    assert both.sentence == "3m 50s so far; r9 has taken 1m 00s so far"


@settings(max_examples=200, deadline=None)
@given(runs(), runs())
def test_every_action_is_there_once(ours: tuple[int | None, Told], theirs: tuple[int | None, Told]) -> None:
    """Each action of both runs has one row, and what the tasks added is the difference of both durations."""
    our, their = run_of(*ours), run_of(*theirs)
    found = compare(our, ms(NOW_S), their, ms(NOW_S))
    assert sorted(row.action for row in found.rows if row.action) == sorted(our.by_id)
    assert sorted(row.other for row in found.rows if row.other) == sorted(their.by_id)
    lengths = [found.rows[0].duration, found.rows[0].other_duration]
    assert sum((by for _, by in found.by_task), timedelta()) == lengths[0] - lengths[1]  # type: ignore[operator]


def test_pages_get_what_is_gone_by_name() -> None:
    """Once a name, from when the first began to when the last ended; and no row of this run for it."""
    other = run(
        ("a0", "main", 0, 200, ""),
        ("x1", "square", 20, 60, "a0"),
        ("x2", "old", 150, 170, "a0"),
        ("x3", "old", 140, 160, "a0"),
        ("x4", "early", 10, 11, "a0"),
    )
    ours = run(("a0", "main", 0, 246, ""), ("y1", "square", 20, 61, "a0"))
    sent = comparison_dict(Compared(compare(ours, ms(246), other, ms(246), "r7"), None, "r7", []))
    assert sent["gone"] == [("early", 1, 10_000, 11_000), ("old", 2, 140_000, 170_000)]
    assert [row.action for row in sent["rows"]] == ["a0", "y1"]


def test_nothing_known_is_nothing_compared() -> None:
    """Without a root there are no rows and no sentence."""
    assert compare(RunState(), ms(0), EARLIER, ms(0)).rows == ()
