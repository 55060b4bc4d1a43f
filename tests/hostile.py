"""A backend with hostile text in every place where a backend can put text."""

from __future__ import annotations

from typing import Any

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


def hostile_server() -> ScriptedServer:
    """A backend that has hostile text wherever there is text. To be closed."""
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
    return server
