"""The browser's side of a RunWidget without a browser: a comm that records, as js/src/core/store.ts does."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Any

from comm.base_comm import BaseComm

from tests.run_messages import Reader


@dataclass
class Sent:
    """One message of a comm, as it went out."""

    at_s: float
    thread: str
    kind: str
    """"update", "columns", "reply", "heartbeat", ..."""
    content: dict[str, Any]
    buffers: list[bytes]


class RecordingComm(BaseComm):
    """A comm as ipykernel's, but for the kernel: put it in the place of `comm.create_comm`."""

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        if not hasattr(self, "sent"):
            self.sent: list[Sent] = []
        data = data or {}
        content = data.get("content", data) if data.get("method") == "custom" else data
        kind = content.get("kind") or data.get("method") or msg_type
        buffers = [bytes(buffer) for buffer in buffers or ()]
        self.sent.append(Sent(time.monotonic(), threading.current_thread().name, kind, content, buffers))


class FrontEnd:
    """One page that shows the widget. `loses` says which blocks of columns get lost on the way, counted from 0."""

    def __init__(self, widget: Any, *, loses: tuple[int, ...] = ()) -> None:
        self.comm: RecordingComm = widget.comm
        self.loses = loses
        self.state: dict[str, Any] = {}
        self.reader = Reader()
        self.gaps = self.blocks = self._read = 0
        self._ids = random.randrange(2**32) << 20  # as requests.ts: no two pages have the same

    def read(self) -> None:
        """Take what has come since the last call, as store.ts does."""
        messages = self.comm.sent[self._read :]
        self._read += len(messages)
        for message in messages:
            if message.kind in ("update", "comm_open"):
                self.state.update(message.content["state"])
                for path, buffer in zip(message.content.get("buffer_paths", ()), message.buffers, strict=True):
                    self.state[path[0]] = buffer
                    if path == ["snapshot"] and buffer:
                        self._apply(buffer)
            elif message.kind == "columns":
                self.blocks += 1
                if self.blocks - 1 not in self.loses:
                    self._apply(message.buffers[0])

    def _apply(self, block: bytes) -> None:
        if self.reader.apply(block) == "gap":
            self.gaps += 1
            self.handshake()

    def handshake(
        self, *, looks: bool = True, begins: bool = False, page: str = "one", shows: tuple[str, ...] = ()
    ) -> int:
        return self.ask("handshake", seq=self.reader.seq, looks=looks, begins=begins, page=page, shows=list(shows))

    def ask(self, kind: str, **content: Any) -> int:
        """Send a request; gives its id."""
        self._ids += 1
        self.send({"kind": kind, "id": self._ids, **content})
        return self._ids

    def send(self, content: Any) -> None:
        """Send a custom message as it stands."""
        self._handle({"method": "custom", "content": content})

    def set(self, **state: Any) -> None:
        """Set traits, as `model.save_changes()` does."""
        self._handle({"method": "update", "state": state, "buffer_paths": []})

    def request_state(self) -> dict[str, Any]:
        """Ask for the whole state, as a page that is loaded anew; gives it with its buffers in their places."""
        before = len(self.comm.sent)
        self._handle({"method": "request_state"})
        updates = [sent for sent in self.comm.sent[before:] if sent.kind == "update"]
        answer = next(sent for sent in updates if "_model_name" in sent.content["state"])  # not the publisher's
        buffers = {path[0]: buffer for path, buffer in zip(answer.content["buffer_paths"], answer.buffers, strict=True)}
        return {**answer.content["state"], **buffers}

    def replies(self, request: int) -> list[dict[str, Any]]:
        return [sent.content for sent in self.comm.sent if sent.kind == "reply" and sent.content["id"] == request]

    def _handle(self, data: dict[str, Any]) -> None:
        self.comm.handle_msg({"content": {"data": data}, "buffers": []})
