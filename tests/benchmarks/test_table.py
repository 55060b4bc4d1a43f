"""The arithmetic of `make bench`: ratios, targets, growth, and the README's section."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import readme
from tests.benchmarks.table import Growth, Target, beside, quantile, save, show


def test_more_and_less_are_both_better_above_one() -> None:
    """Half the time and twice the frames are both told as two times better."""
    (_, slower) = beside("time", "ms", {"ours": [1.0, 2.0, 9.0], "other": [4.0]})
    (_, fewer) = beside("frames", "fps", {"ours": [60.0], "other": [30.0]}, more_is_better=True)
    assert (slower.ratio, fewer.ratio) == (2.0, 2.0)


def test_quantiles_are_values_that_were_measured() -> None:
    """Of 200 samples the 95th percentile is the 190th, and of one the one."""
    assert quantile(range(1, 201), 0.95) == 190
    assert quantile([7.0], 0.95) == 7.0
    (row,) = beside("latency", "ms", {"ours": [float(n) for n in range(1, 201)]}, at=0.95)
    assert (row.median, row.low, row.high) == (190, 1, 200)


@pytest.mark.parametrize(("limit", "factor", "met"), [(3, None, True), (2, None, True), (1.9, None, False)])
def test_a_limit_is_met_up_to_itself(limit: float, factor: float | None, met: bool) -> None:
    """At most means the limit itself, too."""
    (ours,) = beside("time", "ms", {"ours": [2.0]})
    assert Target(1, ours, limit, factor=factor).met is met


def test_a_factor_is_met_where_ours_is_so_many_times_better() -> None:
    """Both limit and factor have to hold; without a peer no factor holds."""
    ours, peer = beside("messages", "msg/s", {"ours": [5.0], "peer": [40.0]})
    assert Target(1, ours, 5, peer, 8).met
    assert not Target(1, ours, 5, peer, 8.1).met
    assert not Target(1, ours, 4, peer, 8).met
    assert not Target(1, ours, factor=8).met
    assert Target(1, ours, 5, at_least=True).met
    assert not Target(1, ours, 6, at_least=True).met


def test_growth_tells_flat_from_proportional() -> None:
    """0 for what stays, 1 for what doubles with the number, whatever it costs."""
    assert Growth("cost", "actions", "ms", ((100, 5.0), (10_000, 5.0))).exponent == 0
    assert Growth("cost", "actions", "ms", ((100, 5.0), (1_000, 60.0), (10_000, 500.0))).exponent == pytest.approx(1)


def test_all_is_shown_and_saved(tmp_path: Path) -> None:
    """The table has each row, target and growth; the JSON the same, with what was promised and whether it holds."""
    ours, peer = beside("messages", "msg/s", {"ours": [5.0], "run.wait()": [40.0, 41.0, 45.0]})
    findings = [ours, peer, Target(1, ours, 4, peer, 8), Growth("bytes", "views", "kB", ((1, 1.0), (10, 2.5)))]
    text = show(findings)
    assert "| messages | run.wait() | 41 msg/s | 40 to 45 | 8.2 |" in text
    assert "| 1 | messages | 5 msg/s | run.wait(): 41 msg/s | 8.2 × | ≤ 4 msg/s, ≥ 8 × better | **no** |" in text
    assert "| bytes | views | 1: 1 kB, 10: 2.5 kB | 0.40 |" in text
    assert "| 7 | messages | 5 msg/s | run.wait(): 41 msg/s | 8.2 × |  |  |" in show([Target(7, ours, peer=peer)])
    save(findings, "a machine", tmp_path / "bench.json")
    saved = json.loads((tmp_path / "bench.json").read_text())
    assert [len(saved[kind]) for kind in ("rows", "targets", "growth")] == [2, 1, 1]
    assert (saved["targets"][0]["met"], saved["targets"][0]["wanted"]) == (False, "≤ 4 msg/s, ≥ 8 × better")


def test_the_sections_are_renewed_and_nothing_else(tmp_path: Path) -> None:
    """The page has all figures, the README some; what stands around them stays; without marks nothing is written."""
    page, short = tmp_path / "benchmarks.md", tmp_path / "README.md"
    for file in (page, short):
        file.write_text(f"before\n{readme.BEGIN}\nold figures\n{readme.END}\nafter\n")
    ours, peer = beside(readme.IN_README[0], "msg/s", {"ours": [5.0], "run.wait()": [40.0]})
    other, _ = beside("another", "ms", {"ours": [1.0], "run.wait()": [2.0]})
    readme.renew([ours, peer, Target(1, ours, 5, peer, 8), Target(2, other)], "a machine", short, page)
    for file in (page, short):
        text = file.read_text()
        assert text.startswith("before\n" + readme.BEGIN)
        assert text.endswith(readme.END + "\nafter\n")
        assert "old figures" not in text
        assert "run.wait(): 40 msg/s" in text
        assert ("another" in text) is (file is page)
    page.write_text("no marks")
    with pytest.raises(AssertionError, match="one section"):
        readme.renew([ours], "a machine", short, page)
    assert page.read_text() == "no marks"


@pytest.mark.parametrize("file", [readme.README, readme.PAGE], ids=lambda file: file.name)
def test_the_real_files_have_the_section(file: Path) -> None:
    """`make bench` finds where its figures belong."""
    text = file.read_text(encoding="utf-8")
    assert text.count(readme.BEGIN) == text.count(readme.END) == 1
