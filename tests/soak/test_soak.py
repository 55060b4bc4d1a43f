"""The soak sees what grows, and its machinery works: a small one, of short minutes."""

from __future__ import annotations

import pytest

from tests.soak.growth import Sample, growths, table
from tests.soak.soak import Soak, soak


def samples(grows: str = "", by: float = 0.0) -> list[Sample]:
    values = {"memory_mb": 120.0, "threads": 9, "sockets": 20, "tasks": 30, "files": 60, "objects": 400_000}
    return [
        Sample(minute, **{name: value + by * minute * (name == grows) for name, value in values.items()})
        for minute in range(1, 61)
    ]


def test_what_stays_is_flat() -> None:
    assert all(one.is_flat and one.an_hour == pytest.approx(0) for one in growths(samples()))


@pytest.mark.parametrize(
    ("name", "by"), [("memory_mb", 1.0), ("threads", 0.1), ("sockets", 0.2), ("tasks", 0.3), ("objects", 2_000.0)]
)
def test_what_grows_is_seen(name: str, by: float) -> None:
    """A thread each ten minutes, a megabyte a minute: that one, and no other."""
    assert [one.name for one in growths(samples(name, by)) if not one.is_flat] == [name]
    assert "**no**" in table(samples(name, by))


def test_what_grows_at_first_only_is_flat() -> None:
    """Before the warm-up is over anything may."""
    begun = samples("threads", 1.0)[:10] + [Sample(n, 120, 20, 20, 30, 60, 400_000) for n in range(11, 61)]
    assert all(one.is_flat for one in growths(begun))


def test_too_few_minutes_are_no_verdict() -> None:
    with pytest.raises(ValueError, match="too few"):
        growths(samples()[:2])


@pytest.mark.slow
def test_a_small_soak_is_counted() -> None:
    """Views, followed runs and a log: all are there, and all is counted."""
    minutes = list(soak(Soak(minutes=3, minute_s=6.0, runs=3, actions=30, views=2)))
    assert [minute.sample.minute for minute in minutes] == [1, 2, 3]
    for minute in minutes:
        assert all(value > 0 for value in minute.sample.values.values())
        assert minute.messages > 5
        assert minute.server_mb > 10
    assert sum(minute.log_news for minute in minutes) > 0
