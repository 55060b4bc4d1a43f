"""Hostile text in every place where a backend can put text: it stays text, it fits, and a link leads to the web."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

import flyte_widgets as fw
from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import ApiError
from flyte_widgets.widgets.run_widget import RunWidget
from tests.hostile import HOSTILE, LINKS, hostile_server
from tests.scripted_server import ScriptedServer, http_json

MOST_TEXT = 60_000


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = hostile_server()
    yield server
    server.close()


def strings(value: Any) -> Iterator[str]:
    """All strings in a state, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from strings(name)
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


def links(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("url"):  # "" is no link
            yield value["url"]
        for item in value.values():
            yield from links(item)
    elif isinstance(value, list):
        for item in value:
            yield from links(item)


def test_hostile_text_stays_text(server: ScriptedServer) -> None:
    """Whatever the texts are: the state is valid JSON, no text is longer than its bound, links lead to the web."""
    client = FlyteClient(server.url, project="p", domain="d")
    seen: set[str] = set()
    widget = RunWidget("r1", client=client)
    try:
        for number in range(len(HOSTILE) + 1):
            widget.wait(30) if number == 0 else widget._content.watcher
            fw.Run("r1", client=client).actions["a0"].details()
            state = widget.get_state()
            ours = {name: value for name, value in state.items() if not name.startswith("_")}  # not the bundle
            plain = {name: value for name, value in ours.items() if not isinstance(value, (bytes, memoryview))}
            json.dumps(plain, ensure_ascii=False, default=str).encode("utf-8")
            assert max(map(len, strings(plain))) <= MOST_TEXT
            assert set(links(plain)) <= {link for link, is_web in LINKS.items() if is_web}
            seen |= set(links(plain))
            packed = [bytes(value) for value in ours.values() if isinstance(value, (bytes, memoryview))]
            assert sum(map(len, packed)) < 200_000
        assert seen == {link for link, is_web in LINKS.items() if is_web}
        assert len(repr(fw.Run("r1", client=client).actions["a8"])) < 2_000
    finally:
        widget.close()


def test_hostile_words_of_a_backend_in_an_error() -> None:
    """What a backend says in an error is repeated, but cannot turn, recolour or flood a terminal."""
    server = ScriptedServer()
    try:
        for text in HOSTILE:
            server.reply("GetRunDetails", http_json(400, {"code": "invalid_argument", "message": text}))
            with pytest.raises(ApiError) as raised:
                _ = fw.Run("r1", client=FlyteClient(server.url, project="p", domain="d")).phase
            shown = "".join(traceback.format_exception_only(raised.value)) + repr(raised.value)
            assert len(shown) < 10_000
            assert not set(shown) & set("\x1b\x00\x07\x7f\u202e\u2066\r")
    finally:
        server.close()
