"""Many runs in one widget, on a real server process: rows, a total, waiting for all, and what is shown where."""

from __future__ import annotations

import gc

import comm
import pytest

import flyte_widgets as fw
from flyte_widgets.errors import ConfigError, RunFailedError, WaitTimeoutError
from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.watch.handles import Run
from tests.front_end import FrontEnd, RecordingComm
from tests.run_helpers import END, client_of, eventually, loop_tasks
from tests.server_process import ServerProcess


@pytest.fixture(autouse=True)
def recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comm, "create_comm", RecordingComm)


def test_rows_follow_their_runs_to_the_end(server: ServerProcess) -> None:
    """Names, handles and labels; each row has phase, counts, times and the line, and the browser gets the last ones."""
    client = client_of(server)
    slow = server.simulate(elapsed_s=185, speed=10)
    failed = server.simulate(outcome="failed", elapsed_s=END)
    widget = fw.progress({"lr=0.1": slow, "lr=0.2": Run(failed, client=client)}, client=client)
    assert [run.name for run in widget.runs] == [slow, failed]
    assert widget.wait(60) == [P.SUCCEEDED, P.FAILED]
    front = FrontEnd(widget)

    def sent() -> list[dict[str, object]]:
        front.read()
        return front.state["progress"]["rows"]  # type: ignore[no-any-return]

    eventually(lambda: all(row["isTerminal"] and row["line"] for row in sent()))
    good, bad = sent()
    assert (good["label"], good["task"], good["phase"], good["counts"]["succeeded"]) == (  # type: ignore[index]
        "lr=0.1",
        "pipeline",
        "succeeded",
        50,
    )
    assert "".join(text for text, _, _ in bad["line"]).startswith("train_model OutOfMemoryError")  # type: ignore[attr-defined]
    assert repr(widget) == "ProgressWidget(2 of 2 runs done)"
    with pytest.raises(RunFailedError, match=r"1 of 2 runs did not succeed: lr=0.2. .* raised OutOfMemoryError"):
        widget.wait(1, check=True)
    widget.close()
    eventually(lambda: not [task for task in loop_tasks() if slow in task])


def test_one_run_is_a_list_of_one(shared_server: ServerProcess) -> None:
    """A name is not taken for its letters; what is no run at all is said, and leaves nothing behind."""
    name = shared_server.simulate(seed=7, actions=2, elapsed_s=END)
    widget = fw.progress(name, client=client_of(shared_server))
    assert [run.name for run in widget.runs] == [name]
    widget.close()
    with pytest.raises(ConfigError, match="Runs were expected, got int"):
        fw.progress(3, client=client_of(shared_server))  # type: ignore[arg-type]
    gc.collect()


def test_runs_are_told_apart_by_their_inputs(server: ServerProcess) -> None:
    """Without labels of their own: the input in which a rerun differs stands before the names."""
    client = client_of(server)
    first = Run(server.simulate(elapsed_s=END), client=client)
    second = first.rerun(n=7)
    widget = fw.progress([first, second], client=client)
    front = FrontEnd(widget)

    def labels() -> list[str]:
        front.read()
        return [row["label"] for row in front.state["progress"]["rows"]]

    eventually(lambda: labels() == ["n=40", "n=7"])
    assert f"n=40 {first.name}  Succeeded" in widget._text()
    widget.close()


def test_waiting_has_one_limit_for_all(shared_server: ServerProcess) -> None:
    """It says how many have not ended."""
    names = [shared_server.simulate(elapsed_s=50, hold=True) for _ in range(2)]
    widget = fw.progress(names, client=client_of(shared_server))
    with pytest.raises(WaitTimeoutError, match=r"2 runs had not ended within 0.3 s"):
        widget.wait(0.3)
    widget.close()


def test_gather_waits_where_nothing_can_be_displayed(shared_server: ServerProcess) -> None:
    """In a script: the final phases in the order of the runs."""
    names = [shared_server.simulate(seed=seed, elapsed_s=END) for seed in (1, 2)]
    assert fw.gather(names, client=client_of(shared_server), check=True) == [P.SUCCEEDED, P.SUCCEEDED]


def test_show_takes_whatever_stands_for_runs(shared_server: ServerProcess) -> None:
    """One run, several, or a widget that is there already."""
    name = shared_server.simulate(elapsed_s=END)
    client = client_of(shared_server)
    one, several = fw.show(name, client=client), fw.show([name, name], client=client)
    assert isinstance(one, fw.RunWidget)
    assert isinstance(several, fw.ProgressWidget)
    assert fw.show(one) is one
    one.close()
    several.close()


def test_views_are_checked(shared_server: ServerProcess) -> None:
    """A view, height or diagram that makes no sense says what there is."""
    name, client = shared_server.simulate(elapsed_s=END), client_of(shared_server)
    widget = fw.RunWidget(name, client=client, view="compact", height=300, diagram="folded")
    assert (widget.view, widget.height, widget.diagram) == ("compact", 300, "folded")
    widget.close()
    plain = fw.RunWidget(name, client=client)
    assert (plain.view, plain.height, plain.diagram) == ("full", None, None)
    plain.close()
    with pytest.raises(ValueError, match=r"no view 'tiny'. It is 'full' or 'compact'"):
        fw.RunWidget(name, client=client, view="tiny")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Give at least 120"):
        fw.RunWidget(name, client=client, height=3)
    with pytest.raises(TypeError, match=r"a number of px, got '40%'. Give an int"):
        fw.RunWidget(name, client=client, height="40%")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"no diagram 'closed'. It is 'open' or 'folded'"):
        fw.RunWidget(name, client=client, diagram="closed")  # type: ignore[arg-type]


def test_the_text_tells_each_run(shared_server: ServerProcess) -> None:
    """For terminals and saved notebooks: a line a run."""
    name = shared_server.simulate(outcome="failed", elapsed_s=END)
    widget = fw.progress([name], client=client_of(shared_server))
    widget.wait(60)
    text = widget._repr_mimebundle_()[0]["text/plain"]
    assert text.splitlines()[0] == "1 of 1 run done"
    assert text.splitlines()[1].startswith(f"✕ {name}  Failed: train_model (a45) raised OutOfMemoryError")
    widget.close()
