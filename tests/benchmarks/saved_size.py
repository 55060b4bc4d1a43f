"""What a run leaves in a saved notebook: executed by nbclient with its widgets' state, as `nbconvert --execute` does.

Measure 9. Beside it the same actions as the backend tells them (WatchActions), in protobuf's JSON.
"""

from __future__ import annotations

import http.client
import itertools
import json
import struct
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from nbclient import NotebookClient

from tests.benchmarks.machine import say
from tests.benchmarks.subjects import OURS
from tests.benchmarks.table import Finding, Growth, Row, Target, beside
from tests.server_process import ServerProcess

LIMITS_KB = {10: 120, 1_000: 200, 10_000: 700}
VIEW_LIMIT_KB = 2
VIEWS = 4
END = 1e9
"""Elapsed time beyond the end of any simulated run."""


def measure() -> list[Finding]:
    """Measure a finished run of each size, and a second view of the middle one."""
    return measure_in(tuple(LIMITS_KB))


def measure_in(counts: tuple[int, ...]) -> list[Finding]:
    """Measure runs of so many actions; a further view of `counts[1]`, or of what there is."""
    server = ServerProcess()
    findings: list[Finding] = []
    ours: dict[int, Row] = {}
    try:
        for count in counts:
            say(f"saved_size: a run of {count:,} actions")
            name = server.simulate(actions=count, elapsed_s=END)
            notebook = executed(server, name, views=1)
            values = {"ours": [_kb(notebook)], "protobuf JSON": [len(_protobuf_json(server, name, count)) / 1000]}
            rows = beside(f"saved notebook, {count:,} actions", "kB", values)
            ours[count] = rows[0]
            findings += [*rows, *_parts(notebook, count)]
            findings.append(Target(9, rows[0], LIMITS_KB.get(count), rows[1]))
            if count == counts[min(1, len(counts) - 1)]:
                findings += _further_views(executed(server, name, VIEWS))
    finally:
        server.kill()
    if len(counts) > 1:
        points = tuple((count, row.median) for count, row in ours.items())
        findings.append(Growth("saved notebook", "actions", "kB", points))
    return findings


def _further_views(notebook: str) -> list[Finding]:
    """Weigh further views of one widget: what the file loses when the first of their cells is taken out, one by one."""
    content = json.loads(notebook)
    sizes = []
    for _ in range(VIEWS):
        sizes.append(len(json.dumps(content, indent=1, ensure_ascii=False).encode()) / 1000)
        content["cells"].pop(1)
    sizes.reverse()
    added = [more - less for less, more in itertools.pairwise(sizes)]
    (view,) = beside("saved notebook, a further view", "kB", {"ours": added})
    growth = Growth("saved notebook", "views", "kB", tuple(enumerate(sizes, 1)))
    return [view, growth, Target(9, view, VIEW_LIMIT_KB)]


def executed(server: ServerProcess, run: str, views: int) -> str:
    """Execute a notebook that shows a run so often and waits for it; give it as it is saved."""
    opening = OURS.format(endpoint=server.endpoint, run=run)
    cells = [nbformat.v4.new_code_cell(source) for source in (opening, *["w"] * views, "_ = w.wait(60)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}})
        client.execute(stderr=subprocess.DEVNULL)  # what fails is in a cell
        file = Path(folder) / "run.ipynb"
        nbformat.write(notebook, file)
        return file.read_text(encoding="utf-8")


def _parts(notebook: str, count: int) -> list[Row]:
    """Weigh what the notebook is made of."""
    content = json.loads(notebook)
    states = content["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    stubs = [len(json.dumps(each["state"]["_esm"])) for each in states if "_esm" in each["state"]]
    modules, snapshots = (
        [len(buffer["data"]) for each in states for buffer in each.get("buffers", ()) if buffer["path"] == [trait]]
        for trait in ("files", "snapshot")
    )
    static_views = [
        data
        for cell in content["cells"]
        for output in cell.get("outputs", ())
        for mime, data in output.get("data", {}).items()
        if mime == "text/html"
    ]
    weights = {
        "front end": sum(stubs) + sum(modules),
        "packed actions": sum(snapshots),
        "static views": sum(len(json.dumps(view)) for view in static_views),
    }
    return [
        row
        for part, size in weights.items()
        for row in beside(f"of that: {part}, {count:,} actions", "kB", {"ours": [size / 1000]})
    ]


def _kb(notebook: str) -> float:
    return len(notebook.encode()) / 1000


def _protobuf_json(server: ServerProcess, run: str, count: int) -> bytes:
    """Read the run's actions off WatchActions, as they stand on the line."""
    where = urlsplit(server.endpoint)
    run_id = {"org": "", "project": server.project, "domain": server.domain, "name": run}
    request = json.dumps({"runId": run_id}).encode()
    told: list[bytes] = []
    seen: set[Any] = set()
    with closing(http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)) as connection:
        connection.request(
            "POST",
            f"{where.path}/flyteidl2.workflow.RunService/WatchActions",
            struct.pack(">BI", 0, len(request)) + request,
            {"content-type": "application/connect+json"},
        )
        answer = connection.getresponse()
        while len(seen) < count:
            _, size = struct.unpack(">BI", answer.read(5))
            told.append(answer.read(size))
            seen.update(each["action"]["id"]["name"] for each in json.loads(told[-1])["enrichedActions"])
    return b"".join(told)
