"""Which runs are wanted, and rows of a list."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from flyte_widgets.api.messages_runs import Run
from flyte_widgets.errors import ConfigError
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.listing import ACTIVE, RunRow, checked_limit, row_of, run_choice, since_time, since_words

NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)


def row(name: str = "r1", task: str = "etl.pipeline", phase: P | None = P.RUNNING) -> RunRow:
    return RunRow(name, "p", "d", task, phase, 1_000.0, None, "", "")


def test_a_row_is_read_from_the_message() -> None:
    """Task with its environment, times as milliseconds, who started it; the trigger where one did."""
    message = {
        "action": {
            "id": {"name": "a0", "run": {"project": "p", "domain": "d", "name": "r1"}},
            "metadata": {
                "task": {"id": {"name": "etl.pipeline"}, "shortName": "pipeline"},
                "executedBy": {"user": {"id": {"subject": "u1"}, "spec": {"firstName": "Kim", "lastName": "Lee"}}},
            },
            "status": {"phase": "ACTION_PHASE_FAILED", "startTime": "1970-01-01T00:00:01Z", "endTime": None},
        }
    }
    found = row_of(msgspec.convert(message, Run, strict=False))
    assert found == RunRow("r1", "p", "d", "etl.pipeline", P.FAILED, 1_000.0, None, "Kim Lee", "u1")
    assert found.is_terminal
    message["action"]["metadata"]["triggerName"] = "nightly"
    assert row_of(msgspec.convert(message, Run, strict=False)).owner == "nightly"


def test_newest_first_and_what_has_no_time_last() -> None:
    """Runs of one instant keep one order, whatever page they came with."""
    rows = [row("b"), row("a"), row("old")._replace(created_ms=1.0), row("none")._replace(created_ms=None)]
    assert [one.name for one in sorted(rows, key=lambda one: one.order)] == ["a", "b", "old", "none"]


def test_phases() -> None:
    """Values, members, several; "active" and "paused" stand for what a reader means by them."""
    assert run_choice(phase="failed").phases == (P.FAILED,)
    assert run_choice(phase=[P.FAILED, "timed_out", "failed"]).phases == (P.FAILED, P.TIMED_OUT)
    assert run_choice(phase="active").phases == ACTIVE
    assert run_choice(phase=P.PAUSED) == run_choice(phase="paused")
    assert run_choice(phase="paused").waiting
    with pytest.raises(ConfigError, match=r"phase='fialed' is no phase\. Give one or several of: active, queued"):
        run_choice(phase="fialed")


def test_tasks() -> None:
    """The whole name, the part behind the last dot, or the task itself."""

    class Task:
        name = "etl.pipeline"

    for task in ("etl.pipeline", "pipeline", Task()):
        choice = run_choice(task)
        assert choice.takes(row())
        assert not choice.takes(row(task="etl.pipeline2"))
    with pytest.raises(ConfigError, match="is no task"):
        run_choice(object())


def test_search_looks_into_name_and_task() -> None:
    """In any case."""
    assert run_choice(search=" PIPE ").takes(row())
    assert run_choice(search="R1").takes(row())
    assert not run_choice(search="sweep").takes(row())


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2w", NOW - timedelta(weeks=2)),
        (timedelta(hours=3), NOW - timedelta(hours=3)),
        (NOW, NOW),
        (None, None),
        ("all", None),
        ("999999999999w", None),
    ],
)
def test_since(since: object, expected: datetime | None) -> None:
    """Lengths, moments, or no limit."""
    assert since_time(since, NOW) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("since", ["yesterday", "7", "-1d", datetime(2026, 1, 1), 7])
def test_since_says_what_it_takes(since: object) -> None:
    """A moment without a zone is none."""
    with pytest.raises(ConfigError, match='Give "30m", "24h", "7d"'):
        since_time(since, NOW)  # type: ignore[arg-type]


def test_since_in_words() -> None:
    """As a sentence ends."""
    words = [since_words(since_time(text, NOW), NOW) for text in ("7d", "24h", "1h", "30m", "all")]
    assert words == ["in the last 7 days", "in the last 24 hours", "in the last hour", "in the last 30 minutes", ""]


@pytest.mark.parametrize(
    ("phase", "expected"),
    [("Running", (P.RUNNING,)), ("FAILED", (P.FAILED,)), (" Timed out ", (P.TIMED_OUT,)), (["Active"], ACTIVE)],
)
def test_phases_are_taken_as_they_are_shown(phase: str | list[str], expected: tuple[P, ...]) -> None:
    """In any case, with a space for "_"."""
    assert run_choice(phase=phase).phases == expected


@pytest.mark.parametrize("phase", ["runing", 5, [5], ["failed", None]])
def test_what_is_no_phase_is_named(phase: object) -> None:
    """With all that are accepted."""
    with pytest.raises(ConfigError, match=r"is no phase\. Give one or several of: active, queued"):
        run_choice(phase=phase)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0, -1, 2.5, "3", True])
def test_what_is_no_limit_is_named(limit: object) -> None:
    """Zero lists nothing, so it is none either."""
    with pytest.raises(ConfigError, match=r"^limit=.* is no number of runs\. Give a whole number from 1 on"):
        checked_limit(limit)  # type: ignore[arg-type]
    assert [checked_limit(good) for good in (None, 1, 10_000)] == [None, 1, 10_000]


def test_lengths_of_time_at_the_edges() -> None:
    """Before the calendar begins there is no limit; the future is refused."""
    assert since_time(timedelta.max, NOW) is None
    assert since_time("0d", NOW) == NOW
    with pytest.raises(ConfigError, match="lies in the future"):
        since_time(timedelta(days=-1), NOW)


@pytest.mark.parametrize("search", ["%", "_", "' OR 1=1 --", 'a"b', "a\nb", "مهمة", "🚀"])
def test_a_search_is_text_and_nothing_else(search: str) -> None:
    """No wildcards, no quoting."""
    choice = run_choice(search=search)
    assert choice.takes(row(name=f"x{search}y"))
    assert not choice.takes(row())


def test_no_search_and_what_is_no_text() -> None:
    """None searches for nothing."""
    assert run_choice(search=None).takes(row())  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="search=5 is no text"):
        run_choice(search=5)  # type: ignore[arg-type]
