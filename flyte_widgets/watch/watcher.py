"""Watches one run: starts and ends the tasks that feed its model. On the background loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from threading import Lock
from typing import Any

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.messages import ActionDetails, ClusterEvent, RunIdentifier
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import RunState
from flyte_widgets.tasks import cancel_all
from flyte_widgets.watch.analyst import Analyst
from flyte_widgets.watch.conditions import Conditions
from flyte_widgets.watch.focus import follow_focused
from flyte_widgets.watch.history import HistoryReader
from flyte_widgets.watch.lifecycle import Lifecycle
from flyte_widgets.watch.log_tails import LogTails
from flyte_widgets.watch.model import RunModel
from flyte_widgets.watch.reconcile import Reconciler
from flyte_widgets.watch.source import RunSource
from flyte_widgets.watch.status import AbortStatus, Connection
from flyte_widgets.watch.updates import Listener


class Watcher:
    """Keeps the model of one run on one backend true, for any number of listeners.

    Streams are hints, unary reads are the truth: messages come late, twice, in another order or never; a clean end
    proves nothing; a stream may send not even headers until something happens. So every stream has a deadline for its
    first message, silence is answered with a unary read, a reconnect with a whole one, and the end is believed only
    when a unary read confirms it and the children have settled.
    """

    def __init__(self, client: FlyteClient, run_id: RunIdentifier, *, tracked: bool | None = None) -> None:
        self.client = client
        self.run_id = run_id
        self.model = RunModel(run_id.name, lambda: client.now_ms)
        self.source = RunSource(client, run_id, self.model, tracked)
        self._history = HistoryReader(self.source)
        self.reconciler = Reconciler(self.source, self._history)
        self.logs = LogTails(self.source)
        self.analyst = Analyst(self.source)
        self.conditions = Conditions(self.source)
        self._main: asyncio.Task[None] | None = None
        self._focus: dict[str, asyncio.Task[None]] = {}
        self._spawned: set[asyncio.Task[None]] = set()

    # --- tasks -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to watch, or begin anew after the watch was over."""
        if self._main is None or self._main.done():
            self.model.is_over = False
            lifecycle = Lifecycle(self.source, self.reconciler, self.analyst.finish)
            self.analyst.resume()
            self.conditions.start()
            self._main = asyncio.create_task(lifecycle.run(), name=f"watch {self.run_id.name}")

    async def stop(self) -> None:
        """End all streams. What is known stays."""
        await cancel_all([self._main, *self._focus.values(), *self._spawned])
        await self._history.close()
        await self.logs.close()
        await self.analyst.close()
        await self.conditions.close()
        self._focus.clear()
        self.model.clear_focus()
        if self.model.connection.state != "ended":
            self.model.show_connection(state="closed", message="", hint="", next_try_ms=None)
        self.model.is_over = True
        self.model.publish()

    def retry(self) -> None:
        """Try to reach the backend now."""
        self.client.hurry()
        self.source.retry_requested.set()
        if self._main is not None and self._main.done() and self.model.connection.state != "ended":
            self.start()

    def spawn(self, coro: Coroutine[Any, Any, None]) -> None:
        """Run something that ends with the watcher."""
        task = asyncio.create_task(coro)
        self._spawned.add(task)
        task.add_done_callback(self._spawned.discard)

    def focus(self, action: str) -> None:
        """Keep the details and events of an action fresh, until `unfocus` was called as often."""
        if action and self.model.focus(action):
            self._focus[action] = asyncio.create_task(follow_focused(self.source, action))

    def unfocus(self, action: str) -> None:
        """Undo one `focus`."""
        if self.model.unfocus(action) and action in self._focus:
            self._focus.pop(action).cancel()

    def request_history(self, actions: Iterable[str]) -> None:
        """Read the phase transitions of these actions, in the background, bounded."""
        self._history.request(actions)

    async def read_action(self, action: str) -> ActionDetails:
        """Read one action anew (GetActionDetails). Raises ApiError."""
        return await self.source.read_action(action)

    # --- what is known, for views ----------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> None:
        """Send `listener` all updates from now on. It is held weakly."""
        self.model.updates.subscribe(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Send it no more."""
        self.model.updates.unsubscribe(listener)

    @property
    def tracked(self) -> bool | None:
        """Whether TrackedRunService has the run; None while that is not known."""
        return self.source.tracked

    @property
    def lock(self) -> Lock:
        """Held while messages are folded: who reads more than one field on another thread takes it, too."""
        return self.model.lock

    @property
    def state(self) -> RunState:
        """All actions."""
        return self.model.state

    @property
    def details(self) -> dict[str, ActionDetails]:
        """Details of the root and of the actions in focus."""
        return self.model.details

    @property
    def events(self) -> dict[str, dict[int, list[ClusterEvent]]]:
        """Cluster events of the actions in focus, by attempt."""
        return self.model.events

    @property
    def missing(self) -> set[str]:
        """Actions in focus whose details the backend no longer has."""
        return self.model.missing

    @property
    def connection(self) -> Connection:
        """How fresh all this is."""
        return self.model.connection

    @property
    def abort_status(self) -> AbortStatus:
        """How an abort stands."""
        return self.model.abort_status

    @property
    def has_all(self) -> bool:
        """Whether all actions were listed, with their names as far as the backend gives them."""
        return self.model.has_list and self.model.has_tree

    @property
    def has_list(self) -> bool:
        """Whether all actions were listed once, or the watch was given up."""
        return self.model.has_list or self.model.is_over

    @property
    def phase(self) -> ActionPhase | None:
        """Phase of the run; None until it was read."""
        return self.model.phase

    def now_ms(self) -> float:
        """Now, epoch ms, by the backend's clock as far as it is known."""
        return self.model.now_ms()
