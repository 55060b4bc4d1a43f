"""Completion and inspectors wait for the backend for a moment only; the user's own code waits as long as it says."""

from __future__ import annotations

import inspect
import pydoc
from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from flyte_widgets.watch.tools import BUDGET_S, Patience


class Looked:
    """Has what a tool looks at, and notes how long each look may wait."""

    def __init__(self) -> None:
        self.patience = Patience()
        self.limits: list[float | None] = []

    @property
    def actions(self) -> dict[str, int]:
        self.limits.append(self.patience.limit(20.0))
        return {}

    def __len__(self) -> int:
        self.limits.append(self.patience.limit(None))
        return 0


def complete(looked: Looked) -> None:
    shell = InteractiveShell.instance()
    shell.user_ns["looked"] = looked
    shell.Completer.evaluation = "unsafe"
    try:
        for line in ("looked.actions.", "looked.actions['"):
            with provisionalcompleter():
                list(shell.Completer.completions(line, len(line)))
    finally:
        shell.Completer.evaluation = "limited"


def look_up(looked: Looked) -> None:
    InteractiveShell.instance().user_ns["looked"] = looked
    InteractiveShell.instance().object_inspect_mime("looked")


@pytest.mark.parametrize("look", [inspect.getmembers, complete, look_up], ids=["getmembers", "completion", "inspector"])
def test_a_tool_waits_for_a_moment(look: Callable[[Looked], Any]) -> None:
    """Each of its looks has a limit, whatever the code behind it would wait."""
    looked = Looked()
    look(looked)
    assert looked.limits
    assert all(limit is not None and 0 <= limit <= BUDGET_S for limit in looked.limits)


def test_the_users_code_waits_as_long_as_it_says() -> None:
    """No limit is shortened, and none is added."""
    looked = Looked()
    assert (looked.actions, len(looked)) == ({}, 0)
    assert looked.limits == [20.0, None]


def test_all_looks_of_a_tool_share_one_budget() -> None:
    """After it nothing is waited for: a tool gets what is known."""
    looked = Looked()
    inspect.getmembers(looked)
    looked.patience.spend(BUDGET_S + 1)
    inspect.getmembers(looked)
    assert looked.limits[-1] == 0


def test_help_does_not_look() -> None:
    """help() reads docstrings, not values."""
    looked = Looked()
    pydoc.render_doc(looked)
    assert not [limit for limit in looked.limits if limit == 20.0]
