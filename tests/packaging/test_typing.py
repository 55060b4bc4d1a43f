"""Types as a user's editor and type checker see them."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import flyte_widgets as fw
from flyte_widgets.watch.started import Started

CACHE: Final = Path(__file__).parents[2] / ".cache" / "mypy"

#: A user's program: all that the README shows, with the types that it must have.
PROGRAM = """
from datetime import datetime
from typing import assert_type
import flyte_widgets as fw
from flyte_widgets.wire import trait_types
import traitlets

def show(name: str) -> fw.ActionPhase:
    client = fw.connect("http://localhost:1", project="p", domain="d")
    assert_type(client, fw.FlyteClient)
    w = fw.RunWidget(name, client=client, project="p", domain="d")
    assert_type(w.run, fw.Run)
    assert_type(w.phase, fw.ActionPhase | None)
    assert_type(w.is_terminal, bool)
    assert_type(w.counts, dict[fw.ActionPhase, int])
    assert_type(w.run_name, str)
    assert_type(w.attempt, int)
    assert_type(w.started_ms, float | None)
    assert_type(w.ended_ms, float | None)
    assert_type(w.root, trait_types.ActionDetail | None)
    assert_type(w.detail, trait_types.ActionDetail | None)
    assert_type(w.error, trait_types.WidgetError | None)
    assert_type(w.connection, trait_types.Connection)
    assert_type(w.abort_state, trait_types.AbortState)
    assert_type(w.waiting, list[trait_types.WaitingCondition])
    assert_type(w.snapshot, bytes)
    assert_type(w.to_html(), str)
    w.selected = "a0"
    w.observe(lambda change: print(change["new"]), "phase")
    traitlets.dlink((w, "phase"), (fw.RunWidget(w.run), "selected"))
    w.abort("wrong dataset")
    w.close()
    return w.wait(timeout=60)

async def follow(run: fw.Run) -> None:
    async for change in run.watch():
        assert_type(change, fw.PhaseChange)
        assert_type(change.phase, fw.ActionPhase | None)
    assert_type(await run, fw.ActionPhase)
    assert_type(await fw.RunWidget(run), fw.ActionPhase)
    action = run.actions["a3"]
    assert_type(action, fw.Action)
    assert_type(action.phase, fw.ActionPhase | None)
    for attempt in action.attempts():
        assert_type(attempt.start_ms, float | None)
    details = action.details()
    assert_type(details, fw.ActionDetails)
    assert_type(details.started, datetime | None)
    assert_type(details.error.kind if details.error else "", str)
    assert_type(run.connection, fw.Connection)
    action.abort("stuck")

def play() -> fw.Run:
    fw.local.start()
    assert_type(fw.local.simulate(seed=7), fw.Run)
    return fw.local.run(play, n=20)
"""


#: What the type checker must find here: a phase that may be None, a number for a text, for a reason and for a run.
WRONG = """
import flyte_widgets as fw
w = fw.RunWidget("r")
w.phase.label
w.attempt.upper()
w.abort(7)
fw.Run(7)
"""


def errors_in(program: str, folder: Path) -> list[str]:
    """What `mypy --strict` finds in a program that has the package installed."""
    (folder / "program.py").write_text(program)
    # Of its own: reading all packages takes a minute, and this is one that lasts.
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.11", "--cache-dir", str(CACHE)]
    done = subprocess.run([*command, "program.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if ": error:" in line]


def test_programs_of_users_are_typed(tmp_path: Path) -> None:
    """`mypy --strict` finds the package's types: they are those that a user needs, and more than `Any`."""
    assert errors_in(PROGRAM, tmp_path) == []
    assert len(errors_in(WRONG, tmp_path)) == 4


def public_members(owner: type) -> Iterator[tuple[str, Any]]:
    """What a class of ours has for users: its own functions, methods and properties."""
    for base in owner.__mro__:
        if base.__module__.startswith("flyte_widgets"):
            for name, member in vars(base).items():
                function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
                if not name.startswith("_") and inspect.isfunction(function):
                    yield name, function


def test_what_is_noted_of_a_run_has_types_that_can_be_looked_up() -> None:
    """Nothing is imported for type checkers alone."""
    assert set(typing.get_type_hints(Started)) == set(Started._fields)


CLASSES: Final = [getattr(fw, name) for name in fw.__all__ if inspect.isclass(getattr(fw, name))]


@pytest.mark.parametrize("owner", [*CLASSES, fw, fw.local], ids=str)
def test_everything_public_is_annotated_and_described(owner: Any) -> None:
    """Each public function, method and property has types that can be looked up, and says in words what it does."""
    if inspect.ismodule(owner):
        members, own = [(name, getattr(owner, name)) for name in owner.__all__], 0
    else:
        members, own = [(owner.__name__, owner), *public_members(owner)], 1
    assert len(members) > 1 or typing.get_type_hints(owner)  # which are its fields
    for name, member in members:
        assert inspect.getdoc(member), name
        types = {} if inspect.ismodule(member) else typing.get_type_hints(member)
        if inspect.isfunction(member):
            wanted = [*list(inspect.signature(member).parameters)[own:], "return"]
            assert [one for one in wanted if one not in types] == [], name
