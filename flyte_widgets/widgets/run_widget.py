"""RunWidget: one run, live, in a notebook. Traits go out, commands come in; js/src/protocol.ts is the other side."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets as t

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.columns import Columns
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.abort import abort
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.watcher import Update
from flyte_widgets.widgets.facts import facts_of
from flyte_widgets.widgets.publisher import publisher

logger = logging.getLogger(__name__)

COLUMNS_EVERY_S: Final = 0.25
"""Changed actions travel at most this often; the first change after a pause goes out at once."""
TRAITS_EVERY_S: Final = 1.0
"""Counts and the like travel at most this often. What a reader waits for (`_URGENT`) goes out with the next columns."""
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


def _phase_value(phase: ActionPhase | None, _widget: Any) -> str:
    return phase.value if phase is not None else ""


def _counts_by_value(counts: dict[ActionPhase, int], _widget: Any) -> dict[str, int]:
    return {phase.value: count for phase, count in counts.items()}


class RunWidget(anywidget.AnyWidget):
    """Shows a run live: its phase, the state diagram, a timeline of all actions, errors, and an Abort button.

    run: a run's name, its console URL, a `flyte.remote.Run`, or an `fw.Run`.
    client, project, domain: where it is, if not where `connect()`, `local.start()` or the SDK's configuration say.

    All traits but `selected` follow the backend and are not for setting. They are set on a thread of flyte-widgets:
    an observer runs there, too; what it raises is shown in the widget and logged. Raises ConfigError where no backend
    is configured or `run` names no run; whether the run exists shows in the widget.
    """

    _esm = _bundle()

    run_name = t.Unicode().tag(sync=True)
    """Name of the run."""
    project = t.Unicode().tag(sync=True)
    """Project it is in."""
    domain = t.Unicode().tag(sync=True)
    """Domain it is in."""
    host = t.Unicode().tag(sync=True)
    """Host of the backend. Never the whole endpoint: its path may be a secret."""
    source = t.Unicode().tag(sync=True)
    """In words, where the backend was configured."""
    console_url = t.Unicode().tag(sync=True)
    """The run's page in the Flyte console; "" where there is none."""
    reference = t.Unicode().tag(sync=True)
    """Python that watches this run again: `RunWidget("r4p2bdpt7f")`."""
    task_name = t.Unicode().tag(sync=True)
    """Name of the root task; "" until it is known."""
    phase: t.Instance[ActionPhase | None] = t.Instance(ActionPhase, allow_none=True).tag(
        sync=True, to_json=_phase_value
    )
    """Where the run is; None until it was read."""
    is_terminal = t.Bool().tag(sync=True)
    """Whether the run has ended."""
    counts: t.Dict[Any, Any] = t.Dict().tag(sync=True, to_json=_counts_by_value)
    """How many actions are in each phase."""
    attempt = t.Int().tag(sync=True)
    """Number of the root's latest attempt, from 1."""
    started_ms = t.Float(None, allow_none=True).tag(sync=True)
    """When the run was queued, epoch milliseconds of the backend's clock."""
    ended_ms = t.Float(None, allow_none=True).tag(sync=True)
    """When it ended; None while it goes on."""
    root: t.Dict[str, Any] = t.Dict(allow_none=True, default_value=None).tag(sync=True)
    """The root action with its attempts, phase times and error."""
    selected = t.Unicode().tag(sync=True)
    """Id of the selected action, "" for none. The one trait that the browser sets, too."""
    detail: t.Dict[str, Any] = t.Dict(allow_none=True, default_value=None).tag(sync=True)
    """The selected action as `root`; None until it was read."""
    connection: t.Dict[str, Any] = t.Dict().tag(sync=True)
    """How fresh all this is: state, last answer, next try, message, hint."""
    abort_state: t.Dict[str, Any] = t.Dict().tag(sync=True)
    """How an abort stands: idle, requested, accepted, aborted or failed; for which action, when, why."""
    abort_note = t.Unicode().tag(sync=True)
    """What an abort means for this run, where that needs saying."""
    error: t.Dict[str, str] = t.Dict(allow_none=True, default_value=None).tag(sync=True)
    """An error of the widget itself or of an observer: message and hint."""
    snapshot = t.Bytes().tag(sync=True, echo_update=False)
    """All actions as packed columns, written once, at the end of the run: until then they travel as deltas."""

    def __init__(
        self, run: Any, *, client: FlyteClient | None = None, project: str = "", domain: str = "", **kwargs: Any
    ) -> None:
        handle = run if isinstance(run, Run) else Run(run, client=client, project=project, domain=domain)
        self._lock = threading.RLock()
        self._run = handle
        self._watcher = handle._watcher  # noqa: SLF001 (the widget is the view of this handle)
        self._columns = Columns(self._watcher.state)
        self._rows: set[int] = set()
        self._hellos: list[tuple[int, int]] = []
        self._listened_to = False
        self._saved = False
        self._columns_at_s = self._traits_at_s = self._beat_at_s = 0.0
        self._focused = ""
        super().__init__(**{**facts_of(handle, ""), "selected": handle._target.action, **kwargs})  # noqa: SLF001
        _route_clicks_to_where_they_were_sent(self.comm)
        self.on_msg(self._on_message)
        self.observe(self._on_selected, "selected")
        background().loop.call_soon_threadsafe(self._watcher.subscribe, self)
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
        publisher().flush(self)
        return phase

    def __await__(self) -> Generator[Any, None, ActionPhase]:
        return self._run.__await__()

    def abort(self, reason: str = "") -> None:
        """Abort the run; the same as the button, without its question. Raises as `Run.abort`."""
        self._run.abort(reason)

    def close(self) -> None:
        """Close the view, and stop watching unless others watch the same run. The run goes on."""
        background().loop.call_soon_threadsafe(self._watcher.unsubscribe, self)
        self._focus("")
        super().close()

    # --- news from the watcher, on the background loop ---------------------------------------------------------------

    def run_updated(self, update: Update) -> None:
        """Take note of what changed; sending is the publisher's."""
        with self._lock:
            self._rows |= update.rows
        publisher().wake(self)

    # --- sending, on the publisher's thread --------------------------------------------------------------------------

    def publish(self, now_s: float) -> float | None:
        """Send what is due: answers to a hello, changed rows, changed traits, a sign of life."""
        with self._lock:
            if self.comm is None:
                return None
            self._answer_hellos()
            due_s = [self._publish_columns(now_s), self._publish_traits(now_s), self._publish_beat(now_s)]
        return min((at_s for at_s in due_s if at_s is not None), default=None)

    def _answer_hellos(self) -> None:
        hellos, self._hellos = self._hellos, []
        for request, seq in hellos:
            self._reply(request)
            if not self._listened_to or seq != self._columns.seq:
                self._listened_to = True
                self._send_block(self._columns.snapshot(self._watcher.now_ms()))
        if hellos:
            self._rows.clear()

    def _publish_columns(self, now_s: float) -> float | None:
        if not self._rows or not self._listened_to:
            return None
        if now_s < self._columns_at_s + COLUMNS_EVERY_S:
            return self._columns_at_s + COLUMNS_EVERY_S
        rows, self._rows = self._rows, set()
        self._send_block(self._columns.delta(rows, self._watcher.now_ms()))
        self._columns_at_s = now_s
        return None

    def _publish_traits(self, now_s: float) -> float | None:
        facts = facts_of(self._run, self.selected)
        changed = {name: value for name, value in facts.items() if getattr(self, name) != value}
        is_over = facts["connection"]["state"] == "ended"
        if is_over and not self._saved:
            changed["snapshot"] = self._columns.saved(self._watcher.now_ms())
            self._saved = True
        if not changed:
            return None
        every_s = COLUMNS_EVERY_S if self._is_urgent(changed) else TRAITS_EVERY_S
        if not is_over and now_s < self._traits_at_s + every_s:
            return self._traits_at_s + every_s
        self._traits_at_s = now_s
        self._set(changed)
        return None

    def _is_urgent(self, changed: dict[str, Any]) -> bool:
        if "connection" in changed and changed["connection"]["state"] != self.connection.get("state"):
            return True
        return any(name in changed for name in _URGENT)

    def _publish_beat(self, now_s: float) -> float | None:
        if not self._listened_to or self.connection["state"] in ("ended", "closed"):
            return None
        if now_s >= self._beat_at_s + BEAT_EVERY_S:
            self._beat_at_s = now_s
            self.send({"kind": "beat", "nowMs": self._watcher.now_ms()})
        return self._beat_at_s + BEAT_EVERY_S

    def _set(self, values: dict[str, Any]) -> None:
        """Set traits in one message. An observer that raises does not keep the others from the news."""
        with self.hold_sync():
            for name, value in values.items():
                try:
                    self.set_trait(name, value)
                except Exception as error:
                    logger.exception("an observer of RunWidget.%s raised", name)
                    with contextlib.suppress(Exception):
                        self.error = {
                            "message": f"An observer of {name} raised {type(error).__name__}: {error}",
                            "hint": "Its traceback is in the log.",
                        }

    def _send_block(self, block: bytes) -> None:
        self.send({"kind": "columns"}, buffers=[block])

    def _reply(self, request: int, error: str = "", hint: str = "") -> None:
        self.send({"kind": "reply", "id": request, "ok": not error, "message": error, "hint": hint})

    # --- commands from the browser, on whatever thread the kernel chose: only hand over, and answer ------------------

    def _on_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        request, kind = content.get("id"), content.get("kind")
        if not isinstance(request, int):
            return
        loop = background().loop
        if kind == "hello":
            with self._lock:
                self._hellos.append((request, int(content.get("seq") or 0)))
            publisher().wake(self)
            return
        if kind == "abort":
            action, reason = str(content.get("action") or ROOT), str(content.get("reason") or "")
            background().submit(self._abort_and_tell(action, reason[:_REASON_LIMIT]))
        elif kind == "retry":
            loop.call_soon_threadsafe(self._watcher.retry)
        elif kind == "want":
            wanted = _texts(content.get("actions"))
            loop.call_soon_threadsafe(self._watcher.want_history, wanted[:_WANT_LIMIT])
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

    def _on_selected(self, _change: Any) -> None:
        """Keep the details of the selected action fresh, and of no other."""
        self._focus(self.selected)
        publisher().wake(self)

    def _focus(self, action: str) -> None:
        with self._lock:
            before, self._focused = self._focused, action
        loop = background().loop
        loop.call_soon_threadsafe(self._watcher.focus, action)
        loop.call_soon_threadsafe(self._watcher.unfocus, before)

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
                state["snapshot"] = self._columns.saved(self._watcher.now_ms())
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
