"""What backends say: out of order, twice, never, contradicting themselves, in numbers that nobody knows."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flyte_widgets.errors import RunFinishedError
from flyte_widgets.phases import ActionPhase
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
    name = f"local-{time.monotonic_ns() % 10**9:09d}"
    run_id = {"project": scene.server.project, "domain": scene.server.domain, "name": name}

    def call(method: str, request: dict[str, Any]) -> None:
        ask(scene.server, "TrackedRunService", method, request)

    def tell(phase: str, attempt: int, version: int) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        event = {
            "id": {"run": run_id, "name": "a0"},
            "attempt": attempt,
            "phase": f"ACTION_PHASE_{phase}",
            "version": version,
            "updatedTime": at,
            "reportedTime": at,
        }
        call("ReportActions", {"runId": run_id, "updates": [{"event": event}]})

    call("CreateRun", {"runId": run_id})
    tell("RUNNING", 1, 1)
    scene.watch(name)
    scene.until(lambda: scene.run.phase is ActionPhase.RUNNING)
    tell("FAILED", 1, 2)
    scene.until(lambda: scene.run.phase is ActionPhase.FAILED)
    time.sleep(1)
    assert not watcher_of(scene.run).model.is_over
    tell("RUNNING", 2, 0)
    scene.until(lambda: scene.run.phase is ActionPhase.RUNNING)
    tell("SUCCEEDED", 2, 1)
    took_s = scene.expect_truth(scene.until_ended())
    scene.expect_ended()
    assert scene.run.phase is ActionPhase.SUCCEEDED
    report("root FAILED, then RUNNING again", scene.diary.of("live"), took_s)


def test_facts_tell_runs_apart() -> None:
    """The comparison that all of this rests on sees a difference in any one field."""
    fact = Fact("5", "a0", "g", "square", 1, 1.0, 2.0)
    for field in Fact._fields:
        assert fact._replace(**{field: None}) != fact
