"""Earlier successful runs of the same task, for what is usual and for comparison. Read once, bounded."""

from __future__ import annotations

import logging
from typing import Final, NamedTuple

from flyte_widgets.api.runs import RunQuery
from flyte_widgets.errors import ApiError
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.times import Milliseconds, epoch_ms, moment
from flyte_widgets.run.usual import MOST
from flyte_widgets.watch.source import RunSource

logger = logging.getLogger(__name__)

_PAGE: Final = 2 * MOST
"""Runs that are listed at most: some began later than this one."""


class EarlierRun(NamedTuple):
    """A successful run of the same task that began before. Epoch ms, and milliseconds."""

    name: str
    started_ms: Milliseconds
    duration_ms: Milliseconds


async def read_earlier(source: RunSource) -> list[EarlierRun]:
    """ListRuns: the successful runs of this run's task that began before it, the newest first, 20 at most.

    [] where the backend does not list runs, or not by task: then nothing is usual.
    """
    root = source.model.state.root
    task = root.metadata.task if root is not None else None
    if root is None or task is None or root.created_ms is None:
        return []
    run_id = source.run_id
    query = RunQuery(
        project=run_id.project,
        domain=run_id.domain,
        task=task.id.name or task.short_name,
        phases=(ActionPhase.SUCCEEDED,),
        until=moment(root.created_ms),
    )
    try:
        page = await source.client.runs.list_runs(query, limit=_PAGE, tracked=source.is_tracked)
    except ApiError as error:
        logger.debug("earlier runs of %s: %s", run_id.name, error)
        return []
    found: list[EarlierRun] = []
    for run in page.runs:
        status = run.action.status
        start_ms, end_ms = epoch_ms(status.start_time), epoch_ms(status.end_time)
        is_success = ActionPhase.of(status.phase) is ActionPhase.SUCCEEDED
        if start_ms is None or end_ms is None or not is_success or run.name == run_id.name:
            continue
        if start_ms < root.created_ms:
            found.append(EarlierRun(run.name, start_ms, end_ms - start_ms))
    return sorted(found, key=lambda run: -run.started_ms)[:MOST]
