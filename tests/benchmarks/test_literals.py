"""What `make bench` measures of literals is the same work both ways."""

from __future__ import annotations

import pytest

from tests.benchmarks import literals

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
"""Of what the SDK is made of."""


@pytest.mark.parametrize("kind", literals.KINDS)
def test_both_ways_give_what_was_written(kind: str) -> None:
    """And a value that differs is noticed."""
    answer = literals.Answer(kind, 20)
    literals.same(answer)
    answer.values[7] = None
    with pytest.raises(AssertionError):
        literals.same(answer)
