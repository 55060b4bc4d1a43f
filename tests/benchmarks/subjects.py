"""What is shown while a run goes on, as cells of a notebook: ours, and what a user would use instead."""

from __future__ import annotations

OURS = """
import flyte_widgets as fw
_ = fw.connect({endpoint!r}, project="flytesnacks", domain="development", console="")
w = fw.RunWidget({run!r})
"""
"""Shown by a cell of its own, `w`."""

RUN_WAIT = """
import flyte
flyte.init(endpoint={endpoint!r}, insecure=True, project="flytesnacks", domain="development")
from flyte.remote import Run
Run.get({run!r}).wait()
"""
"""The SDK's own. Blocks until the run has ended."""

SHOW_LOGS = """
import flyte
flyte.init(endpoint={endpoint!r}, insecure=True, project="flytesnacks", domain="development")
from flyte.remote import Run
Run.get({run!r}).show_logs()
"""
"""Likewise. Goes on until the log has ended."""

RICH = """
import time
from rich.progress import Progress
with Progress() as progress:
    tasks = [progress.add_task(f"square_{{n}}", total={actions} / 20) for n in range(20)]
    for step in range(10**6):
        time.sleep(0.25)
        for n in range(10):
            progress.advance(tasks[(step * 10 + n) % 20], 1)
"""

TQDM = """
import time
from tqdm.notebook import tqdm
bars = [tqdm(total={actions} // 20, desc=f"square_{{n}}") for n in range(20)]
for step in range(10**6):
    time.sleep(0.25)
    for n in range(10):
        bar = bars[(step * 10 + n) % 20]
        bar.update(1 if bar.n < bar.total else -bar.n)
"""

DASK = """
import time
from dask.distributed import Client, progress
client = Client({scheduler!r})

def make(n):
    def work(i):
        time.sleep(0.5)
        return i
    work.__name__ = f"square_{{n}}"
    return work

works = [make(n) for n in range(20)]
futures = [client.submit(works[i % 20], i, pure=False) for i in range({actions})]
progress(futures)
"""
"""20 threads, of which each takes half a second for a task: 40 end a second."""

MANY_OURS = (
    """
import flyte_widgets as fw
from IPython.display import display
_ = fw.connect({endpoint!r}, project="flytesnacks", domain="development", console="")
assert fw.Run("first").phase is not None
_ = fw.RunWidget
""",
    *(
        f"""
widgets = [fw.RunWidget(f"r{{{{n}}}}") for n in range({part}, {{count}}, 3)]
display(*widgets)
"""
        for part in range(3)
    ),
)
"""A cell that makes ready, and those that show many: JupyterLab shows 50 outputs of a cell, and ours have two each."""

MANY_TQDMS = (
    """
import time
from tqdm.notebook import tqdm
""",
    """
bars = [tqdm(total=1_000_000, desc=f"r{{n}}") for n in range({count})]
for step in range(10**6):
    time.sleep(0.25)
    for bar in bars:
        bar.update(10)
""",
)

MANY_RUN_WAITS = (
    """
import asyncio, flyte
from flyte.remote import Run
await flyte.init.aio(endpoint={endpoint!r}, insecure=True, project="flytesnacks", domain="development")
_ = await Run.get.aio("first")
""",
    """
async def wait(n):
    await (await Run.get.aio(f"r{{n}}")).wait.aio()

await asyncio.gather(*(wait(n) for n in range({count})))
""",
)
