"""Hands what the tasks of a local run print, and what the SDK logs of them, to their run.

`sys.stdout` and `sys.stderr` are replaced while a run goes on. The context (`contextvars`) of whoever writes says which
action it is: right for asynchronous and synchronous tasks, traces, `asyncio.to_thread` and `logging`. A thread that a
task starts by hand, a subprocess and a C library have no such context: what they write stays in the cell, as does all
that the cell itself writes.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any, Final

from flyte_widgets.sdk.run_scope import current_output
from flyte_widgets.sdk.traceback_text import traceback_text

_STREAMS: Final = ("stdout", "stderr")
_SDK_LOGGER: Final = "flyte"
_USER_LOGGER: Final = "flyte.user"


class Tee(io.TextIOBase):
    """Stands in for an output stream. What belongs to no action of a local run goes through unchanged."""

    def __init__(self, original: Any, *, is_system: bool = False) -> None:
        self.original = original
        self._is_system = is_system

    def write(self, text: str) -> int:
        """Write, or hand over."""
        found = current_output()
        if found is not None:
            output, action = found
            output.write(action, str(text), self.original, is_system=self._is_system)
            return len(text)
        return int(self.original.write(text) or 0)

    def flush(self) -> None:
        """Flush the original."""
        self.original.flush()

    def close(self) -> None:
        """Do nothing: the original belongs to somebody else, and so it stays open when this is garbage."""

    def writable(self) -> bool:
        """Whether it can be written to: yes."""
        return True

    def isatty(self) -> bool:
        """Whether the original is a terminal."""
        return bool(self.original.isatty())

    def fileno(self) -> int:
        """Give the original's file descriptor."""
        return int(self.original.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The original's."""
        return str(self.original.encoding)

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """The original's."""
        return getattr(self.original, "errors", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


class Capture:
    """Replaces the streams while at least one run goes on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._handlers: list[tuple[logging.StreamHandler[Any], Any]] = []

    def begin(self) -> None:
        """Take note that a run begins."""
        with self._lock:
            self._runs += 1
            for name in _STREAMS:
                if not isinstance(stream := getattr(sys, name), Tee):
                    setattr(sys, name, Tee(stream))
            self._redirect_handlers()
            logging.getLogger(_SDK_LOGGER).addFilter(_own_frames)

    def end(self) -> None:
        """Take note that a run has ended. After the last one all is as it was."""
        with self._lock:
            self._runs -= 1
            if self._runs:
                return
            for name in _STREAMS:
                if isinstance(stream := getattr(sys, name), Tee):
                    setattr(sys, name, stream.original)
            for handler, original in self._handlers:
                if isinstance(handler.stream, Tee):
                    handler.setStream(original)
            self._handlers.clear()
            logging.getLogger(_SDK_LOGGER).removeFilter(_own_frames)

    def _redirect_handlers(self) -> None:
        """Have handlers of `logging`, which keep the stream that they were made with, write to ours.

        The SDK's always: theirs may be a stream of before, as in `%%capture`.
        """
        originals = {id(getattr(sys, name).original) for name in _STREAMS}
        for logger in _loggers():
            is_sdk = logger.name == _SDK_LOGGER or logger.name.startswith(f"{_SDK_LOGGER}.")
            is_system = is_sdk and not logger.name.startswith(_USER_LOGGER)
            for handler in logger.handlers:
                if not isinstance(handler, logging.StreamHandler) or isinstance(handler.stream, Tee):
                    continue
                is_sdk_console = is_sdk and type(handler) is logging.StreamHandler  # none of a user's, as to a file
                if is_sdk_console or id(handler.stream) in originals:
                    self._handlers.append((handler, handler.stream))
                    handler.setStream(Tee(handler.stream, is_system=is_system))


def _loggers() -> Iterator[logging.Logger]:
    yield logging.getLogger()
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            yield logger


def _own_frames(record: logging.LogRecord) -> bool:
    """Leave the SDK's own frames out of the tracebacks that it logs."""
    if record.exc_info and record.exc_info[1] is not None and current_output() is not None:
        record.exc_text = traceback_text(record.exc_info[1])
    return True


capture: Final = Capture()
