"""The measures of many updates and many runs, small: that they see what was sent, and count what is there."""

from __future__ import annotations

import pytest

from tests.benchmarks import many_runs, sustained


@pytest.mark.parametrize("way", sustained.READERS)
def test_a_flood_is_seen_to_the_last_update(way: str) -> None:
    """Either way sees every update and the right end; ours is answered meanwhile."""
    seen = sustained.watch(way, 50, 500, 2.0)
    assert (seen["sent"], seen["count"], sustained.missed(seen)) == (1_000, 1_000, 0)
    assert all(lag >= 0 for lag in sustained.lags_ms(seen, 500, 0))
    assert bool(seen["answersMs"]) == (way == sustained.OURS)


def test_lag_and_losses_are_counted() -> None:
    """The lag is from when an update was due; a lost update counts, and so does a wrong end."""
    seen = {"begunS": 10.0, "marks": [(10.5, 40, 0.0), (11.0, 100, 0.001), (13.0, 250, 0.004)]}
    assert sustained.lags_ms(seen, 100, 0.6) == [0.0, 500.0]
    assert sustained.cpu_us(seen) == pytest.approx([1e3 / 60, 20.0])
    assert sustained.missed({"sent": 10, "count": 9, "right": False}) == 2


@pytest.mark.parametrize("way", many_runs.WAYS)
def test_runs_watched_at_once_are_counted(way: str) -> None:
    """Every run tells its changes; threads, sockets and memory are those of the watches."""
    counted = many_runs.count(way, 5, 0.5)
    sockets = 5 if way == many_runs.SDK else 10
    assert counted["sockets"] == sockets
    assert counted["threads"] == 1 or way != many_runs.OURS
    assert counted["memory with libraries"] > counted["memory"]
