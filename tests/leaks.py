"""Listens wherever a secret could come out: logs, exceptions, comm messages, and whatever else is handed to it."""

from __future__ import annotations

import io
import json
import logging
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

LOGGERS = ("flyte_widgets", "httpx", "httpcore", "asyncio", "anyio")


class Ears:
    """Collects text, each with where it was seen. Safe on any thread."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.widget_messages = 0

    def hear(self, where: str, *things: Any) -> None:
        """Take texts as they stand, exceptions with all that they came from, and everything else by str and repr."""
        for thing in things:
            if isinstance(thing, BaseException):
                self._hear_exception(where, thing)
            else:
                self.heard.append((where, thing if isinstance(thing, str) else f"{thing!s}\n{thing!r}"))

    def _hear_exception(self, where: str, error: BaseException) -> None:
        pending, seen = [error], set()
        while pending:
            current = pending.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            texts = [str(current), repr(current), repr(vars(current)), *map(str, getattr(current, "__notes__", ()))]
            self.heard += [(f"{where}: {type(current).__name__}", text) for text in texts]
            # Also what `raise ... from None` only hides.
            pending += [e for e in (current.__cause__, current.__context__) if e is not None]
            pending += getattr(current, "exceptions", ())
        printed = "".join(traceback.format_exception(error))
        # Its source lines are the test's own, where the secrets stand.
        self.heard.append(
            (f"{where}: traceback", "\n".join(line for line in printed.splitlines() if line[:4] != " " * 4))
        )

    def hear_state(self, where: str, state: Any) -> None:
        """Take a widget's state or message: JSON, with bytes in it as text."""
        plain = json.dumps(state, default=lambda value: bytes(value).decode("latin-1"), ensure_ascii=False)
        self.heard.append((where, plain))

    def find(self, secrets: Iterable[str]) -> list[str]:
        """Say where which of the secrets was heard."""
        return [
            f"{secret!r} in {where}: ...{text[max(0, text.index(secret) - 80) :][:200]!r}"
            for secret in secrets
            for where, text in list(self.heard)
            if secret in text
        ]

    def text(self, where: str) -> str:
        return "\n".join(text for place, text in self.heard if place.startswith(where))


class _EarHandler(logging.Handler):
    def __init__(self, ears: Ears) -> None:
        super().__init__(logging.DEBUG)
        self._ears = ears

    def emit(self, record: logging.LogRecord) -> None:
        self._ears.hear(f"log {record.name}", self.format(record), record.args)


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    """Hear all logs at DEBUG, what widgets send, and what breaks in threads, until the block ends."""
    ears = Ears()
    handler = _EarHandler(ears)
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", *LOGGERS)}

    class HeardComm(BaseComm):
        def publish_msg(
            self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
        ) -> None:
            ears.widget_messages += 1
            # The page's own script is not what a session says.
            state = {k: v for k, v in ((data or {}).get("state") or {}).items() if k not in ("_esm", "_css")}
            ears.hear_state(f"comm {msg_type}", [{**(data or {}), "state": state}, metadata, buffers])

    monkeypatch.setattr(comm, "create_comm", HeardComm)
    monkeypatch.setattr(threading, "excepthook", lambda args: ears.hear("thread", args.exc_value))
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    stdout, stderr = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stdout", stdout)
    monkeypatch.setattr("sys.stderr", stderr)
    try:
        yield ears
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        ears.hear("printed", stdout.getvalue(), stderr.getvalue())
