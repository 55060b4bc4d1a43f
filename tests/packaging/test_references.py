"""What files of the project refer to is in the project."""

from __future__ import annotations

import os.path
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: A page, with or without folders before it; not one of the web.
_PAGE = re.compile(r"(?<![\w/.:-])(?:[\w.-]+/)*[\w-]+\.md\b")
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
#: The first steps of a path that goes up.
_UP = re.compile(r"(?<![\w./])(?:\.\./)+[\w-]+")
_TEXT = {".py", ".ts", ".js", ".mjs", ".css", ".md", ".toml", ".json", ".html", ".ipynb", ".txt", ""}


def tracked() -> list[Path]:
    """All files of the project that are text, but this one and lock files."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = (ROOT / name for name in listed.stdout.splitlines())
    return [
        file
        for file in files
        if file.suffix in _TEXT and file.name not in ("package-lock.json", Path(__file__).name) and file.is_file()
    ]


def missing(text: str, file: Path) -> list[str]:
    """What a file's text names and others do not have: pages that are not there, and paths out of the project.

    A page is looked for in the file's folder, in the root and in docs. The folder of this checkout is named by nobody.
    """
    pages = {page for page in _PAGE.findall(text) if not _is_there(page, file)}
    if file.suffix == ".md":
        pages |= {link for link in _LINK.findall(text) if not (file.parent / link).exists()}
    outside = {path for path in _UP.findall(text) if not _leads_to_a_file(path, file)}
    here = {str(ROOT)} if f"{ROOT}/" in text else set()
    return sorted(pages | outside | here)


def _leads_to_a_file(path: str, file: Path) -> bool:
    """Whether something in the project begins like a path that goes up: imports leave out endings."""
    found = Path(os.path.normpath(file.parent / path))
    return found.is_relative_to(ROOT) and any(found.parent.glob(f"{found.name}*"))


def _is_there(page: str, file: Path) -> bool:
    return any((folder / page).is_file() for folder in (file.parent, ROOT, ROOT / "docs"))


def test_every_page_that_is_named_is_there() -> None:
    """A reader can open whatever a comment, a docstring or a page refers to."""
    found = {str(file.relative_to(ROOT)): missing(file.read_text("utf-8", "ignore"), file) for file in tracked()}
    assert {name: pages for name, pages in found.items() if pages} == {}


def test_the_files_of_the_journeys_are_there() -> None:
    """ARCHITECTURE.md names files by their path in the package, in js/src or in the project."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    folders = [ROOT, ROOT / "flyte_widgets", ROOT / "js" / "src", ROOT / "js" / "src" / "run"]
    named = set(re.findall(r"`([\w./-]+(?:\.(?:py|ts|mjs|json)|/))`", text))
    assert len(named) > 25
    assert sorted(one for one in named if not any((folder / one).exists() for folder in folders)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the table of nowhere.md §6", ["nowhere.md"]),
        ("read ../elsewhere/faults", ["../elsewhere"]),
        ("read ../../elsewhere/faults", ["../../elsewhere"]),
        ("draws as ../js/src/core/store does", []),
        (f"made in {ROOT}/docs", [str(ROOT)]),
        ("see docs/look.md and README.md", []),
        ("see docs/nowhere.md", ["docs/nowhere.md"]),
        ("https://example.com/page.md", []),
    ],
)
def test_a_page_that_is_not_there_is_found(text: str, found: list[str]) -> None:
    """Neither a page that never was there nor a folder of somebody's machine goes by."""
    assert missing(text, ROOT / "flyte_widgets/errors.py") == found
