"""The guide's code does what it says: each page's `python` blocks run in a kernel of their own, from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.run_helpers import PATIENCE_S

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = {
    page.stem: blocks
    for page in sorted((ROOT / "docs" / "guide").glob("*.md"))
    if (blocks := _BLOCK.findall(page.read_text(encoding="utf-8")))
}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs(page: str, tmp_path: Path) -> None:
    """No block raises. What needs a backend of one's own is marked `py`, and not run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(block) for block in PAGES[page]])
    resources = {"metadata": {"path": tmp_path}}
    NotebookClient(notebook, timeout=int(PATIENCE_S), kernel_name="python3", resources=resources).execute()
