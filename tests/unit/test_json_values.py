"""Values of Flyte as JSON."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from flyte_widgets.run.json_values import as_json
from flyte_widgets.run.values import EnumName, File, Unreadable, Values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (None, None),
        (0.5, 0.5),
        (float("nan"), "NaN"),
        ([float("inf"), float("-inf")], ["Infinity", "-Infinity"]),
        (datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc), "2026-01-02T03:04:00+00:00"),
        (timedelta(minutes=1.5), 90.0),
        (b"\x00\xff", "AP8="),
        ({1: (2, "x")}, {"1": [2, "x"]}),
        (EnumName("RED"), "RED"),
        (File("s3://b/k", "csv"), {"kind": "File", "uri": "s3://b/k", "format": "csv"}),
        (Unreadable("too deep"), {"kind": "Unreadable", "reason": "too deep"}),
        (Values({"o0": 1}), {"o0": 1}),
    ],
)
def test_each_kind(value: Any, expected: Any) -> None:
    """Each is what json.dumps writes, without NaN."""
    assert json.loads(json.dumps(as_json(value), allow_nan=False)) == expected
