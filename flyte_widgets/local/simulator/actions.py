"""Makes the records of a simulated run's actions: what they are, and how they take a planned step. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flyteidl2.core import execution_pb2, types_pb2
from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services import describe
from flyte_widgets.local.services.records import ActionRecord, RunRecord, report, to_stamp
from flyte_widgets.local.simulator import reports, texts, values
from flyte_widgets.local.simulator.plan import PlannedAction, PlannedStep
from flyte_widgets.phases import ActionPhase

CONDITION_TIMEOUT_S: Final = 1800
_QUESTIONS: Final = (
    ("Release the model?", types_pb2.BOOLEAN),
    ("How many rows may be dropped?", types_pb2.INTEGER),
    ("From which score on is it good enough?", types_pb2.FLOAT),
    ("What is the release called?", types_pb2.STRING),
)
_DESCRIPTION: Final = """fold_1 scored **0.91**, the model in use *0.88*.

- Answering `yes` publishes it to [the registry](https://registry.example/models).
- Answering `no` ends the run without a release.
"""
_COLLEAGUE: Final = "kim@acme.dev"

WallTime = Callable[[int], int]
"""Milliseconds of a plan to microseconds of the wall clock."""


def spec_of(run: RunRecord, action: PlannedAction) -> Any:
    """Describe what an action is: an `ActionDetails` that has nothing but its spec."""
    if action.kind == "condition":
        return _condition(action)
    spec = describe.task(run.key, action.task)
    template = spec.task.task_template
    _declare(template.interface.inputs, values.inputs_of(action.task, action.index))
    _declare(template.interface.outputs, values.outputs_of(action.task, action.index))
    template.metadata.generates_deck.value = reports.has_report(action.task)
    template.metadata.retries.retries = 2
    template.container.image = texts.IMAGE
    return spec


def create(run: RunRecord, action: PlannedAction, *, at_us: int, recovered_from: str = "") -> ActionRecord:
    """Add an action to a run. `recovered_from` names the earlier run where it is taken over."""
    spec = spec_of(run, action)
    details = describe.details(run.action_id(action.name), spec, parent=action.parent, group=action.group)
    if action.steps[0].phase is ActionPhase.RECOVERED:
        details.metadata.recovered_from.name = action.name
        details.metadata.recovered_from.run.name = recovered_from or "r0earlier"
    return run.add(details, spec, at_us=at_us)


def event(run: RunRecord, record: ActionRecord, step: PlannedStep, version: int, wall_us: WallTime) -> Any:
    """Report a step of an action's life."""
    event = report(record, step.phase, at_us=wall_us(step.at_ms))
    event.attempt, event.version = step.attempt, version
    if step.error is not None:
        event.error_info.message, event.error_info.code = step.error.message, step.error.code
        event.error_info.kind = 1 if step.error.is_user else 2
    if step.phase is ActionPhase.RUNNING and record.details.metadata.HasField("task"):
        for name, uri in texts.links(run.key.name, record.name, step.attempt):
            event.log_info.append(execution_pb2.TaskLog(name=name, uri=uri, ready=True))
        event.log_context.primary_pod_name = f"{run.key.name}-{record.name}-{step.attempt - 1}"
    for note in step.notes:
        event.cluster_events.append(
            run_definition_pb2.ClusterEvent(
                occurred_at=to_stamp(wall_us(note.at_ms)),
                message=note.message,
                reason=note.reason,
                type=2 if note.is_warning else 1,
                count=note.times,
                source_component="kubelet",
            )
        )
    return event


def colleagues_answer(record: ActionRecord) -> Any:
    """Make the `SignalInfo` of a condition that somebody else answers."""
    info = run_definition_pb2.SignalInfo()
    info.signalled_by.user.id.subject = _COLLEAGUE
    primitive = info.output.scalar.primitive
    match record.details.metadata.condition.type.simple:
        case types_pb2.INTEGER:
            primitive.integer = 120
        case types_pb2.FLOAT:
            primitive.float_value = 0.9
        case types_pb2.STRING:
            primitive.string_value = "nightly-42"
        case _:
            primitive.boolean = True
    return info


def _condition(action: PlannedAction) -> Any:
    prompt, simple_type = _QUESTIONS[0 if action.task.endswith("approve_release") else action.index % len(_QUESTIONS)]
    spec = run_definition_pb2.ActionDetails()
    condition = spec.condition
    condition.name = action.task.rpartition(".")[2]
    condition.prompt, condition.description = prompt, _DESCRIPTION
    condition.prompt_type = run_definition_pb2.CONDITION_PROMPT_TYPE_MARKDOWN
    condition.type.simple = simple_type
    condition.timeout.seconds = CONDITION_TIMEOUT_S
    return spec


def _declare(variables: Any, typed: Mapping[str, values.Typed]) -> None:
    for name in sorted(typed):
        variables.variables.add(key=name).value.type.CopyFrom(typed[name].type)
