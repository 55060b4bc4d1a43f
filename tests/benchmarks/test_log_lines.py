"""What `make bench` makes of what it saw of a log is right, and the server prints what both ways read."""

from __future__ import annotations

import pytest
from flyteidl2.dataproxy import dataproxy_service_pb2
from google.protobuf import json_format

from tests.benchmarks import log_lines
from tests.benchmarks.log_server import printed


def test_lines_that_come_together_are_of_different_ages() -> None:
    """Lines 11 to 14 appear at once, sent from 1,000 to 1,040 ms: the oldest waited longest."""
    followed = log_lines.Followed([(1_005.0, 10, 1_000.0, 90), (1_060.0, 14, 1_040.0, 110)], 8, 10_240 + 200, 2.0)
    assert log_lines.late_ms(followed) == pytest.approx([50, 40, 30, 20])
    assert log_lines.lines_a_second(followed) == pytest.approx(4 / 0.055)
    assert log_lines.kib_beyond(followed) == pytest.approx(5)


def test_both_encodings_say_the_same() -> None:
    """In JSON, which is written by hand, as in protobuf."""
    message = json_format.Parse(printed("json", 7, 3, 1_795_000_000.5), dataproxy_service_pb2.TailLogsResponse())
    binary = dataproxy_service_pb2.TailLogsResponse.FromString(printed("proto", 7, 3, 1_795_000_000.5))
    assert message == binary
    (logs,) = message.logs
    assert [line.message.split()[:2] for line in logs.lines] == [[f"#{n}", "@1795000000500"] for n in (7, 8, 9)]
    assert all(line.message.endswith("\n") for line in logs.lines)
