"""What tells runs of one task from each other: the inputs in which they differ, "lr=0.02". Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flyte_widgets.redaction import redact
from flyte_widgets.run.report import is_secret_name
from flyte_widgets.untrusted import one_line, shortened

_MOST_NAMES: Final = 3
_VALUE_LIMIT: Final = 24
_PLAIN: Final = (bool, int, float, str, type(None))


def run_labels(inputs: Sequence[Mapping[str, Any] | None]) -> list[str]:
    """Give each run a label of its inputs that differ between them, in their order; "" where there are none.

    None: its inputs are not known. Only plain values count: numbers, texts, yes and no. The name of an input that looks
    like that of a secret is no label.
    """
    known = [one for one in inputs if one is not None]
    names = dict.fromkeys(name for one in known for name in one)
    differing = [name for name in names if not is_secret_name(name) and _differs(name, known)][:_MOST_NAMES]
    return [_label(one or {}, differing) for one in inputs]


def _label(inputs: Mapping[str, Any], names: Sequence[str]) -> str:
    return ", ".join(f"{name}={_said(inputs[name])}" for name in names if name in inputs)


def _differs(name: str, inputs: Sequence[Mapping[str, Any]]) -> bool:
    values = [one[name] for one in inputs if name in one]
    if not all(isinstance(value, _PLAIN) for value in values):
        return False
    return len({(type(value), value) for value in values}) > 1 or len(values) < len(inputs)


def _said(value: object) -> str:
    return shortened(one_line(redact(value if isinstance(value, str) else repr(value))), _VALUE_LIMIT)
