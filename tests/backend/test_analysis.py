"""What `fw.Run` tells of where the time went, on a real server process: the line, the path, tasks, data, errors."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta, timezone

import pytest

import flyte_widgets as fw
from flyte_widgets.errors import FlyteWidgetsError, RunFailedError, UnknownActionError
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.frames import ActionRow, data_frame
from flyte_widgets.watch import analysis
from flyte_widgets.watch.access import handle_of
from flyte_widgets.watch.handles import Run
from tests.run_helpers import END, run_on
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def failed(shared_server: ServerProcess) -> Run:
    return run_on(shared_server, shared_server.simulate(outcome="failed", elapsed_s=END))


@pytest.fixture(scope="module")
def succeeded(shared_server: ServerProcess) -> Run:
    return run_on(shared_server, shared_server.simulate(elapsed_s=END))


def test_times_are_pythons_own(failed: Run) -> None:
    """Datetimes in UTC and timedeltas, of the run and of its actions; the name of the task."""
    assert (failed.task_name, failed.phase) == ("pipeline", P.FAILED)
    assert failed.started is not None
    assert failed.ended is not None
    assert failed.started.tzinfo is timezone.utc
    assert failed.duration == failed.ended - failed.started == timedelta(seconds=246)
    square = failed.find("square", phase="succeeded")[0]
    assert square.started is not None
    assert square.duration == square.ended - square.started  # type: ignore[operator]
    assert (square.kind, square.error) == ("task", "")


def test_the_summary_names_the_first_cause(failed: Run) -> None:
    """The run's own error repeats that of train_model: that is the cause, not the square that was lived with."""
    line = failed.summary
    assert line is not None
    assert str(line).startswith("train_model (a45) raised OutOfMemoryError: CUDA out of memory. Tried to allocate")
    assert "last of 2 attempts" in line.tail
    assert failed.failures[0].id == "a45"
    assert {action.name for action in failed.failures} == {"train_model", "square"}
    assert failed.error.startswith("The action 'train_model' failed.")
    assert failed.actions["a45"].error.endswith("14.02 GiB in use)")


def test_a_failure_is_reported_for_others(failed: Run) -> None:
    """As Copy report does: the error, the inputs, the end of the log; no more of the environment than versions."""
    text = failed.failures[0].failure_report()
    assert text.startswith("### train\\_model a45 raised: OutOfMemoryError: CUDA out of memory")
    for part in ("- Attempt: 2", "\nInputs:\n", " lines of the log:\n", f"- flyte-widgets: {fw.__version__}"):
        assert part in text, part


def test_run_all_stops_at_a_failed_run(failed: Run, succeeded: Run) -> None:
    """wait(check=True) and raise_for_status() raise with the summary; of a success they say nothing."""
    with pytest.raises(RunFailedError, match=r"failed: train_model \(a45\) raised OutOfMemoryError"):
        failed.wait(30, check=True)
    assert failed.wait(30) is P.FAILED
    assert succeeded.wait(30, check=True) is P.SUCCEEDED
    succeeded.raise_for_status()


def test_a_run_that_goes_on_does_not_raise_for_its_status(shared_server: ServerProcess) -> None:
    """It has not failed, so far."""
    run = run_on(shared_server, shared_server.simulate(elapsed_s=60, hold=True))
    run.raise_for_status()
    assert run.ended is None
    assert run.duration is not None
    assert run.duration > timedelta(seconds=59)


def test_actions_are_found_by_name_phase_and_group(failed: Run) -> None:
    """By pattern, phase and group, alone and together; an id finds its action."""
    assert len(failed.find("square")) == 40
    assert {action.name for action in failed.find("fold_?")} == {"fold_0", "fold_1"}
    assert {action.phase for action in failed.find(phase=P.ABORTED)} == {P.ABORTED}
    assert len(failed.find("s*", phase="failed", group="square")) == 1
    assert [action.id for action in failed.find("a45")] == ["a45"]
    assert failed.find("nothing") == []
    with pytest.raises(TypeError, match="A name or pattern is a text, got NoneType"):
        failed.find(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="A time is a datetime, got str"):
        failed.by_task("yesterday")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"no phase 'broken'. It is one of 'queued'"):
        failed.find(phase="broken")
    with pytest.raises(ValueError, match=r"no phase \['failed'\]"):
        failed.find(phase=["failed"])  # type: ignore[arg-type]


def test_an_action_of_a_fan_out_knows_its_place(failed: Run) -> None:
    """By when it was queued; others have none. Tables and the static view show it with the name."""
    squares = failed.find("square")
    assert sorted(action.index for action in squares) == list(range(40))  # type: ignore[type-var]
    assert squares[3].index == 3
    assert [action.index for action in failed.find("train_model")] == [None]
    table = failed.actions._repr_html_()  # type: ignore[attr-defined]
    assert ">prepare[0]<" in table
    assert ">pipeline<" in table


def test_an_unknown_action_says_how_many_there_are(failed: Run) -> None:
    """It is a KeyError, so that `in` and `get` work, and it names find()."""
    with pytest.raises(
        UnknownActionError, match=r"has no action 'square'. It has 50. Find actions by name: run.find"
    ) as e:
        failed.actions["square"]
    assert isinstance(e.value, KeyError)
    assert "square" not in failed.actions
    assert failed.actions.get("square") is None


def test_the_critical_path_covers_the_run(succeeded: Run) -> None:
    """Its pieces add up to the run's duration, to the millisecond, and say in which phase each action was."""
    pieces = succeeded.critical_path()
    assert abs(sum((p.duration for p in pieces), timedelta()) - succeeded.duration) < timedelta(milliseconds=1)  # type: ignore[operator]
    assert (pieces[0].start, pieces[-1].end) == (succeeded.started, succeeded.ended)
    spent = Counter[P | None]()
    for piece in pieces:
        spent[piece.phase] += round(piece.duration.total_seconds())
    assert spent[P.WAITING_FOR_RESOURCES] > 20
    assert spent[None] == 0
    line = succeeded.summary
    assert line is not None
    assert line.state == "ended"
    assert str(line) == "3m 20s, of which 12 % waiting for resources; embed_corpus decided 57 %"


def test_tasks_add_up(succeeded: Run) -> None:
    """Each action is counted once, and the shares of the path are the whole; a range needs a time zone."""
    rows = succeeded.by_task()
    assert sum(row.actions for row in rows) == len(succeeded.actions)
    assert sum(row.on_path for row in rows) == pytest.approx(1)
    square = next(row for row in rows if row.task == "square")
    assert (square.actions, square.p95 is not None, (square.waiting or 0) > 0.5) == (40, True, True)
    started = succeeded.started
    assert started is not None
    early = succeeded.by_task(end=started + timedelta(seconds=10))
    assert [row.task for row in early] == ["pipeline"]
    with pytest.raises(FlyteWidgetsError, match="without a time zone"):
        succeeded.by_task(start=started.replace(tzinfo=None))


def test_two_runs_are_compared(succeeded: Run, failed: Run) -> None:
    """By handle or by name: what both have in the same place, what is new, what is gone."""
    found = failed.compare(succeeded)
    assert found.difference == timedelta(seconds=46)
    assert str(found).startswith(f"46s slower than {succeeded.name}, most of it in")
    assert {row.name for row in found.rows if row.change == "gone"} == {
        "load_vocabulary",
        "shadow_eval",
        "approve_release",
        "publish",
    }
    assert failed.compare(succeeded.name).rows == found.rows
    assert failed.compare(failed).sentence == f"as fast as {failed.name}"


def test_the_data_equal_the_actions(failed: Run) -> None:
    """Row by row the same as `run.actions`, with pandas where that is installed."""
    rows = analysis.run_rows(handle_of(failed))
    assert [row.id for row in rows] == list(failed.actions)
    for row in rows:
        action = failed.actions[row.id]
        assert (row.name, row.parent, row.group, row.attempt) == (
            action.name,
            action.parent,
            action.group,
            action.attempt,
        )
        assert (row.started, row.ended, row.duration) == (action.started, action.ended, action.duration)
        assert row.phase == (action.phase or "")
        assert bool(row.error) == bool(action.error), row
    assert sum(row.on_critical_path for row in rows) == len({piece.action for piece in failed.critical_path()})
    told = failed.to_dict()
    assert (told["phase"], len(told["actions"]), told["summary"]) == ("failed", 50, str(failed.summary))
    assert len(failed.segments()) == len(told["segments"])


def test_to_pandas_equals_the_actions(failed: Run) -> None:
    """The same rows as a DataFrame."""
    frame = failed.to_pandas()
    assert frame.equals(data_frame(analysis.run_rows(handle_of(failed))))
    assert list(frame.columns) == list(ActionRow._fields)
    assert frame.set_index("id").loc["a45", "waiting"] > timedelta(seconds=10)


def test_a_wait_is_explained(shared_server: ServerProcess) -> None:
    """After 30 s the cluster's reason is read, and the line says what is waited for, and how it stands."""
    run = run_on(shared_server, shared_server.simulate(actions=40, wait_s=500, retries=0, elapsed_s=60, hold=True))
    assert str(run.summary).startswith("0 of 1, 1 action waits for cpu, for 1m 0")
    assert str(run.summary).endswith("nodes have enough free")


def test_an_error_is_told_while_a_retry_runs(shared_server: ServerProcess) -> None:
    """The run has not failed: the error of the attempt before, and where the next one is."""
    line = run_on(shared_server, shared_server.simulate(elapsed_s=100, hold=True)).summary
    assert line is not None
    assert (line.state, line.action) == ("error", "a45")
    assert line.tail == ("attempt 2 is running", "user error")


def test_what_is_usual_comes_from_earlier_runs_of_the_task(server: ServerProcess) -> None:
    """None with two earlier successes; from three on an estimate, with its number of runs."""
    for i in range(3):
        server.simulate(outcome="failed", seed=i, elapsed_s=END, name=f"r-failed-{i}")
    for i in range(4):
        if i == 2:
            young = run_on(server, server.simulate(seed=99, elapsed_s=5, hold=True))
            assert young.summary is None
        server.simulate(seed=i, elapsed_s=END, name=f"r-earlier-{i}")
    run = run_on(server, server.simulate(seed=7, elapsed_s=5, hold=True))
    line = run.summary
    assert line is not None
    assert line.state == "estimate"
    assert "about 3m left, usually 3m 20s · estimate from 4 runs" in str(line)


def test_the_names_are_public() -> None:
    """`fw.Run` has them all, each with a docstring."""
    for name in (
        "find",
        "failures",
        "summary",
        "critical_path",
        "by_task",
        "compare",
        "to_pandas",
        "segments",
        "to_dict",
    ):
        assert getattr(fw.Run, name).__doc__
