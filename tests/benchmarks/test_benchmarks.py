"""The benchmarks run, and compare like with like. Their figures are for `make bench`."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.critical_path import critical_path as find_critical_path
from tests.benchmarks import critical_path, decode_fold, front_end
from tests.benchmarks.table import Row, show
from tests.benchmarks.wire import protojson


def test_decode_fold_measures_the_same_work() -> None:
    """Ours and the SDK's way read the same values off the same messages, and all that is measured is told."""
    (page,) = decode_fold.snapshot(100)
    ours = decode_fold.read(decode_fold.fold([protojson(page)]))
    for mine, (action, name, kind, parent, group, phase, attempts, cache, created, ended) in zip(
        ours, decode_fold.extract(page), strict=True
    ):
        number = mine[5].number if isinstance(mine[5], ActionPhase) else None
        assert (*mine[:2], *mine[3:5], number, mine[6]) == (action, name, parent, group, phase, attempts)
        assert (mine[2], mine[7], kind, cache) == (0, False, "task", 0)
        assert [int(str(ms).partition(".")[0]) for ms in mine[8:]] == [created, ended]
    rows = decode_fold.measure_size(100)
    assert [row.ratio is None for row in rows[:3]] == [True, False, False]
    assert all(row.median > 0 for row in rows)
    assert "decode and fold (ours)" in show(rows)
    assert 100 < decode_fold.bytes_kept(decode_fold.OURS, 5_000) < 10_000


def test_critical_path_measures_the_same_intervals() -> None:
    """Ours has the very actions that networkx gets, and finds a path that covers the run and goes down the tree."""
    actions = critical_path.intervals(500, 20)
    state = critical_path.state_of(actions)
    told = [((a.created_ms or 0) - critical_path.BEGAN_MS, (a.ended_ms or 0) - critical_path.BEGAN_MS) for a in state]
    assert told == [pytest.approx((start * 1000, end * 1000), abs=0.01) for _, start, end in actions]
    assert [a.parent for a in state] == [f"a{parent}" if parent >= 0 else "" for parent, _, _ in actions]
    pieces = find_critical_path(state, critical_path.BEGAN_MS)
    assert sum(piece.duration.total_seconds() for piece in pieces) == pytest.approx(3_000)
    assert len({piece.action for piece in pieces}) > 2


@pytest.mark.browser
def test_front_end_draws_the_same_rows_in_every_way(browser: Browser) -> None:
    """All three ways are mounted, live and scrolled in a browser; a row per action is checked by `measure_way`."""
    findings = front_end.measure_in(browser, (200,), seconds=0.6)
    told = {(row.measure, row.subject): row.median for row in findings if isinstance(row, Row)}
    for way in front_end.WAYS:
        assert told["first paint, 200 actions", way] > 0
        assert 1 < told["scroll, 200 actions", way] <= 70
        assert told["scroll, a frame's drawing, 200 actions", way] > 0
    assert 1 < told["bundle, with each further widget", "ours"] < told["bundle, with each further widget", "not packed"]


@pytest.mark.browser
def test_front_end_gives_up_on_what_does_not_paint(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that never answers again is given up after the limit, and closing it leaves the browser as it was."""
    monkeypatch.setattr(front_end, "LIMIT_S", 0.5)
    stuck = "window.bench = { paintedMs: null, mount: () => { setTimeout(() => { for (;;); }); } }"
    page = front_end.open_page(browser, stuck)
    assert front_end.first_paint(page) is None
    page.close()
    later = front_end.open_page(browser, "window.bench = { paintedMs: null, mount() { this.paintedMs = 7; } }")
    assert front_end.first_paint(later) == 7
    later.close()
