"""Completion, inspectors and help read properties that nobody asked for: for those, waits for the backend are short."""

from __future__ import annotations

import sys
import time
from types import FrameType
from typing import Final

BUDGET_S: Final = 2.0
"""So long tools wait in all, before they get only what is known; `_RENEWED_S` later they may wait again."""
_RENEWED_S: Final = 10.0
_MODULES: Final = (
    "IPython.core.completer",
    "IPython.core.guarded_eval",
    "IPython.core.oinspect",
    "jedi.",
    "pydoc",
    "rlcompleter",
    "_pydevd_bundle.pydevd_resolver",
)
_FUNCTIONS: Final = frozenset({("inspect", "getmembers"), ("inspect", "_getmembers")})


class Patience:
    """How long a tool may wait. On any thread: a race costs a little more or less of a wait."""

    def __init__(self) -> None:
        self._since_s = 0.0
        self._spent_s = 0.0

    def limit(self, timeout_s: float | None) -> float | None:
        """Shorten a time-out, where a tool is looking. None is none."""
        if not is_tool(sys._getframe(1)):  # noqa: SLF001 - the public ways to the stack read source files, too
            return timeout_s
        if time.monotonic() - self._since_s > _RENEWED_S:
            self._since_s, self._spent_s = time.monotonic(), 0.0
        left_s = max(0.0, BUDGET_S - self._spent_s)
        return left_s if timeout_s is None else min(timeout_s, left_s)

    def spend(self, waited_s: float) -> None:
        """Count a wait that was made within a limit."""
        self._spent_s += waited_s


def is_tool(frame: FrameType | None) -> bool:
    """Check whether a tool is among those who called, not the user's code."""
    while frame is not None:
        module = frame.f_globals.get("__name__") or ""
        if module.startswith(_MODULES) or (module, frame.f_code.co_name) in _FUNCTIONS:
            return True
        frame = frame.f_back
    return False


patience: Final = Patience()
