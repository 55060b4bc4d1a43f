"""Keeps messages of our front end out of the cell that runs while a subshell takes them.

Two things of that cell were lost otherwise:

Output of the user's threads. They have no request of their own: ipykernel 7 files their output under the request that
any shell took last, and no front end shows output of a message. rich's progress bars, and with them the SDK's
`run.wait()`, stood still (ipywidgets#4020).

Output that is shown at the cell's end, such as matplotlib's figures: the end of a message was taken for the cell's
(ipykernel#1564).
"""

from __future__ import annotations

import contextvars
import functools
import threading
from collections.abc import Callable
from typing import Any

from comm.base_comm import BaseComm


class RunningCell:
    """The cell that IPython's main thread runs, or ran last."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._lock = threading.Lock()
        self._request: dict[str, Any] | None = None
        self._context = contextvars.copy_context()
        self._note()
        shell.events.register("pre_execute", self._note)

    def take_back(self) -> None:
        """Have it be the request that was taken last, after another thread took one."""
        if threading.current_thread() is not threading.main_thread():
            with self._lock:
                self._take_back()

    def _note(self) -> None:
        if threading.current_thread() is not threading.main_thread():  # a cell of a subshell's
            return
        request = self._shell.get_parent()
        # IPython calls this for messages, too.
        if request.get("header", {}).get("msg_type") == "execute_request":
            with self._lock:
                self._request, self._context = request, contextvars.copy_context()
                self._take_back()  # from a message that came since ipykernel took this cell

    def _take_back(self) -> None:
        if self._request is None:
            return
        # In a copy: the thread that does it goes on with its own request.
        self._context.copy().run(self._shell.set_parent, self._request)
        # The same for older ipywidgets (8.1.7), whose Output asks the kernel. Private, so only where it is there.
        if hasattr(self._shell.kernel, "_shell_context"):
            self._shell.kernel._shell_context = self._context  # noqa: SLF001


def running_cell() -> RunningCell | None:
    """Give the cell of this kernel; None where there is no kernel of IPython's."""
    from IPython import get_ipython  # noqa: PLC0415 - only where a front end is

    shell: Any = get_ipython()
    return _of(shell) if hasattr(shell, "kernel") and hasattr(shell, "get_parent") else None


def leave_hooks_to_cells(comm: Any, handle: Callable[[Any], None]) -> None:
    """Have `handle` called without what IPython calls before and after a cell, which comm does for each message."""
    if isinstance(comm, BaseComm):
        comm.handle_msg = handle


@functools.cache
def _of(shell: Any) -> RunningCell:
    return RunningCell(shell)


def route_messages_to_their_subshell(comm: Any) -> None:
    """Have clicks handled while a cell runs.

    ipykernel 7.4 sends a message of the front end not to the subshell that JupyterLab asked for, but to the shell
    that last published on the comm: often the main one, which is busy. The attribute is private, so it is only
    touched where it is there.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001
