"""Writes the report of a failed action: reads its error, its inputs and the end of its log. On the background loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from importlib import metadata
from typing import Any, Final, TypeVar

from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.report import report
from flyte_widgets.run.state import ROOT
from flyte_widgets.tasks import within
from flyte_widgets.watch.action_data import read_data
from flyte_widgets.watch.action_log import read_log
from flyte_widgets.watch.watcher import Watcher

T = TypeVar("T")

_READ_LIMIT_S: Final = 10.0
"""How long inputs and log are waited for. What has not come by then is left out."""
_PACKAGES: Final = ("flyte-widgets", "flyte")


async def failure_report(watcher: Watcher, action: str) -> str:
    """Write an action's failure as Markdown. Raises ApiError where the action itself cannot be read."""
    known = watcher.analyst.details().get(action)
    details = known if known is not None else await watcher.read_action(action)
    data, log = await asyncio.gather(
        _within_limit(read_data(watcher, action)), _within_limit(read_log(watcher, action, None))
    )
    root = watcher.state.root
    return report(
        watcher.run_id.name,
        root.name if root is not None and root.name != ROOT else "",
        watcher.state.by_id[action],
        details,
        url=watcher.client.console_url(watcher.run_id, action, tracked=bool(watcher.tracked)) or "",
        inputs={name: repr(value) for name, value in data.inputs.items()} if data is not None else None,
        log_lines=[line.text for line in log or ()],
        versions={package: version for package in _PACKAGES if (version := _version(package))},
    )


async def _within_limit(reading: Coroutine[Any, Any, T]) -> T | None:
    """Read for a while. None where the backend does not have it, or does not give it in time."""
    try:
        return await within(_READ_LIMIT_S, reading)
    except (FlyteWidgetsError, TimeoutError):
        return None


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
