"""RunWidget: one run, live, in a notebook. Its public methods; traits are in `run_traits`, the work is in its parts."""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import Any, overload

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.phases import ActionPhase
from flyte_widgets.redaction import redact
from flyte_widgets.watch.access import RunHandle, handle_of, target_of
from flyte_widgets.watch.action_handle import Action
from flyte_widgets.watch.analysis import run_trace
from flyte_widgets.watch.backends import Backend, Lease
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.reference import RunLike
from flyte_widgets.watch.shown import note_view
from flyte_widgets.widgets.analysis_requests import AnalysisRequests
from flyte_widgets.widgets.channel import CommChannel
from flyte_widgets.widgets.data_requests import DataRequests
from flyte_widgets.widgets.end_callbacks import EndCallbacks
from flyte_widgets.widgets.inbound import Inbound
from flyte_widgets.widgets.log_feed import LogFeed
from flyte_widgets.widgets.other_run import OtherRun
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.widgets.outputs import Bundle, is_terminal, show
from flyte_widgets.widgets.person_requests import PersonRequests
from flyte_widgets.widgets.publisher import publisher
from flyte_widgets.widgets.run_content import RunContent
from flyte_widgets.widgets.run_requests import RunRequests
from flyte_widgets.widgets.run_traits import RunTraits
from flyte_widgets.widgets.sidebar import Side, SidebarCalls, require_notebook
from flyte_widgets.widgets.static_view.collect import READ_LIMIT_S
from flyte_widgets.widgets.static_view.drawings import whole_svg
from flyte_widgets.widgets.static_view.html import page
from flyte_widgets.widgets.static_view.notebook import StaticView
from flyte_widgets.widgets.static_view.text import static_view_text
from flyte_widgets.widgets.user_names import python_of_run
from flyte_widgets.widgets.view_options import refuse_unknown, view_options
from flyte_widgets.widgets.waiting_callbacks import WaitingCallbacks
from flyte_widgets.wire import trait_types as wire
from flyte_widgets.wire.requests import ShowRuns


class RunWidget(RunTraits):
    """Shows a run live: its phase, the state diagram, a timeline of all actions, errors, and an Abort button.

    run: a run's name, its console URL, a `flyte.remote.Run`, an `fw.Run`, or another RunWidget.
    view: "full", or "compact": one row, which opens to the whole. height: at most so many px; what is higher scrolls.
    compare: name of another run of the project, to show this one beside it.
    diagram: the state diagram "open", or "folded" to one line; without it, as the width and the reader have it.
    client, project, domain: where it is, if not where `connect()`, `local.start()` or the SDK's configuration say.

    All traits but `selected` follow the backend and are read-only. They are set on a thread of flyte-widgets: an
    observer runs there, too; what it raises is shown in the widget and logged. Raises ConfigError where no backend is
    configured or `run` names no run, ValueError for a view, height or diagram that there is not. Whether the run exists
    shows in the widget.
    """

    _lease: Lease | None = None

    def __init__(
        self,
        run: RunLike,
        *,
        client: FlyteClient | None = None,
        project: str = "",
        domain: str = "",
        view: wire.ViewKind = "full",
        height: int | None = None,
        diagram: wire.DiagramKind | None = None,
        compare: str = "",
        **kwargs: Any,
    ) -> None:
        refuse_unknown(type(self), kwargs)
        options = view_options(view, height, diagram)
        self._owns_run = not isinstance(run, Run)
        self._run = run if isinstance(run, Run) else Run(run, client=client, project=project, domain=domain)
        publisher()  # raises where there are no threads, before anything is held
        target = target_of(self._run)
        # A share of its own in the watch: close() gives back this one, and no other.
        self._lease = Lease(target.backend, target.run_id, tracked=target.tracked)
        watcher = self._lease.watcher
        selected = kwargs.pop("selected", target.action)

        self._channel = CommChannel(self, self._set_traits)
        outbound = Outbound(self._channel, watcher.now_ms)
        note_view(target, outbound)
        inbound = Inbound(outbound)
        self._content = RunContent(self._run, watcher, outbound, selected)
        self._static_view = StaticView(self._run, watcher)
        self._sidebar_calls = SidebarCalls(
            f"run {self._run.name}", outbound, self._static_view, lambda: self._view_alone(self.reference)
        )
        static_view = self._static_view
        outbound.before_sending(lambda: static_view.note_pace(outbound.pace))
        self._requests = RunRequests(watcher, self._static_view)
        self._requests.register(inbound)
        self._person_requests = PersonRequests(watcher)
        self._person_requests.register(inbound)
        self._other_run = OtherRun(watcher, functools.partial(_widget_of, target.backend.client))
        self._other_run.register(inbound)
        self._analysis_requests = AnalysisRequests(watcher, target.backend)
        self._analysis_requests.register(inbound)
        self._logs = LogFeed(watcher, outbound)
        self._logs.register(inbound)
        self._data = DataRequests(watcher, functools.partial(_python_of_run, weakref.ref(self)))
        self._data.register(inbound)
        self._sidebar_calls.register(inbound)
        inbound.handle(ShowRuns, functools.partial(_show_runs, target.backend, target.run_id))
        outbound.show(self._content)

        self._end_callbacks = EndCallbacks(watcher, lambda: self, self._show_callback_error)

        values = {
            **self._content.values,
            **options,
            "compare_with": compare,
            "static_view_id": self._static_view.element_id,
        }
        self._waiting_callbacks = WaitingCallbacks(watcher, lambda: self, self._show_callback_error)
        super().__init__(outbound, inbound, values, selected=selected, **kwargs)
        self.observe(lambda change: self._content.select(change["new"]), "selected")
        background().soon(watcher.subscribe, self._content)
        background().soon(watcher.analyst.start)
        outbound.wake()  # for what changed before that

    def __repr__(self) -> str:
        return f"RunWidget({self.run_name!r}, phase={self.phase}, {sum(self.counts.values())} actions)"

    @property
    def run(self) -> Run:
        """The run without its view: its actions, `watch()` and the like."""
        return self._run

    @property
    def __run_handle__(self) -> RunHandle:
        """For the package itself: what takes a run takes its widget, too."""
        return handle_of(self._run)

    @property
    def actions(self) -> Mapping[str, Action]:
        """All actions of the run, by id; the same as `run.actions`."""
        return self._run.actions

    def wait(self, timeout: float | None = None) -> ActionPhase:
        """Block until the run has ended, and give its final phase. `timeout` in seconds. Raises as `Run.wait`."""
        self._channel.belong_to_this_cell()
        phase = self._run.wait(timeout)
        # Have all that is known shown and saved: who waits may end the kernel next (papermill).
        self._static_view.finish()
        self._outbound.flush()
        return phase

    def __await__(self) -> Generator[Any, None, ActionPhase]:
        return self._until_over().__await__()

    async def _until_over(self) -> ActionPhase:
        self._channel.belong_to_this_cell()
        phase = await self._run
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._static_view.snapshot, READ_LIMIT_S)
        await loop.run_in_executor(None, self._outbound.flush)
        self._static_view.finish()
        return phase

    def abort(self, reason: str = "") -> None:
        """Abort the run; the same as the button, without its question. Raises as `Run.abort`."""
        self._run.abort(reason)

    def rerun(self, /, **changed: Any) -> Run:
        """Start the run again, in place of Rerun in the view; returns the new run. Raises as `Run.rerun`."""
        return self._run.rerun(**changed)

    def recover(self, force: Action | Iterable[str | Action] = ()) -> Run:
        """Start the run again and take over what has succeeded; returns the new run. Raises as `Run.recover`."""
        return self._run.recover(force)

    def on_waiting(self, function: Callable[[RunWidget], Any]) -> None:
        """Have `function(w)` called each time that a condition begins to wait for a person; soon, where one does.

        `w.waiting` says which. It runs on a thread of its own. What it raises is shown in the widget and logged.
        """
        self._waiting_callbacks.on_waiting(function)

    def on_end(self, function: Callable[[RunWidget], Any]) -> None:
        """Have `function(w)` called once when the run has ended; soon, where it has already.

        It runs on a thread of its own. What it raises is shown in the widget and logged.
        """
        self._end_callbacks.on_end(function)

    def on_failure(self, function: Callable[[RunWidget], Any]) -> None:
        """As `on_end`, but only if the run has failed or timed out."""
        self._end_callbacks.on_failure(function)

    def _show_callback_error(self, kind: str, error: Exception) -> None:
        if self.comm is not None:
            message = redact(f"A function of {kind}() raised {type(error).__name__}: {error}")
            self._set_traits({"error": {"message": message, "hint": "Its traceback is in the log."}})

    def sidebar(self, side: Side = "right") -> None:
        """Show the run in a panel of its own, in JupyterLab and in Notebook 7. Its "‹ Runs" leads to all runs.

        side: "right", "left", or "main": a tab beside the notebook (JupyterLab only).

        A run has one panel: another call shows it again, or moves it. It lives on when the cell's output is cleared;
        closing it ends nothing else. Returns at once, and says in the cell how it went. Where the notebook has no
        sidebar, the widget stays in the cell and says so. Raises ConfigError for any other `side`, FlyteWidgetsError in
        a terminal or script, and when the widget is closed.
        """
        in_terminal = f"In a terminal, `flyte-widgets watch {self.run_name}` shows the run."
        require_notebook(self.comm, "RunWidget", self.reference, in_terminal)
        self._sidebar_calls.call(side)

    @overload
    def to_html(self, path: None = None) -> str: ...

    @overload
    def to_html(self, path: str | Path) -> Path: ...

    def to_html(self, path: str | Path | None = None) -> str | Path:
        """Give the run as it is now, as HTML that needs nothing else. With `path`, write it there and give the path."""
        return _written(page(self._static_view.snapshot(READ_LIMIT_S)), path)

    @overload
    def to_svg(self, path: None = None) -> str: ...

    @overload
    def to_svg(self, path: str | Path) -> Path: ...

    def to_svg(self, path: str | Path | None = None) -> str | Path:
        """Give the run as it is now, as one SVG. With `path`, write it there and give the path."""
        return _written(whole_svg(self._static_view.snapshot(READ_LIMIT_S)), path)

    @overload
    def to_trace(self, path: None = None) -> str: ...

    @overload
    def to_trace(self, path: str | Path) -> Path: ...

    def to_trace(self, path: str | Path | None = None) -> str | Path:
        """Give the run as a Chrome trace (JSON), which Perfetto opens. With `path`, write it there and give the path.

        Reads the phases of 500 actions at most, for 20 s at most.
        """
        return _written(json.dumps(run_trace(handle_of(self._run))), path)

    def freeze(self, *, reports: bool = False) -> None:
        """Replace the live view by the static view, in every output, and close it. The run goes on.

        reports: keep the last report of each action in it, too (CreateDownloadLink), as still pages: without scripts,
            in a sandbox that reaches nothing. At most 2 MiB of each and 8 MiB in all, read for 30 s at most; the static
            view says how many are left out. They make the notebook as much larger.
        """
        self._static_view.freeze(reports=reports)
        self.close()

    def close(self) -> None:
        """Close the view, and stop watching unless others watch the same run. The run goes on."""
        if self._lease is not None:  # it is, where __init__ has failed
            background().soon(self._lease.watcher.unsubscribe, self._content)
            background().soon(self._analysis_requests.close)
            self._content.select("")
            self._lease.release()
            self._other_run.close()
            if self._owns_run:
                self._run.close()
        super().close()

    # --- ipywidgets and IPython --------------------------------------------------------------------------------------

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Give the state as a (re)loaded page needs it: always with all actions as of now."""
        with self._outbound.lock:
            state = super().get_state(key, drop_defaults)
            if "snapshot" in state:
                state["snapshot"] = self._content.snapshot() or state["snapshot"]
            return state

    def _display_in_cell(self) -> None:
        if self.comm is None:  # closed: there is nothing left but the static view
            show(self._static_view.bundle())
        elif is_terminal():
            show({"text/plain": static_view_text(self._static_view.snapshot())})
        else:
            self._static_view.show(*self._view_alone(self.reference))

    def _repr_mimebundle_(self, **_options: Any) -> tuple[Bundle, Bundle]:
        """Give view and static view as one output: for whoever asks for it without displaying it."""
        data, metadata = self._view_with_text()
        return {**data, **self._static_view.bundle()}, metadata


def _show_runs(backend: Backend, run_id: RunIdentifier, _request: ShowRuns) -> None:
    """Open the panel with all runs of the run's project."""
    # By name: a list of runs is above the runs that it opens.
    home = importlib.import_module("flyte_widgets.widgets.runs_home").home
    home(backend.client, run_id.project, run_id.domain).sidebar(focus=True)


def _widget_of(client: FlyteClient, name: str, project: str, domain: str) -> RunWidget:
    return RunWidget(name, client=client, project=project, domain=domain)


def _python_of_run(widget: weakref.ref[RunWidget]) -> str:
    """Write what Python calls the run of a widget. It is held weakly: its handlers must not keep it alive."""
    alive = widget()
    return python_of_run(alive, alive.run) if alive is not None else ""


def _written(text: str, path: str | Path | None) -> str | Path:
    if path is None:
        return text
    path = Path(path).expanduser()
    path.write_text(text, encoding="utf-8")
    return path
