"""What a RunWidget syncs, trait by trait (js/src/core/protocol.ts, `RunTraits`), and observers that cannot do harm."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, cast

import anywidget
import traitlets as t

from flyte_widgets.phases import ActionPhase

logger = logging.getLogger(__name__)


def _phase_value(phase: ActionPhase | None, _widget: Any) -> str:
    return phase.value if phase is not None else ""


def _counts_by_value(counts: dict[ActionPhase, int], _widget: Any) -> dict[str, int]:
    return {phase.value: count for phase, count in counts.items()}


class RunTraits(anywidget.AnyWidget):
    """All traits but `selected` follow the backend, and are not for setting.

    They are set on a thread of flyte-widgets. What an observer raises there would reach nobody: it is shown in `error`
    and logged, and the other observers and traits get their news.
    """

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
    counts: t.Instance[dict[ActionPhase, int]] = t.Instance(dict, ()).tag(sync=True, to_json=_counts_by_value)
    """How many actions are in each phase."""
    attempt = t.Int().tag(sync=True)
    """Number of the root's latest attempt, from 1."""
    started_ms = cast("t.TraitType[float | None, float | None]", t.Float(None, allow_none=True).tag(sync=True))
    """When the run was queued, epoch milliseconds of the backend's clock."""
    ended_ms = cast("t.TraitType[float | None, float | None]", t.Float(None, allow_none=True).tag(sync=True))
    """When it ended; None while it goes on."""
    root: t.Instance[dict[str, Any] | None] = t.Instance(dict, allow_none=True).tag(sync=True)
    """The root action with its attempts, phase times and error."""
    selected = t.Unicode().tag(sync=True)
    """Id of the selected action, "" for none: set it to see the action. The one trait that the browser sets, too."""
    detail: t.Instance[dict[str, Any] | None] = t.Instance(dict, allow_none=True).tag(sync=True)
    """The selected action as `root`; None until it was read."""
    connection: t.Dict[str, Any] = t.Dict().tag(sync=True)
    """How fresh all this is: state, last answer, next try, message, hint."""
    abort_state: t.Dict[str, Any] = t.Dict().tag(sync=True)
    """How an abort stands: idle, requested, accepted, aborted or failed; for which action, when, why."""
    abort_note = t.Unicode().tag(sync=True)
    """What an abort means for this run, where that needs saying."""
    error: t.Instance[dict[str, str] | None] = t.Instance(dict, allow_none=True).tag(sync=True)
    """An error of the widget itself or of an observer: message and hint."""
    snapshot = t.Bytes().tag(sync=True, echo_update=False)
    """All actions as packed columns, deflated (zlib). Written once, at the end: until then they travel as deltas."""

    static_view_id = t.Unicode().tag(sync=True)
    """Id of the HTML element with the static view, which the live view hides."""

    _told_by: int | None = None
    """Ident of the thread that sets traits because the backend has news; None while none does."""

    def tell(self, values: dict[str, Any]) -> None:
        """Set traits, in one message to the front ends."""
        self._told_by = threading.get_ident()
        try:
            with self.hold_sync():
                for name, value in values.items():
                    try:
                        self.set_trait(name, value)
                    except Exception as error:  # noqa: BLE001 - shown and logged; a subclass's observer is not guarded
                        self._show_failure(name, error)
        finally:
            self._told_by = None

    def observe(self, handler: Callable[..., Any], names: Any = t.All, type: Any = "change") -> None:  # noqa: A002
        """Have `handler` called when a trait changes; see `traitlets.HasTraits.observe`."""
        guarded = handler if isinstance(handler, t.EventHandler) else _Observer(handler, self._show_failure)
        super().observe(guarded, names, type)

    def _show_failure(self, name: str, error: Exception) -> bool:
        """Say that an observer raised; False where that is for somebody else to hear: for whoever set the trait."""
        if self._told_by != threading.get_ident():
            return False
        logger.error("an observer of RunWidget.%s raised", name, exc_info=error)
        if name == "error":
            return True
        message = f"An observer of {name} raised {type(error).__name__}: {error}"
        self.set_trait("error", {"message": message, "hint": "Its traceback is in the log."})
        return True


class _Observer:
    """A user's observer. It equals what it stands for, so that `unobserve` finds it."""

    def __init__(self, handler: Callable[..., Any], failed: Callable[[str, Exception], bool]) -> None:
        self._handler, self._failed = handler, failed

    def __call__(self, change: Any) -> None:
        try:
            self._handler(change)
        except Exception as error:
            if not self._failed(str(change["name"]), error):
                raise

    def __eq__(self, other: object) -> bool:
        return bool(self._handler == (other._handler if isinstance(other, _Observer) else other))

    def __hash__(self) -> int:
        return hash(self._handler)
