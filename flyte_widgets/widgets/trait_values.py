"""What the traits of a RunWidget should be, read from its run. Pure but for reading the watcher's memory."""

from __future__ import annotations

from typing import Any, Final

from flyte_widgets.api.messages import ActionDetails, ActionIdentifier, RunIdentifier
from flyte_widgets.redaction import redact
from flyte_widgets.run.conditions import WaitingCondition
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.times import epoch_ms
from flyte_widgets.untrusted import shortened
from flyte_widgets.watch.access import target_of
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.status import AbortStatus, AnswerStatus, Connection
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.wire import trait_types as wire
from flyte_widgets.wire.detail import action_detail

WAITING_SHOWN: Final = 50
"""Conditions that are shown at once, those that wait longest."""
_NAME_LIMIT: Final = 120
_PROMPT_LIMIT: Final = 4_096


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
        "is_loading": root is not None and not watcher.has_list,
        "attempt": root.attempts if root is not None else 0,
        "started_ms": root.created_ms if root is not None else None,
        "ended_ms": root.ended_ms if root is not None else None,
        "summary": watcher.analyst.line,
        "root": detail(ROOT),
        "detail": detail(selected) if selected else None,
        "connection": connection_dict(watcher.connection),
        "abort_state": abort_dict(watcher.abort_status),
        "abort_note": run.abort_note,
        "waiting": [waiting_dict(one, watcher) for one in watcher.conditions.waiting[:WAITING_SHOWN]],
        "answers": [answer_dict(status) for status in watcher.conditions.answers.values()],
        "relation": relation_dict(watcher),
        "rerun_state": rerun_dict(watcher),
    }


def waiting_dict(condition: WaitingCondition, watcher: Watcher) -> wire.WaitingCondition:
    """Give a condition as the browser reads it."""
    known = watcher.state.by_id.get(condition.action)
    return {
        "id": condition.action,
        "name": shortened(redact(condition.name), _NAME_LIMIT),
        "prompt": shortened(redact(condition.prompt), _PROMPT_LIMIT),
        "description": shortened(redact(condition.description), _PROMPT_LIMIT),
        "markdown": condition.prompt_type == "markdown",
        "type": condition.type,
        "parent": known.parent if known is not None else "",
        "sinceMs": epoch_ms(condition.since),
        "deadlineMs": epoch_ms(condition.deadline),
    }


def answer_dict(status: AnswerStatus) -> wire.AnswerState:
    """Give an answer as the browser reads it."""
    return {
        "state": status.state,
        "id": status.action,
        "name": shortened(status.name, _NAME_LIMIT),
        "value": redact(status.value),
        "by": shortened(status.by, _NAME_LIMIT),
        "atMs": status.at_ms,
        "sinceMs": status.since_ms,
        "message": status.message,
    }


def relation_dict(watcher: Watcher) -> wire.Relation | None:
    """Give the run that this one was started from as the browser reads it."""
    relation, run_id = watcher.model.relation, watcher.run_id
    if relation is None:
        return None
    other = RunIdentifier(
        run_id.org, relation.project or run_id.project, relation.domain or run_id.domain, relation.run
    )
    return {"kind": relation.kind, "run": relation.run, "url": watcher.client.console_url(other) or ""}


def rerun_dict(watcher: Watcher) -> wire.RerunState:
    """Give a rerun as the browser reads it."""
    status, run_id = watcher.model.rerun_status, watcher.run_id
    new = RunIdentifier(run_id.org, run_id.project, run_id.domain, status.run)
    return {
        "state": status.state,
        "kind": status.kind,
        "run": status.run,
        "code": status.code,
        "url": (watcher.client.console_url(new) or "") if status.run else "",
        "atMs": status.at_ms,
        "message": status.message,
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
