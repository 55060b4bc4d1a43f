"""Keeps a `RunState` true to the backend. Everything here runs on the background loop.

Streams are hints, unary reads are the truth: messages come late, doubled, reordered or never; a clean end proves
nothing; a stream may send not even headers until something happens. So every stream is bounded by a first-message
deadline, silence is answered with a unary read, a reconnect with a whole one, and the end is believed only when a
unary read says so and the children have settled.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine, Iterable
from typing import Any

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.connect import UNARY_TIMEOUT_S
from flyte_widgets.api.messages import ActionDetails, ClusterEvent, EnrichedAction, RunIdentifier
from flyte_widgets.errors import ApiError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.board import Board
from flyte_widgets.watch.course import watch
from flyte_widgets.watch.events import follow_focused
from flyte_widgets.watch.history import HistoryReader
from flyte_widgets.watch.status import STANDING, ConnectionState, state_of

logger = logging.getLogger(__name__)

LAST_HEARD_STEP_MS = 5_000.0
"""While the stream lives, the time it was last heard is shown in steps: it is no news."""
STANDING_RECHECK_S = 15.0


class Watcher(Board):
    """Watches one run on one backend for any number of listeners, which it holds weakly."""

    def __init__(self, client: FlyteClient, run_id: RunIdentifier, *, tracked: bool | None = None) -> None:
        self.client = client
        self.run_id = run_id
        self.tracked = tracked
        super().__init__()
        self.lock = threading.Lock()
        """Held while messages are folded: who reads more than one field on another thread takes it, too."""
        self.has_list = self.has_tree = False
        """Whether all actions were listed, and whether the stream told of them (names), or turned out not to."""
        self.details: dict[str, ActionDetails] = {}
        """The whole of the root and of the actions in focus."""
        self.events: dict[str, dict[int, list[ClusterEvent]]] = {}
        """Cluster events that streams told of the actions in focus, by attempt."""
        self.missing: set[str] = set()
        """Actions in focus that have ended and whose details the backend no longer has."""
        self.over = asyncio.Event()
        """Set once the run has ended and was read whole, or the watch was given up."""
        self.is_streaming = False
        """Whether WatchActions is open and has said something."""
        self.heard_s = self.stream_heard_s = time.monotonic()
        self.kicked = asyncio.Event()
        self._main: asyncio.Task[None] | None = None
        self._focus: dict[str, list[Any]] = {}
        self._history = HistoryReader(self)
        self._spawned: set[asyncio.Task[None]] = set()
        self.last_error: ApiError | None = None
        """Why the connection is in trouble; None while it is not."""

    # --- for the handles -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to watch, or begin anew after the watch was over."""
        if self._main is None or self._main.done():
            self.over.clear()
            self._main = asyncio.create_task(watch(self), name=f"watch {self.run_id.name}")

    async def stop(self) -> None:
        """End all streams. What is known stays."""
        focused = [entry[1] for entry in self._focus.values()]
        tasks = [self._main, *focused, *self._history.close(), *self._spawned]
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
        self._focus.clear()
        if self.connection.state != "ended":
            self.show(state="closed", message="", hint="", next_try_ms=None)
        self.over.set()
        self.publish()

    def retry(self) -> None:
        """Try to reach the backend now."""
        self.client.hurry()
        self.kicked.set()
        if self._main is not None and self._main.done() and self.connection.state != "ended":
            self.start()

    def spawn(self, coro: Coroutine[Any, Any, None]) -> None:
        """Run something that ends with the watcher."""
        task = asyncio.create_task(coro)
        self._spawned.add(task)
        task.add_done_callback(self._spawned.discard)

    def focus(self, action: str) -> None:
        """Keep the details and events of an action fresh, until `unfocus` was called as often."""
        if not action:
            return
        entry = self._focus.get(action)
        if entry is None:
            entry = self._focus[action] = [0, asyncio.create_task(follow_focused(self, action))]
        entry[0] += 1

    def unfocus(self, action: str) -> None:
        """Undo one `focus`."""
        entry = self._focus.get(action)
        if entry is None:
            return
        entry[0] -= 1
        if entry[0] <= 0:
            entry[1].cancel()
            del self._focus[action]
            self.events.pop(action, None)
            if action != ROOT:
                self.details.pop(action, None)
                self.missing.discard(action)

    def want_history(self, actions: Iterable[str]) -> None:
        """Read the phase transitions of these actions, in the background, bounded."""
        self._history.want(actions)

    async def history_read(self) -> None:
        """Wait until all wishes for histories were answered."""
        await self._history.idle()

    @property
    def focused(self) -> list[str]:
        """The actions in focus, but for the root, whose details are kept anyhow."""
        return [action for action in self._focus if action != ROOT]

    def now_ms(self) -> float:
        """Now, epoch ms, by the backend's clock as far as it is known."""
        return self.client.now_ms

    @property
    def phase(self) -> ActionPhase | None:
        """Where the run is; None until it was read."""
        root = self.state.root
        return root.phase if root else None

    # --- reading ---------------------------------------------------------------------------------------------------

    async def read_action(self, action: str, *, timeout_s: float = UNARY_TIMEOUT_S) -> ActionDetails:
        """Read one action (GetActionDetails) and fold it."""
        details = await self.client.get_action_details(
            self.run_id, action, tracked=bool(self.tracked), timeout_s=timeout_s
        )
        self.heard()
        self.take_details(details)
        return details

    def take_details(self, details: ActionDetails) -> None:
        """Fold an action's details, and keep them where they are in focus."""
        name = details.id.name or ROOT
        kept = name == ROOT or name in self._focus
        if kept:
            self.details[name] = details
            self.missing.discard(name)
        with self.lock:
            self.state.fold_details(details, self.now_ms())
        self.publish({name} if kept else ())

    def take_missing(self, action: str) -> None:
        """Take note that an action is listed, but its details are not found: it is older than what is kept."""
        known = self.state.by_id.get(action)
        if known is not None and known.is_terminal and action in self.focused and action not in self.missing:
            self.missing.add(action)
            self.publish({action})

    def take_actions(self, actions: list[EnrichedAction]) -> None:
        """Fold a message of WatchActions: the view is live."""
        with self.lock:
            self.state.fold_enriched(actions, self.now_ms())
        self.has_tree = True
        self.stream_heard()

    async def reconcile(self) -> None:
        """Read the truth: the root and the list of all actions."""
        await self.read_action(ROOT)
        listed = [action async for action in self.client.list_actions(self.run_id, tracked=bool(self.tracked))]
        self.heard()
        with self.lock:
            self.state.fold_listed(listed, self.now_ms())
        self.has_list = True
        self.publish()
        # ListActions tells no names, and the backend forgets attempts: where no stream has told them, details do.
        self._history.want([action.id for action in self.state if action.has_gaps])

    def heard(self) -> None:
        """Take note that the backend answered."""
        self.heard_s = time.monotonic()
        self.last_error = None

    def stream_heard(self) -> None:
        """Take note of a message of WatchActions: the view is live."""
        self.heard()
        self.is_streaming = True
        self.stream_heard_s = self.heard_s
        now_ms, last_ms = self.now_ms(), self.connection.last_ms
        if self.connection.state != "live" or last_ms is None or now_ms - last_ms > LAST_HEARD_STEP_MS:
            self.show(state="live", last_ms=now_ms, next_try_ms=None, message="", hint="", poll_s=None)
        self.publish_soon()

    def show_polling(self, every_s: float, why: ApiError | None = None) -> None:
        """Say that unary reads stand in for the stream; `why`, if that is not just silent."""
        message, hint = (why.message, why.hint) if why is not None else ("", "")
        self.show(state="polling", last_ms=self.now_ms(), poll_s=every_s, message=message, hint=hint, next_try_ms=None)

    async def pause(self, delay_s: float) -> bool:
        """Wait, but not beyond a `retry()`. True if it was one."""
        self.kicked.clear()
        try:
            await asyncio.wait_for(self.kicked.wait(), delay_s)
        except asyncio.TimeoutError:
            return False
        return True

    def trouble(self, error: ApiError, delay_s: float) -> float:
        """Say what is wrong, and when the next try comes. Gives the delay, longer where only a person can help."""
        logger.debug("run %s: %s", self.run_id.name, error)
        self.last_error = error
        state: ConnectionState = state_of(error)
        if self.state.root is not None and state in ("not_found", "failed"):
            state = "reconnecting"  # it was there: while a backend restarts, whoever stands before it says anything
        if state in STANDING:
            delay_s = max(delay_s, STANDING_RECHECK_S)
        now_ms = self.now_ms()
        last_ms = None if self.state.root is None else now_ms - (time.monotonic() - self.heard_s) * 1000
        self.show(
            state=state,
            last_ms=last_ms,
            message=error.message,
            hint=error.hint,
            next_try_ms=now_ms + delay_s * 1000,
            poll_s=None,
        )
        return delay_s
