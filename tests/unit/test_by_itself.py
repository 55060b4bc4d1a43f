"""What a cell ends with: a widget in a notebook, text elsewhere and where that was switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import IPython
import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.watch.by_itself import show_by_itself

CLIENT = FlyteClient("http://127.0.0.1:9", project="p", domain="d")


class ZMQInteractiveShell:
    """Stands for the shell of a notebook's kernel."""


class TerminalInteractiveShell:
    """Stands for IPython in a terminal."""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    shown: list[Any] = []
    monkeypatch.setattr(fw, "show", shown.append)
    yield shown
    show_by_itself(True)


@pytest.mark.parametrize("what", [fw.Run("r1", client=CLIENT), fw.Runs(client=CLIENT)])
def test_in_a_notebook_it_is_the_widget(what: Any, shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is switched off."""
    monkeypatch.setattr(IPython, "get_ipython", ZMQInteractiveShell)
    what._ipython_display_()
    assert shown == [what]
    show_by_itself(False)
    with pytest.raises(NotImplementedError):
        what._ipython_display_()
    assert repr(what).startswith("Run")


@pytest.mark.parametrize("shell", [TerminalInteractiveShell, lambda: None])
def test_elsewhere_it_is_text(shell: Any, shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal, and in a script: IPython goes on to the repr."""
    monkeypatch.setattr(IPython, "get_ipython", shell)
    with pytest.raises(NotImplementedError):
        fw.Run("r1", client=CLIENT)._ipython_display_()
    assert shown == []
