"""The traits of a RunWidget: what a program may observe, and what a reopened notebook shows."""

from __future__ import annotations

from typing import Any, cast

import traitlets as t

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.line.parts import Summary
from flyte_widgets.widgets.frame import WidgetFrame, json_list, json_object, json_trait
from flyte_widgets.wire import trait_types as wire
from flyte_widgets.wire.summary import Line, summary_dict


def _phase_value(phase: ActionPhase | None, _widget: Any) -> str:
    return phase.value if phase is not None else ""


def _summary_value(line: Summary | None, _widget: Any) -> Line | None:
    return summary_dict(line) if line is not None else None


def _counts_by_value(counts: dict[ActionPhase, int], _widget: Any) -> dict[str, int]:
    return {phase.value: count for phase, count in counts.items()}


class RunTraits(WidgetFrame):
    """What a RunWidget tells of its run. All traits but `selected` follow the backend, and are read-only."""

    run_name = t.Unicode(read_only=True).tag(sync=True)
    """Name of the run."""
    project = t.Unicode(read_only=True).tag(sync=True)
    """Project it is in."""
    domain = t.Unicode(read_only=True).tag(sync=True)
    """Domain it is in."""
    host = t.Unicode(read_only=True).tag(sync=True)
    """Host of the backend. Never the whole endpoint: its path may be a secret."""
    source = t.Unicode(read_only=True).tag(sync=True)
    """In words, where the backend was configured."""
    console_url = t.Unicode(read_only=True).tag(sync=True)
    """The run's page in the Flyte console; "" where there is none."""
    reference = t.Unicode(read_only=True).tag(sync=True)
    """Python that watches this run again: `RunWidget("r4p2bdpt7f")`."""
    task_name = t.Unicode(read_only=True).tag(sync=True)
    """Name of the root task; "" until it is known."""
    phase: t.Instance[ActionPhase | None] = t.Instance(ActionPhase, allow_none=True, read_only=True).tag(
        sync=True, to_json=_phase_value, wire=str
    )
    """Where the run is; None until it was read."""
    is_terminal = t.Bool(read_only=True).tag(sync=True)
    """Whether the run has ended."""
    counts: t.Instance[dict[ActionPhase, int]] = t.Instance(dict, (), read_only=True).tag(
        sync=True, to_json=_counts_by_value, wire=dict[str, int]
    )
    """How many actions are in each phase."""
    is_loading = t.Bool(read_only=True).tag(sync=True)
    """Whether actions are still being listed: `counts` is of those that are known so far."""
    attempt = t.Int(read_only=True).tag(sync=True)
    """Number of the root's latest attempt, from 1."""
    started_ms = cast(
        "t.TraitType[float | None, float | None]", t.Float(None, allow_none=True, read_only=True).tag(sync=True)
    )
    """When the run was queued, epoch milliseconds of the backend's clock."""
    ended_ms = cast(
        "t.TraitType[float | None, float | None]", t.Float(None, allow_none=True, read_only=True).tag(sync=True)
    )
    """When it ended; None while it goes on."""
    summary: t.Instance[Summary | None] = t.Instance(Summary, allow_none=True, read_only=True).tag(
        sync=True, to_json=_summary_value, wire=Line
    )
    """One line: why it failed, what it waits for, how long it will take, or what decided how long it took. `str()`
    gives it as text. None where nothing is known."""
    root = json_trait(wire.ActionDetail)
    """The root action with its attempts, phase times and error."""
    selected = t.Unicode().tag(sync=True)
    """Id of the selected action, "" for none: set it to see the action. The one trait that the browser sets, too."""
    detail = json_trait(wire.ActionDetail)
    """The selected action as `root`; None until it was read."""
    connection = json_object(wire.Connection)
    """How fresh all this is: state, last answer, next try, message, hint."""
    abort_state = json_object(wire.AbortState)
    """How an abort stands: idle, requested, accepted, aborted or failed; for which action, when, why."""
    abort_note = t.Unicode(read_only=True).tag(sync=True)
    """What you should know before you abort this run: that a local run ends only with its task, for instance. "" where
    an abort does what one expects. The question before an abort shows it."""
    waiting = json_list(wire.WaitingCondition)
    """The conditions that need a person's answer, those that wait longest first; 50 at most. `run.waiting` gives them
    as Python's values."""
    answers = json_list(wire.AnswerState)
    """How answers stand, and how conditions ended, of those that were seen waiting or read since."""
    relation = json_trait(wire.Relation)
    """The run that this one was started from; None where it was not."""
    rerun_state = json_object(wire.RerunState)
    """How a rerun of this run stands: idle, requested, started or failed; the new run, when, why."""
    snapshot = t.Bytes(read_only=True).tag(sync=True, echo_update=False)
    """All actions as packed columns, deflated (zlib). Written once, at the end: until then they travel as deltas."""
    view = t.Unicode("full", read_only=True).tag(sync=True, wire=wire.ViewKind)
    """How it is shown: "full", or "compact": one row that opens to the whole."""
    height = cast("t.TraitType[int | None, int | None]", t.Int(None, allow_none=True, read_only=True).tag(sync=True))
    """How high the view is at most, in px; what is higher scrolls. None: as high as it is."""
    diagram = cast(
        "t.TraitType[str | None, str | None]",
        t.Unicode(None, allow_none=True, read_only=True).tag(sync=True, wire=wire.DiagramKind),
    )
    """How the state diagram begins: "open", or "folded" to one line. None: as the width and the reader have it."""
    compare_with = t.Unicode(read_only=True).tag(sync=True)
    """Name of the run that it is shown beside from the start; "" for none."""
    static_view_id = t.Unicode(read_only=True).tag(sync=True)
    """Id of the HTML element with the static view, which the live view hides."""
