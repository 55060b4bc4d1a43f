"""ProgressWidget: many runs, a row each and a total. For loops that start runs, and for those who wait for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import ConfigError, RunFailedError, WaitTimeoutError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.words import plural
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.loop import background
from flyte_widgets.widgets.channel import CommChannel
from flyte_widgets.widgets.frame import WidgetFrame, json_trait
from flyte_widgets.widgets.inbound import Inbound
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.widgets.outputs import Bundle, display, is_terminal, show
from flyte_widgets.widgets.progress_rows import ProgressRows, Watched, now_ms_of
from flyte_widgets.widgets.static_view.words import symbol
from flyte_widgets.widgets.view_options import refuse_unknown
from flyte_widgets.wire.progress import Progress


def _several(runs: Any) -> Iterable[Any]:
    """Take one run as a list of one: the letters of its name are no runs."""
    if isinstance(runs, str | Run):
        return [runs]
    if not isinstance(runs, Iterable):
        raise ConfigError(
            f"Runs were expected, got {type(runs).__name__}.",
            hint="Give a list of runs, or a mapping of labels to runs.",
        )
    return runs


class ProgressWidget(WidgetFrame):
    """Shows many runs live, one compact row each, and a total. Runs that succeeded fold into one row.

    runs: names, console URLs, `flyte.remote.Run` or `fw.Run`; a mapping gives them labels: {"lr=0.1": run}. Without
    one, runs are told apart by the inputs in which they differ (GetActionData; 200 runs at most).
    client, project, domain: as for `RunWidget`. Raises ConfigError where no backend is configured.
    """

    _watched: Sequence[Watched] = ()
    _labelling: Future[None] | None = None

    progress = json_trait(Progress)
    """All runs, in the order in which they were given."""

    def __init__(
        self,
        runs: Iterable[Any] | Mapping[str, Any],
        *,
        client: FlyteClient | None = None,
        project: str = "",
        domain: str = "",
        **kwargs: Any,
    ) -> None:
        refuse_unknown(type(self), kwargs)
        labelled = runs.items() if isinstance(runs, Mapping) else [("", run) for run in _several(runs)]
        self._watched = [
            Watched(
                run if isinstance(run, Run) else Run(run, client=client, project=project, domain=domain),
                str(label),
                is_own=not isinstance(run, Run),
            )
            for label, run in labelled
        ]
        watched = self._watched
        outbound = Outbound(CommChannel(self, self._set_traits), lambda: now_ms_of(watched))
        self._rows = ProgressRows(watched, outbound)
        outbound.show(self._rows)
        super().__init__(outbound, Inbound(outbound), {"progress": self._rows.read()}, **kwargs)
        for one in self._watched:
            background().soon(one.watcher.subscribe, self._rows)
            background().soon(one.watcher.analyst.start)
        self._labelling = background().submit(self._rows.read_labels())
        outbound.wake()

    def __repr__(self) -> str:
        done = sum(row["isTerminal"] for row in self._rows.read()["rows"])
        return f"ProgressWidget({done} of {plural(len(self._watched), 'run')} done)"

    @property
    def runs(self) -> list[Run]:
        """The runs, in the order in which they were given."""
        return [one.run for one in self._watched]

    def wait(self, timeout: float | None = None, *, check: bool = False) -> list[ActionPhase]:
        """Block until all have ended, and give their final phases in order. `timeout` in seconds, for all together.

        check: raise RunFailedError if any did not succeed, once all have ended. Raises as `Run.wait`.
        """
        until_s = None if timeout is None else time.monotonic() + timeout
        phases: list[ActionPhase] = []
        for one in self._watched:
            try:
                phases.append(one.run.wait(None if until_s is None else max(0.0, until_s - time.monotonic())))
            except WaitTimeoutError:
                left = sum(not run.is_terminal for run in self.runs)
                raise WaitTimeoutError(f"{plural(left, 'run')} had not ended within {timeout} s.") from None
        self._outbound.flush()
        if check:
            self._raise_for_status(phases)
        return phases

    def __await__(self) -> Generator[Any, None, list[ActionPhase]]:
        return self._until_over().__await__()

    async def _until_over(self) -> list[ActionPhase]:
        phases = [await one.run for one in self._watched]
        await asyncio.get_running_loop().run_in_executor(None, self._outbound.flush)
        return phases

    def close(self) -> None:
        """Close the view, and stop watching runs that nobody else watches. The runs go on."""
        if self._labelling is not None:  # it is, where __init__ has failed
            self._labelling.cancel()
        for one in self._watched:
            background().soon(one.watcher.unsubscribe, self._rows)
            one.lease.release()
            if one.is_own:
                one.run.close()
        super().close()

    def _raise_for_status(self, phases: list[ActionPhase]) -> None:
        good = (ActionPhase.SUCCEEDED, ActionPhase.RECOVERED)
        bad = [one for one, phase in zip(self._watched, phases, strict=True) if phase not in good]
        if bad:
            names = ", ".join(one.label or one.run.name for one in bad[:5]) + (", …" if len(bad) > 5 else "")
            first = bad[0].run.summary
            why = f" {bad[0].run.name}: {first}" if first is not None else ""
            raise RunFailedError(f"{len(bad)} of {plural(len(phases), 'run')} did not succeed: {names}.{why}")

    def _display_in_cell(self) -> None:
        if self.comm is None or is_terminal():
            show({"text/plain": self._text()})
        else:
            bundle, metadata = self._view_with_text()
            show({**bundle, "text/plain": self._text()}, metadata=metadata)

    def _repr_mimebundle_(self, **_options: Any) -> tuple[Bundle, Bundle]:
        data, metadata = self._view_with_text()
        return {**data, "text/plain": self._text()}, metadata

    def _text(self) -> str:
        """Tell the runs in lines: for terminals, and for saved notebooks."""
        lines = [repr(self)[len("ProgressWidget(") : -1]]
        for one in self._watched:
            phase, line = one.watcher.phase, one.watcher.analyst.line
            where = phase.label if phase is not None else "Not read"
            said = f": {line.text}" if line is not None else ""
            lines.append(
                f"{symbol(phase)} {' '.join(part for part in (one.label, one.run.name) if part)}  {where}{said}"
            )
        return "\n".join(lines)


def progress(runs: Iterable[Any] | Mapping[str, Any], **options: Any) -> ProgressWidget:
    """Show many runs live, one row each and a total; as `ProgressWidget`."""
    return ProgressWidget(runs, **options)


def gather(
    runs: Iterable[Any] | Mapping[str, Any], *, timeout: float | None = None, check: bool = False, **options: Any
) -> list[ActionPhase]:
    """Show many runs, block until all have ended, and give their final phases in order; as `ProgressWidget.wait`."""
    widget = ProgressWidget(runs, **options)
    display(widget)
    return widget.wait(timeout, check=check)
