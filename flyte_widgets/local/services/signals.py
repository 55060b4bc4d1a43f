"""Answers to conditions: SignalEvent. Pure."""

from __future__ import annotations

from typing import Any, Final

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.core import types_pb2
from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services.describe import local_user
from flyte_widgets.local.services.records import ActionRecord, RunRecord, report
from flyte_widgets.phases import ActionPhase

_FIELDS: Final = {
    types_pb2.BOOLEAN: ("bool_value", "boolean"),
    types_pb2.INTEGER: ("int_value", "integer"),
    types_pb2.FLOAT: ("float_value", "float_value"),
    types_pb2.STRING: ("string_value", "string_value"),
}
"""Type of a condition to the field of the payload and that of the literal."""


def answer(run: RunRecord, record: ActionRecord, payload: Any, *, at_us: int) -> None:
    """End a condition with a value. Raises failed_precondition and invalid_argument, as the real backend does."""
    value = payload.WhichOneof("value")
    if record.details.metadata.WhichOneof("spec") != "condition":
        raise ConnectError(Code.FAILED_PRECONDITION, f"action {record.name!r} is not a condition")
    field, literal_field = _FIELDS[record.details.metadata.condition.type.simple]
    if value != field:
        raise ConnectError(Code.INVALID_ARGUMENT, f"the condition takes {field}, not {value}")
    info = run_definition_pb2.SignalInfo(signalled_by=local_user())
    setattr(info.output.scalar.primitive, literal_field, getattr(payload, value))
    if record.is_terminal:
        if record.details.signal_info.output == info.output:
            return
        raise ConnectError(Code.FAILED_PRECONDITION, f"the condition {record.name!r} has ended already")
    run.signal(record, info, report(record, ActionPhase.SUCCEEDED, at_us=at_us))
