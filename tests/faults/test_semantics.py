"""What backends say: out of order, twice, never, contradicting themselves, in numbers that nobody knows."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Iterator

import pytest

from flyte_widgets.errors import RunFinishedError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch import lifecycle
from flyte_widgets.watch.access import watcher_of
from tests.faults.faults import (
    Fault,
    Frame,
    before_the_end,
    frames,
    numbers_as_text,
    packed_end,
    replaced,
    shifted_date,
)
from tests.faults.scene import Scene, selection
from tests.faults.tracked import TrackedRun
from tests.faults.truth import Fact, ask
from tests.run_helpers import timely

Report = Callable[..., None]

#: Quirks that change no time and no attempt: the truth is what the backend reads out.
TOLD_BADLY = [
    ("empty WatchRunDetails", ["empty_run_details"]),
    ("GetRunDetails without the root", ["bare_run_details"]),
    ("ListActions without names", ["bare_list"]),
    ("ListActions without names, and nothing else", ["bare_list", "silent_tree"]),
    ("WatchActionDetails ends before the status", ["early_end"]),
    ("WatchActionDetails never ends", ["endless_details"]),
    ("WatchActions silent, no headers", ["silent_tree"]),
    ("parent node not found, again and again", ["orphan_death"]),
    ("messages twice", ["duplicates"]),
    ("messages in another order", ["reordered"]),
    ("every second message lost", ["lost"]),
    ("no terminal phase told by WatchActions", ["lost_terminal"]),
    ("messages repeat what was before", ["backward"]),
    ("status.attempts always 0", ["zero_attempts"]),
    ("holes in the attempts", ["attempt_holes"]),
    ("retries without FAILED", ["open_retries"]),
    ("no times", ["no_times"]),
    ("zero times", ["zero_times"]),
    ("negative durations", ["negative_times"]),
    ("unknown phase number", ["unknown_phase"]),
    ("lost, doubled and in disorder, ends lost", ["lost", "duplicates", "reordered", "lost_terminal", "early_end"]),
]


@pytest.mark.parametrize(
    ("name", "quirks"),
    selection(
        TOLD_BADLY,
        "ListActions without names, and nothing else",
        "parent node not found, again and again",
        "lost, doubled and in disorder, ends lost",
        "holes in the attempts",
    ),
)
def test_a_run_that_is_told_badly(
    scene: Scene, report: Report, short_clock: None, name: str, quirks: list[str]
) -> None:
    """Whatever order and holes the messages have, the end is the backend's, action by action."""
    scene.simulate(quirks=quirks)
    facts = scene.until_ended()
    took_s = scene.expect_truth(facts)
    timely(took_s, 5)
    scene.expect_ended()
    assert {action.id: action.attempt for action in scene.run.actions.values()} == {
        name: fact.attempts for name, fact in facts.items()
    }
    for action in scene.run.actions.values():
        for history in action.attempts():
            assert all(segment.end_ms is None or segment.end_ms >= segment.start_ms for segment in history.segments)
    said = scene.diary.of("reconnecting") or scene.diary.of("polling") or scene.diary.of("live")
    report(name, said, took_s)


def shifted(seconds: float) -> Fault:
    return shifted_date(email.utils.formatdate(time.time() + seconds, usegmt=True))


@pytest.mark.long
@pytest.mark.parametrize(("name", "quirk", "hours"), [("ahead", "clock_ahead", 1), ("behind", "clock_behind", -1)])
def test_clocks_an_hour_off(scene: Scene, report: Report, name: str, quirk: str, hours: int) -> None:
    """Open bars end at the backend's now, not at ours: nothing lasts an hour, and nothing less than nothing."""
    scene.proxy.on("*", shifted(3600 * hours))
    scene.simulate(quirks=[quirk], seconds=4)
    scene.until_said("live")
    root = watcher_of(scene.run).state.root
    assert root is not None
    assert root.created_ms is not None
    assert -2_000 < scene.client.now_ms - root.created_ms < 10_000
    assert scene.run.connection.last_ms == pytest.approx(scene.client.now_ms, abs=10_000)
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    report(f"clocks an hour {name}", scene.diary.of("live"), took_s)


def sixty_megabytes() -> bytes:
    run = {"project": "flytesnacks", "domain": "development", "name": "x"}
    metadata = {"parent": "a0", "group": "padding " * 1000}
    return json.dumps({"padding": [{"action": {"id": {"run": run}, "metadata": metadata}}] * 7_300}).encode()


def renamed_once() -> Callable[[Frame], Iterator[Frame]]:
    """INITIALIZING has another name."""
    return replaced(b'"ACTION_PHASE_INITIALIZING"', b'"ACTION_PHASE_DREAMING"')


#: What is done to the frames of all answers. The end is right none the less.
REWRITTEN: list[tuple[str, str, Callable[[Frame], Iterator[Frame]]]] = [
    ("end frame 0x03", "WatchActionDetails", packed_end),
    ("64-bit integers as strings", "*", numbers_as_text),
    ("unknown phase name", "*", renamed_once()),
    ("a message of 60 MB", "WatchActions", before_the_end(sixty_megabytes())),
    ("a message of garbage", "WatchActions", before_the_end(b"\x00\xffgarbage{")),
    ("a message that is a list", "WatchActions", before_the_end(b"[1, 2, 3]")),
    ("an empty message", "WatchActions", before_the_end(b"{}")),
]


@pytest.mark.parametrize(
    ("name", "method", "change"), selection(REWRITTEN, "a message of garbage", "unknown phase name")
)
def test_frames_that_are_strange(
    scene: Scene, report: Report, name: str, method: str, change: Callable[[Frame], Iterator[Frame]]
) -> None:
    """Strange frames are read, or are said and got over."""
    scene.proxy.on(method, frames(change))
    scene.simulate()
    facts = scene.until_ended()
    took_s = scene.expect_truth(facts)
    timely(took_s, 6)
    scene.expect_ended()
    report(name, scene.diary.of("polling") or scene.diary.of("reconnecting") or scene.diary.of("live"), took_s)


@pytest.mark.long
def test_children_that_end_after_the_root(scene: Scene, report: Report) -> None:
    """Abort: the root is ABORTED at once, its children seconds later; the watch goes on until they are, too."""
    scene.simulate(seconds=20, quirks=["slow_cascade"])
    scene.until_said("live")
    scene.until(lambda: len(scene.run.actions) > 5)
    scene.run.abort("enough")
    scene.until(lambda: scene.run.is_terminal)
    assert scene.run.phase is ActionPhase.ABORTED
    assert watcher_of(scene.run).state.active_count > 0
    assert not watcher_of(scene.run).model.is_over
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    report("children end 4 s after the root", scene.diary.of("live"), took_s)


def test_an_abort_that_rewrites_the_end(scene: Scene, report: Report) -> None:
    """Somebody else aborts a run that had succeeded: the backend rewrites it, and the next reader is told the truth."""
    scene.simulate(elapsed_s=1e9)
    scene.expect_truth()
    assert scene.run.phase is not ActionPhase.ABORTED
    with pytest.raises(RunFinishedError):
        scene.run.abort("too late")
    run_id = {"project": scene.server.project, "domain": scene.server.domain, "name": scene.name}
    ask(scene.server, "RunService", "AbortRun", {"runId": run_id, "reason": "from elsewhere"})
    scene.run.close()
    scene.watch(scene.name)
    facts = scene.until_ended()
    took_s = scene.expect_truth(facts)
    assert scene.run.phase is ActionPhase.ABORTED
    report("abort over an end", scene.diary.of("live"), took_s)


def test_a_root_that_fails_and_runs_again(scene: Scene, report: Report) -> None:
    """A tracked local run: its root is FAILED between two attempts. That is no end: it goes on to SUCCEEDED."""
    run = TrackedRun(scene.server)
    run.create()
    run.report("RUNNING")
    scene.watch(run.name)
    scene.until(lambda: scene.run.phase is ActionPhase.RUNNING)
    run.report("FAILED")
    scene.until(lambda: scene.run.phase is ActionPhase.FAILED)
    time.sleep(1)
    assert not watcher_of(scene.run).model.is_over
    run.report("RUNNING", attempt=2)
    scene.until(lambda: scene.run.phase is ActionPhase.RUNNING)
    run.report("SUCCEEDED", attempt=2)
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    assert scene.run.phase is ActionPhase.SUCCEEDED
    report("root FAILED, then RUNNING again", scene.diary.of("live"), took_s)


@pytest.mark.parametrize("outcome", ["FAILED", "SUCCEEDED"])
def test_a_child_that_the_backend_never_ends(scene: Scene, report: Report, outcome: str) -> None:
    """The root has ended, a child never does: wait() gives the phase within seconds, and no time-out denies the end."""
    run = TrackedRun(scene.server)
    run.create()
    run.report("RUNNING")
    run.report("RUNNING", "a1")
    scene.watch(run.name)
    scene.until(lambda: scene.run.phase is ActionPhase.RUNNING and len(scene.run.actions) == 2)
    run.report(outcome)
    scene.until(lambda: scene.run.is_terminal)
    assert scene.run.wait(0) is ActionPhase[outcome]
    begun = time.monotonic()
    assert scene.run.wait() is ActionPhase[outcome]
    took_s = time.monotonic() - begun
    assert took_s < lifecycle.SETTLE_S
    assert scene.run.actions["a1"].phase is None, "how it ended is not known"
    report(f"root {outcome}, a child never ends", scene.diary.of("live"), took_s)


def test_a_run_that_is_created_after_it_was_asked_for(scene: Scene, report: Report) -> None:
    """The widget comes first, the run later: it is seen soon, and not only when somebody asks again."""
    run = TrackedRun(scene.server)
    scene.watch(run.name)
    scene.until_said("not_found")
    run.create()
    run.report("RUNNING")
    took_s = scene.until(lambda: watcher_of(scene.run).phase is ActionPhase.RUNNING, 60)
    report("run created after its widget", scene.diary.of("not_found"), took_s)


def test_now_is_not_before_what_the_backend_reported(scene: Scene) -> None:
    """Its Date header says one time, its messages another, later one: now is the later, and goes on from there."""
    run = TrackedRun(scene.server)
    run.create()
    run.report("RUNNING", "a1", ahead_s=1800)
    run.report("RUNNING")
    scene.watch(run.name)
    scene.until(lambda: scene.run.phase is ActionPhase.RUNNING and len(scene.run.actions) == 2)
    watcher = watcher_of(scene.run)
    created_ms = watcher.state.by_id["a1"].created_ms
    assert created_ms is not None
    assert created_ms > scene.client.now_ms + 600_000
    first_ms = watcher.now_ms()
    assert first_ms >= created_ms
    time.sleep(0.1)
    assert watcher.now_ms() >= first_ms + 90


def test_facts_tell_runs_apart() -> None:
    """The comparison that all of this rests on sees a difference in any one field."""
    fact = Fact("5", "a0", "g", "square", 1, 1.0, 2.0)
    for field in Fact._fields:
        assert fact._replace(**{field: None}) != fact
