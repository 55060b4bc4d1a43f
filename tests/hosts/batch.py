"""A notebook that papermill has executed: nobody looked at it, and its kernel is gone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tests.fault_proxy import FaultProxy
from tests.hosts.environments import Environment
from tests.server_process import ServerProcess
from tests.widget_in_page import cell_for


@dataclass(frozen=True)
class Batch:
    """The run that it shows, and its content as papermill wrote it: with the widget's state."""

    run_name: str
    content: Any

    def copy(self, *, state: bool) -> Any:
        """Give the content, with the widget's state or without."""
        content = nbformat.from_dict(self.content)
        if not state:
            del content.metadata["widgets"]
        return content


def executed(folder: Path, backend: ServerProcess, run: dict[str, object]) -> Batch:
    """Have papermill execute a notebook that shows a new run and waits for it."""
    name = backend.simulate(**run)
    proxy = FaultProxy(backend.endpoint)
    try:
        cells = [nbformat.v4.new_code_cell(source) for source in (cell_for(name, proxy), "phase = w.wait(60)")]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "in.ipynb")
        files = (str(folder / "in.ipynb"), str(folder / "out.ipynb"))
        Environment("papermill").make().run("-m", "papermill", "--no-progress-bar", *files)
    finally:
        proxy.close()
    return Batch(name, nbformat.read(folder / "out.ipynb", as_version=4))
