"""Where the output of a local run's tasks goes: into their logs, and to the cell where nothing else shows it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from flyte_widgets.local.runs.logs import LogBook, LogKey
from flyte_widgets.untrusted import one_line, shortened

_NAME_SHOWN: Final = 60
_PROMPT_SHOWN: Final = 200


class Echo(NamedTuple):
    """When the cell gets what the tasks print."""

    is_wanted: Callable[[], bool]
    hold_s: float = 0.0
    """So long after the run's start that question waits: a widget is often displayed with the next line of the cell."""


ALWAYS: Final = Echo(lambda: True)
NEVER: Final = Echo(lambda: False)


class RunOutput:
    """Takes the output of one run's actions, which go by the SDK's names. Safe to use from any thread."""

    def __init__(self, logs: LogBook, log_key: Callable[[str], LogKey], echo: Echo) -> None:
        """`log_key` gives action and attempt as clients know them."""
        self._logs, self._log_key, self._echo = logs, log_key, echo
        self._held_until_s = time.monotonic() + echo.hold_s
        self._held: list[tuple[Any, str]] = []
        self._lock = threading.Lock()
        self._is_released = threading.Event()

    def write(self, action: str, text: str, stream: Any, *, is_system: bool) -> None:
        """Take what an action wrote; `stream` is where it would have gone."""
        self._logs.write(self._log_key(action), (id(stream), is_system), text, is_system=is_system)
        with self._lock:
            if time.monotonic() < self._held_until_s:
                self._held.append((stream, text))
                return
        self.release()
        if self._echo.is_wanted():
            stream.write(text)

    def end(self, action: str) -> None:
        """Take note that an action writes no more."""
        self._logs.end(self._log_key(action)[0])

    def release(self, *, at_once: bool = False) -> None:
        """Write what waits to the cell, or drop it where a widget shows it, when its time is over or `at_once`."""
        with self._lock:
            if not self._held or (time.monotonic() < self._held_until_s and not at_once):
                return
            held, self._held = self._held, []
            self._held_until_s = 0.0
        self._is_released.set()
        if self._echo.is_wanted():
            for stream, text in held:
                stream.write(text)

    def wait_for(self) -> None:
        """Somebody waits for the run, and shows no widget meanwhile: the cell gets what waits, and the rest at once."""
        with self._lock:
            is_held, self._held_until_s = bool(self._held), 0.0
        if is_held:
            self.release()
        self._is_released.set()

    def finish(self) -> None:
        """Wait until it is known whether a widget shows the run: a short one is over before its cell displays it."""
        with self._lock:
            wait_s = self._held_until_s - time.monotonic() if self._held else 0.0
        if wait_s > 0:
            self._is_released.wait(wait_s)
        self.release(at_once=True)


def asked_words(run: str, action: str, condition: Any) -> str:
    """Say what waits for a person, and how it is answered. `condition`: the SDK's."""
    name, prompt = (
        one_line(shortened(condition.name, _NAME_SHOWN)),
        one_line(shortened(condition.prompt or "", _PROMPT_SHOWN)),
    )
    how = f"fw.RunWidget({run!r}), or fw.Run({run!r}).actions[{action!r}].signal(...)"
    return f"{name} needs an answer ({condition.data_type.__name__}){prompt and f': {prompt}'}\n  Answer it in {how}\n"
