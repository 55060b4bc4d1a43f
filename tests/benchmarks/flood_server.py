"""A backend in a process of its own that sends updates as fast as it is told, all encoded beforehand.

The first part of the path says what: `/1000-20000-30` is a run of 1,000 actions below its root, of which 20,000 change
in a second, for 30 s; then all end. One more action, the last, changes only then: it is there to be asked for.
To WatchActions it sends the snapshot and then a message for each change, as the backend does, with the root along; to
WatchActionDetails of the root one for each of as many changes of the root itself, if it is asked in protobuf, as the
SDK does: ours asks in JSON, and is told no more until the end. Every message is a chunk of HTTP's own, as connect-go
sends it.

When the n-th change was due is known to whoever knows when the first one was: `/.../begun` tells, on the clock that all
processes of a machine share. A client that is slow is late: what it did not read in time waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
import time
from typing import Any, ClassVar

from flyteidl2.common import phase_pb2
from flyteidl2.workflow import run_definition_pb2, run_service_pb2

from tests.benchmarks.load_messages import RUN_NAME
from tests.benchmarks.load_server import STREAM_HEAD, http, http_chunk, read_request
from tests.benchmarks.wire import encode, frame

TICK_S = 0.002
RUNNING, PAUSED, SUCCEEDED = (
    phase_pb2.ACTION_PHASE_RUNNING,
    phase_pb2.ACTION_PHASE_PAUSED,
    phase_pb2.ACTION_PHASE_SUCCEEDED,
)
LIST_PAGE = 200
_FIRST_ATTEMPT = 10_000
"""Of the first change. All numbers up to 99,999 have as many digits, so messages are encoded once, all but these."""
_ATTEMPT = re.compile(rb"(?<=[: ])10000(?=[,}])")


class Flood:
    """The messages of a run, and when they are due."""

    def __init__(self, actions: int, rate: float, seconds: float) -> None:
        self.actions, self.rate, self.total = actions, rate, round(rate * seconds)
        self.begun_s = 0.0
        """When the first change was due; 0 before the stream was opened."""
        self.phase, self.listed, self.over = RUNNING, asyncio.Event(), asyncio.Event()
        self.snapshot = http_chunk(self._watched(range(actions + 2), RUNNING))
        # An action changes once in a round: its next attempt runs. Of what a stream may say, only that is always news.
        self.parts = [
            tuple(_ATTEMPT.split(http_chunk(self._watched((0, n), RUNNING, attempts=_FIRST_ATTEMPT))))
            for n in range(1, actions + 1)
        ]
        self.details = [http_chunk(frame(self._details(phase).SerializeToString())) for phase in (PAUSED, RUNNING)]

    def tree(self, first: int, end: int) -> bytes:
        """Give the changes from `first` on, before `end`."""
        return b"".join(self._change(n) for n in range(first, end))

    def root(self, first: int, end: int) -> bytes:
        """Likewise, of the root alone."""
        return b"".join(self.details[n % 2] for n in range(first, end))

    def end_of_tree(self) -> bytes:
        """All end, the root last."""
        last = _FIRST_ATTEMPT + max(0, self.total - 1) // self.actions
        return http_chunk(self._watched((*range(1, self.actions + 2), 0), SUCCEEDED, root=SUCCEEDED, attempts=last))

    def end_of_root(self, encoding: str) -> bytes:
        """Likewise, as details."""
        return http_chunk(frame(encode(self._details(SUCCEEDED), encoding)))

    def answer(self, method: str, body: bytes, encoding: str) -> bytes | None:
        """Answer a unary call; None for one that is not known."""
        if method == "GetRunDetails":
            details = run_definition_pb2.RunDetails(action=self._details(self.phase).details)
            return encode(run_service_pb2.GetRunDetailsResponse(details=details), encoding)
        if method == "GetActionDetails":
            return encode(self._details(self.phase, int(json.loads(body)["actionId"]["name"][1:])), encoding)
        if method == "ListActions":
            first = int(json.loads(body).get("request", {}).get("token", "") or 0)
            numbers = range(first, min(first + LIST_PAGE, self.actions + 2))
            page = run_service_pb2.ListActionsResponse(actions=[self._action(n, self.phase) for n in numbers])
            page.token = str(first + LIST_PAGE) if first + LIST_PAGE < self.actions + 2 else ""
            if not page.token:
                self.listed.set()
            return encode(page, encoding)
        if method == "AbortAction":
            return b"{}"
        return json.dumps(self.begun_s).encode() if method == "begun" else None

    def _change(self, n: int) -> bytes:
        before, after = self.parts[n % self.actions]
        return b"%s%d%s" % (before, _FIRST_ATTEMPT + n // self.actions, after)

    def _watched(self, numbers: Any, phase: int, root: int = RUNNING, attempts: int = 1) -> bytes:
        page = run_service_pb2.WatchActionsResponse()
        for n in numbers:
            action = self._action(n, phase if n else root)
            action.status.attempts = attempts if n else 1
            page.enriched_actions.add(action=action, meets_filter=True)
        return frame(encode(page, "json"))

    def _details(self, phase: int, n: int = 0) -> Any:
        details = run_definition_pb2.ActionDetails()
        action = self._action(n, phase)
        details.id.CopyFrom(action.id)
        details.metadata.CopyFrom(action.metadata)
        details.status.CopyFrom(action.status)
        attempt = details.attempts.add(attempt=1, phase=phase)
        attempt.start_time.CopyFrom(action.status.start_time)
        attempt.phase_transitions.add(phase=RUNNING).start_time.CopyFrom(action.status.start_time)
        return run_service_pb2.GetActionDetailsResponse(details=details)

    def _action(self, n: int, phase: int) -> Any:
        action = run_definition_pb2.Action()
        action.id.name, action.id.run.name = f"a{n}", RUN_NAME
        action.id.run.project, action.id.run.domain = "flytesnacks", "development"
        action.metadata.parent = "a0" if n else ""
        action.metadata.task.id.name = action.metadata.task.short_name = f"square_{n % 7}"
        action.status.phase, action.status.attempts = phase, 1
        action.status.start_time.FromMicroseconds(1_795_000_000_000_137 + n * 7_013)
        if phase == SUCCEEDED:
            action.status.end_time.FromMicroseconds(1_795_000_060_000_137 + n * 7_013)
        return action


class _Serving:
    floods: ClassVar[dict[str, Flood]] = {}

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                path, headers, body = await read_request(reader)
                what, _, rest = path.removeprefix("/").partition("/")
                actions, rate, seconds = what.split("-")
                if what not in self.floods:
                    self.floods[what] = Flood(int(actions), float(rate), float(seconds))
                flood, method = self.floods[what], rest.rpartition("/")[2]
                encoding = "proto" if "proto" in headers.get("content-type", "") else "json"
                if method in ("WatchActions", "WatchActionDetails"):
                    writer.write(STREAM_HEAD % encoding.encode())
                    await self._stream(flood, method, encoding, writer)
                    while await reader.read(1024):
                        pass
                    break
                answer = flood.answer(method, body, encoding)
                if answer is None:
                    writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                else:
                    writer.write(http(answer, f"application/{encoding}"))
        writer.close()

    async def _stream(self, flood: Flood, method: str, encoding: str, writer: asyncio.StreamWriter) -> None:
        if method == "WatchActions":
            writer.write(flood.snapshot)
            await flood.listed.wait()  # a list that is read meanwhile would be older than the stream
            await asyncio.sleep(1.0)
            await self._flood(flood, flood.tree, writer)
            writer.write(flood.end_of_tree())
        else:
            writer.write(http_chunk(frame(encode(flood._details(RUNNING), encoding))))
            if encoding == "proto":
                await asyncio.sleep(1.0)
                await self._flood(flood, flood.root, writer)
            await flood.over.wait()
            writer.write(flood.end_of_root(encoding))

    async def _flood(self, flood: Flood, messages: Any, writer: asyncio.StreamWriter) -> None:
        flood.begun_s, sent = time.monotonic(), 0
        while sent < flood.total:
            due = min(flood.total, int((time.monotonic() - flood.begun_s) * flood.rate))
            writer.write(messages(sent, min(due, sent + 5_000)))
            sent = min(due, sent + 5_000)
            await writer.drain()
            await asyncio.sleep(TICK_S)
        flood.phase = SUCCEEDED
        flood.over.set()


async def _main() -> None:
    server = await asyncio.start_server(_Serving().connection, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
