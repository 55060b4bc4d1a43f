"""What is seen of the widget in JupyterLab and in Notebook 7, which are driven by the same commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import nbformat
from nbformat.sign import NotebookNotary
from playwright.sync_api import Locator, Page, expect

from tests.fault_proxy import FaultProxy
from tests.hosts import sidebar, steps
from tests.hosts.batch import Batch
from tests.hosts.record import Cell, Record
from tests.jupyter_lab import JupyterLab, Notebook
from tests.server_process import ServerProcess
from tests.widget_in_page import DRAWN_BY_THREADS, badge, cell_for, cell_for_runs, press_abort, see_drawing


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
        return self.write(cell_for(self.backend.simulate(**run), self.proxy), *more_cells)

    def write(self, *cells: str) -> Notebook:
        """Write a notebook, and open it."""
        name = f"hosts-{uuid4().hex[:8]}"
        self.server.write(name, *cells, kernel=self.kernel)
        return Notebook(self.page, self.server, name)

    def show(self, run: dict[str, object], *more_cells: str) -> Notebook:
        """The same, and run all its cells."""
        notebook = self.open(run, *more_cells)
        notebook.run_all()
        # That the kernel was not asked is another trouble than that it drew nothing.
        expect(self.page.locator(".jp-InputPrompt").first).not_to_have_text("[ ]:")
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

    def click_busy(self, blocker: steps.Blocker, at_once: bool, column: str = "click while busy") -> None:
        """Abort while the second cell runs. `at_once`: whether the kernel can hear of it before that ends."""
        notebook = self.show(steps.LASTING, blocker.source)
        prompt = self.page.locator(".jp-InputPrompt").nth(1)
        expect(prompt).to_have_text("[*]:")
        expect(badge(notebook.widgets.first)).to_have_text("Running")
        look = steps.abort_at_once if at_once else steps.abort_after_the_cell
        with self.record(self.host, column) as cell:
            look(cell, notebook.widgets.first, self.proxy, blocker)
        expect(prompt).to_have_text("[2]:")

    def drawn_by_threads(self) -> None:
        """Threads of the second cell draw into that."""
        see_drawing(self.show(steps.LASTING, DRAWN_BY_THREADS))

    def dark(self) -> None:
        """The theme is changed under the widget's feet."""
        notebook = self.show(steps.LASTING)
        widget = notebook.widgets.first
        expect(badge(widget)).to_have_text("Running")
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

    def runs(self) -> None:
        """All runs in a cell, and in the sidebar."""
        name = self.backend.simulate(**steps.LASTING)
        notebook = self.write(cell_for_runs(self.proxy), sidebar.CALL)

        def start() -> Locator:
            notebook.run_cell(0)
            return notebook.widgets.first

        with self.record(self.host, "list of runs") as cell:
            steps.see_runs(cell, start, name)
            notebook.run_cell(1)
            panel = self.page.locator(".flyte-widgets-panel .flyte-widgets")
            expect(panel.locator(f".fw-rl-row[data-run='{name}']")).to_be_visible()

    def saved(self, batch: Batch, *, trusted: bool, state: bool) -> None:
        """Opened with no kernel that knows the widget; saved by this session, and opened once more."""
        notebook = f"hosts-{uuid4().hex[:8]}"
        content = batch.copy(state=state)
        if trusted:
            NotebookNotary(data_dir=str(self.server.data_dir)).sign(content)
        else:  # nobody has ever run this content
            content.cells[0].source += f"  # {notebook}"
        nbformat.write(content, self.server.root / f"{notebook}.ipynb")
        with self.record(self.host, "saved") as cell:
            opened = Notebook(self.page, self.server, notebook)
            self._see_saved(cell, opened, batch.run_name, drawn=trusted and state)
            self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
            opened.reload()
            self._see_saved(cell, opened, batch.run_name, drawn=False)

    def reloaded(self) -> None:
        """The page is reloaded in mid-run: what it saves afterwards tells the end all the same."""
        notebook = self.show(steps.LASTING)
        expect(badge(notebook.widgets)).to_have_text("Running")
        static_view = steps.static_view(self.page.locator(".jp-RenderedHTML"))
        expect(static_view).to_have_count(1)
        notebook.reload()
        press_abort(notebook.widgets)
        expect(badge(notebook.widgets)).to_have_text("Aborted")
        expect(static_view).to_contain_text("Aborted")
        self.page.evaluate(
            """async () => {
              await jupyterapp.commands.execute('docmanager:save');
              await jupyterapp.shell.currentWidget.sessionContext.shutdown();
            }"""
        )
        Notebook(self.page, self.server, notebook.name)
        expect(static_view).to_be_visible()
        expect(static_view).to_contain_text("Aborted")
        expect(static_view).to_have_count(1)

    def _see_saved(self, cell: Cell, notebook: Notebook, run_name: str, *, drawn: bool) -> None:
        """`drawn`: by the widget itself, from its saved state; else it is the static view's turn."""
        static_view = steps.static_view(self.page.locator(".jp-RenderedHTML"))
        # JupyterLab gives up a widget that is not loaded in two seconds. Then the static view is not hidden, either.
        expect(notebook.widgets.or_(static_view).first).to_be_visible()
        if drawn and notebook.widgets.count():
            expect(badge(notebook.widgets)).to_have_text("Failed")
            expect(notebook.widgets).to_contain_text(run_name)
            expect(static_view).to_be_hidden()
        else:
            steps.see_saved(cell, static_view, run_name)


Row = Callable[..., Jupyter]
