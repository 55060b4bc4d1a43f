"""A person answers, and a run runs again: in a real JupyterLab, by mouse and by keyboard alone."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.fault_proxy import Exchange, FaultProxy, pass_on
from tests.faults.faults import connect_error
from tests.jupyter_lab import Notebook
from tests.run_helpers import eventually
from tests.server_process import ServerProcess
from tests.widget_in_page import badge

WAITS = {"seed": 7, "elapsed_s": 170, "answers": False}
END = 1e9


def band_of(widget: Locator) -> Locator:
    return widget.get_by_role("region", name="The run needs an answer")


def settled(band: Locator) -> Locator:
    """The band once it takes clicks: one that has just come takes none, for it has moved what was under the pointer."""
    expect(band).to_be_visible()
    expect(band).not_to_have_attribute("data-settling", "")
    return band


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
    focused = widget.locator(".fw-tl-focus")
    for _ in range(10):
        notebook.page.keyboard.press("n")
        expect(focused).to_have_count(1)  # it is scrolled to, and then there is one, and no other
        if "fw-tl-asks" in (focused.get_attribute("class") or ""):
            break
    expect(widget.locator(".fw-tl-focus.fw-tl-asks")).to_have_count(1)
    expect(focused).to_have_attribute("aria-label", re.compile("^approve_release, needs an answer"))
    no.focus()
    notebook.page.keyboard.press("Enter")
    expect(widget.get_by_role("region", name="An answer")).to_contain_text("You answered no")
    assert proxy.count("SignalEvent") == 1


def test_while_a_cell_runs_an_answer_is_sent_once(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    widget = show(shared_server.simulate(**WAITS), "import time; time.sleep(20)").widgets.first
    settled(band_of(widget)).get_by_role("button", name="Yes").dblclick()
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


def test_the_new_run_is_shown_in_place_and_leads_back(
    show: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """Show puts the new run under a bar with the old one's name; its chip and the bar lead back."""
    old = shared_server.simulate(seed=7, elapsed_s=END, outcome="failed", speed=50)
    notebook = show(old)
    widget = notebook.widgets.first
    widget.get_by_role("button", name="Rerun", exact=True).click()
    widget.get_by_role("radio", name="Recover").click()
    widget.get_by_role("button", name="Start run").click()
    band = widget.get_by_role("region", name="A run that was started from this one")
    expect(band).to_contain_text("started from this run")
    new = re.split(r"\s", band.inner_text())[0]
    band.get_by_role("button", name="Show").click()
    inner = widget.locator(".fw-other-band .flyte-widgets")
    expect(inner.locator(".fw-run")).to_have_text(new)
    expect(band).to_be_hidden()
    own = widget.locator(".fw-timeline-band").first
    for panel in (False, True):  # the layout of a panel beside the notebook is another one
        widget.evaluate("(host, is) => host.toggleAttribute('data-panel', is)", panel)
        expect(own).to_be_hidden()
    widget.evaluate("(host) => host.removeAttribute('data-panel')")
    chip = inner.locator(".fw-lineage")
    expect(chip).to_have_text(re.compile(rf"recovered \d+ of \d+ from {old}"))
    chip.click()
    expect(inner).to_have_count(0)
    expect(band).to_be_visible()
    band.get_by_role("button", name="Show").click()
    expect(inner.locator(".fw-run")).to_have_text(new)
    back = widget.get_by_role("button", name=f"Back to run {old}")
    expect(back).to_be_focused()
    back.press("Enter")
    expect(badge(widget)).to_have_text("Failed")
    expect(inner).to_have_count(0)


def test_a_rerun_that_is_refused_says_so_and_can_be_tried_again(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    widget = show(shared_server.simulate(seed=7, elapsed_s=END, outcome="failed")).widgets.first
    proxy.on("CreateRun", connect_error(403, "permission_denied", "you may not launch"), pass_on)
    widget.get_by_role("button", name="Rerun", exact=True).click()
    widget.get_by_role("button", name="Start run").click()
    alert = widget.get_by_role("alert").filter(has_text="Not started")
    expect(alert).to_contain_text("you may not launch")
    assert proxy.count("CreateRun") == 1
    widget.get_by_role("button", name="Try again").click()
    widget.get_by_role("button", name="Start run").click()
    expect(widget.get_by_role("region", name="A run that was started from this one")).to_be_visible()
    assert proxy.count("CreateRun") == 2


def test_an_answer_that_is_refused_says_so_and_can_be_given_again(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    widget = show(shared_server.simulate(**WAITS)).widgets.first
    proxy.on("SignalEvent", connect_error(403, "permission_denied", "you may not answer"), pass_on)
    yes = settled(band_of(widget)).get_by_role("button", name="Yes")
    yes.click()
    expect(band_of(widget)).to_contain_text(re.compile("Not sent: .*you may not answer"))
    yes.click()
    expect(widget.get_by_role("region", name="An answer")).to_contain_text("You answered yes")
    assert proxy.count("SignalEvent") == 2


def test_a_reload_between_click_and_answer_sends_once(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """The page that was loaded anew says that the answer was sent, and offers no other: one SignalEvent."""
    may_go_on = threading.Event()

    async def held(exchange: Exchange) -> None:
        await asyncio.to_thread(may_go_on.wait)
        await pass_on(exchange)

    proxy.on("SignalEvent", held)
    notebook = show(shared_server.simulate(**WAITS))
    settled(band_of(notebook.widgets.first)).get_by_role("button", name="Yes").click()
    eventually(lambda: proxy.count("SignalEvent"))
    notebook.reload()
    band = band_of(notebook.widgets.first)
    expect(band).to_contain_text(re.compile("Yes sent"))
    expect(band.get_by_role("button", name="Yes")).to_be_hidden()
    may_go_on.set()
    notebook.await_printed("w.answers[0]['state']", "answered")
    expect(band).to_be_hidden()
    assert proxy.count("SignalEvent") == 1


ASKS = """
import asyncio, flyte, flyte_widgets as fw
env = flyte.TaskEnvironment("person")

@env.task
async def price() -> int:
    condition = await flyte.new_condition.aio("max_price", prompt="Highest price, in cents?", data_type=int)
    return await condition.wait.aio()

@env.task
async def title() -> str:
    condition = await flyte.new_condition.aio("title", prompt="What is it called?", data_type=str)
    return await condition.wait.aio()

@env.task
async def main() -> str:
    return repr(await asyncio.gather(price(), title()))

run = fw.local.run(main)
w = fw.RunWidget(run)
w
"""


def test_two_wait_and_a_wrong_number_is_not_sent(open_notebook: Callable[..., Notebook]) -> None:
    """By the keyboard: what is no whole number stays; the right one goes, and the next condition asks."""
    notebook = open_notebook(ASKS)
    notebook.run_all()
    widget = notebook.widgets.first
    band = band_of(widget)
    expect(band).to_contain_text(re.compile(r"\d of 2"))
    if "called" in band.inner_text():
        band.get_by_role("button", name="The next one").click()
    expect(band).to_contain_text("Highest price, in cents?")
    field = band.get_by_label("Highest price, in cents?")
    field.fill("12,5")
    field.press("Enter")
    expect(band).to_contain_text("A whole number, such as 1250")
    expect(field).to_be_focused()
    expect(band.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    field.fill("9223372036854775807")
    field.press("Enter")
    expect(widget.get_by_role("region", name="An answer")).to_contain_text("You answered 9223372036854775807")
    name = band.get_by_label("What is it called?")
    settled(band)
    expect(name).to_be_visible()
    name.focus()
    name.press("Enter")  # an empty text is an answer, too
    expect(badge(widget)).to_have_text("Succeeded")
    assert notebook.evaluate("print(run.result())").strip() == "[9223372036854775807, '']"
