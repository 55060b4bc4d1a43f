"""RunWidget among other widgets: observed, linked, laid out, in boxes and in interactive functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anywidget
import comm
import ipywidgets
import pytest
import traitlets

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.phases import ActionPhase
from flyte_widgets.widgets.frame import WidgetFrame
from flyte_widgets.widgets.run_widget import RunWidget
from tests.front_end import RecordingComm
from tests.run_helpers import END, client_of, eventually
from tests.server_process import ServerProcess


@pytest.fixture
def widget(shared_server: ServerProcess) -> Iterator[RunWidget]:
    """The widget of a run that is about to end."""
    widget = RunWidget(shared_server.simulate(seed=7, speed=60), client=client_of(shared_server))
    yield widget
    widget.close()


def test_traits_can_be_observed_and_linked(widget: RunWidget) -> None:
    """`observe` hears every phase in order, `dlink` drives another widget, `link` sets the selection."""
    phases: list[Any] = []
    widget.observe(lambda change: phases.append(change["new"]), "phase")
    label, over = ipywidgets.Label(), ipywidgets.Checkbox()
    traitlets.dlink((widget, "phase"), (label, "value"), lambda phase: phase.label if phase else "")
    traitlets.dlink((widget, "is_terminal"), (over, "value"))
    field = ipywidgets.Text()
    traitlets.link((widget, "selected"), (field, "value"))
    field.value = "a0"
    widget.wait(30)
    assert widget.selected == "a0"
    eventually(lambda: over.value and label.value == "Succeeded")
    assert phases[-1] is ActionPhase.SUCCEEDED
    assert len(phases) == len(set(phases))


def test_interactive_output_follows_a_trait(widget: RunWidget) -> None:
    """A function of `ipywidgets.interactive_output` gets the traits' values, anew at each change."""
    seen: list[tuple[bool, int]] = []

    def show(is_terminal: bool, attempt: int) -> None:
        seen.append((is_terminal, attempt))

    # It takes widgets with a value, so a trait is linked to one.
    over, attempt = ipywidgets.Checkbox(), ipywidgets.IntText()
    traitlets.dlink((widget, "is_terminal"), (over, "value"))
    traitlets.dlink((widget, "attempt"), (attempt, "value"))
    ipywidgets.interactive_output(show, {"is_terminal": over, "attempt": attempt})
    widget.wait(30)
    eventually(lambda: seen[-1] == (True, 1))


def test_layout_and_boxes_take_it_as_any_widget(shared_server: ServerProcess) -> None:
    """`layout` is given and changed as with any DOM widget, and a box refers to it by its model."""
    name = shared_server.simulate(seed=7, elapsed_s=END)
    widget = RunWidget(name, client=client_of(shared_server), layout=ipywidgets.Layout(width="600px"))
    assert widget.get_state()["layout"] == f"IPY_MODEL_{widget.layout.model_id}"
    widget.layout.max_height = "300px"
    widget.add_class("mine")
    assert "mine" in widget._dom_classes
    box = ipywidgets.VBox([ipywidgets.Label("run"), widget])
    assert f"IPY_MODEL_{widget.model_id}" in box.get_state()["children"]
    widget.close()


@pytest.mark.parametrize("kind", [WidgetFrame, RunWidget])
def test_every_trait_is_documented_and_only_the_selection_can_be_set(kind: type[WidgetFrame]) -> None:
    """Each synced trait of our own has words, and is read-only but for `selected`."""
    import ast
    import inspect

    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    described = set()
    for statement, following in zip(body.body, body.body[1:], strict=False):
        target = statement.target if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [None])[0]
        if (
            isinstance(target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
        ):
            described.add(target.id)
    own = set(kind.class_own_traits(sync=True))
    assert own <= described
    assert {name for name, trait in kind.class_own_traits(sync=True).items() if not trait.read_only} <= {"selected"}


def test_dir_shows_what_is_the_users(widget: RunWidget) -> None:
    """What is added to the names of anywidget stands, with its words, in RunWidget itself; nothing of the parts."""
    known = set(dir(anywidget.AnyWidget)) | set(widget.traits())
    added = {name for name in dir(widget) if not name.startswith("_")} - known
    assert {"abort", "run", "wait"} <= added <= set(vars(RunWidget))
    assert not [name for name in added if not getattr(RunWidget, name).__doc__]


def test_traits_that_follow_the_backend_cannot_be_set(widget: RunWidget) -> None:
    """The error names the trait, and nothing changes; `selected` can be set."""
    with pytest.raises(traitlets.TraitError, match="phase"):
        widget.phase = ActionPhase.FAILED
    with pytest.raises(TypeError, match="run_name"):
        RunWidget(widget.run, run_name="other")
    widget.selected = "a0"
    assert widget.run_name == widget.run.name


def test_browser_sets_nothing_but_the_selection(widget: RunWidget) -> None:
    """What a front end sends for other traits is dropped."""
    before = widget.phase
    widget.set_state({"selected": "a0", "phase": "failed", "run_name": "other", "is_terminal": True})
    assert (widget.selected, widget.run_name) == ("a0", widget.run.name)
    assert widget.phase is before or widget.phase is not ActionPhase.FAILED


def test_a_closed_widget_leaves_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its layout goes with it, unless that is the user's: ipywidgets keeps all models that are open."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    client = FlyteClient("http://127.0.0.1:9", project="p", domain="d")
    mine = ipywidgets.Layout(width="50%")
    widgets = [RunWidget("r4p2bdpt7f", client=client), RunWidget("r4p2bdpt7g", client=client, layout=mine)]
    layouts = [widget.layout for widget in widgets]
    for widget in widgets:
        widget.close()
        widget.close()
    assert [layout.comm is None for layout in layouts] == [True, False]
    assert layouts[1] is mine
    mine.close()
