"""What `make bench` measures of reconciles: small, that it is counted, and what is made of the counts."""

from __future__ import annotations

from contextlib import closing

from tests.benchmarks import reconcile
from tests.benchmarks.load_server import LoadServer
from tests.benchmarks.table import Target
from tests.faults.lag import Lag


def test_both_ways_are_counted() -> None:
    """Ours asks for lists besides what both read of the stream."""
    with closing(LoadServer()) as server:
        ours, bare = (
            reconcile.follow(way, server.endpoint(f"live-50-{at}"), 6.0) for at, way in enumerate(reconcile.WAYS)
        )
    assert ours["requests"] > bare["requests"] == 0
    assert ours["bytes"] > 1
    assert bare["bytes"] > 1
    assert bare["reading"] == 0 < ours["reading"] < 100


def test_staleness_is_laid_side_by_side() -> None:
    """The limit is for ours alone."""
    lags = {reconcile.OURS: Lag(4.0, 10, 3, 0), reconcile.BARE: Lag(60.0, 10, 3, 2)}
    findings = reconcile.staleness(lags)
    (target,) = (found for found in findings if isinstance(found, Target))
    assert target.met
    assert target.peer is not None
    assert target.peer.ratio == 15
