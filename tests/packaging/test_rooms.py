"""Who imports whom: a room imports only rooms before it, and no modules import each other in a circle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]


def circles(root: Path) -> list[str]:
    """All circles of imports between modules of the package under `root`, in words."""
    program = (
        "import grimp, sys\n"
        "graph = grimp.build_graph('flyte_widgets', exclude_type_checking_imports=True, cache_dir=None)\n"
        "for module in sorted(graph.modules):\n"
        "    for imported in graph.find_modules_directly_imported_by(module):\n"
        "        back = graph.find_shortest_chain(importer=imported, imported=module)\n"
        "        if back:\n"
        "            print(' -> '.join((module, *back)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def contracts(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of pyproject.toml for the package under `root`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    env = {"PYTHONPATH": str(root), "PATH": ""}
    return subprocess.run(command, cwd=root, env=env, check=False, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package that a test may break."""
    shutil.copytree(ROOT / "flyte_widgets", tmp_path / "flyte_widgets", ignore=shutil.ignore_patterns("static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Neither within a room nor between the two that may import each other."""
    assert circles(ROOT) == []


def test_a_room_imports_only_rooms_before_it() -> None:
    """As pyproject.toml has it; every room has a place there."""
    done = contracts(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_circle_is_found(copy: Path) -> None:
    """Two modules of one room that import each other, one of them within a function."""
    with (copy / "flyte_widgets/run/times.py").open("a") as times:
        times.write("\n\ndef late():\n    from flyte_widgets.run import timeline\n    return timeline\n")
    found = circles(copy)
    assert any("flyte_widgets.run.times" in line and "flyte_widgets.run.timeline" in line for line in found)


def test_an_import_of_a_later_room_is_found(copy: Path) -> None:
    """Also one that is made within a function; and a room that nobody has given a place."""
    with (copy / "flyte_widgets/run/times.py").open("a") as times:
        times.write("\n\ndef late():\n    from flyte_widgets.watch import loop\n    return loop\n")
    (copy / "flyte_widgets/attic.py").write_text("")
    done = contracts(copy)
    assert done.returncode == 1
    assert "flyte_widgets.run is not allowed to import flyte_widgets.watch" in done.stdout
    assert "attic" in done.stdout


def test_the_graph_is_of_this_package() -> None:
    """A check of nothing would find nothing."""
    assert len(grimp.build_graph("flyte_widgets", cache_dir=None).modules) > 80
