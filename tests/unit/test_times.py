"""Times on the wire: RFC 3339 in all the forms that protojson and Go write, and nothing else."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.api.messages import ActionStatus
from flyte_widgets.api.protojson import decode_message
from flyte_widgets.run.times import epoch_ms

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NOW_MS = 1_790_080_397_000.0


def parse_ms(text: str | None) -> float | None:
    """Read a time as it stands in a message."""
    return epoch_ms(decode_message(json.dumps({"startTime": text}).encode(), ActionStatus).start_time)


@given(st.datetimes(datetime(1970, 1, 3), datetime(2200, 1, 1), timezones=ZONES))
def test_reads_what_datetime_writes(time: datetime) -> None:
    """Any instant after 1970, in any zone, is read to the microsecond."""
    assert parse_ms(time.isoformat()) == pytest.approx(time.timestamp() * 1000, abs=2e-2, rel=0)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-09-22T12:33:17Z", NOW_MS),
        ("2026-09-22T12:33:17.5Z", NOW_MS + 500),
        ("2026-09-22T12:33:17.123456789Z", NOW_MS + 123.456789),
        ("2026-09-22T14:33:17+02:00", NOW_MS),
        ("2026-09-22T07:03:17.25-05:30", NOW_MS + 250),
        ("2026-09-22t12:33:17z", NOW_MS),
    ],
)
def test_reads_every_form(text: str, ms: float) -> None:
    """Fractions of 0 to 9 digits, "Z" and offsets, as the standard allows them."""
    assert parse_ms(text) == pytest.approx(ms, abs=1e-3, rel=0)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "0001-01-01T00:00:00Z",  # Go's zero
        "1970-01-01T00:00:00Z",  # protobuf's
        "2026-09-22",
        "2026-09-22T12:33",
        "yesterday, or perhaps the day before",
        "2026-13-22T12:33:17Z",
        "2026-02-30T12:33:17Z",
        "2026-09-22T25:33:17Z",
        "2026-09-22T12:33:17.Z",
        "2026-09-22T12:33:17infZ",
        "2026-09-22T12:33:17nanZ",
        "2026-09-22T12:33:171e300Z",
        "2026-09-22T12:33:17.5",  # no zone: it could be any instant
        "2026-09-22T12:33:17",
        "2026-09-22T12:33:17+2",
        "2026-09-22T12:33:17Z and more",
        "２０２６-09-22T12:33:17Z",
    ],
)
def test_what_is_no_time_is_none(text: str | None) -> None:
    """Absent and zero times, and text that is no instant, are None: nobody is shown the year 1."""
    assert parse_ms(text) is None


@given(st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")))
def test_never_fails(text: str) -> None:
    """Whatever a backend sends as a time is a finite number or None."""
    ms = parse_ms(text)
    assert ms is None or (math.isfinite(ms) and ms > 0)
