"""Which of its like an action is: by the cases that both languages share, and as a run changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from flyte_widgets.run.fan_out import FanOutIndices, fan_out_indices, labelled
from flyte_widgets.run.state import RunState
from tests.run_messages import enriched, ms

CASES = json.loads((Path(__file__).parents[1] / "vectors/fan_out.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_places_are_found_from_when_actions_were_queued(case: dict[str, Any]) -> None:
    """Where the times do not decide it, there is no index."""
    state = RunState()
    messages = [enriched("a0", "RUNNING", 0, name="main")]
    for i, (name, group, start) in enumerate(case["actions"], 1):
        told = enriched(f"a{i}", "RUNNING", start, name=name, parent="a0", group=group)
        if start is None:
            status = replace(told.action.status, start_time=None)
            told = replace(told, action=replace(told.action, status=status))
        messages.append(told)
    state.fold_enriched(messages, ms(0))
    indices = fan_out_indices(state)
    assert [indices.get(f"a{i}") for i in range(1, len(messages))] == case["indices"]
    assert "a0" not in indices


def test_indices_follow_the_run() -> None:
    """Found anew when actions come, and when a list of nameless ones gets its names."""
    state = RunState()
    state.fold_enriched([enriched("a0", "RUNNING", 0, name="main")], ms(0))
    found = FanOutIndices(state)
    assert found.of("a1") is None
    for i in (1, 2):
        state.fold_enriched([enriched(f"a{i}", "RUNNING", i, name="", parent="a0", group="g")], ms(i))
    assert found.of("a2") is None
    for i in (1, 2):
        state.fold_enriched([enriched(f"a{i}", "RUNNING", i, name="t", parent="a0", group="g")], ms(i))
    assert [found.of("a1"), found.of("a2")] == [0, 1]
    assert [labelled("t", 1), labelled("t", None)] == ["t[1]", "t"]
