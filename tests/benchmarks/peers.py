"""An environment with what a user would use instead: real packages, pinned in peers.txt, installed once.

Run as a program it installs the newest versions instead, and pins those.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.machine import say

HERE = Path(__file__).parent
PINNED = HERE / "peers.txt"
FOLDER = HERE.parents[1] / ".cache" / "bench"
PEERS = ("dask", "distributed", "flyte", "networkx", "rich", "sparkmonitor", "tqdm")
BESIDES = ("anywidget", "ipykernel", "ipywidgets", "jupyterlab")
_WHEELS = FOLDER / "wheels"
_PYTHON = FOLDER / "venv" / "bin" / "python"
_PIP = (_PYTHON, "-m", "pip", "--disable-pip-version-check")


def peers_python() -> str:
    """Give the Python of the environment, which is made where it is missing or other versions are pinned now."""
    made_of = FOLDER / "made-of.txt"
    pins = PINNED.read_text()
    if not made_of.exists() or made_of.read_text() != pins:
        say("installing what is measured beside ours into .cache/bench (once, a minute)")
        _install("--constraint", str(PINNED))
        made_of.write_text(pins)
    return str(_PYTHON)


def peers_wheel(name: str) -> Path:
    """Give the wheel of one of the `PEERS`."""
    return next(_WHEELS.glob(f"{name}-*.whl"))


def _install(*options: str) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", _PYTHON.parents[1]], check=True)
    subprocess.run([*_PIP, "install", "--quiet", *options, *PEERS, *BESIDES], check=True)
    shutil.rmtree(_WHEELS, ignore_errors=True)
    subprocess.run([*_PIP, "download", "--quiet", "--no-deps", *options, "--dest", _WHEELS, *PEERS], check=True)


if __name__ == "__main__":
    _install()
    freeze = subprocess.run([*_PIP, "freeze"], check=True, capture_output=True, text=True).stdout
    PINNED.write_text(
        f"# The newest versions of the day it was made. Made by: python -m tests.benchmarks.peers\n{freeze}"
    )
