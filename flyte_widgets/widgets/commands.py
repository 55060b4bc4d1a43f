"""The half of a RunWidget that listens: requests from front ends. Handlers only hand over, and answer.

They run on whatever thread the kernel chose: the main one, between two cells, or a subshell's, while a cell runs. So
nothing here waits, prints or looks for an event loop, and what goes wrong is told by traits and answers.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.abort import abort
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.running_cell import RunningCell, leave_hooks_to_cells, running_cell
from flyte_widgets.widgets.sending import SendingView
from flyte_widgets.widgets.static_view.collect import READ_LIMIT_S

logger = logging.getLogger(__name__)

_WANT_LIMIT: Final = 200
_REASON_LIMIT: Final = 2_000
_ABORTS_REMEMBERED: Final = 100


class CommandedView(SendingView):
    """Does what front ends ask for: `Request` in js/src/core/protocol.ts."""

    _focused = ""
    _running_cell: RunningCell | None = None

    def _begin_to_listen(self) -> None:
        self._aborts: deque[int] = deque(maxlen=_ABORTS_REMEMBERED)
        """Requests that were taken: a page that heard no answer sends the same again."""
        self._cell_threads = {threading.main_thread().ident, threading.get_ident()}
        _route_clicks_to_where_they_were_sent(self.comm)
        leave_hooks_to_cells(self.comm, self._handle_msg)
        self._running_cell = running_cell()
        self.on_msg(self._on_message)
        self.observe(self._on_selected, "selected")
        self._on_selected(None)

    def _handle_msg(self, msg: Any) -> None:
        if self._running_cell is not None:
            self._running_cell.take_back()
        super()._handle_msg(msg)

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        request = content.get("id") if isinstance(content, dict) else None
        if not isinstance(request, int) or isinstance(request, bool):
            return
        kind = content.get("kind")
        if kind == "hello":
            self._take_hello(request, content)
            publisher().wake(self)  # which answers
            return
        if kind == "abort":
            self._take_abort(request, content)
        elif kind == "retry":
            background().soon(self._watcher.retry)
        elif kind == "want":
            background().soon(self._watcher.request_history, _texts(content.get("actions"))[:_WANT_LIMIT])
        elif kind == "static_view":
            background().submit(self._send_static_view())
        elif kind == "asked":
            self._ask_again()
        elif kind == "sidebar":
            self._on_sidebar_answer(content)
        else:
            self._reply(request, f"RunWidget knows no request {kind!r}.", "Reload the page: its script may be older.")
            return
        self._reply(request)

    def _take_hello(self, request: int, content: dict[str, Any]) -> None:
        seq, page = content.get("seq"), str(content.get("page") or "")
        begins, looks = bool(content.get("begins")), bool(content.get("looks", True))
        can_interrupt = threading.get_ident() not in self._cell_threads
        with self._news_lock:
            if self._pages.hello(page, looks=looks, begins=begins, can_interrupt=can_interrupt):
                self._calls_roll = page
            self._hellos.append((request, seq if isinstance(seq, int) else 0, looks))

    def _take_abort(self, request: int, content: dict[str, Any]) -> None:
        if request in self._aborts:
            return
        self._aborts.append(request)
        action, reason = str(content.get("action") or ROOT), str(content.get("reason") or "")
        background().submit(self._abort_and_tell(action, reason[:_REASON_LIMIT]))

    async def _abort_and_tell(self, action: str, reason: str) -> None:
        """Abort; how it goes is told by `abort_state`."""
        try:
            await abort(self._watcher, action, reason)
        except FlyteWidgetsError as error:
            logger.info("abort of %s refused: %s", self.run_name, error)
        except Exception:
            logger.exception("abort of %s", self.run_name)

    async def _send_static_view(self) -> None:
        """Send the static view, for pages that no longer know which output it is."""
        try:
            content = await asyncio.to_thread(self._static_view.bundle, READ_LIMIT_S)
            self.send({"kind": "static_view", "data": content})
        except Exception:
            logger.exception("static view of %s", self.run_name)

    def _on_selected(self, _change: Any) -> None:
        """Keep the details of the selected action fresh, and of no other."""
        self._focus(self.selected)
        publisher().wake(self)

    def _focus(self, action: str) -> None:
        with self._news_lock:
            before, self._focused = self._focused, action
            background().soon(self._watcher.focus, action)
            background().soon(self._watcher.unfocus, before)


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, Iterable) else []


def _route_clicks_to_where_they_were_sent(comm: Any) -> None:
    """Have clicks handled while a cell runs.

    ipykernel 7.4 sends a message of the front end not to the subshell that JupyterLab asked for, but to the shell
    that last published on the comm: often the main one, which is busy. The attribute is private, so it is only
    touched where it is there.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001
