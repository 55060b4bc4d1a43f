"""The load server with a log: `idle-5-5000` is a run of five actions whose root prints 5,000 lines a second.

A line says its number and when it was sent: `#1234 @1795000000000`. TailLogs sends what is due every 20 ms, in JSON or
in protobuf, and never what was printed before somebody asked.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timezone

from flyteidl2.dataproxy import dataproxy_service_pb2
from flyteidl2.logs.dataplane import payload_pb2
from flyteidl2.workflow import run_service_pb2

from tests.benchmarks.load_server import STREAM_HEAD, Scenario, Serving, http, http_chunk, serve
from tests.benchmarks.wire import encode, frame

TICK_S = 0.02
LINES_A_MESSAGE = 500
TEXT = "INFO read shard-00042.parquet: 1,204 rows in 0.31 s, 3 retries"
"""What follows the number and the time in each line."""


class LogServing(Serving):
    """Answers what the two ask who follow a log, besides."""

    async def answer(
        self,
        scenario: Scenario,
        method: str,
        headers: dict[str, str],
        body: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Answer one request."""
        encoding = "proto" if "proto" in headers.get("content-type", "") else "json"
        if method == "TailLogs":
            scenario.send(writer, STREAM_HEAD % encoding.encode())
            await self._tail(scenario, encoding, writer)
        elif method == "SelectCluster":
            scenario.send(writer, http(b"{}" if encoding == "json" else b"", f"application/{encoding}"))
        elif method == "GetActionDetails" and encoding == "proto":
            details = run_service_pb2.GetActionDetailsResponse(details=scenario.load.details(0, scenario.phase))
            scenario.send(writer, http(encode(details, encoding), "application/proto"))
        else:
            await super().answer(scenario, method, headers, body, reader, writer)

    async def _tail(self, scenario: Scenario, encoding: str, writer: asyncio.StreamWriter) -> None:
        begun_s, sent = time.monotonic(), 0
        while not writer.is_closing():
            due = int((time.monotonic() - begun_s) * float(scenario.suffix))
            while sent < due:
                count = min(LINES_A_MESSAGE, due - sent)
                scenario.send(writer, http_chunk(frame(printed(encoding, sent, count, time.time()))))
                sent += count
            await writer.drain()
            await asyncio.sleep(TICK_S)
        raise ConnectionError


def printed(encoding: str, first: int, count: int, now_s: float) -> bytes:
    """TailLogs with so many lines. They have newlines, as from the real services: the SDK's viewer relies on them."""
    texts = [f"#{n} @{now_s * 1000:.0f} {TEXT}" for n in range(first, first + count)]
    if encoding == "json":
        at = datetime.fromtimestamp(now_s, timezone.utc).isoformat().replace("+00:00", "Z")
        line = '{{"timestamp":"{}", "message":"{}\\n", "originator":"USER"}}'.format
        return b'{"logs":[{"lines":[%s]}]}' % ", ".join([line(at, text) for text in texts]).encode()
    message = dataproxy_service_pb2.TailLogsResponse()
    lines = message.logs.add().lines
    for text in texts:
        lines.add(message=f"{text}\n", originator=payload_pb2.USER).timestamp.FromNanoseconds(int(now_s * 1e9))
    return message.SerializeToString()


if __name__ == "__main__":
    asyncio.run(serve(LogServing()))
