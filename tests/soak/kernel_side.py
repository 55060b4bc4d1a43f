"""The cells that a soak runs in its kernel: what a long day in one notebook does."""

from __future__ import annotations

BEGIN = """
import asyncio, gc, json, os
import flyte_widgets as fw
from IPython.display import display
from flyte_widgets.watch.loop import background
_ = fw.connect({endpoint!r}, project={project!r}, domain={domain!r}, console="")
RUNNING = fw.ActionPhase.RUNNING
shown, watched, unanswered = [], [], 0
async def count_tasks():
    return len(asyncio.all_tasks())
"""
"""Run once."""

MINUTE = """
for widget in shown:
    widget.close()
shown = [fw.RunWidget(name) for name in {shown!r}]
watched = [run for run in watched if not run.is_terminal] + [fw.Run(name) for name in {watched!r}]
for run in watched:
    try:
        run.phase  # that begins to watch
    except fw.errors.ApiError:
        unanswered += 1  # a backend that has no time; the watch goes on trying
display(*shown)
"""
"""Run when runs were started: some are shown in the place of those before, the others are followed to their end."""

RUNNING = """
root = shown[0].actions.get("a0")
print(json.dumps({"comms": [w.comm.comm_id for w in shown], "runs": root is not None and root.phase is RUNNING}))
"""
"""Tells the comm of each view, and whether the root of the first runs: it has a log until the run ends."""

SAMPLE = """
gc.collect()
tasks = background().call(count_tasks(), 60) - 1
print(json.dumps({"tasks": tasks, "objects": len(gc.get_objects()), "watched": len(watched), "unanswered": unanswered}))
"""
"""Tells what only the process itself knows. The task that counts is not counted."""
