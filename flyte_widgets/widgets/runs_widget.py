"""RunsWidget: the runs of a project, live, in a cell; a run opens in place."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import ConfigError, FlyteWidgetsError, RunFinishedError
from flyte_widgets.run.listing import PhaseLike, run_choice
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.watch.reference import RunLike
from flyte_widgets.watch.runs import Runs
from flyte_widgets.widgets.channel import CommChannel
from flyte_widgets.widgets.frame import WidgetFrame, json_trait
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.widgets.outputs import Bundle, is_terminal, show
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.runs_content import RunsContent, bounded
from flyte_widgets.widgets.runs_static_view import runs_html
from flyte_widgets.widgets.runs_terminal import runs_text
from flyte_widgets.widgets.sidebar import Side, SidebarCalls, require_notebook
from flyte_widgets.widgets.view_options import refuse_unknown
from flyte_widgets.wire.requests import AbortRuns, ChooseRuns, OpenRun, ReadOlderRuns, Retry
from flyte_widgets.wire.runs import AbortOutcome, RunsState

FIRST_READ_S: Final = 1.5
"""How long a cell that displays the widget waits for the first answer: what a saved notebook shows needs it."""
_MOST_ABORTS: Final = 200
_REASON_LIMIT: Final = 2_000


class RunsWidget(WidgetFrame):
    """Shows the runs of a project live, newest first, with filters; a run opens in place.

    runs: an `fw.Runs`, whose arguments say which runs are listed. It asks the backend only while somebody looks: every
    2 s while a run on screen goes on, else every 15 s.
    """

    runs = json_trait(RunsState)
    """The newest rows, what is asked for, and how fresh it is. It follows the backend and the filters in the view."""

    _opened: RunWidget | None = None

    def __init__(self, runs: Runs | None = None, **kwargs: Any) -> None:
        refuse_unknown(type(self), kwargs)
        if runs is not None and not isinstance(runs, Runs):
            raise ConfigError(
                f"An fw.Runs was expected, got {type(runs).__name__}.",
                hint='Give fw.Runs("task", "failed"), or call fw.runs("task", "failed").',
            )
        self._source = Runs() if runs is None else runs
        outbound = Outbound(CommChannel(self, self._set_traits), lambda: self._content.runs.client.now_ms)
        self._content = RunsContent(self._source.__runs_place__, outbound)
        self._in_cell = InCell()
        inbound = Inbound(outbound)
        known = self._content.runs
        self._sidebar_calls = SidebarCalls(
            f"the list of runs of {known.project} / {known.domain}",
            outbound,
            self._in_cell,
            lambda: self._view_alone(self._text()),
        )
        self._sidebar_calls.register(inbound)
        inbound.handle(ChooseRuns, self._choose)
        inbound.handle(ReadOlderRuns, self._read_older)
        inbound.handle(OpenRun, self._open)
        inbound.handle(AbortRuns, self._abort, once=True)
        inbound.handle(Retry, self._retry)
        outbound.show(self._content)
        super().__init__(outbound, inbound, {"runs": self._content.state()}, **kwargs)

    def __repr__(self) -> str:
        known = self._content.runs
        more = " or more" if known.has_older else ""
        return f"RunsWidget({known.project}/{known.domain}, {len(known.listed)}{more} runs)"

    @property
    def opened(self) -> RunWidget | None:
        """The widget of the run that is open in place; None while the list is shown."""
        return self._opened

    def open_run(self, run: RunLike, *, compare: str = "") -> RunWidget:
        """Open a run in place of the list, or beside it where there is room. `run`, `compare`: as for `RunWidget`."""
        known, opened = self._content.runs, self._opened
        row = known.get(run) if isinstance(run, str) else None
        is_shown = opened is not None and opened.comm is not None and opened.run_name == run
        if opened is None or not is_shown or compare not in ("", opened.compare_with):
            shown = RunWidget(
                run,
                client=known.client,
                project=row.project if row else known.project,
                domain=row.domain if row else known.domain,
                compare=compare,
            )
            self._close_opened()
            self._opened = opened = shown
        self._note_opened(opened.run_name)
        return opened

    def sidebar(self, side: Side = "right", *, focus: bool = False) -> None:
        """Show the list in the panel of runs, in JupyterLab and in Notebook 7; a run opens in it, in place of the list.

        side: "right", "left", or "main": a tab beside the notebook (JupyterLab only). focus: the keyboard goes there,
        too. There is one such panel: another
        list takes it over. It lives on when the cell's output is cleared, and comes back after a reload of the page.
        Returns at once, and says in the cell how it went. Where the notebook has no sidebar, the list stays in the
        cell and says so. Raises ConfigError for any other `side`, FlyteWidgetsError in a terminal or script, and when
        the widget is closed.
        """
        in_terminal = "In a terminal, `flyte-widgets runs` shows them."
        require_notebook(self.comm, "RunsWidget", "fw.runs()", in_terminal)
        self._sidebar_calls.call(side, focus=focus)

    def close(self) -> None:
        """Close the view, and what is open in it. All runs go on."""
        self._close_opened()
        if self.comm is not None:  # it is None, where __init__ has failed
            background().soon(self._content.close)
        super().close()

    # --- requests ----------------------------------------------------------------------------------------------------

    def _choose(self, request: ChooseRuns) -> None:
        before = self._content.runs.choice
        choice = run_choice(
            request.task or None,
            [phase for phase in request.phase.split(",") if phase],
            mine=request.mine,
            since=request.since or before.since,
            search=request.search[:200],
        )
        if not request.since:
            choice = dataclasses.replace(choice, since=before.since)
        background().soon(self._content.choose, choice)

    async def _read_older(self, request: ReadOlderRuns) -> Answer:
        return Answer(await self._content.older(max(0, request.have)))

    def _open(self, request: OpenRun) -> Answer:
        if not request.run:
            self._close_opened()
            self._note_opened("")
            return Answer("")
        return Answer(self.open_run(request.run, compare=request.compare).model_id)

    def _note_opened(self, name: str) -> None:
        self._content.opened = name
        self._outbound.wake()

    def _close_opened(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    async def _abort(self, request: AbortRuns) -> Answer:
        names = list(dict.fromkeys(request.runs))[:_MOST_ABORTS]
        reason = request.reason[:_REASON_LIMIT]
        outcomes = await asyncio.gather(*(self._abort_one(name, reason) for name in names))
        self._content.poll.retry()
        return Answer(list(outcomes))

    async def _abort_one(self, name: str, reason: str) -> AbortOutcome:
        known = self._content.runs
        if name not in known:
            return {"run": name, "outcome": "refused", "message": "It is not in the list any more."}
        row = known[name]
        run = Run(name, client=known.client, project=row.project, domain=row.domain)
        try:
            await asyncio.to_thread(run.abort, reason)
        except RunFinishedError as error:
            return {"run": name, "outcome": "ended", "message": error.message}
        except FlyteWidgetsError as error:
            return {"run": name, "outcome": "refused", "message": error.message}
        finally:
            run.close()
        return {"run": name, "outcome": "aborted", "message": ""}

    def _retry(self, _request: Retry) -> None:
        background().soon(self._content.poll.retry)

    # --- ipywidgets and IPython --------------------------------------------------------------------------------------

    def _display_in_cell(self) -> None:
        if self.comm is None or is_terminal():
            show({"text/plain": self._text()})
        else:
            self._in_cell.is_shown = True
            bundle, metadata = self._repr_mimebundle_()
            show(bundle, metadata=metadata)

    def _repr_mimebundle_(self, **_options: Any) -> tuple[Bundle, Bundle]:
        """Give the live view, and the list as it is now for those who cannot show that."""
        background().call(bounded(self._content, FIRST_READ_S))
        self._outbound.flush()
        data, metadata = self._view_with_text()
        known = self._content.runs
        texts = {"text/html": runs_html(known), "text/plain": self._text()} if known.is_read else {}
        return {**data, **texts}, metadata

    def _text(self) -> str:
        known = self._content.runs
        try:
            return f"Runs  {known.project} / {known.domain}\n{runs_text(known)}"
        except FlyteWidgetsError as error:
            return f"Runs  {known.project} / {known.domain}\n{error}"


@dataclasses.dataclass
class InCell:
    """Whether the list was displayed in a cell."""

    is_shown: bool = False


def runs(
    task: Any = None,
    phase: PhaseLike | Iterable[PhaseLike] | None = None,
    *,
    mine: bool = False,
    since: str | timedelta | datetime | None = "7d",
    search: str = "",
    project: str = "",
    domain: str = "",
    limit: int | None = None,
    client: FlyteClient | None = None,
) -> RunsWidget:
    """Show the runs of a project live, newest first; a run opens in place. The arguments are those of `fw.Runs`."""
    place: dict[str, Any] = {"project": project, "domain": domain, "limit": limit, "client": client}
    return RunsWidget(Runs(task, phase, mine=mine, since=since, search=search, **place))
