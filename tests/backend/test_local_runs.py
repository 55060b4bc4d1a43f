"""Real tasks, run in the background by `launch`: results, errors, aborts, and the user's own session left alone."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from typing import Any

import flyte
import pytest
from flyte._initialize import get_init_config, is_initialized

from flyte_widgets.errors import LocalError, WaitTimeoutError
from flyte_widgets.local.runs.journal import Journal
from flyte_widgets.local.runs.runner import LaunchedRun, launch
from flyte_widgets.local.services.server import LocalBackend
from flyte_widgets.phases import ActionPhase
from tests import pipeline as tasks
from tests.local_actions import actions
from tests.run_helpers import PATIENCE_S, timely

P = ActionPhase
PIPELINE_RESULT = 22

env = flyte.TaskEnvironment("observer")


@env.task
async def observe_session() -> bool:
    """Whether a task could call a backend."""
    return is_initialized() and get_init_config().client is not None


@env.task
async def leave() -> int:
    sys.exit(3)


@env.task
def leave_from_a_thread() -> int:
    sys.exit(3)


def phases(run: LaunchedRun) -> list[tuple[str, ActionPhase | None]]:
    return sorted(
        (record.details.metadata.task.short_name or record.details.metadata.trace.name, P.of(record.phase))
        for record in actions(run).values()
    )


def await_action(run: LaunchedRun, task: str, timeout_s: float = PATIENCE_S) -> str:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for name, record in actions(run).items():
            if record.details.metadata.task.short_name == task and P.of(record.phase) is P.RUNNING:
                return name
        time.sleep(0.02)
    raise AssertionError(f"{task} has not begun")


def test_launch_returns_at_once_and_the_run_is_known(backend: LocalBackend) -> None:
    """Before the first task has begun the run is there, QUEUED, under the name that launch gave it."""
    begun = time.monotonic()
    run = launch(tasks.pipeline, ("known",), backend=backend)
    timely(time.monotonic() - begun, 0.5)
    assert phases(run) == [("pipeline", P.QUEUED)]
    assert run.result(PATIENCE_S) == PIPELINE_RESULT
    assert {phase for _, phase in phases(run)} == {P.SUCCEEDED}
    assert len(actions(run)) == 10


def test_two_runs_at_once_keep_their_tasks_apart(backend: LocalBackend) -> None:
    """The SDK has one controller a process; each run in the background has all its own actions, and only those."""
    runs = [launch(tasks.pipeline, (f"apart-{i}",), backend=backend) for i in range(3)]
    assert [run.result(PATIENCE_S) for run in runs] == [PIPELINE_RESULT] * 3
    expected = phases(runs[0])
    assert len(expected) == 10
    assert [phases(run) for run in runs] == [expected] * 3


def test_a_run_of_the_users_own_meanwhile_disturbs_nothing(backend: LocalBackend) -> None:
    """A plain `flyte.run` in local mode, while a run goes on in the background, reports nowhere and takes nothing."""
    run = launch(tasks.pipeline, ("disturbed",), backend=backend)
    await_action(run, "pipeline")
    own = flyte.with_runcontext(mode="local").run(tasks.nested, 3)
    assert own.outputs()[0] == 25
    assert run.result(PATIENCE_S) == PIPELINE_RESULT
    assert [name for name, _ in phases(run)].count("nested") == 1


def test_the_users_session_is_never_redirected(backend: LocalBackend) -> None:
    """Neither the process nor the tasks themselves see the session that reports to the embedded backend."""
    run = launch(observe_session, backend=backend)
    assert run.result(PATIENCE_S) is False
    assert not is_initialized()


def test_a_failure_reaches_the_caller_and_the_backend(backend: LocalBackend) -> None:
    """The task's error is raised by result(), and is the root's error with message, code and kind."""
    run = launch(tasks.pipeline, ("failing", 5), backend=backend)
    with pytest.raises(flyte.errors.RuntimeUserError, match="try 3 of failing"):
        run.result(PATIENCE_S)
    details = actions(run)["a0"].details
    assert P.of(details.status.phase) is P.FAILED
    assert details.error_info.code == "ConnectionError"
    assert "ConnectionError: try 3 of failing" in details.error_info.message
    assert details.error_info.kind == 1


@pytest.mark.parametrize("task", [leave, leave_from_a_thread])
def test_a_task_that_leaves_python_fails_and_others_run_on(backend: LocalBackend, task: Any) -> None:
    """sys.exit() ended a thread that all calls of the SDK share: neither this run nor any later one ever ended."""
    run = launch(task, backend=backend)
    with pytest.raises(LocalError, match=r"SystemExit\(3\).*Raise an Exception"):
        run.result(PATIENCE_S)
    assert P.of(actions(run)["a0"].phase) is P.FAILED
    assert launch(observe_session, backend=backend).result(PATIENCE_S) is False


def test_a_report_that_cannot_be_shown_is_mentioned(backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the SDK may report what is not understood: the rest is shown, and the run succeeds."""

    def break_groups(self: Journal, run: Any, note: Any) -> Any:
        if note.group:
            raise LookupError(note.group)
        return add(self, run, note)

    add = Journal._add
    monkeypatch.setattr(Journal, "_add", break_groups)
    run = launch(tasks.pipeline, ("broken",), backend=backend)
    assert run.result(30) == PIPELINE_RESULT
    assert len(actions(run)) == 7
    events = [item.message for event in actions(run)["a0"].events for item in event.cluster_events]
    assert events == ["Some of what the SDK reported cannot be shown: see the log of the kernel."]
    assert P.of(actions(run)["a0"].phase) is P.SUCCEEDED


def test_inputs_that_do_not_fit_fail_the_run(backend: LocalBackend) -> None:
    """Not even the SDK has registered the run: it ends FAILED all the same, and says what does not fit."""
    run = launch(tasks.nested, ("three",), backend=backend)
    with pytest.raises(TypeError):
        run.result(PATIENCE_S)
    assert phases(run) == [("nested", P.FAILED)]
    assert "x" in actions(run)["a0"].details.error_info.message


def test_abort_cancels_what_runs(backend: LocalBackend) -> None:
    """An abort ends the coroutine within a second; root and unfinished actions say ABORTED and why."""
    run = launch(tasks.forever, backend=backend)
    await_action(run, "square")
    begun = time.monotonic()
    run.abort("wrong dataset")
    with pytest.raises(LocalError, match="wrong dataset"):
        run.result(PATIENCE_S)
    timely(time.monotonic() - begun, 1)
    assert phases(run) == [("forever", P.ABORTED), ("square", P.ABORTED)]
    assert {record.details.abort_info.reason for record in actions(run).values()} == {"wrong dataset"}


def test_after_an_abort_nothing_new_starts(backend: LocalBackend) -> None:
    """A synchronous task goes on in its thread until its step is done, and can start no other."""
    run = launch(tasks.sync_steps, (200,), backend=backend)
    await_action(run, "add_one")
    time.sleep(0.3)
    run.abort("enough")
    aborted_us = time.time_ns() // 1000  # a step may have begun on the way to it
    with pytest.raises(LocalError):
        run.result(PATIENCE_S)
    time.sleep(1.5)  # what the SDK has still to report of the time before comes in
    assert max(record.created_us for record in actions(run).values()) <= aborted_us
    assert {phase for _, phase in phases(run)} == {P.SUCCEEDED, P.ABORTED}


def test_an_abort_before_the_start_is_an_abort(backend: LocalBackend) -> None:
    """Who presses Abort at once gets an aborted run in which no task has begun, or only just."""
    run = launch(tasks.forever, backend=backend)
    run.abort("at once")
    with pytest.raises(LocalError, match="at once"):
        run.result(PATIENCE_S)
    assert P.of(actions(run)["a0"].phase) is P.ABORTED
    assert {record.is_terminal for record in actions(run).values()} == {True}


def test_an_aborted_action_raises_at_its_parent(backend: LocalBackend) -> None:
    """Whoever awaits an aborted action gets the SDK's ActionAbortedError and may go on; the run succeeds."""
    run = launch(tasks.tolerant, backend=backend)
    child = await_action(run, "square")
    backend.control.abort(run.key, child, "stuck")
    assert run.result(PATIENCE_S) == "went on: ActionAbortedError"
    assert phases(run) == [("square", P.ABORTED), ("tolerant", P.SUCCEEDED)]


def test_the_result_can_be_awaited_and_waiting_given_up(backend: LocalBackend) -> None:
    """`await run` gives the result; a wait that is too short, or cancelled, leaves the run alone."""
    run = launch(tasks.nested, (3,), backend=backend)
    with pytest.raises(WaitTimeoutError):
        run.result(0)

    async def wait() -> Any:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(_result(run), 0.01)
        return await run

    assert asyncio.run(wait()) == 25


def test_what_is_not_a_task_is_refused(backend: LocalBackend) -> None:
    """The error says what was got and what to give."""
    with pytest.raises(LocalError, match="'function'"):
        launch(lambda: 1, backend=backend)
    run = launch(tasks.nested, (1,), backend=backend, name="taken")
    with pytest.raises(LocalError, match="'taken' already"):
        launch(tasks.nested, (1,), backend=backend, name="taken")
    run.result(PATIENCE_S)


def test_threads_of_a_run_end_with_it(backend: LocalBackend) -> None:
    """Ten runs of synchronous tasks, half of them aborted, leave no thread behind: none of ours, none of the SDK's."""
    launch(tasks.sync_steps, (2,), backend=backend).result(PATIENCE_S)
    before = _threads()
    for index in range(10):
        run = launch(tasks.sync_steps, (2,), backend=backend)
        if index % 2:
            await_action(run, "add_one")
            run.abort("odd")
            with pytest.raises(LocalError):
                run.result(PATIENCE_S)
        else:
            assert run.result(PATIENCE_S) == 3
    deadline = time.monotonic() + PATIENCE_S
    while _threads() - before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _threads() - before == Counter()


def _threads() -> Counter[str]:
    """Threads by the beginning of their name. Those of the SDK's executor are a pool: it may still fill."""
    names = [thread.name.partition("-")[0].partition("_from_")[0] for thread in threading.enumerate()]
    return Counter(name for name in names if not name.startswith("asyncio_"))


async def _result(run: LaunchedRun) -> Any:
    return await run
