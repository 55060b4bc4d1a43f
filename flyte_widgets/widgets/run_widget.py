"""RunWidget: one run, live, in a notebook. js/src/core/protocol.ts is what it and the browser say to each other."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.access import target_of
from flyte_widgets.watch.backends import Lease
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.commands import CommandedView
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.static_view.collect import READ_LIMIT_S
from flyte_widgets.widgets.static_view.notebook import StaticView

_BUNDLE: Final = Path(__file__).parent / "static" / "widget.js"


def _bundle() -> str:
    """Read the front end. As a string: anywidget's file-backed form keeps every widget alive."""
    if not _BUNDLE.exists():
        raise FlyteWidgetsError(
            "The front end of flyte-widgets is not built.",
            hint="In a checkout run `make build`; otherwise install flyte-widgets from its wheel.",
        )
    return _BUNDLE.read_text(encoding="utf-8")


class RunWidget(CommandedView):
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
        self._owns_run = not isinstance(run, Run)
        self._run = run if isinstance(run, Run) else Run(run, client=client, project=project, domain=domain)
        target = target_of(self._run)
        # A share of its own in the watch: close() gives back this one, and no other.
        self._lease = Lease(target.backend, target.run_id, tracked=target.tracked)
        self._watcher = self._lease.watcher
        self._static_view = StaticView(self._run, self._watcher)
        self._begin_to_send()
        facts = {**self._facts(""), "selected": target.action, "static_view_id": self._static_view.element_id}
        super().__init__(**{**facts, **kwargs})
        self._begin_to_listen()
        background().soon(self._watcher.subscribe, self)
        background().soon(publisher().wake, self)  # for what changed before that

    def __repr__(self) -> str:
        return f"RunWidget({self.run_name!r}, phase={self.phase}, {sum(self.counts.values())} actions)"

    @property
    def run(self) -> Run:
        """The run without its view: its actions, `watch()` and the like."""
        return self._run

    def wait(self, timeout: float | None = None) -> ActionPhase:
        """Block until the run has ended, and give its final phase. `timeout` in seconds. Raises as `Run.wait`."""
        self._be_sent_by_this_cell()
        phase = self._run.wait(timeout)
        # Have all that is known shown and saved: who waits may end the kernel next (papermill).
        publisher().flush(self)
        self._static_view.finish()
        return phase

    def __await__(self) -> Generator[Any, None, ActionPhase]:
        return self._until_over().__await__()

    async def _until_over(self) -> ActionPhase:
        self._be_sent_by_this_cell()
        phase = await self._run
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, publisher().flush, self)
        await loop.run_in_executor(None, self._static_view.snapshot, READ_LIMIT_S)
        self._static_view.finish()
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
