"""The JupyterLab extension as it is installed: JupyterLab knows it, and it is of this version."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "flyte-widgets"


def project(key: str) -> str:
    """A line of pyproject.toml."""
    found = re.search(f'^{key} = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("file", ["js/package.json", "js/labextension/package.json"])
def test_versions_are_one(file: str) -> None:
    """Name, version and licence are the project's."""
    package = json.loads((ROOT / file).read_text())
    assert {key: package[key] for key in ("name", "version", "license")} == {
        key: project(key) for key in ("name", "version", "license")
    }


def test_jupyterlab_lists_it_as_enabled() -> None:
    """`jupyter labextension list` shows it as installed by Python, enabled and OK."""
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    shown = re.sub(r"\x1b\[\d+m", "", done.stdout + done.stderr)
    assert f"flyte-widgets v{project('version')} enabled OK (python, flyte-widgets)" in shown


@pytest.mark.parametrize("file", ["package.json", "install.json", "static/remoteEntry.js"])
def test_what_is_installed_is_what_is_here(file: str) -> None:
    """An editable installation has a copy, which `make setup` renews."""
    assert (INSTALLED / file).read_bytes() == (ROOT / "js" / "labextension" / file).read_bytes()


def test_it_is_small() -> None:
    """Every page of JupyterLab loads it, whether it shows a run or not."""
    assert (ROOT / "js" / "labextension" / "static" / "remoteEntry.js").stat().st_size <= 4_096
