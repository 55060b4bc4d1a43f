"""RunWidget: one run, live, in a notebook. Traits go out, commands come in; js/src/protocol.ts is the other side."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any, Final

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.columns import Columns
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.abort import abort
from flyte_widgets.watch.backends import Lease
from flyte_widgets.watch.board import Update
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.facts import facts_of
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.receipt.collect import READ_LIMIT_S
from flyte_widgets.widgets.saved import SavedPicture, SavedView

logger = logging.getLogger(__name__)

SEND_EVERY_S: Final = 0.2
"""At most one message in this time, answers apart; the first one after a pause goes out at once."""
TRAITS_EVERY_S: Final = 1.0
"""Counts and the like travel at most this often. What a reader waits for (`_URGENT`) does not wait for it."""
BEAT_EVERY_S: Final = 10.0
"""So often the front end is told that the kernel lives, while nothing else tells it."""

_BUNDLE: Final = Path(__file__).parent / "static" / "widget.js"
_URGENT: Final = ("phase", "is_terminal", "error", "abort_state", "detail", "root")
_FROM_BROWSER: Final = {"selected", "_view_count"}
_WANT_LIMIT: Final = 200
_REASON_LIMIT: Final = 2_000


def _bundle() -> str:
    """Read the front end. As a string: anywidget's file-backed form keeps every widget alive."""
    if not _BUNDLE.exists():
        raise FlyteWidgetsError(
            "The front end of flyte-widgets is not built.",
            hint="In a checkout run `make build`; otherwise install flyte-widgets from its wheel.",
        )
    return _BUNDLE.read_text(encoding="utf-8")


class RunWidget(SavedView):
    """Shows a run live: its phase, the state diagram, a timeline of all actions, errors, and an Abort button.

    run: a run's name, its console URL, a `flyte.remote.Run`, or an `fw.Run`.
    client, project, domain: where it is, if not where `connect()`, `local.start()` or the SDK's configuration say.

    All traits but `selected` follow the backend and are not for setting. They are set on a thread of flyte-widgets:
    an observer runs there, too; what it raises is shown in the widget and logged. Raises ConfigError where no backend
    is configured or `run` names no run; whether the run exists shows in the widget.
    """

    _esm = _bundle()
    _lease: Lease | None = None

    def __init__(
        self, run: Any, *, client: FlyteClient | None = None, project: str = "", domain: str = "", **kwargs: Any
    ) -> None:
        self._lock = threading.RLock()
        """For traits and columns. Held while observers run, so never taken on the background loop."""
        self._news_lock = threading.Lock()
        self._rows: set[int] = set()
        self._hellos: list[tuple[int, int]] = []
        self._listened_to = self._saved = False
        self._columns_at_s = self._traits_at_s = self._beat_at_s = self._next_s = 0.0
        self._focused = ""
        self._owns_run = not isinstance(run, Run)
        self._run = run if isinstance(run, Run) else Run(run, client=client, project=project, domain=domain)
        target = self._run._target  # noqa: SLF001 (the widget is the view of this handle)
        # A share of its own in the watch: close() gives back this one, and no other.
        self._lease = Lease(target.backend, target.run_id, tracked=target.tracked)
        self._watcher = self._lease.watcher
        self._columns = Columns(self._watcher.state)
        self._picture = SavedPicture(self._run, self._watcher)
        facts = {**self._facts(""), "selected": target.action, "receipt_id": self._picture.element_id}
        super().__init__(**{**facts, **kwargs})
        _route_clicks_to_where_they_were_sent(self.comm)
        self.on_msg(self._on_message)
        self.observe(self._on_selected, "selected")
        background().soon(self._watcher.subscribe, self)
        background().soon(publisher().wake, self)  # for what changed before that
        self._on_selected(None)

    def __repr__(self) -> str:
        return f"RunWidget({self.run_name!r}, phase={self.phase}, {sum(self.counts.values())} actions)"

    @property
    def run(self) -> Run:
        """The run without its view: its actions, `watch()` and the like."""
        return self._run

    def wait(self, timeout: float | None = None) -> ActionPhase:
        """Block until the run has ended, and give its final phase. `timeout` in seconds. Raises as `Run.wait`."""
        phase = self._run.wait(timeout)
        # Have all that is known shown and saved: who waits may end the kernel next (papermill).
        publisher().flush(self)
        self._picture.finish()
        return phase

    def __await__(self) -> Generator[Any, None, ActionPhase]:
        return self._until_over().__await__()

    async def _until_over(self) -> ActionPhase:
        phase = await self._run
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, publisher().flush, self)
        await loop.run_in_executor(None, self._picture.receipt, READ_LIMIT_S)
        self._picture.finish()
        return phase

    def abort(self, reason: str = "") -> None:
        """Abort the run; the same as the button, without its question. Raises as `Run.abort`."""
        self._run.abort(reason)

    def close(self) -> None:
        """Close the view, and stop watching unless others watch the same run. The run goes on."""
        if self._lease is not None:  # it is, where __init__ has failed
            background().soon(self._watcher.unsubscribe, self)
            self._focus("")
            self._lease.release()
            if self._owns_run:
                self._run.close()
        super().close()

    # --- news from the watcher, on the background loop ---------------------------------------------------------------

    def run_updated(self, update: Update) -> None:
        """Take note of what changed; sending is the publisher's."""
        with self._news_lock:
            self._rows |= update.rows
        publisher().wake(self)

    # --- sending, on the publisher's thread --------------------------------------------------------------------------

    def publish(self, now_s: float) -> float | None:
        """Answer hellos, and send one message of what is due: changed rows, changed traits, a sign of life."""
        with self._lock:
            if self.comm is None:
                return None
            self._answer_hellos()
            if self._watcher.connection.state == "ended" and not self._saved:
                self._next_s = 0.0  # whoever waits for the end finds all of it
                self._publish_columns(now_s)
                self._publish_traits(now_s)
            if now_s < self._next_s:
                return self._next_s
            kinds = [(self._columns_at_s, self._publish_columns), (self._traits_at_s, self._publish_traits)]
            later: list[float] = []
            # The one that was not sent for longer comes first: neither keeps the other waiting.
            for _, send in (*sorted(kinds, key=lambda kind: kind[0]), (0.0, self._publish_beat)):
                due_s = send(now_s)
                if due_s is not None and due_s <= now_s:
                    self._next_s = time.monotonic() + SEND_EVERY_S  # packing took its time
                    return self._next_s
                later += [] if due_s is None else [due_s]
        return min(later, default=None)

    # Each of these gives when it is due; if that is now, it has sent. None: it has nothing to send.

    def _publish_columns(self, now_s: float) -> float | None:
        with self._news_lock:
            if not self._rows or not self._listened_to:
                return None
            rows, self._rows = self._rows, set()
        self._send_block(lambda now_ms: self._columns.delta(rows, now_ms))
        self._columns_at_s = now_s
        return now_s

    def _publish_traits(self, now_s: float) -> float | None:
        facts = self._facts(self.selected)
        changed = {name: value for name, value in facts.items() if getattr(self, name) != value}
        is_over = facts["connection"]["state"] == "ended"
        self._saved = self._saved and facts["is_terminal"]
        if is_over and not self._saved:
            changed["snapshot"] = self._current_snapshot()
        if not changed:
            return None
        is_urgent = is_over or self._is_urgent(changed)
        if not is_urgent and now_s < self._traits_at_s + TRAITS_EVERY_S:
            return self._traits_at_s + TRAITS_EVERY_S
        self._traits_at_s, self._saved = now_s, is_over
        self.tell(changed)
        return now_s

    def _publish_beat(self, now_s: float) -> float | None:
        if not self._listened_to or self.connection["state"] in ("ended", "closed"):
            return None
        due_s = max(self._columns_at_s, self._traits_at_s, self._beat_at_s) + BEAT_EVERY_S
        if due_s > now_s:
            return due_s
        self._beat_at_s = now_s
        self.send({"kind": "beat", "nowMs": self._watcher.now_ms()})
        return now_s

    def _answer_hellos(self) -> None:
        with self._news_lock:
            hellos, self._hellos = self._hellos, []
        for request, seq in hellos:
            self._reply(request)
            if not self._listened_to or seq != self._columns.seq:
                self._listened_to = True
                self._send_block(self._columns.snapshot)

    def _is_urgent(self, changed: dict[str, Any]) -> bool:
        if "connection" in changed and changed["connection"]["state"] != self.connection.get("state"):
            return True
        return any(name in changed for name in _URGENT)

    def _facts(self, selected: str) -> dict[str, Any]:
        with self._watcher.lock:
            return facts_of(self._run, self._watcher, selected)

    def _current_snapshot(self) -> bytes:
        with self._watcher.lock:
            return self._columns.saved(self._watcher.now_ms())

    def _send_block(self, pack: Callable[[float], bytes]) -> None:
        with self._watcher.lock:
            block = pack(self._watcher.now_ms())
        self.send({"kind": "columns"}, buffers=[block])

    def _reply(self, request: int, error: str = "", hint: str = "") -> None:
        self.send({"kind": "reply", "id": request, "ok": not error, "message": error, "hint": hint})

    # --- commands from the browser, on whatever thread the kernel chose: only hand over, and answer ------------------

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        request = content.get("id") if isinstance(content, dict) else None
        if not isinstance(request, int) or isinstance(request, bool):
            return
        kind = content.get("kind")
        if kind == "hello":
            seq = content.get("seq")
            with self._news_lock:
                self._hellos.append((request, seq if isinstance(seq, int) else 0))
            publisher().wake(self)  # which answers
            return
        if kind == "abort":
            action, reason = str(content.get("action") or ROOT), str(content.get("reason") or "")
            background().submit(self._abort_and_tell(action, reason[:_REASON_LIMIT]))
        elif kind == "retry":
            background().soon(self._watcher.retry)
        elif kind == "want":
            background().soon(self._watcher.want_history, _texts(content.get("actions"))[:_WANT_LIMIT])
        else:
            self._reply(request, f"RunWidget knows no request {kind!r}.", "Reload the page: its script may be older.")
            return
        self._reply(request)

    async def _abort_and_tell(self, action: str, reason: str) -> None:
        """Abort; how it goes is told by `abort_state`."""
        try:
            await abort(self._watcher, action, reason)
        except FlyteWidgetsError as error:
            logger.info("abort of %s refused: %s", self.run_name, error)
        except Exception:
            logger.exception("abort of %s", self.run_name)

    def _on_selected(self, _change: Any) -> None:
        """Keep the details of the selected action fresh, and of no other."""
        self._focus(self.selected)
        publisher().wake(self)

    def _focus(self, action: str) -> None:
        with self._news_lock:
            before, self._focused = self._focused, action
            background().soon(self._watcher.focus, action)
            background().soon(self._watcher.unfocus, before)

    # --- ipywidgets --------------------------------------------------------------------------------------------------

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take trait values from the browser: only those that are its to set."""
        with self._lock:
            super().set_state({name: value for name, value in sync_data.items() if name in _FROM_BROWSER})

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Give the state as a (re)loaded page needs it: always with all actions as of now."""
        with self._lock:
            state: dict[str, Any] = super().get_state(key, drop_defaults)
            if "snapshot" in state and len(self._watcher.state):
                state["snapshot"] = self._current_snapshot()
            return state


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
