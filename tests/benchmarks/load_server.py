"""A backend in a process of its own that sends messages which it has encoded before, so that it is never what is slow.

The first part of the path says what run is there: `live-1000` has so many actions, of which ten change in 250 ms;
`idle-1000` stands still; in `steps` the root goes from phase to phase whenever `LoadServer.step()` says so. What stands
behind a second hyphen keeps two runs of one shape apart. Answers what RunWidget and the SDK's `run.wait()` ask, each in
its own encoding; all other calls get 404. `/live-1000/counts` tells the requests so far, and the bytes of the answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import select
import subprocess
import sys
import time
import urllib.request
from typing import Any

from flyteidl2.common import phase_pb2
from flyteidl2.workflow import run_service_pb2

from tests.benchmarks.load_messages import Load, encoded, phases, root_frames

EVERY_S = 0.25
START_TIMEOUT_S = 60.0


class LoadServer:
    """The server's process. `endpoint(what)` is a backend with one run, by the name that is `RUN_NAME`."""

    def __init__(self, module: str = "tests.benchmarks.load_server") -> None:
        command = [sys.executable, "-m", module]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], START_TIMEOUT_S)
        self._port = int(self._process.stdout.readline()) if ready else 0
        assert self._port, "the load server did not start"

    def endpoint(self, what: str) -> str:
        return f"http://127.0.0.1:{self._port}/{what}"

    def step(self, what: str = "steps") -> tuple[str, float]:
        """Send the root's next phase to all who watch; gives its name and when it was sent, in epoch ms."""
        told = self.ask(what, "step")
        return told["phase"], told["atMs"]

    def ask(self, what: str, question: str) -> Any:
        """Ask the server itself."""
        with urllib.request.urlopen(f"{self.endpoint(what)}/{question}", timeout=10) as answer:
            return json.load(answer)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Scenario:
    """One run, and who watches it: the root's details in an encoding ("json"), or the tree ("tree-json")."""

    def __init__(self, what: str) -> None:
        kind, count, self.suffix = [*what.split("-", 2), "", ""][:3]
        self.load = Load(int(count or 5))
        self.is_live = kind == "live"
        self.steps_sent, self._begun_s = 0, 0.0
        """What is live begins with the first who watches. Who comes later is told at once what has changed by then."""
        self._encoded_step = -1, b""
        self.watchers: set[tuple[str, asyncio.StreamWriter]] = set()
        self._phases = phases()
        self._set_root(next(self._phases) if kind == "steps" else (self.load.status(0).phase, 1))
        self.load.snapshot  # noqa: B018 - encode it now
        self.requests = self.sent_bytes = 0

    def _set_root(self, root: tuple[int, int]) -> None:
        self.phase, self.attempts = root
        self.root = root_frames(self.load, *root)
        self.run = encoded(self.load.run_details(*root))
        self.phase_name = phase_pb2.ActionPhase.Name(self.phase).removeprefix("ACTION_PHASE_")

    def _step(self, number: int) -> bytes:
        """The chunk of a step: encoded once for all who watch."""
        if self._encoded_step[0] != number:
            self._encoded_step = number, http_chunk(self.load.step(number))
        return self._encoded_step[1]

    def send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Send, and count."""
        self.sent_bytes += len(data)
        writer.write(data)

    def step(self) -> bytes:
        """Send the next phase."""
        self._set_root(next(self._phases))
        at_ms = time.time() * 1000
        for stream, writer in self.watchers:
            self.send(writer, http_chunk(self.root[stream]))
        return json.dumps({"phase": self.phase_name, "atMs": at_ms}).encode()

    def action_details(self, name: str) -> bytes:
        """Answer GetActionDetails, as things stand now."""
        n = int(name.removeprefix("a"))
        if n == 0:
            return self.root["json"][5:]
        details = self.load.details(n, changes=self.load.changes(n, self.steps_sent))
        return encoded(run_service_pb2.GetActionDetailsResponse(details=details))["json"]

    async def tell_tree(self, writer: asyncio.StreamWriter, encoding: str) -> None:
        """Send the whole tree, then what changes while that is live: in JSON only."""
        for page in self.load.snapshot[encoding]:
            self.send(writer, http_chunk(page))
        self.send(writer, http_chunk(self.root[f"tree-{encoding}"]))  # the snapshot is the same at any time
        if self.is_live:
            self._begun_s = self._begun_s or time.monotonic()
            for number in itertools.count():
                await asyncio.sleep(max(0.0, self._begun_s + (number + 1) * EVERY_S - time.monotonic()))
                if writer.is_closing():
                    raise ConnectionError
                self.steps_sent = max(self.steps_sent, number + 1)
                self.send(writer, self._step(number))


class Serving:
    """Answers each connection."""

    def __init__(self) -> None:
        self._scenarios: dict[str, Scenario] = {}

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                path, headers, body = await read_request(reader)
                what, _, rest = path.removeprefix("/").partition("/")
                scenario = self._scenarios.get(what) or self._scenarios.setdefault(what, Scenario(what))
                await self.answer(scenario, rest.rpartition("/")[2], headers, body, reader, writer)
        writer.close()

    async def answer(
        self,
        scenario: Scenario,
        method: str,
        headers: dict[str, str],
        body: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        encoding = "proto" if "proto" in headers.get("content-type", "") else "json"
        if method == "counts":
            counts = {"requests": scenario.requests, "bytes": scenario.sent_bytes}
            writer.write(http(json.dumps(counts).encode(), "application/json"))
            return
        scenario.requests += 1
        if method == "step":
            scenario.send(writer, http(scenario.step(), "application/json"))
        elif method == "GetRunDetails":
            scenario.send(writer, http(scenario.run[encoding], f"application/{encoding}"))
        elif method == "GetActionDetails":
            details = scenario.action_details(json.loads(body)["actionId"]["name"])
            scenario.send(writer, http(details, "application/json"))
        elif method == "ListActions":
            token = json.loads(body).get("request", {}).get("token", "")
            scenario.send(
                writer,
                http(
                    scenario.load.list_page(token, (scenario.phase, scenario.attempts), scenario.steps_sent),
                    "application/json",
                ),
            )
        elif method in ("WatchActions", "WatchActionDetails"):
            scenario.send(writer, STREAM_HEAD % encoding.encode())
            watcher = (f"tree-{encoding}" if method == "WatchActions" else encoding, writer)
            scenario.watchers.add(watcher)
            try:
                if method == "WatchActions":
                    await scenario.tell_tree(writer, encoding)
                else:
                    scenario.send(writer, http_chunk(scenario.root[encoding]))
                while await reader.read(1024):
                    pass
            finally:
                scenario.watchers.discard(watcher)
            raise ConnectionError
        else:
            scenario.send(writer, b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """Read path, headers and body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip()
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "chunked" not in headers.get("transfer-encoding", ""):
        return first.split()[1], headers, await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return first.split()[1], headers, body


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/connect+%s\r\ntransfer-encoding: chunked\r\n\r\n"


def http(body: bytes, kind: str) -> bytes:
    """An answer."""
    return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def http_chunk(data: bytes) -> bytes:
    """A chunk of an answer that goes on."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def serve(serving: Serving) -> None:
    """Serve on a port that is told on stdout, until the process is ended."""
    server = await asyncio.start_server(serving.connection, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Serving()))
