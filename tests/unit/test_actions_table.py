"""The actions of a run as an HTML table: the first twenty, foreign text inert."""

from __future__ import annotations

import re

from flyte_widgets.run.actions_table import MOST_ROWS, actions_table
from flyte_widgets.run.state import RunState
from tests.run_messages import enriched, ms


def table_of(*names: str) -> str:
    state = RunState()
    state.fold_enriched(
        [enriched(f"a{i}", "RUNNING" if i else "SUCCEEDED", i, None if i else 9, name=name, parent="a0" if i else "")
         for i, name in enumerate(names)],
        ms(0),
    )  # fmt: skip
    return actions_table(state.actions, ms(20))


def test_a_row_tells_an_action() -> None:
    """Id, name, parent, phase with its symbol, attempt, when it was queued (UTC), how long it took, up to now."""
    html = table_of("main", "square")
    rows = [re.sub(r"</td><td[^>]*>", " | ", row) for row in re.findall(r"<tr><td[^>]*>(.*?)</td></tr>", html)]
    assert rows[0].startswith("a0 | main |  | ✓ Succeeded | 1 | ")
    assert rows[0].endswith(" | 9.0s")
    assert rows[1].startswith("a1 | square | a0 | ● Running | 1 | ")
    assert rows[1].endswith(" | 19s")
    assert html.endswith("<div>2 actions · all: <code>run.to_pandas()</code></div>")


def test_many_actions_are_cut() -> None:
    """Twenty rows, and how many there are."""
    html = table_of(*(f"t{i}" for i in range(50)))
    assert html.count("<tr>") == MOST_ROWS + 1
    assert "20 of 50 actions" in html


def test_names_are_inert() -> None:
    """No markup of others', no characters that turn what follows."""
    html = table_of("<img src=x onerror=alert(1)>", "\u202ebad")
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "\u202e" not in html
