"""Puts together the pages that stand for VS Code, in .cache/hosts/vscode: its own parts, and ours around them.

VS Code's bundle of ipywidgets is fetched by `npm pack`, for its package cannot be installed: it asks for versions that
do not exist, of what the bundle holds anyway. It is compared with the hash in package.json, and never committed.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from tests.hosts.environments import FOLDER as HOSTS

SOURCES = Path(__file__).parent
FOLDER = HOSTS / "vscode"
PAGES = FOLDER / "pages"


def build() -> Path:
    """Give the folder with the pages; made once for a state of the sources."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (HOSTS / "vscode.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = FOLDER / "made-from"
        contents = b"".join(file.read_bytes() for file in sorted(SOURCES.iterdir()) if file.is_file())
        wanted = hashlib.sha256(contents).hexdigest()
        if not (stamp.exists() and stamp.read_text() == wanted):
            _build()
            stamp.write_text(wanted)
    return PAGES


def _build() -> None:
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, FOLDER)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    for name, pinned in json.loads((SOURCES / "package.json").read_text())["vscode"].items():
        _unpack(name, pinned)
    shutil.copy(FOLDER / "node_modules" / "requirejs" / "require.js", PAGES)
    for name in ("editor.html", "webview.html", "webview.css"):
        shutil.copy(SOURCES / name, PAGES)
    entries = [str(SOURCES / f"{name}.ts") for name in ("editor", "webview")]
    options = ["--bundle", "--format=esm", "--target=es2022", "--log-level=warning", f"--outdir={PAGES}"]
    _run(str(FOLDER / "node_modules" / ".bin" / "esbuild"), *entries, *options, NODE_PATH=str(FOLDER / "node_modules"))


def _unpack(name: str, pinned: dict[str, str]) -> None:
    """Fetch a package as it was published, and lay its bundle beside the pages."""
    packed: Any = json.loads(_run("npm", "pack", f"{name}@{pinned['version']}", "--json"))
    file = FOLDER / packed[0]["filename"]
    found = "sha512-" + base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    assert found == pinned["integrity"], f"{file.name} is not what it was: {found}"
    with tarfile.open(file) as archive:
        bundle = archive.extractfile("package/dist/ipywidgets.js")
        assert bundle is not None
        (PAGES / "ipywidgets.js").write_bytes(bundle.read())


def _run(*command: str, **env: str) -> str:
    done = subprocess.run(command, cwd=FOLDER, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout
