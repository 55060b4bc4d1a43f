"""An action's outputs, from bytes to Python values: ours beside the SDK's `outputs()`. Measure 14.

Each output is a list of 10,000 literals, as the SDK wrote it. Ours reads GetActionData in JSON, the SDK in protobuf:
each as it comes off its own line. The SDK also makes Python types of the declared ones, as `outputs()` does each time.
Both end with equal values, but for the dataclass: the SDK guesses one from the schema, ours gives its fields in a dict.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from flyte import types
from flyte._internal.runtime import convert
from flyte.models import NativeInterface
from flyte.types import TypeEngine
from flyteidl2.core import interface_pb2
from flyteidl2.dataproxy import dataproxy_service_pb2
from google.protobuf import json_format

from flyte_widgets.api.messages_data import ActionData
from flyte_widgets.api.protojson import decode_message
from flyte_widgets.run.literal_types import LiteralType, variables
from flyte_widgets.run.literals import decode
from tests.benchmarks.decode_fold import cpu_ms
from tests.benchmarks.table import Finding, Growth, Target, beside
from tests.benchmarks.wire import protojson

COUNTS: Final = (100, 1_000, 10_000)
FACTOR: Final = 3
OURS, SDK = "ours", "outputs() (SDK)"
FIRST: Final = datetime(2026, 1, 2, tzinfo=timezone.utc)


@dataclass
class Record:
    """What a task may give for each of many things."""

    name: str
    score: float
    tags: list[str]


KINDS: Final[dict[str, tuple[Any, Callable[[int], Any]]]] = {
    "int": (list[int], lambda n: n * 7_919),
    "str": (list[str], lambda n: f"shard-{n:05d}.parquet"),
    "datetime": (list[datetime], lambda n: FIRST + timedelta(minutes=n)),
    "dataclass": (list[Record], lambda n: Record(f"record {n}", n / 7, ["a", "b"])),
}
"""Of each kind of literal: the output's type, and the n-th value."""


class Answer:
    """GetActionData of an action with one output, in both encodings, with the types that its task declares."""

    def __init__(self, kind: str, count: int) -> None:
        python_type, value = KINDS[kind]
        self.values = [value(n) for n in range(count)]
        of = TypeEngine.to_literal_type(python_type)
        response = dataproxy_service_pb2.GetActionDataResponse()
        literal = asyncio.run(TypeEngine.to_literal(self.values, python_type, of))
        response.outputs.literals.add(name="o0").value.CopyFrom(literal)
        self.binary, self.text = response.SerializeToString(), protojson(response)
        self.interface = interface_pb2.TypedInterface()
        self.interface.outputs.variables.add(key="o0").value.type.CopyFrom(of)
        self.json_interface: dict[str, Any] = json_format.MessageToDict(self.interface)

    def ours(self) -> Any:
        """Decode as `Action.outputs()` does."""
        declared: dict[str, LiteralType] = variables(self.json_interface["outputs"])
        data = decode_message(self.text, ActionData)
        (value,) = (decode(one.value, declared.get(one.name)) for one in data.outputs.literals)
        return value

    async def sdk(self) -> Any:
        """Decode as the SDK's `ActionDetails.outputs()` does."""
        native: NativeInterface = types.guess_interface(self.interface)
        data = dataproxy_service_pb2.GetActionDataResponse.FromString(self.binary)
        return await convert.convert_outputs_to_native(native, convert.Outputs(data.outputs))


def measure(counts: tuple[int, ...] = COUNTS) -> list[Finding]:
    """Measure each kind at the largest count, and how ours grows with it."""
    findings: list[Finding] = []
    for kind in KINDS:
        points = []
        for count in counts:
            answer = Answer(kind, count)
            same(answer)
            with closing(asyncio.new_event_loop()) as loop:
                ways = {OURS: answer.ours, SDK: lambda: loop.run_until_complete(answer.sdk())}  # noqa: B023 - called now
                times = cpu_ms(ways)
            rows = beside(f"decode {count:,} literals, {kind}", "ms", times)
            points.append((count, rows[0].median))
            if count == counts[-1]:
                findings += [*rows, Target(14, rows[0], peer=rows[1], factor=FACTOR)]
        if len(points) > 1:
            findings.append(Growth(f"decode literals, {kind}", "literals", "ms", tuple(points)))
    return findings


def same(answer: Answer) -> None:
    """Fail unless both ways give what was written."""
    plain = [vars(value) if isinstance(value, Record) else value for value in answer.values]
    assert answer.ours() == plain
    told = asyncio.run(answer.sdk())
    assert [vars(value) if isinstance(answer.values[0], Record) else value for value in told] == plain
