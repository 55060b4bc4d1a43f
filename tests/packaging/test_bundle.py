"""The bundle that ships is what the sources say, and within its budget."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any, Final

import comm
import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.widgets.front_end import front_end
from tests.browser.gallery import DIST, JS
from tests.front_end import RecordingComm
from tests.packed import unpack

STATIC: Final = JS.parent / "flyte_widgets/widgets/static"
BUDGET: Final = 100_000
"""Bytes that the first widget of a kernel sends of the front end: stub, loader and module."""
PART: Final = 25_000
"""Bytes of a part that is sent when it is first needed: a tab, a form, a list."""
NEEDED: Final = {"widget.js", "loader.js", "widget.bin"}
SECOND_WIDGET: Final = 3_000
"""Bytes of comm traffic of a further widget, before its data."""


def test_what_is_sent_is_the_minified_module() -> None:
    """It unpacks to the files that esbuild makes of the sources, to the byte."""
    subprocess.run(["node", "build.mjs", "--gallery"], cwd=JS, check=True, capture_output=True, timeout=600)
    files = unpack(front_end().files)
    assert list(files)[-1] == "widget.js"
    for name, text in files.items():
        code = (DIST / name).read_text(encoding="utf-8")
        assert text == re.sub(r'\bimport\("\./([\w-]+)\.js"\)', r'FLYTE_PART("\1")', code)


def test_the_front_end_is_within_its_budget() -> None:
    """What every widget needs together, and each part by itself."""
    sizes = {path.name: path.stat().st_size for path in STATIC.iterdir()}
    assert sizes.keys() >= NEEDED
    assert sum(sizes[name] for name in NEEDED) <= BUDGET, sizes
    assert all(size <= PART for name, size in sizes.items() if name not in NEEDED), sizes


def test_a_second_widget_sends_no_second_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its comms open with, and the shared model is none of them, is small."""
    opened: list[tuple[dict[str, Any], int]] = []

    class Noting(RecordingComm):
        def publish_msg(
            self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
        ) -> None:
            if msg_type == "comm_open":
                opened.append((data["state"], sum(map(len, buffers or ()))))
            super().publish_msg(msg_type, data, metadata, buffers)

    monkeypatch.setattr(comm, "create_comm", Noting)
    client = FlyteClient("http://127.0.0.1:9", project="p", domain="d")
    first = fw.RunWidget("r4p2bdpt7f", client=client)
    opened.clear()
    second = fw.RunWidget("r4p2bdpt7g", client=client)
    for widget in (first, second):
        widget.close()
    assert first._front_end is second._front_end
    data = {"snapshot", *(name for name in second.trait_names(sync=True) if name[0] != "_")} - {"layout"}
    states = [{name: value for name, value in state.items() if name not in data} for state, _ in opened]
    assert len(states) == 2, "the layout and the widget"
    size = len(json.dumps(states).encode()) + sum(length for _, length in opened)
    assert size <= SECOND_WIDGET, f"{size} bytes, of which {len(fw.RunWidget._esm)} are the stub"
