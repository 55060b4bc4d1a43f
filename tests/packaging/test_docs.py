"""Pages that are made from the code say what the code says."""

from __future__ import annotations

import pytest

import flyte_widgets as fw
from tools import docs

PAGES = docs.pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_docstrings_say(name: str) -> None:
    """`make docs` writes it anew."""
    assert (docs.FOLDER / name).read_text(encoding="utf-8") == PAGES[name], "run `make docs`"


def test_everything_public_is_described() -> None:
    """Each public name has a docstring, and is on the page."""
    names = fw.__all__

    for name in names:
        assert f"`fw.{name}" in PAGES["reference.md"], name
