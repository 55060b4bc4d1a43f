"""What is seen of the widget in JupyterLab and in Notebook 7, which are driven by the same commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import sidebar, steps
from tests.hosts.record import Record
from tests.jupyter_lab import JupyterLab, Notebook
from tests.server_process import ServerProcess


@dataclass
class Jupyter:
    """One line of the table: a Jupyter server with the kernel that its notebooks use. A page shows one notebook."""

    host: str
    server: JupyterLab
    kernel: str
    page: Page
    backend: ServerProcess
    proxy: FaultProxy
    record: Record

    def open(self, run: dict[str, object], *more_cells: str) -> Notebook:
        """Open a notebook whose first cell shows a new run."""
        name = f"hosts-{uuid4().hex[:8]}"
        cell = steps.cell_for(self.backend.simulate(**run), self.proxy)
        self.server.write(name, cell, *more_cells, kernel=self.kernel)
        return Notebook(self.page, self.server, name)

    def show(self, run: dict[str, object], *more_cells: str) -> Notebook:
        """The same, and run all its cells."""
        notebook = self.open(run, *more_cells)
        notebook.run_all()
        expect(notebook.widgets).to_have_count(1)
        return notebook

    def live(self) -> None:
        """A run is drawn and goes on."""
        notebook = self.open(steps.LIVE)

        def start() -> Locator:
            notebook.run_all()
            return notebook.widgets.first

        with self.record(self.host, "live") as cell:
            steps.see_it_live(cell, start)

    def click_idle(self) -> None:
        """Abort with nothing else going on."""
        notebook = self.show(steps.LASTING)
        with self.record(self.host, "click idle") as cell:
            steps.abort_when_idle(cell, notebook.widgets.first, self.proxy)

    def click_busy(self, blocker: steps.Blocker, at_once: bool) -> None:
        """Abort while the second cell runs. `at_once`: whether the kernel can hear of it before that ends."""
        notebook = self.show(steps.LASTING, blocker.source)
        prompt = self.page.locator(".jp-InputPrompt").nth(1)
        expect(prompt).to_have_text("[*]:")
        expect(steps.badge(notebook.widgets.first)).to_have_text("Running")
        look = steps.abort_at_once if at_once else steps.abort_after_the_cell
        with self.record(self.host, "click while busy") as cell:
            look(cell, notebook.widgets.first, self.proxy, blocker)
        expect(prompt).to_have_text("[2]:")

    def dark(self) -> None:
        """The theme is changed under the widget's feet."""
        notebook = self.show(steps.LASTING)
        widget = notebook.widgets.first
        expect(steps.badge(widget)).to_have_text("Running")
        with self.record(self.host, "dark") as cell:
            for theme, dark in (("JupyterLab Light", False), ("JupyterLab Dark", True)):
                self.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
                expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
                steps.see_theme(cell, widget, dark)

    def sidebar(self) -> None:
        """The run is moved out of its cell."""
        notebook = self.open(steps.LASTING, sidebar.CALL)
        notebook.run_cell(0)
        with self.record(self.host, "sidebar") as cell:
            sidebar.see_panel(cell, notebook, self.proxy)


Row = Callable[..., Jupyter]
