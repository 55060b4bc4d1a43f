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
from tests.scripted_server import HOLD, STREAM_HEAD, ScriptedServer, chunk, frame, http_json

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "&lt;b&gt; &amp; \" ' `",
    "\u202egnp.exe\u2066 turned",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "NUL \x00 and \x7f",
    "line\nbreak\r\ttab\u2028separator",
    "long " * 200_000,
    "combining " + "\u0300" * 5_000,
    "__proto__",
    "{{7*7}} ${7*7} %s {0}",
]
#: JSON can hold a lone surrogate; Python must write it as an escape.
SURROGATE = "lone \ud800 surrogate"
LINKS = {
    "javascript:alert(1)": False,
    "JaVaScRiPt:alert(1)": False,
    "java\tscript:alert(1)": False,
    " javascript:alert(1)": False,
    "data:text/html,<script>alert(1)</script>": False,
    "file:///etc/passwd": False,
    "vbscript:x": False,
    "//host/path": False,
    "http:alert(1)": False,
    "https:///no/host": False,
    "https://host\\@evil/": False,
    "http://host/\njavascript:alert(1)": False,
    "https://host/" + "x" * 100_000: False,
    "https://logs.example/a?b=c#d": True,
    "HTTP://logs.example/": True,
}
MOST_TEXT = 60_000


def status(phase: str) -> dict[str, Any]:
    return {"phase": f"ACTION_PHASE_{phase}", "startTime": "2026-01-01T00:00:00Z", "attempts": 1}


def action(number: int, text: str) -> dict[str, Any]:
    parent = {"parent": "a0"} if number else {}
    task = {"id": {"name": text}, "shortName": text, "taskType": text}
    metadata = {**parent, "group": text, "task": task, "environmentName": text, "funtionName": text}
    return {"id": {"name": f"a{number}"}, "metadata": metadata, "status": status("FAILED")}


def details(number: int, text: str) -> dict[str, Any]:
    error = {"message": f"{text}: {text}\n{text}", "code": text, "kind": text}
    attempt = {
        "attempt": 1,
        "phase": "ACTION_PHASE_FAILED",
        "startTime": "2026-01-01T00:00:00Z",
        "errorInfo": error,
        "logInfo": [{"name": text, "uri": uri} for uri in LINKS],
        "clusterEvents": [{"message": text, "reason": text, "occurredAt": text}],
        "phaseTransitions": [{"phase": text, "startTime": text}],
        "cacheStatus": text,
    }
    user = {"user": {"spec": {"firstName": text, "email": text}}}
    whole = {**action(number, text), "errorInfo": error, "attempts": [attempt]}
    return {**whole, "abortInfo": {"reason": text, "abortedBy": user}}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    texts = [*HOSTILE, SURROGATE]
    actions = [action(number, text) for number, text in enumerate(texts)]
    root = details(0, texts[0])
    server.reply("GetRunDetails", http_json(200, {"details": {"action": root}}))
    server.reply("ListActions", http_json(200, {"actions": actions}))
    tree = {"enrichedActions": [{"action": item} for item in actions]}
    server.reply("WatchActions", STREAM_HEAD, chunk(frame(tree)), HOLD)
    server.reply("WatchActionDetails", STREAM_HEAD, chunk(frame({"details": root})), HOLD)
    for text in texts:  # every reading of the root says something else
        server.then("GetActionDetails", http_json(200, {"details": details(0, text)}))
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
        if "url" in value:
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
            widget.wait(30) if number == 0 else widget._watcher
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
