"""The benchmarks run, and compare like with like. Their figures are for `make bench`."""

from __future__ import annotations

from tests.benchmarks import decode_fold
from tests.benchmarks.table import show


def test_decode_fold_measures_the_same_work() -> None:
    """Ours and the SDK's way read the same values off the same messages."""
    (page,) = decode_fold.snapshot(100)
    rows = decode_fold.extract(page)
    assert len({row[0] for row in rows}) == 100
    table = decode_fold.measure((100,))
    assert [row.ratio is None for row in table[:3]] == [True, False, False]
    assert "decode and fold (ours)" in show(table)
