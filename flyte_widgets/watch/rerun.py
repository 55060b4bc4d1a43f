"""Starting a run again: GetRunDetails, GetActionData, UploadInputs, CreateRun. On the background loop.

Specs go back as they came, secrets and unknown fields included, and are never shown. Inputs that are not changed go
back as they came, too: files, tables and models are kept as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from flyte_widgets.api.launch import changed_inputs, rerun_spec
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.api.messages_data import Inputs
from flyte_widgets.api.messages_launch import ActionSpec, OffloadedInputs, RunSpecs
from flyte_widgets.api.messages_runs import Run as RunMessage
from flyte_widgets.errors import (
    FailedPreconditionError,
    FlyteWidgetsError,
    InputError,
    InvalidArgumentError,
    NotFoundError,
    NotKeptError,
    ProtocolError,
    UnimplementedError,
)
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.literal_types import LiteralType, parsed, variables
from flyte_widgets.run.literals_encode import encode
from flyte_widgets.run.rerun_code import rerun_code
from flyte_widgets.run.state import ROOT
from flyte_widgets.run.times import epoch_ms
from flyte_widgets.watch.status import RerunStatus
from flyte_widgets.watch.watcher import Watcher

logger = logging.getLogger(__name__)

_OLDER_MS: Final = 10_000.0
"""A new run may begin so long before the call, as clocks differ. One that is older was there before."""


async def rerun(
    watcher: Watcher,
    action: str = ROOT,
    changed: Mapping[str, Any] | None = None,
    *,
    recover: bool = False,
    force: Iterable[str] = (),
    read: Callable[[str, Any, LiteralType], Any] | None = None,
) -> RunIdentifier:
    """Start the run again, or one of its actions as a run of its own. Returns the new run.

    changed: values for some inputs; if given, `read(name, value, type)` makes Python values of them first.
    recover: take over what succeeded, but for the actions in `force`. Open-source backends ignore that, and run
    everything. Raises InputError for an input that does not exist or cannot be given, NotKeptError where the backend
    has no spec or inputs any more, ApiError where it refuses. Nothing is tried again.
    """
    model = watcher.model
    status = RerunStatus("requested", "recover" if recover else "rerun", at_ms=model.now_ms())
    model.show_rerun(status)
    try:
        forced = list(force)
        started, values = await _start(watcher, action, changed or {}, read, recover=recover, force=forced)
    except BaseException as error:
        message = error.message if isinstance(error, FlyteWidgetsError) else "the call was cancelled"
        hint = f" {error.hint}" if isinstance(error, InputError) and error.hint else ""
        model.show_rerun(replace(status, state="failed", message=message + hint))
        raise
    code = rerun_code(
        watcher.run_id.name, action, values, recover=recover, force=forced, is_local=bool(watcher.tracked)
    )
    model.show_rerun(replace(status, state="started", run=started.name, code=code, at_ms=model.now_ms()))
    return started


def known_to_recover(watcher: Watcher) -> bool:
    """Whether this backend is known to take over what succeeded: a run on it was seen with recovered actions.

    No call says so, and open-source backends accept a recovery and run everything again.
    """
    recovering = watcher.client.launch
    if watcher.state.counts[ActionPhase.RECOVERED]:
        recovering.has_recovered = True
    return recovering.has_recovered


async def read_rerun(watcher: Watcher, action: str) -> tuple[RunSpecs, ActionSpec, Inputs]:
    """Read what a rerun of an action sends back. Raises NotKeptError where it cannot be run again."""
    tracked, run_id = bool(watcher.tracked), watcher.run_id
    watcher.client.hurry()
    specs = await watcher.client.launch.get_run_specs(run_id, tracked=tracked)
    spec = specs.action
    if action != ROOT:
        spec = await watcher.client.launch.get_action_spec(run_id, action, tracked=tracked)
    if not spec.can_rerun:
        what = f"Run {run_id.name}" if action == ROOT else f"Action {action}"
        raise NotKeptError(f"{what} cannot be run again: only tasks can, while the backend keeps their spec.")
    try:
        data = await watcher.client.data.get_action_data(run_id, action, tracked=tracked)
    except NotFoundError as error:
        raise NotKeptError(f"The inputs are no longer kept: {error.message}") from error
    return specs, spec, data.inputs


def input_types(spec: ActionSpec) -> dict[str, LiteralType]:
    """Give the declared type of each input of a task."""
    template = parsed(parsed(msgspec.json.decode(spec.task)).get("taskTemplate"))
    return variables(parsed(template.get("interface")).get("inputs"))


async def _start(
    watcher: Watcher,
    action: str,
    changed: Mapping[str, Any],
    read: Callable[[str, Any, LiteralType], Any] | None,
    *,
    recover: bool,
    force: list[str],
) -> tuple[RunIdentifier, dict[str, Any]]:
    """Give the new run, and the changed inputs as Python values."""
    specs, spec, old = await read_rerun(watcher, action)
    types = input_types(spec)
    for name in changed:
        if name not in types:
            raise InputError(
                f"The task takes no input {name!r}.", hint=f"It takes {', '.join(sorted(types)) or 'none at all'}."
            )
    values = {name: read(name, value, types[name]) if read is not None else value for name, value in changed.items()}
    literals = {name: encode(name, value, types[name]) for name, value in values.items()}
    inputs = changed_inputs(old, literals)
    run_spec = rerun_spec(specs.run_spec, watcher.run_id, recover=recover, force_rerun=force)
    launch, run_id = watcher.client.launch, watcher.run_id
    given: OffloadedInputs | Inputs = inputs
    try:
        uploaded = await launch.upload_inputs(run_id.project, run_id.domain, spec.task, inputs)
        given = uploaded if uploaded.uri else inputs
    except (UnimplementedError, NotFoundError) as error:
        logger.debug("inputs of a rerun of %s go with it: %s", run_id.name, error)
    asked_ms = watcher.client.now_ms
    try:
        answer = await launch.create_run(run_id.project, run_id.domain, spec.task, given, run_spec)
    except (FailedPreconditionError, InvalidArgumentError) as error:
        error.hint = ""  # what helps with other calls; why this one is refused, the backend says
        raise
    _refuse_old(watcher, answer, asked_ms)
    return RunIdentifier(run_id.org, run_id.project, run_id.domain, answer.name), values


def _refuse_old(watcher: Watcher, answer: RunMessage, asked_ms: float) -> None:
    """Raise where the run was there before: some backends answer OK with the run that has the name already."""
    began_ms = epoch_ms(answer.action.status.start_time)
    is_older = began_ms is not None and began_ms < asked_ms - _OLDER_MS
    if is_older or answer.name == watcher.run_id.name:
        raise ProtocolError(
            f"{watcher.client.host} answered with run {answer.name}, which was there before: nothing was started.",
            hint="Try again: the backend chooses another name.",
        )
