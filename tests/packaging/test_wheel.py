"""What is published: the wheel holds all it needs, and works where neither node nor the sources are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import flyte_widgets as fw

ROOT = Path(__file__).parents[2]
PROGRAM = """
import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
assert "site-packages" in fw.__file__, fw.__file__
assert "export" in fw.RunWidget._esm and len(fw.RunWidget._esm) > 1_000
w = fw.RunWidget("r4p2bdpt7f", client=FlyteClient("http://127.0.0.1:9", project="p", domain="d"))
print(w.run_name, w.connection["state"])
try:
    fw.RunWidget("r4p2bdpt7f")
except Exception as error:
    print(type(error).__name__, error)
try:
    fw.local
except ImportError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built through the sdist, as a release is: what the sdist lacks, the wheel lacks."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=600)
    return next(out.glob("*.whl"))


def test_wheel_holds_the_bundle_and_the_types(wheel: Path) -> None:
    """The built front end, JupyterLab's extension, py.typed and the licence are in it; tests and TypeScript are not."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"flyte_widgets/widgets/static/widget.{kind}" for kind in ("js", "bin")} <= set(names)
    assert "flyte_widgets/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    extension = {name.partition("/data/share/jupyter/labextensions/")[2] for name in names} - {""}
    files = ("package.json", "install.json", "static/remoteEntry.js")
    assert extension == {f"flyte-widgets/{file}" for file in files}
    assert not [name for name in names if name.endswith((".ts", ".ipynb")) or name.startswith(("tests/", "docs/"))]
    package = next(name for name in names if name.endswith("labextensions/flyte-widgets/package.json"))
    assert json.loads(zipfile.ZipFile(wheel).read(package))["version"] == fw.__version__


def test_wheel_is_light(wheel: Path) -> None:
    """It is downloaded and unpacked by everybody who uses it. docs/benchmarks.md says what its bytes are."""
    members = zipfile.ZipFile(wheel).infolist()
    front_end = sum(each.compress_size for each in members if "/static/" in each.filename)
    assert front_end <= 155_000
    assert wheel.stat().st_size <= 700_000


@pytest.mark.slow
def test_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed alone it imports and makes a widget; what needs an extra says which."""
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=600)
    python = environment / "bin" / "python"
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *constraints, str(wheel)]
    subprocess.run(install, check=True, cwd=tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE", "PYTHON", "UCTL"))}
    done = subprocess.run(
        [str(python), "-W", "error", "-c", PROGRAM],
        cwd=tmp_path,
        env={**clean, "HOME": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    # "reconnecting" where the first try, in another thread, was sooner refused than this one printed.
    assert lines[0] in ("r4p2bdpt7f connecting", "r4p2bdpt7f reconnecting")
    assert lines[1].startswith("ConfigError No Flyte backend is configured.")
    assert "fw.connect" in lines[1]
    assert "flyte.init" in lines[1]
    assert "fw.local.start" in lines[1]
    assert "pip install 'flyte-widgets[local]'" in lines[2]
