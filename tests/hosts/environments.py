"""Virtual environments for what the main one must not have: other notebook hosts, other ipykernels.

`python -m tests.hosts.environments [NAME ...]` makes all, or those named, in .cache/hosts; each once. `--lock` renews
hosts/constraints.txt: the versions of what only they have.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import re
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cache" / "hosts"
OWN_CONSTRAINTS = Path(__file__).parent / "constraints.txt"
CONSTRAINTS = (ROOT / "constraints.txt", OWN_CONSTRAINTS)

#: What each is for, at one version. This project, without its extras, is installed into all.
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "ipykernel-6.31": ("ipykernel==6.31.0",),
    "ipykernel-7.0": ("ipykernel==7.0.1",),
    "ipykernel-7.1": ("ipykernel==7.1.0",),
    # With an ipywidgets whose Output asks the kernel, and not the shell, which cell runs.
    "ipykernel-7.3": ("ipykernel==7.3.0", "ipywidgets==8.1.7"),
    "marimo": ("marimo==0.25.2",),
    "notebook": ("notebook==7.6.5",),
    "papermill": ("papermill==2.7.0", "ipykernel"),
    "voila": ("voila==0.5.13", "ipykernel"),
}


class Environment:
    """One virtual environment. `python` is its interpreter."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = FOLDER / name
        self.python = self.folder / "bin" / "python"

    def make(self) -> Environment:
        """Make it, unless it is there and as it should be."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # other tests may want it, too
            self._make()
        return self

    def _make(self) -> None:
        stamp, wanted = self.folder / "made-from", self._wanted()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        print(f"Making the environment {self.name} (.cache/hosts/{self.name})", flush=True)
        if not self.python.exists():
            venv.create(self.folder, clear=True, with_pip=True)
        constraints = self.folder / "constraints.txt"
        constraints.write_text("\n".join(self._constraints()))
        options = ("--quiet", "--disable-pip-version-check", "--constraint", str(constraints), "--editable", str(ROOT))
        self.run("-m", "pip", "install", *options, *ENVIRONMENTS[self.name])
        stamp.write_text(wanted)

    def run(self, *arguments: str) -> str:
        """Run its Python; gives what that prints."""
        done = subprocess.run([self.python, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, f"{self.name}: {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def add_kernel(self, data_dir: Path) -> str:
        """Offer its kernel to the Jupyter server that has this JUPYTER_DATA_DIR; gives the kernel's name."""
        folder = data_dir / "kernels" / self.name
        folder.mkdir(parents=True, exist_ok=True)
        launch = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": launch, "display_name": self.name, "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
        return self.name

    def _constraints(self) -> list[str]:
        """Give all versions but of what this environment has at another."""
        own = {_package(requirement) for requirement in ENVIRONMENTS[self.name] if "==" in requirement}
        return [pin for file in CONSTRAINTS for pin in _pins(file) if _package(pin) not in own]

    def _wanted(self) -> str:
        # The JupyterLab extension is not linked to, as the package is, but copied.
        copied = sorted(file for file in (ROOT / "js" / "labextension").rglob("*") if file.is_file())
        files = (ROOT / "pyproject.toml", *CONSTRAINTS, *copied)
        contents = b"".join(file.read_bytes() for file in files if file.exists())
        return f"{ENVIRONMENTS[self.name]} {sys.version} {hashlib.sha256(contents).hexdigest()}"


def _pins(file: Path) -> list[str]:
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def _package(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>~!\[ ]", requirement)[0]).lower()


def make(names: list[str]) -> None:
    """Make these environments, two at a time: half of it is waiting for downloads."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: Environment(name).make(), names))


def lock() -> None:
    """Write hosts/constraints.txt anew, from the newest versions that the environments take."""
    OWN_CONSTRAINTS.unlink(missing_ok=True)
    make(list(ENVIRONMENTS))
    known = {_package(pin) for pin in _pins(CONSTRAINTS[0])}
    found: dict[str, str] = {}
    for name, requirements in ENVIRONMENTS.items():
        own = {_package(requirement) for requirement in requirements}
        for pin in Environment(name).run("-m", "pip", "freeze", "--exclude-editable").splitlines():
            package = _package(pin)
            if package not in known | own:
                assert found.setdefault(package, pin) == pin, f"{name} wants {pin}, another {found[package]}"
    head = "# What only the environments of `make hosts` have. Made by: python -m tests.hosts.environments --lock"
    OWN_CONSTRAINTS.write_text("\n".join([head, *(found[package] for package in sorted(found)), ""]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(ENVIRONMENTS), metavar="NAME", help=", ".join(ENVIRONMENTS))
    parser.add_argument("--lock", action="store_true", help="renew hosts/constraints.txt")
    arguments = parser.parse_args()
    if arguments.lock:
        lock()
    make(arguments.names)
