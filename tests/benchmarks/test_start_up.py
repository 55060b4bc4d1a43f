"""What `make bench` takes for a start is one: a fresh process, a fresh kernel, the run's phase on screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.benchmarks import start_up
from tests.benchmarks.table import Row, Target


def test_imports_are_timed_apart() -> None:
    """Each in its own process, by its own clock; the limit is anywidget's own time and a hundred milliseconds."""
    findings = start_up.imports(repeats=1)
    rows = {row.subject: row for row in findings if isinstance(row, Row)}
    assert all(row.median > 0 for row in rows.values())
    (target,) = (found for found in findings if isinstance(found, Target))
    assert target.limit == rows["anywidget"].median + 100
    assert target.peer == findings[2]


@pytest.mark.browser
@pytest.mark.slow
def test_first_widgets_are_timed_in_a_real_page(browser: Browser) -> None:
    """Ours and the SDK's line, once each after a first time."""
    rows = [row for row in start_up.first_widgets(browser, repeats=1) if isinstance(row, Row)]
    assert [row.subject for row in rows] == list(start_up.CELLS)
    assert all(row.median > 50 for row in rows), "a kernel has to import a lot before anything is shown"
