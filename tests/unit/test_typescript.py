"""The TypeScript types of what crosses are those of the Python ones."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypedDict

import pytest

from tools.typescript import OUTPUT, Writer, text


def test_the_checked_in_types_are_current() -> None:
    """Whoever changes what crosses runs the generator: `python -m tools.typescript`."""
    assert OUTPUT.read_text(encoding="utf-8") == text(), "run `python -m tools.typescript`"


class Inner(TypedDict):
    one: int


class Pair(NamedTuple):
    left: str
    right: float | None


@pytest.mark.parametrize(
    ("of", "written"),
    [
        (str, "string"),
        (float | None, "number | null"),
        (list[str | None], "(string | null)[]"),
        (dict[str, list[Inner]], "Record<string, Inner[]>"),
        (Literal["a", "b"], '"a" | "b"'),
        (Any, "unknown"),
        (bytes, "DataView"),
        (list[Pair], "[left: string, right: number | null][]"),
    ],
)
def test_types_are_translated(of: Any, written: str) -> None:
    """Each Python type that may cross has one in TypeScript."""
    assert Writer().type(of) == written


def test_a_type_that_cannot_cross_is_refused() -> None:
    """The error says where to add it."""
    with pytest.raises(TypeError, match=r"tools/typescript\.py"):
        Writer().type(set[str])
