"""What a build adds: the front end's bundle where it is missing, and the version of the JupyterLab extension."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_EXTENSION = "share/jupyter/labextensions/flyte-widgets/package.json"


class BuildHook(BuildHookInterface[Any]):
    """An sdist carries the bundle; only a checkout without one needs node."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end unless it is there; give the extension's package.json the project's version."""
        if not (Path(self.root) / "flyte_widgets/widgets/static/widget.bin").exists():
            self._build_bundle()
        if self.target_name == "wheel":
            self._extension = tempfile.TemporaryDirectory()
            build_data["shared_data"][str(self._package_json(Path(self._extension.name)))] = _EXTENSION

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made for the build."""
        if self.target_name == "wheel":
            self._extension.cleanup()

    def _package_json(self, folder: Path) -> Path:
        package = json.loads((Path(self.root) / "js/labextension/package.json").read_text(encoding="utf-8"))
        made = folder / "package.json"
        made.write_text(json.dumps({**package, "version": self.metadata.version}, indent=2) + "\n", encoding="utf-8")
        return made

    def _build_bundle(self) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "The front end is not built and npm is not on PATH. "
                "Install Node.js 20 or newer, or install flyte-widgets from its wheel, which needs no node."
            )
        for command in (["ci", "--omit=dev"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=Path(self.root) / "js", check=True)  # noqa: S603 (fixed arguments)
