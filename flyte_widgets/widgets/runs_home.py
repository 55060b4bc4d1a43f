"""The list of runs that is the home of the panel: one a kernel, for the command of JupyterLab and "‹ Runs" of a run."""

from __future__ import annotations

from typing import NamedTuple

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.watch.backends import default_backend
from flyte_widgets.widgets.runs_widget import RunsWidget, runs


class _Home(NamedTuple):
    client: FlyteClient
    project: str
    domain: str
    widget: RunsWidget


_home: _Home | None = None


def home(client: FlyteClient | None = None, project: str = "", domain: str = "") -> RunsWidget:
    """Give the list of this project, the same one each time; another project's takes its place. Raises ConfigError."""
    global _home  # noqa: PLW0603 - one panel a kernel
    client = default_backend().client if client is None else client
    place = (client, project or client.project, domain or client.domain)
    if _home is not None and _home[:3] == place and _home.widget.comm is not None:
        return _home.widget
    if _home is not None:
        _home.widget.close()
    _home = _Home(*place, runs(client=client, project=place[1], domain=place[2]))
    return _home.widget


def open_panel(run: str = "") -> None:
    """Open the panel, or show it again. The JupyterLab extension calls this.

    `run`: name or console URL of a run to open in it.
    """
    widget = home()
    if run:
        widget.open_run(run)
    widget.sidebar(focus=True)
