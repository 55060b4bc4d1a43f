"""Builds the front end's bundle where it is missing, so that a wheel never lacks it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[Any]):
    """An sdist carries the bundle; only a checkout without one needs node."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run `npm ci && npm run build` in js/, unless the bundle is there."""
        root = Path(self.root)
        if (root / "flyte_widgets/widgets/static/widget.js").exists():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "The front end is not built and npm is not on PATH. "
                "Install Node.js 20 or newer, or install flyte-widgets from its wheel, which needs no node."
            )
        for command in (["ci"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=root / "js", check=True)  # noqa: S603 (fixed arguments)
