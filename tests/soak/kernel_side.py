"""The cells that a soak runs in its kernel: what a long day in one notebook does."""

from __future__ import annotations

BEGIN = """
import asyncio, gc, json, os
import flyte_widgets as fw
from IPython.display import display
from flyte_widgets.watch.loop import background
_ = fw.connect({endpoint!r}, project={project!r}, domain={domain!r}, console="")
shown, watched = [], []
async def count_tasks():
    return len(asyncio.all_tasks())
"""
"""Run once."""

MINUTE = """
for widget in shown:
    widget.close()
shown = [fw.RunWidget(name) for name in {shown!r}]
watched = [run for run in watched if not run.is_terminal] + [fw.Run(name) for name in {watched!r}]
_ = [run.phase for run in watched]
display(*shown)
"""
"""Run when runs were started: some are shown in the place of those before, the others are followed to their end."""

RUNNING = """
running = [a.id for a in shown[0].actions.values() if a.kind == "task" and a.phase is fw.ActionPhase.RUNNING]
print(json.dumps({"comms": [w.comm.comm_id for w in shown], "running": running[:1]}))
"""
"""Tells the comm of each view, and an action of the first that has a log to be followed."""

SAMPLE = """
gc.collect()
tasks = background().call(count_tasks(), 60) - 1
print(json.dumps({"tasks": tasks, "objects": len(gc.get_objects()), "watched": len(watched)}))
"""
"""Tells what only the process itself knows. The task that counts is not counted."""
