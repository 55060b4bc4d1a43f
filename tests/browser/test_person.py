"""A person answers, and a run runs again: in a real JupyterLab, by mouse and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.fault_proxy import FaultProxy
from tests.jupyter_lab import Notebook
from tests.run_helpers import eventually
from tests.server_process import ServerProcess
from tests.widget_in_page import badge

WAITS = {"seed": 7, "elapsed_s": 170, "answers": False}
END = 1e9


#: Resolves once what a key did has been drawn.
DRAWN = "() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))"


def band_of(widget: Locator) -> Locator:
    return widget.get_by_role("region", name="The run needs an answer")


def test_a_run_that_waits_says_so_and_is_answered_by_mouse(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """Band, row and details ask; a double click is one answer; then it is said that it was taken."""
    widget = show(shared_server.simulate(**WAITS)).widgets.first
    band = band_of(widget)
    expect(band).to_contain_text("Release the model?")
    band.get_by_role("button", name="Read all").click()
    expect(widget.get_by_role("row", name=re.compile("^approve_release, needs an answer"))).to_have_count(1)
    details = widget.get_by_role("region", name="Details of approve_release")
    expect(details.get_by_role("tab", name="Answer")).to_have_attribute("aria-selected", "true")
    expect(details.get_by_role("link", name="the registry")).to_have_attribute("rel", "noopener noreferrer")
    band.get_by_role("button", name="Yes").dblclick()
    expect(widget.get_by_role("region", name="An answer")).to_contain_text("You answered yes")
    expect(details).to_contain_text("You answered yes")
    assert proxy.count("SignalEvent") == 1


def test_it_is_answered_by_the_keyboard_alone(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """N goes to what needs an answer; Enter on No sends it."""
    notebook = show(shared_server.simulate(seed=7, elapsed_s=170, answers=False, failures=0))
    widget = notebook.widgets.first
    no = band_of(widget).get_by_role("button", name="No", exact=True)
    expect(no).to_be_visible()
    widget.get_by_role("treegrid").focus()
    for _ in range(60):
        notebook.page.keyboard.press("n")
        notebook.page.evaluate(DRAWN)
        if widget.locator(".fw-tl-focus.fw-tl-asks").count():
            break
    expect(widget.locator(".fw-tl-focus.fw-tl-asks")).to_have_count(1)
    expect(widget.locator(".fw-tl-focus")).to_have_count(1)
    no.focus()
    notebook.page.keyboard.press("Enter")
    expect(widget.get_by_role("region", name="An answer")).to_contain_text("You answered no")
    assert proxy.count("SignalEvent") == 1


def test_while_a_cell_runs_an_answer_is_sent_once(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    widget = show(shared_server.simulate(**WAITS), "import time; time.sleep(20)").widgets.first
    band_of(widget).get_by_role("button", name="Yes").dblclick()
    eventually(lambda: proxy.count("SignalEvent"))
    expect(widget.get_by_role("region", name="An answer")).to_contain_text("You answered yes", timeout=120_000)
    assert proxy.count("SignalEvent") == 1


def test_somebody_else_was_faster(show: Callable[..., Notebook], shared_server: ServerProcess) -> None:
    name = shared_server.simulate(**WAITS)
    notebook = show(name)
    widget = notebook.widgets.first
    expect(band_of(widget)).to_be_visible()
    notebook.evaluate("w.run.actions[w.waiting[0]['id']].signal(False)")
    # Python of this kernel answered: it is "you", too. What counts is that the band tells it.
    ended = widget.get_by_role("region", name="An answer")
    expect(ended).to_contain_text(re.compile("answered no|Already answered: no"))


@pytest.mark.parametrize("key", ["Enter", "mouse"])
def test_a_finished_run_is_started_again(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy, key: str
) -> None:
    """Rerun asks; Enter starts it, and the old view says which run it started."""
    notebook = show(shared_server.simulate(seed=7, elapsed_s=END, outcome="failed"))
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Failed")
    rerun = widget.get_by_role("button", name="Rerun", exact=True)
    if key == "mouse":
        rerun.click()
        widget.get_by_role("radio", name="Recover").click()
        widget.get_by_role("button", name="Start run").dblclick()
    else:
        rerun.focus()
        notebook.page.keyboard.press("Enter")
        notebook.page.keyboard.press("Enter")
    started = widget.get_by_role("region", name="A run that was started from this one")
    expect(started).to_contain_text("started from this run")
    assert proxy.count("CreateRun") == 1
    new = re.split(r"\s", started.inner_text())[0]
    told = notebook.evaluate(f"print(fw.Run({new!r}).relation.run == w.run_name)")
    assert "True" in told


def test_a_rerun_with_a_changed_input(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """What is no number starts nothing; the right one does, and the new run has it."""
    notebook = show(shared_server.simulate(seed=7, elapsed_s=END, outcome="failed"))
    widget = notebook.widgets.first
    widget.get_by_role("button", name="Rerun", exact=True).click()
    widget.get_by_role("radio", name="Change inputs").click()
    field = widget.get_by_label("n", exact=True)
    field.fill("12,5")
    widget.get_by_role("button", name="Start run").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    assert proxy.count("CreateRun") == 0
    field.fill("7")
    field.press("Enter")
    started = widget.get_by_role("region", name="A run that was started from this one")
    expect(started).to_contain_text("started from this run")
    new = re.split(r"\s", started.inner_text())[0]
    assert "7" in notebook.evaluate(f"print(fw.Run({new!r}).inputs()['n'])")
