"""Shows whatever stands for runs: the widget that fits, displayed at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyte_widgets.watch.runs import Runs
from flyte_widgets.widgets.frame import WidgetFrame
from flyte_widgets.widgets.outputs import display
from flyte_widgets.widgets.progress_widget import ProgressWidget
from flyte_widgets.widgets.run_widget import RunWidget
from flyte_widgets.widgets.runs_widget import RunsWidget


def show(what: Any, **options: Any) -> RunWidget | ProgressWidget | WidgetFrame:
    """Display a run, or several, and give the widget.

    what: a run's name or console URL, a `flyte.remote.Run` or an `fw.Run`; a list or mapping of them;
    an `fw.Runs`; or a widget of this package. options: those of `RunWidget` or `ProgressWidget`. Raises ConfigError for
    anything else.
    """
    widget: RunWidget | ProgressWidget | WidgetFrame
    if isinstance(what, WidgetFrame):
        widget = what
    elif isinstance(what, Runs):
        widget = RunsWidget(what, **options)
    elif isinstance(what, (list, tuple, set, frozenset, Mapping)):
        widget = ProgressWidget(what, **options)
    else:
        widget = RunWidget(what, **options)
    display(widget)
    return widget
