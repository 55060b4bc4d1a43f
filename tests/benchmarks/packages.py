"""What installing costs: the wheel, and how many packages it brings to where JupyterLab and ipywidgets are. Measure 10.

New packages are read off the requirements of what is installed: ours here, the peers in their environment.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.benchmarks.machine import say
from tests.benchmarks.peers import peers_python, peers_wheel
from tests.benchmarks.table import Finding, Target, beside

ROOT = Path(__file__).parents[2]
OURS = "flyte-widgets"
THERE = ("jupyterlab", "ipywidgets")
"""What whoever opens a notebook has."""
SUBJECTS = {"flyte": ("flyte",), "sparkmonitor": ("sparkmonitor",), "dask + distributed": ("dask", "distributed")}


def measure() -> list[Finding]:
    """Build our wheel, and lay it and what it brings beside the peers'."""
    libraries = Path(peers_python()).parents[1] / "lib"
    peers = Installed(str(folder) for folder in libraries.glob("python*/site-packages"))
    say("packages: building the wheel")
    with tempfile.TemporaryDirectory() as folder:
        wheel = built_wheel(Path(folder))
        content = sum(info.file_size for info in zipfile.ZipFile(wheel).infolist())
        weights = {"ours": [wheel.stat().st_size / 1000]}
    for subject, names in SUBJECTS.items():
        weights[subject] = [sum(peers_wheel(name).stat().st_size for name in names) / 1000]
    here = Installed([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    brought = here.new((OURS,), THERE)
    counts, sizes = {"ours": [len(brought)]}, {"ours": [(content + here.bytes(brought - {OURS})) / 1e6]}
    for subject, names in SUBJECTS.items():
        brought = peers.new(names, THERE)
        counts[subject], sizes[subject] = [len(brought)], [peers.bytes(brought) / 1e6]
    wheels = beside("wheel", "kB", weights)
    new = beside("new packages beside JupyterLab and ipywidgets", "packages", counts)
    return [
        *wheels,
        *new,
        *beside("all that is new, installed", "MB", sizes),
        Target(10, wheels[0], 450, wheels[1]),
        Target(10, new[0], 4, new[1]),
    ]


def built_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


class Installed:
    """The packages of an environment, by name."""

    def __init__(self, folders: Iterable[str]) -> None:
        found = distributions(path=list(dict.fromkeys(folders)))
        self._known: dict[str, Distribution] = {canonicalize_name(each.metadata["Name"]): each for each in found}

    def new(self, names: Iterable[str], there: Iterable[str]) -> set[str]:
        """Name what these packages bring, themselves included, that those do not."""
        return self.closure(names) - self.closure(there)

    def closure(self, names: Iterable[str]) -> set[str]:
        """Name these packages and all that they require here."""
        waiting = [(canonicalize_name(name), frozenset[str]()) for name in names]
        done: set[tuple[str, frozenset[str]]] = set()
        while waiting:
            at = waiting.pop()
            if at not in done:
                done.add(at)
                waiting += self._required(*at)
        return {name for name, _ in done}

    def bytes(self, names: Iterable[str]) -> int:
        """Add up the files of packages, without what was compiled at installation."""
        files = (file for name in names for file in self._known[name].files or ())
        return sum(file.size or 0 for file in files)

    def _required(self, name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
        if name not in self._known:
            raise AssertionError(f"{name} is required, and not installed")
        for text in self._known[name].requires or ():
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                yield canonicalize_name(requirement.name), frozenset(requirement.extras)
