"""Reads a run into a `Snapshot`: from the watcher's memory, and at the end what is still missing from the backend."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

import flyte_widgets
from flyte_widgets.api.messages import ActionDetails
from flyte_widgets.errors import FlyteWidgetsError, sentences
from flyte_widgets.redaction import redact
from flyte_widgets.run.causes import FAILURES, first_causes
from flyte_widgets.run.fan_out import fan_out_indices
from flyte_widgets.run.relation import lineage_words
from flyte_widgets.run.state import ROOT, RunState
from flyte_widgets.tasks import within
from flyte_widgets.untrusted import printable, shortened, without_colours
from flyte_widgets.watch.access import target_of
from flyte_widgets.watch.action_log import read_log
from flyte_widgets.watch.handles import Run
from flyte_widgets.watch.status import NEEDS_USER
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.answer_words import answer_line, bounded_name
from flyte_widgets.widgets.static_view.model import Failure, KnownAction, Snapshot
from flyte_widgets.widgets.static_view.rows import choose_rows, rows_of
from flyte_widgets.wire.detail import bounded, error_info

logger = logging.getLogger(__name__)

READ_LIMIT_S: Final = 8.0
"""How long reading the end of a run may take. What is missing then is drawn from what is known."""
_FOLD_READS: Final = 40
"""Histories of folded actions that are read at most, all folds together."""
_ANSWERS_READ: Final = 20
"""Conditions that have ended and are read at most."""
_AT_ONCE: Final = 4
_TROUBLED: Final = ("polling", "reconnecting", *NEEDS_USER)
_TEXT_LIMIT: Final = 20_000
_LOG_LINES: Final = 30
_LOG_LINE_LIMIT: Final = 200


class FailedAction(NamedTuple):
    """The action whose error is shown, and the last lines of its log."""

    details: ActionDetails
    log: tuple[str, ...] = ()


def snapshot_of(run: Run, watcher: Watcher, failed: FailedAction | None = None) -> Snapshot:
    """Take what is known of a run now. `failed`: the action whose error is shown."""
    target = target_of(run)
    with watcher.lock:
        actions = _known(watcher.state)
        counts = {phase: count for phase, count in watcher.state.counts.items() if count > 0}
        details = watcher.details.get(ROOT)
    root = next((action for action in actions if action.id == ROOT), None)
    connection, relation = watcher.connection, watcher.model.relation
    url = target.backend.client.console_url(target.run_id, tracked=bool(watcher.tracked))
    abort = details.abort_info if details is not None else None
    return Snapshot(
        run_name=target.run_id.name,
        reference=f"RunWidget({target.run_id.name!r})".replace("'", '"'),
        version=flyte_widgets.__version__,
        now_ms=watcher.now_ms(),
        task_name=root.name if root is not None and root.name != ROOT else "",
        phase=root.phase if root is not None else None,
        attempt=root.attempts if root is not None else 0,
        started_ms=root.created_ms if root is not None else None,
        ended_ms=root.ended_ms if root is not None else None,
        counts=counts,
        actions=actions,
        failure=_failure(failed, actions) or _failure(FailedAction(details) if details else None, actions),
        line=watcher.analyst.line,
        lineage=lineage_words(relation, counts, is_over=root is not None and root.is_terminal) if relation else "",
        started=bounded_name(watcher.model.rerun_status.run),
        answers=tuple(line for line in map(answer_line, watcher.conditions.answers.values()) if line),
        abort_reason=_safe_text(abort.reason) if abort is not None else "",
        console_url=url or "",
        trouble=_safe_text(sentences(connection.message, connection.hint)) if connection.state in _TROUBLED else "",
    )


async def read_what_is_missing(watcher: Watcher) -> FailedAction | None:
    """Read the failure with the end of its log, and the histories of the rows that will be drawn; return the failure.

    On the background loop. Never raises: the static view is drawn in any case.
    """
    with watcher.lock:
        actions = _known(watcher.state)
    rows, _ = choose_rows(rows_of(actions))
    single = [row.members[0].id for row in rows if not row.is_fold]
    folded = [action.id for row in rows if row.is_fold for action in row.members][:_FOLD_READS]
    missing = [id_ for id_ in [*single, *folded] if watcher.state.by_id[id_].needs_history]
    unread = _unread_answers(watcher)
    with contextlib.suppress(TimeoutError):
        await within(READ_LIMIT_S, watcher.analyst.settled())
    details = watcher.analyst.details()
    failure = next((action for action in first_causes(watcher.state, details) if action.id != ROOT), None)
    found: list[ActionDetails] = []
    waiting = iter([*([failure.id] if failure is not None else []), *unread, *missing])

    async def read() -> None:
        for action in waiting:
            details = await watcher.read_action(action)
            watcher.conditions.take(details)
            if failure is not None and action == failure.id:
                found.append(details)

    whose_log = failure.id if failure is not None else _failed_root(watcher.state)
    reading_log = asyncio.create_task(_log_end(watcher, whose_log))
    tasks: list[asyncio.Task[None]] = [asyncio.create_task(read()) for _ in range(_AT_ONCE)]
    done, late = await asyncio.wait([*tasks, reading_log], timeout=READ_LIMIT_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        error = task.exception()
        if isinstance(error, FlyteWidgetsError):
            logger.debug("the snapshot of %s: %s", watcher.run_id.name, error)
        elif error is not None:
            logger.error("the snapshot of %s", watcher.run_id.name, exc_info=error)
    log = reading_log.result() if reading_log in done and reading_log.exception() is None else ()
    shown = found[0] if found else watcher.details.get(ROOT) if failure is None else None
    return FailedAction(shown, log) if shown is not None else None


def _unread_answers(watcher: Watcher) -> list[str]:
    """Give the conditions of which it is known that they ended, but not how."""
    known = watcher.conditions.answers
    ended = (action for action in watcher.state if action.metadata.condition is not None and action.is_terminal)
    return [action.id for action in ended if action.id not in known][:_ANSWERS_READ]


def _failed_root(state: RunState) -> str:
    return ROOT if state.root is not None and state.root.phase in FAILURES else ""


async def _log_end(watcher: Watcher, action: str) -> tuple[str, ...]:
    """Read the last lines of an action's log. Raises as `read_log`."""
    lines = await read_log(watcher, action, None) if action else []
    return tuple(shortened(_safe_text(line.text).replace("\n", " "), _LOG_LINE_LIMIT) for line in lines[-_LOG_LINES:])


def _known(state: RunState) -> tuple[KnownAction, ...]:
    indices = fan_out_indices(state)
    return tuple(
        KnownAction(
            action.id,
            _safe_text(action.name),
            _safe_text(action.group),
            state.parent_index(action),
            action.phase,
            action.created_ms,
            action.ended_ms,
            action.attempts,
            action.segments,
            indices.get(action.id),
        )
        for action in state
    )


def _failure(failed: FailedAction | None, actions: Sequence[KnownAction]) -> Failure | None:
    if failed is None:
        return None
    details = failed.details
    error = error_info(details.error_info)
    if error is None:
        return None
    action = next((known for known in actions if known.id == (details.id.name or ROOT)), None)
    if action is None:
        return None
    message = bounded(_safe_text(error["message"] or error["code"]), _TEXT_LIMIT)
    return Failure(action.name, action.id, action.attempts, error["kind"], message, failed.log)


def _safe_text(text: str) -> str:
    """Return a text that is safe to show: no secrets, no terminal colours, no control characters."""
    return printable(without_colours(redact(text)))
