"""The JupyterLab extension as it is installed: JupyterLab knows it, and it is of this version."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import flyte_widgets as fw

ROOT = Path(__file__).parents[2]
INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "flyte-widgets"


def package_json(folder: Path) -> dict[str, object]:
    """The package.json in a folder."""
    loaded: dict[str, object] = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    return loaded


def test_the_version_stands_in_one_place() -> None:
    """In `flyte_widgets/__init__.py`: no other file repeats it, and what is built takes it from there."""
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for folder in (ROOT / "js", ROOT / "js/labextension"):
        assert "version" not in package_json(folder)
    assert package_json(INSTALLED) == {**package_json(ROOT / "js/labextension"), "version": fw.__version__}


def test_jupyterlab_lists_it_as_enabled() -> None:
    """`jupyter labextension list` shows it as installed by Python, enabled and OK."""
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    shown = re.sub(r"\x1b\[\d+m", "", done.stdout + done.stderr)
    assert f"flyte-widgets v{fw.__version__} enabled OK (python, flyte-widgets)" in shown


@pytest.mark.parametrize("file", ["install.json", "static/remoteEntry.js"])
def test_what_is_installed_is_what_is_here(file: str) -> None:
    """An editable installation has a copy, which `make setup` renews."""
    assert (INSTALLED / file).read_bytes() == (ROOT / "js" / "labextension" / file).read_bytes()


def test_it_is_small() -> None:
    """Every page of JupyterLab loads it, whether it shows a run or not."""
    assert (ROOT / "js" / "labextension" / "static" / "remoteEntry.js").stat().st_size <= 8_192
