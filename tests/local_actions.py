"""What the embedded backend has recorded of a local run."""

from __future__ import annotations

from flyte_widgets.local.runs.runner import LaunchedRun
from flyte_widgets.local.services.records import ActionRecord


def actions(run: LaunchedRun) -> dict[str, ActionRecord]:
    """Give all actions of the run, by name."""
    with run.backend.store.read(run.key) as record:
        return dict(record.actions)
