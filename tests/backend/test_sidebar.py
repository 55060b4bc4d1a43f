"""`w.sidebar()` without a browser: what it asks front ends, how often, and what it makes of their answers."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import comm
import pytest

from flyte_widgets.errors import ConfigError, FlyteWidgetsError
from flyte_widgets.widgets.run_widget import RunWidget
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import END, client_of
from tests.server_process import ServerProcess

TERMINAL = """
import flyte_widgets as fw
from flyte_widgets.errors import FlyteWidgetsError
from IPython.terminal.interactiveshell import TerminalInteractiveShell
if {in_ipython}:
    TerminalInteractiveShell.instance()
fw.connect({endpoint!r}, project={project!r}, domain={domain!r})
try:
    fw.RunWidget({name!r}).sidebar()
except FlyteWidgetsError as error:
    print(error)
"""


@pytest.fixture
def widget(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunWidget]:
    """A widget whose comm records."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    widget = RunWidget(shared_server.simulate(elapsed_s=END), client=client_of(shared_server))
    yield widget
    widget.close()


def asked(widget: RunWidget) -> list[tuple[Any, Any]]:
    """Call and side of all that front ends were asked."""
    widget._outbound.flush()
    sent = [message.content for message in widget.comm.sent if message.kind == "sidebar_call"]
    return [(content["call"], content["side"]) for content in sent]


def test_each_call_is_asked_once(widget: RunWidget) -> None:
    """A call is one message; a page that comes later hears of the last one that nobody has answered."""
    widget.sidebar()
    assert asked(widget) == [(1, "right")]
    widget.sidebar("main")
    assert asked(widget) == [(1, "right"), (2, "main")]
    front = FrontEnd(widget)
    request = front.ask("pending_sidebar_calls")
    assert asked(widget)[2:] == [(2, "main")]
    assert front.replies(request)[0]["ok"]
    front.ask("sidebar_answer", call=2, refusal="", views=1)
    front.ask("pending_sidebar_calls")
    assert len(asked(widget)) == 3
    widget.sidebar(side="left")
    assert asked(widget)[3:] == [(3, "left")]


def test_a_refusal_is_logged_once_and_not_asked_again(widget: RunWidget, caplog: pytest.LogCaptureFixture) -> None:
    """What the front end says goes to the log, without control characters; of two pages that refuse, one is heard."""
    caplog.set_level(logging.INFO, "flyte_widgets")
    widget.sidebar()
    front = FrontEnd(widget)
    assert asked(widget) == [(1, "right")]
    for _ in range(2):
        front.ask("sidebar_answer", call=1, refusal="There is \x1b[31mno sidebar." + "!" * 5000, views=0)
    front.ask("pending_sidebar_calls")
    assert len(asked(widget)) == 1
    assert [record.name for record in caplog.records] == ["flyte_widgets.widgets.sidebar"]
    assert "no sidebar.!!!" in caplog.text
    assert "\x1b" not in caplog.text
    assert len(caplog.text) < 1_000
    # Another page may have what the first one lacks.
    front.ask("sidebar_answer", call=1, refusal="", views=0)
    widget._outbound.flush()
    assert widget._sidebar_calls.pending == 0


def test_each_call_is_told_how_it_went(widget: RunWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is for its call, and for those before that have none: the page has heard of the last one only."""
    shown: dict[str, str] = {}
    monkeypatch.setattr("flyte_widgets.widgets.sidebar.has_cells", lambda: True)
    monkeypatch.setattr(
        "flyte_widgets.widgets.outputs.show",
        lambda bundle, **options: shown.update({options["display_id"]: bundle["text/plain"]}),
    )
    for side in ("right", "left", "main", "right"):
        widget.sidebar(side)
    front = FrontEnd(widget)
    assert list(shown.values())[2] == f"Asked the notebook to show run {widget.run_name} beside the notebook."
    front.ask("sidebar_answer", call=2, refusal="", views=0)
    front.ask("sidebar_answer", call=3, refusal="No.", views=1)
    front.ask("sidebar_answer", call=4, refusal="", views=1)
    widget._outbound.flush()
    right, left = (f"Run {widget.run_name} was opened in the {side} sidebar." for side in ("right", "left"))
    assert list(shown.values()) == [left, left, "No.", right]


@pytest.mark.parametrize("answer", [{}, {"call": "1"}, {"call": None, "views": {}}, {"call": 9, "refusal": ["a"]}])
def test_answers_of_any_shape_do_no_harm(widget: RunWidget, answer: dict[str, Any]) -> None:
    """What is no answer is none, and the next call is asked."""
    widget.sidebar()
    FrontEnd(widget).ask("sidebar_answer", **answer)
    asked(widget)
    widget.sidebar("left")
    assert asked(widget)[-1] == (2, "left")


@pytest.mark.parametrize("side", ["top", "", None, 1, "Right"])
def test_any_other_side_is_refused_at_once(widget: RunWidget, side: Any) -> None:
    """The error says what was given and what is accepted; nothing is asked."""
    with pytest.raises(ConfigError) as caught:
        widget.sidebar(side)
    assert str(caught.value) == f'side={side!r} is no place for a panel. Give "right", "left" or "main".'
    assert asked(widget) == []


def test_a_closed_widget_says_so(widget: RunWidget) -> None:
    """It names what makes a new one."""
    widget.close()
    with pytest.raises(FlyteWidgetsError, match=r'This RunWidget is closed\. Make a new one: RunWidget\("[\w-]+"\)\.'):
        widget.sidebar()


@pytest.mark.parametrize("in_ipython", [True, False])
def test_a_terminal_says_so_at_once(shared_server: ServerProcess, in_ipython: bool) -> None:
    """In IPython and in a script the call raises, and names what shows a run there."""
    name = shared_server.simulate(elapsed_s=END)
    where = {"endpoint": shared_server.endpoint, "project": shared_server.project, "domain": shared_server.domain}
    code = TERMINAL.format(in_ipython=in_ipython, name=name, **where)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True)
    hint = f"In a terminal, `flyte-widgets watch {name}` shows the run."
    assert done.stdout.strip() == f"There is no sidebar without a notebook. {hint}"
