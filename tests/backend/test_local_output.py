"""What local tasks print and log: in the log of its own action, and in the cell where nothing else shows it."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import flyte
import pytest

from flyte_widgets.errors import LocalError
from flyte_widgets.local.runs import logs as local_logs
from flyte_widgets.local.runs.logs import LogBook
from flyte_widgets.local.runs.output import NEVER, Echo
from flyte_widgets.local.runs.runner import LaunchedRun, launch
from flyte_widgets.local.services.changes import Wakeup
from flyte_widgets.local.services.content import LogLine
from flyte_widgets.local.services.server import LocalBackend
from flyte_widgets.sdk import specs
from tests.run_helpers import eventually

env = flyte.TaskEnvironment("printer")
log = logging.getLogger("tests.printer")
_tries: list[str] = []


@flyte.trace
async def traced(x: int) -> int:
    print(f"trace {x}")
    return x


@env.task
async def chatty(i: int) -> int:
    print("async", i)
    await asyncio.sleep(0.01)
    print("piece of", end=" ")
    await asyncio.sleep(0.01)
    print(i)
    await traced(i)
    await asyncio.to_thread(print, "thread", i)
    print("to stderr", i, file=sys.stderr)
    print("without end", i, end="")
    return i


@env.task
def plain(i: int) -> int:
    print("sync", i)
    log.warning("logged %s", i)
    return i


@env.task
async def parent(n: int) -> int:
    print("parent")
    both = [chatty(i) for i in range(n)] + [plain.aio(i) for i in range(n)]
    return sum(await asyncio.gather(*both))


@env.task(retries=1)
async def second_time(key: str) -> str:
    _tries.append(key)
    print(f"try {_tries.count(key)}")
    if _tries.count(key) == 1:
        raise ConnectionError("not yet")
    return key


@env.task
async def apart() -> int:
    by_hand = threading.Thread(target=print, args=("by hand",))
    by_hand.start()
    by_hand.join()
    print("in the task")
    return 1


@env.task
async def steps(count: int) -> int:
    for i in range(count):
        print("step", i)
        await asyncio.sleep(0.01)
    return count


@env.task(report=True)
async def reporting(name: str) -> str:
    for i in range(3):
        await flyte.report.log.aio(f"<p>{name} {i}</p>", do_flush=True)
        await asyncio.to_thread(gates.setdefault((name, i), threading.Event()).wait)
    return name


gates: dict[tuple[str, int], threading.Event] = {}


def lines(run: LaunchedRun, action: str, attempt: int = 1, *, follow: bool = False) -> list[LogLine]:
    async def read() -> list[LogLine]:
        content = run.backend.contents.of(run.key)
        return [line async for some in content.tail(action, attempt, Wakeup(), follow=follow) for line in some]

    return asyncio.run(read())


def texts(run: LaunchedRun, action: str, attempt: int = 1) -> list[str]:
    return [line.text for line in lines(run, action, attempt)]


def of_task(run: LaunchedRun, task: str) -> list[str]:
    with run.backend.store.read(run.key) as record:
        return [a.name for a in record.actions.values() if a.details.metadata.task.short_name == task]


def test_each_line_is_under_its_own_action(backend: LocalBackend, capsys: pytest.CaptureFixture[str]) -> None:
    """Fifty at once: asynchronous and synchronous tasks, a trace, a thread of asyncio, logging; pieces are joined."""
    handler = logging.StreamHandler(sys.stderr)  # as `logging.basicConfig()` makes one, before the run
    log.addHandler(handler)
    run = launch(parent, (25,), backend=backend, echo=NEVER)
    assert run.result(60) == 600
    log.removeHandler(handler)
    assert texts(run, "a0") == ["parent"]
    found = sorted(map(tuple, (texts(run, action) for action in of_task(run, "chatty"))))
    wanted = [
        (f"async {i}", f"piece of {i}", f"trace {i}", f"thread {i}", f"to stderr {i}", f"without end {i}")
        for i in range(25)
    ]
    assert found == sorted(wanted)
    assert sorted(texts(run, action)[0] for action in of_task(run, "plain")) == sorted(f"sync {i}" for i in range(25))
    for action in of_task(run, "plain"):
        number = texts(run, action)[0].removeprefix("sync ")
        assert texts(run, action)[1:] == [f"logged {number}"]
    assert capsys.readouterr() == ("", "")


def test_each_attempt_has_its_own_log(backend: LocalBackend) -> None:
    """What the first attempt printed is not in the log of the second."""
    run = launch(second_time, ("log",), backend=backend, echo=NEVER)
    run.result(30)
    assert texts(run, "a0", 1)[0] == "try 1"
    assert texts(run, "a0", 2) == ["try 2"]
    with backend.store.read(run.key) as record:
        assert all(event.HasField("log_context") for event in record.root.events if event.phase == 4)


def test_the_users_own_frames_are_in_log_and_error(backend: LocalBackend) -> None:
    """File, line and source of what raised; none of the SDK's frames."""
    run = launch(second_time, ("frames",), backend=backend, echo=NEVER)
    run.result(30)
    logged = "\n".join(texts(run, "a0", 1))
    assert 'raise ConnectionError("not yet")' in logged
    assert f'File "{__file__}", line ' in logged
    assert "taskrunner.py" not in logged
    with backend.store.read(run.key) as record:
        errors = [event.error_info.message for event in record.root.events if event.HasField("error_info")]
    assert len(errors) == 1
    assert errors[0].startswith("Traceback (most recent call last):\n")
    assert 'raise ConnectionError("not yet")' in errors[0]
    assert "taskrunner.py" not in errors[0]


def test_what_the_sdk_logs_is_there_under_another_stderr(
    backend: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in `%%capture`: the SDK's handler has the stream of before, and has it again at the end."""
    [handler] = [each for each in logging.getLogger("flyte").handlers if type(each) is logging.StreamHandler]
    of_before = io.StringIO()
    monkeypatch.setattr(handler, "stream", of_before)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    run = launch(second_time, ("elsewhere",), backend=backend, echo=NEVER)
    run.result(30)
    assert 'raise ConnectionError("not yet")' in "\n".join(texts(run, "a0", 1))
    assert handler.stream is of_before
    assert of_before.getvalue() == ""


def test_what_has_no_action_stays_in_the_cell(backend: LocalBackend, capsys: pytest.CaptureFixture[str]) -> None:
    """A thread made by hand, and whoever prints beside the run: nothing of theirs is swallowed or filed wrongly."""
    run = launch(apart, backend=backend, echo=NEVER)
    sys.stdout.write("of the cell ")
    run.result(30)
    print("itself")
    out = capsys.readouterr().out
    assert sorted(out.replace("by hand", "").split()) == ["cell", "itself", "of", "the"]
    assert out.count("by hand") == 1
    assert texts(run, "a0") == ["in the task"]


def test_the_streams_are_as_before_when_the_last_run_has_ended(backend: LocalBackend) -> None:
    """Also the handlers of logging; and two runs at once do not wrap one another."""
    before = sys.stdout, sys.stderr, [getattr(handler, "stream", None) for handler in logging.getLogger().handlers]
    runs = [launch(steps, (20,), backend=backend, echo=NEVER) for _ in range(3)]
    for run in runs:
        run.result(30)
    for thread in threading.enumerate():
        if thread.name.startswith("flyte-widgets-local"):
            thread.join(10)
    after = sys.stdout, sys.stderr, [getattr(handler, "stream", None) for handler in logging.getLogger().handlers]
    assert after == before


def test_the_cell_gets_what_no_widget_shows(backend: LocalBackend, capsys: pytest.CaptureFixture[str]) -> None:
    """What is written before that is known waits: it comes in order, or not at all."""
    launch(steps, (5,), backend=backend, echo=Echo(lambda: True, hold_s=60)).result(30)
    assert capsys.readouterr().out == "".join(f"step {i}\n" for i in range(5))
    shown = threading.Event()
    run = launch(steps, (5,), backend=backend, echo=Echo(lambda: not shown.is_set(), hold_s=60))
    shown.set()
    run.result(30)
    assert capsys.readouterr().out == ""
    assert texts(run, "a0") == [f"step {i}" for i in range(5)]


def test_a_run_that_is_over_before_its_widget_is_there_is_quiet(
    backend: LocalBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    """A short run in a cell that ends with it: what it printed was in the cell and in the Logs tab."""
    shown = threading.Event()
    run = launch(steps, (5,), backend=backend, echo=Echo(lambda: not shown.is_set(), hold_s=60))
    assert run.over.wait(30)
    assert capsys.readouterr().out == ""
    shown.set()
    run.note_waiter()
    assert capsys.readouterr().out == ""
    short = launch(steps, (5,), backend=backend, echo=Echo(lambda: True, hold_s=0.3))
    assert short.over.wait(30)
    written: list[str] = []  # where no widget came, it comes late, but it comes
    eventually(lambda: written.append(capsys.readouterr().out) or "".join(written).count("step") == 5)


def test_a_log_is_followed_to_its_end(backend: LocalBackend) -> None:
    """No line is missing and none comes twice; the stream ends when the task has."""
    run = launch(steps, (100,), backend=backend, echo=NEVER)
    while not of_task(run, "steps") or not lines(run, "a0"):
        pass
    followed = [line.text for line in lines(run, "a0", follow=True)]
    assert followed == [f"step {i}" for i in range(100)]
    run.result(30)


def test_the_newest_lines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an attempt by number and size, of the run by size; what is gone is counted."""
    monkeypatch.setattr(local_logs, "MAX_LINES", 100)
    monkeypatch.setattr(local_logs, "MAX_BYTES", 1000)
    monkeypatch.setattr(local_logs, "MAX_RUN_BYTES", 3000)
    told: list[Any] = []
    book = LogBook(told.append)
    book.write(("a1", 1), 0, "".join(f"{i}\n" for i in range(150)))
    found, cursor, missing = book.lines_after(("a1", 1), 0)
    assert ([line.text for line in found], cursor, missing) == ([str(i) for i in range(50, 150)], 150, 50)
    assert book.lines_after(("a1", 1), 150) == ([], 150, 0)
    book.write(("a1", 1), 0, "last\n")
    assert book.lines_after(("a1", 1), 150)[0][0].text == "last"
    for n in range(2, 8):
        book.write((f"a{n}", 1), 0, ("x" * 99 + "\n") * 20)
    sizes = [sum(len(line.text) for line in book.lines_after((f"a{n}", 1), 0)[0]) for n in range(2, 8)]
    assert sum(sizes) <= 3000
    assert max(sizes) <= 1000
    assert sizes[-1] > 0


def test_a_reader_is_woken_once_for_many_lines() -> None:
    """Until it reads: a task that prints 5,000 lines a second wakes no more often than it is read."""
    told: list[Any] = []
    book = LogBook(told.append)
    for i in range(1000):
        book.write(("a1", 1), 0, f"{i}\n")
    assert told == [("a1", 1)]
    book.lines_after(("a1", 1), 0)
    book.write(("a1", 1), 0, "more\n")
    assert told == [("a1", 1)] * 2


# The SDK leaves the template of its reports open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_reports_are_live_of_two_runs_at_once(backend: LocalBackend) -> None:
    """Each is what its task has flushed last, while it runs and afterwards."""
    runs = {name: launch(reporting, (name,), backend=backend, echo=NEVER) for name in ("one", "two")}
    for i in range(3):
        for name, run in runs.items():
            content = backend.contents.of(run.key)
            while f"<p>{name} {i}</p>".encode() not in (content.report("a0", 1) or b""):
                assert not run.done()
            assert f"{name} {i + 1}".encode() not in (content.report("a0", 1) or b"")
        for name in runs:
            gates.setdefault((name, i), threading.Event()).set()
    for name, run in runs.items():
        assert run.result(30) == name
        assert f"<p>{name} 2</p>".encode() in (backend.contents.of(run.key).report("a0", 1) or b"")


def test_a_task_that_is_in_no_source_directory_has_a_report(tmp_path: Path) -> None:
    """A notebook's tasks are in none. The SDK then has a short spec, which does not say so: there was no Report tab."""
    for task, has_report in ((reporting, True), (steps, False)):
        spec = specs.task_spec(task, project="p", domain="d", root_dir=tmp_path)
        assert spec.task_template.interface.ListFields()
        assert spec.task_template.metadata.generates_deck.value is has_report


def test_arguments_that_do_not_fit_are_refused_at_the_call(backend: LocalBackend) -> None:
    """As Python does: not a run that fails later."""
    with pytest.raises(TypeError, match=r"steps\(\) got an unexpected keyword argument 'nn'"):
        launch(steps, (), {"nn": 4}, backend=backend)
    with pytest.raises(TypeError, match=r"steps\(\) missing a required argument: 'count'"):
        launch(steps, backend=backend)
    with pytest.raises(LocalError):
        launch(steps.func, backend=backend)


def test_the_error_of_a_run_has_what_was_raised_as_its_cause(backend: LocalBackend) -> None:
    """With its traceback, which ends in the task's own line."""
    run = launch(failing, backend=backend, echo=NEVER)
    with pytest.raises(flyte.errors.RuntimeUserError) as raised:
        run.result(30)
    cause = raised.value.__cause__
    assert isinstance(cause, ZeroDivisionError)
    frames = [frame.name for frame in traceback.extract_tb(cause.__traceback__)]
    assert frames[-1] == "failing"


def test_a_result_that_is_asked_for_again_raises_the_same(backend: LocalBackend) -> None:
    """Its traceback grew with each call, by the lines of all earlier ones."""
    run = launch(failing, backend=backend, echo=NEVER)
    lengths = []
    for _ in range(3):
        with pytest.raises(flyte.errors.RuntimeUserError) as raised:
            run.result(30)
        lengths.append(len(traceback.extract_tb(raised.value.__traceback__)))
        assert "concurrent" not in "".join(traceback.format_tb(raised.value.__traceback__))
    assert lengths[0] == lengths[1] == lengths[2]


@env.task
async def failing() -> float:
    return 1 / 0


@env.task
async def failing_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(failing())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there are no groups of exceptions")
def test_the_error_of_a_group_has_the_users_own_frames_only(backend: LocalBackend) -> None:
    """The parts of a group that went through the SDK were shown with all of its frames, and ours."""
    run = launch(failing_group, backend=backend, echo=NEVER)
    with pytest.raises(flyte.errors.RuntimeUserError) as raised:
        run.result(30)
    with backend.store.read(run.key) as record:
        told = record.actions["a0"].details.error_info.message
    shown = "".join(traceback.format_exception(raised.value.__cause__))
    for text in (told, "\n".join(texts(run, "a0")), shown):
        assert "return 1 / 0" in text
        assert "async with asyncio.TaskGroup() as group" in text
        assert "run_scope.py" not in text
        assert "site-packages" not in text
