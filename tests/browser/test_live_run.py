"""A run on a backend in another process, seen and steered from a real JupyterLab."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

from flyteidl2.common.phase_pb2 import ActionPhase
from playwright.sync_api import expect

from tests.fault_proxy import FaultProxy
from tests.hosts.steps import LASTING
from tests.jupyter_lab import Notebook
from tests.run_helpers import eventually
from tests.server_process import ServerProcess
from tests.widget_in_page import badge, cell_for, press_abort


def ask(server: ServerProcess, method: str, run: str, **request: Any) -> Any:
    """Call the backend directly, without any code of ours."""
    run_id = {"org": "", "project": server.project, "domain": server.domain, "name": run}
    named = {"actionId": {"run": run_id, "name": "a0"}} if method == "GetActionDetails" else {"runId": run_id}
    call = urllib.request.Request(
        f"{server.endpoint}/flyteidl2.workflow.RunService/{method}",
        data=json.dumps({**named, **request}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(call, timeout=600) as response:
        return json.load(response)


def all_actions(server: ServerProcess, run: str) -> list[Any]:
    """All pages of the backend's ListActions."""
    actions: list[Any] = []
    token = ""
    while True:
        page = ask(server, "ListActions", run, request={"limit": 200, "token": token})
        actions += page["actions"]
        token = page.get("token", "")
        if not token:
            return actions


def test_phase_diagram_and_timeline_move_with_the_run(
    open_notebook: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """The badge, the diagram's current state and the rows follow a run from its queue to its end."""
    # It is short, so the cell that shows it begins it.
    begin = f"request.urlopen('{shared_server.endpoint}/simulate', b'{{\"seed\": 7, \"speed\": 12}}')"
    notebook = open_notebook(
        cell_for(shared_server.simulate(elapsed_s=1000), shared_server, "import json; from urllib import request"),
        f"fw.RunWidget(json.load({begin})['name'])",
    )
    notebook.run_cell(0)
    notebook.run_cell(1)
    widget = notebook.widgets.first
    current = widget.locator("[aria-current=step]")
    seen: list[str] = []
    for phase in ("Queued", "Waiting for resources", "Initializing", "Running", "Succeeded"):
        # A run this fast may pass a state between two looks; it must not show them in another order.
        if phase in ("Running", "Succeeded"):
            expect(badge(widget)).to_have_text(phase, timeout=120_000)
            expect(current).to_have_accessible_name(re.compile(f"^{phase}, current"))
        seen.append(badge(widget).inner_text())
    assert seen[-1] == "Succeeded"
    expect(widget.get_by_role("row", name=re.compile("^train_model, .*attempt 2"))).to_be_visible()


def test_rows_grow_while_the_run_goes_on(show: Callable[..., Notebook], shared_server: ServerProcess) -> None:
    """Actions that the backend creates appear as rows without any cell being run."""
    name = shared_server.simulate(seed=7, speed=4)
    widget = show(name).widgets.first
    grid = widget.get_by_role("treegrid")
    expect(grid).to_be_visible()
    before = int(grid.get_attribute("aria-rowcount") or 0)
    widget.page.wait_for_function(
        "([host, before]) => Number(host.shadowRoot.querySelector('[role=treegrid]').ariaRowCount) > before",
        arg=[widget.element_handle(), before],
    )


def test_selecting_a_row_shows_its_details(show: Callable[..., Notebook], shared_server: ServerProcess) -> None:
    """A click on a row shows its attempts, the jump to the failure its error, each read for it from the backend."""
    name = shared_server.simulate(seed=7, elapsed_s=1000)
    widget = show(name).widgets.first
    widget.get_by_role("row", name=re.compile("^train_model")).click()
    details = widget.get_by_role("region", name="Details of train_model")
    expect(details).to_contain_text("Attempt 2")
    expect(details).to_contain_text("Attempt 1")
    widget.get_by_role("button", name=re.compile("1 failed")).click()
    details = widget.get_by_role("region", name="Details of square")
    expect(details).to_contain_text("ValueError: could not convert string to float")
    expect(widget.get_by_role("row", name=re.compile(r"^square\[\d+\], failed"))).to_be_in_viewport(ratio=1)


def test_python_selects_what_the_widget_shows(show: Callable[..., Notebook], shared_server: ServerProcess) -> None:
    """`w.selected = ...` brings the action's row on screen, marks it, opens its details; Python hears of a click."""
    notebook = show(shared_server.simulate(seed=7, elapsed_s=1000))
    widget = notebook.widgets.first
    expect(widget.get_by_role("row", name=re.compile("^gpu_eval"))).to_be_visible()
    failed = "a.name == 'square' and a.phase is fw.ActionPhase.FAILED"
    notebook.evaluate(f"w.selected = next(a.id for a in w.run.actions.values() if {failed})")
    details = widget.get_by_role("region", name="Details of square")
    expect(details).to_contain_text("ValueError: could not convert string to float")
    row = widget.locator("[role=row][aria-selected=true]")
    expect(row).to_have_accessible_name(re.compile("^square"))
    expect(row).to_be_in_viewport(ratio=1)
    widget.get_by_role("row", name=re.compile(r"^square\[\d+\], succeeded")).first.click()
    eventually(lambda: "SUCCEEDED" in notebook.evaluate("print(repr(w.run.actions[w.selected].phase))"))


def test_abort_asks_sends_once_and_believes_only_the_backend(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """Abort, confirm: the backend has one AbortRun with the reason, and only then the widget says Aborted."""
    name = shared_server.simulate(**LASTING)
    notebook = show(name)
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Running")
    widget.get_by_role("button", name="Abort", exact=True).click()
    widget.locator(".fw-header").get_by_placeholder("Reason (optional)").fill("wrong dataset")
    widget.get_by_role("button", name="Abort run").dblclick()
    expect(badge(widget)).to_have_text("Aborted")
    details = ask(shared_server, "GetActionDetails", name)["details"]
    assert details["status"]["phase"] == "ACTION_PHASE_ABORTED"
    assert details["abortInfo"]["reason"] == "wrong dataset"
    assert proxy.count("AbortRun") == 1
    expect(widget.get_by_role("button", name="Abort", exact=True)).to_have_count(0)
    # What a handler prints would be lost in one host and stand in any cell in another: they print nothing.
    expect(notebook.page.locator(".jp-OutputArea-child:visible")).to_have_count(1)


def test_abort_reaches_the_backend_while_a_cell_runs(
    show: Callable[..., Notebook], shared_server: ServerProcess, proxy: FaultProxy
) -> None:
    """With ipykernel 7 in JupyterLab a blocking cell holds up neither the news nor the click on Abort."""
    name = shared_server.simulate(**LASTING)
    notebook = show(name, "import time; time.sleep(600); print('slept')")
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Running")
    expect(notebook.page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")
    press_abort(widget)
    expect(badge(widget)).to_have_text("Aborted")
    assert proxy.count("AbortRun") == 1
    assert "slept" not in notebook.page.locator(".jp-OutputArea-output").all_inner_texts()
    expect(notebook.page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")


def test_a_reload_shows_the_same_again(show: Callable[..., Notebook], shared_server: ServerProcess) -> None:
    """After the page is reloaded, with the kernel alive, the widget has the same phase, counts and rows, and lives."""
    name = shared_server.simulate(seed=7, elapsed_s=100, hold=True)
    notebook = show(name)
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text("Running")
    expect(widget.get_by_role("row", name=re.compile("^train_model"))).to_be_visible()  # the list is there
    rows = widget.get_by_role("treegrid").get_attribute("aria-rowcount")
    notebook.reload()
    expect(badge(widget)).to_have_text("Running")
    expect(widget.get_by_role("treegrid")).to_have_attribute("aria-rowcount", rows or "")
    press_abort(widget)
    expect(badge(widget)).to_have_text("Aborted")


def test_a_cell_run_again_leaves_no_thread_and_no_stream_behind(
    show: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """Twenty widgets on one run share one loop thread and one set of streams; at the end no stream is open."""
    name = shared_server.simulate(**LASTING)
    notebook = show(name)
    for _ in range(19):
        notebook.run_cell(0)
    expect(badge(notebook.widgets.first)).to_have_text("Running")
    names = "sorted(t.name for t in threading.enumerate() if t.name.startswith('flyte-widgets'))"
    threads = notebook.evaluate(f"import threading; print({names})").strip()
    assert threads == "['flyte-widgets', 'flyte-widgets-publisher']"
    watching = "from flyte_widgets.watch.loop import background\nimport asyncio\nasync def tasks(): "
    watching += "return sorted(t.get_name() for t in asyncio.all_tasks() if t.get_name().startswith('watch '))\n"
    assert notebook.evaluate(watching + "print(background().call(tasks()))").strip() == f"['watch {name}']"
    notebook.evaluate("w.abort('enough'); w.wait(120)")
    expect(badge(notebook.widgets.first)).to_have_text("Aborted")
    notebook.evaluate("async def left(): return len(asyncio.all_tasks()) - 1")
    notebook.await_printed("background().call(left())", "0")


def test_two_thousand_actions_end_the_same_on_both_sides(
    show: Callable[..., Notebook], shared_server: ServerProcess
) -> None:
    """After a run of 2,000 actions the browser's store equals the backend's list, action by action."""
    name = shared_server.simulate(seed=11, actions=2000, speed=60)
    notebook = show(name)
    widget = notebook.widgets.first
    expect(badge(widget)).to_have_text(re.compile("Succeeded|Failed|Timed out"), timeout=300_000)
    # Finished is the root's word; that all was read comes a moment later.
    read = "(host) => host.store.traits.connection.value.state === 'ended'"
    notebook.page.wait_for_function(read, arg=widget.element_handle(), timeout=120_000)
    in_browser = widget.evaluate(
        """(host) => {
          const { actions } = host.store;
          const rows = Array.from({ length: actions.count }, (_, row) => [
            actions.id[row],
            actions.phase[row],
            actions.attempts[row],
            actions.parent[row] < 0 ? "" : actions.id[actions.parent[row]],
          ]);
          return rows;
        }"""
    )
    told = all_actions(shared_server, name)
    assert len(told) == 2000
    assert {row[0]: row[1:] for row in in_browser} == {
        action["id"]["name"]: [
            ActionPhase.Value(action["status"]["phase"]),
            action["status"].get("attempts", 0),
            action["metadata"].get("parent", ""),
        ]
        for action in told
    }
