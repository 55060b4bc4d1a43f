"""What the traits of a RunWidget should be, read from its run. Pure but for reading the watcher's memory."""

from __future__ import annotations

from typing import Any

from flyte_widgets.api.messages import ActionDetails, ActionIdentifier
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.access import target_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.status import AbortStatus, Connection
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.wire import trait_types as wire
from flyte_widgets.wire.detail import action_detail


def run_trait_values(run: Run, watcher: Watcher, selected: str) -> dict[str, Any]:
    """Give the value of every trait that follows the backend, by name. Call it with the watcher's lock."""
    backend, run_id = target_of(run).backend, target_of(run).run_id

    def url(action: str | None = None) -> str:
        return backend.client.console_url(run_id, action, tracked=bool(watcher.tracked)) or ""

    def detail(action: str) -> wire.ActionDetail | None:
        details, known = watcher.details.get(action), watcher.state.by_id.get(action)
        if details is None and action in watcher.missing:
            details = ActionDetails(id=ActionIdentifier(name=action))
        if details is None or known is None:
            return None
        events, not_kept = watcher.events.get(action), action in watcher.missing
        return action_detail(details, known, url(action), events, not_kept=not_kept)

    root = watcher.state.root
    return {
        "run_name": run_id.name,
        "project": run_id.project,
        "domain": run_id.domain,
        "host": backend.client.host,
        "source": backend.source,
        "console_url": url(),
        "reference": f"RunWidget({run_id.name!r})".replace("'", '"'),
        "task_name": root.name if root is not None and root.name != ROOT else "",
        "phase": watcher.phase,
        "is_terminal": root is not None and root.is_terminal,
        "counts": {phase: count for phase, count in list(watcher.state.counts.items()) if count > 0},
        "attempt": root.attempts if root is not None else 0,
        "started_ms": root.created_ms if root is not None else None,
        "ended_ms": root.ended_ms if root is not None else None,
        "summary": watcher.analyst.line,
        "root": detail(ROOT),
        "detail": detail(selected) if selected else None,
        "connection": connection_dict(watcher.connection),
        "abort_state": abort_dict(watcher.abort_status),
        "abort_note": run.abort_note,
    }


def connection_dict(connection: Connection) -> wire.Connection:
    """Give the connection as the browser reads it."""
    return {
        "state": connection.state,
        "lastMs": connection.last_ms,
        "nextTryMs": connection.next_try_ms,
        "message": connection.message,
        "hint": connection.hint,
        "pollS": connection.poll_s,
    }


def abort_dict(status: AbortStatus) -> wire.AbortState:
    """Give the abort as the browser reads it."""
    return {
        "state": status.state,
        "action": status.action,
        "atMs": status.at_ms,
        "reason": status.reason,
        "message": status.message,
    }
