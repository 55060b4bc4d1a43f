"""What `make bench` weighs is what is installed and saved."""

from __future__ import annotations

import json
from pathlib import Path

from tests.benchmarks import saved_size
from tests.benchmarks.packages import Installed
from tests.benchmarks.table import Row


def package(folder: Path, name: str, *requires: str, size: int = 0) -> None:
    """Lay a package down as an installer does."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {text}" for text in requires)]
    (info / "METADATA").write_text("\n".join(lines) + "\n")
    (info / "RECORD").write_text(f"{name}.py,sha256=x,{size}\n")


def test_new_packages_are_those_that_were_not_there(tmp_path: Path) -> None:
    """Requirements of requirements count, those of extras only where they are asked for, markers as they hold here."""
    package(tmp_path, "lab", "shared")
    package(tmp_path, "shared")
    package(tmp_path, "Ours", "shared", "deep-one", 'gone; python_version < "3"', 'test-only; extra == "test"', size=5)
    package(tmp_path, "deep-one", "more[fast]>=1")
    package(tmp_path, "more", 'quick; extra == "fast"', 'slow; extra == "all"', size=7)
    package(tmp_path, "quick")
    installed = Installed([str(tmp_path)])
    new = installed.new(["ours"], ["lab"])
    assert new == {"ours", "deep-one", "more", "quick"}
    assert installed.bytes(new) == 12


def test_a_saved_notebook_is_weighed_in_its_parts() -> None:
    """All that is in it of a real run: front end once, actions, static view. A further view brings no more."""
    findings = saved_size.measure_in((10,))
    rows = {(row.measure, row.subject): row.median for row in findings if isinstance(row, Row)}
    parts = [rows[f"of that: {part}, 10 actions", "ours"] for part in ("front end", "packed actions", "static views")]
    whole = rows["saved notebook, 10 actions", "ours"]
    assert all(part > 0.3 for part in parts)
    assert sum(parts) < whole < sum(parts) + 25
    assert rows["saved notebook, 10 actions", "protobuf JSON"] > 10 * len(json.dumps({"action": {}})) / 1000
    assert 0.5 < rows["saved notebook, a further view", "ours"] < whole / 2, "a cell and two outputs"
