"""What `make bench` takes for the time from event to pixel is that, and a real page shows what was sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.benchmarks import event_to_pixel
from tests.benchmarks.event_to_pixel import BESIDE_NAME, BUSY_NAME, IDLE_NAME, WAIT_NAME, delays
from tests.benchmarks.subjects import RUN_WAIT
from tests.benchmarks.table import Target


def test_a_delay_ends_with_the_first_true_text() -> None:
    """A phase that was never drawn because the next one had come counts until that was; an older text is none."""
    sent = [("Queued", 1000.0), ("Running", 1400.0), ("Failed", 1500.0)]
    assert delays(sent, [("Queued", 900.0), ("Queued", 1010.0), ("Failed", 1530.0)]) == [10, 130, 30]
    with pytest.raises(AssertionError, match="Failed was sent"):
        delays(sent, [("Queued", 1010.0), ("Running", 1600.0)])


def test_quantiles_meet_their_limits() -> None:
    """Medians and 95th percentiles of ours stand beside those of the SDK's line, each with its limit."""
    ours = [float(n) for n in range(1, 101)]
    latencies = {IDLE_NAME: ours, BUSY_NAME: [3 * n for n in ours], BESIDE_NAME: ours, WAIT_NAME: [2 * n for n in ours]}
    targets = [found for found in event_to_pixel.findings_of(latencies) if isinstance(found, Target)]
    assert [target.ours.median for target in targets] == [50.5, 95, 285]
    assert [target.met for target in targets] == [False, True, True]
    assert [target.peer and target.peer.ratio for target in targets] == [2, 2, pytest.approx(2 / 3)]


@pytest.mark.browser
@pytest.mark.slow
def test_phases_are_seen_in_a_real_page(browser: Browser) -> None:
    """A few phases, in a real JupyterLab, by the widget and by the SDK's wait beside it."""
    latencies = event_to_pixel.sample(browser, {BESIDE_NAME: RUN_WAIT}, samples=6)
    assert set(latencies) == {BESIDE_NAME, WAIT_NAME}
    assert all(len(measured) == 6 and min(measured) > 0 for measured in latencies.values())
