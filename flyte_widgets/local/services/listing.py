"""Filters, order and pages of ListActions and ListRuns. Pure.

Source: `common/list.proto`. The fields are those that the SDK sends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, Final, TypeVar

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.common import list_pb2
from flyteidl2.workflow import run_definition_pb2

from flyte_widgets.local.services.records import ActionRecord, to_us

DEFAULT_LIMIT, MAX_LIMIT = 50, 200

_FIELDS: dict[str, Callable[[ActionRecord], Any]] = {
    "phase": lambda record: record.phase,
    "created_at": lambda record: record.created_us,
    "updated_at": lambda record: to_us(record.details.status.end_time) or record.created_us,
    "name": lambda record: record.name,
    "run_name": lambda record: record.details.id.run.name,
    "parent_name": lambda record: record.parent,
    "parent_action_name": lambda record: record.parent,
    "task_name": lambda record: record.details.metadata.task.id.name,
    "environment_name": lambda record: record.details.metadata.environment_name,
    "function_name": lambda record: record.details.metadata.funtion_name,
    "project": lambda record: record.details.id.run.project,
    "domain": lambda record: record.details.id.run.domain,
    "task_project": lambda record: record.details.metadata.task.id.project,
    "task_domain": lambda record: record.details.metadata.task.id.domain,
    "task_version": lambda record: record.details.metadata.task.id.version,
    "action_type": lambda record: record.details.metadata.action_type,
    "run_source": lambda record: run_definition_pb2.RunSource.Name(record.details.metadata.source),
    "created_by_subject": lambda record: record.details.metadata.executed_by.user.id.subject,
    "ended_at": lambda record: to_us(record.details.status.end_time),
    "duration_ms": lambda record: record.details.status.duration_ms,
}
_FIELDS["created_by"] = _FIELDS["created_by_subject"]
"""Two spellings of the owner: hosted backends take the first, open-source ones the second. Here both are right."""
_NUMBERS: Final = ("phase", "action_type", "duration_ms")
_COMPARE: dict[int, Callable[[Any, list[Any]], bool]] = {
    list_pb2.Filter.EQUAL: lambda value, wanted: value == wanted[0],
    list_pb2.Filter.NOT_EQUAL: lambda value, wanted: value != wanted[0],
    list_pb2.Filter.GREATER_THAN: lambda value, wanted: bool(value > wanted[0]),
    list_pb2.Filter.GREATER_THAN_OR_EQUAL: lambda value, wanted: bool(value >= wanted[0]),
    list_pb2.Filter.LESS_THAN: lambda value, wanted: bool(value < wanted[0]),
    list_pb2.Filter.LESS_THAN_OR_EQUAL: lambda value, wanted: bool(value <= wanted[0]),
    list_pb2.Filter.VALUE_IN: lambda value, wanted: value in wanted,
    list_pb2.Filter.VALUE_NOT_IN: lambda value, wanted: value not in wanted,
    list_pb2.Filter.CONTAINS: lambda value, wanted: str(wanted[0]) in str(value),
    list_pb2.Filter.CONTAINS_CASE_INSENSITIVE: lambda value, wanted: str(wanted[0]).lower() in str(value).lower(),
    list_pb2.Filter.ENDS_WITH: lambda value, wanted: str(value).endswith(str(wanted[0])),
    list_pb2.Filter.NOT_ENDS_WITH: lambda value, wanted: not str(value).endswith(str(wanted[0])),
}

_LABELS: Final = "labels."

T = TypeVar("T")


def page(
    items: list[T],
    request: Any,
    record_of: Callable[[T], ActionRecord],
    labels_of: Callable[[T], Mapping[str, str]] | None = None,
    *,
    default_order: Callable[[T], Any] | None = None,
) -> tuple[list[T], str]:
    """Filter, sort and cut. Returns the page and the token of the next one, "" at the end.

    With `labels_of`, a filter may name a label: `labels.team`.

    Where the request names no order, `default_order` is the key, and without one the items stay as they come. Raises
    invalid_argument for what the real backend refuses, too: a limit over 200, a token that is no offset, an unknown
    field.
    """
    limit = request.limit or DEFAULT_LIMIT
    if limit > MAX_LIMIT:
        raise _invalid(f"limit {limit} is over {MAX_LIMIT}")
    if request.token and not request.token.isdecimal():
        raise _invalid(f"token {request.token!r} is not an offset")
    for item in request.filters:
        if labels_of is not None and item.field.startswith(_LABELS):
            label, compare = item.field.removeprefix(_LABELS), _compare(item)
            items = [each for each in items if compare(labels_of(each).get(label, ""), list(item.values))]
            continue
        matches = _matcher(item)
        items = [each for each in items if matches(record_of(each))]
    sorts = list(request.sort_by_fields) or ([request.sort_by] if request.sort_by.key else [])
    for sort in reversed(sorts):
        descending = sort.direction == list_pb2.Sort.DESCENDING
        items = sorted(items, key=_sort_key(_field(sort.key), record_of), reverse=descending)
    if not sorts and default_order is not None:
        items = sorted(items, key=default_order)
    start = int(request.token or 0)
    end = start + limit
    return items[start:end], str(end) if end < len(items) else ""


def _matcher(item: Any) -> Callable[[ActionRecord], bool]:
    read, compare = _field(item.field), _compare(item)
    wanted = [_value(item.field, value) for value in item.values]
    return lambda record: compare(read(record), wanted)


def _compare(item: Any) -> Callable[[Any, list[Any]], bool]:
    compare = _COMPARE.get(item.function)
    if compare is None or not item.values:
        raise _invalid(f"filter {list_pb2.Filter.Function.Name(item.function)} on {item.field!r} is not supported")
    return compare


def _sort_key(read: Callable[[ActionRecord], Any], record_of: Callable[[T], ActionRecord]) -> Callable[[T], Any]:
    return lambda item: read(record_of(item))


def _field(name: str) -> Callable[[ActionRecord], Any]:
    try:
        return _FIELDS[name]
    except KeyError:
        raise _invalid(f"unknown field {name!r}; known are {', '.join(_FIELDS)}") from None


def _value(field: str, text: str) -> Any:
    try:
        if field in _NUMBERS:
            return int(text)
        if field.endswith("_at"):
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            return int(moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp() * 1_000_000)
    except ValueError:
        raise _invalid(f"{text!r} is no value for {field!r}") from None
    return text


def _invalid(message: str) -> ConnectError:
    return ConnectError(Code.INVALID_ARGUMENT, message)
