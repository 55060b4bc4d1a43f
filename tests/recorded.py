"""Answers of the real Flyte services, recorded: tests/vectors/answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.scripted_server import end_frame, frame, http, http_json, stream

FOLDER = Path(__file__).with_name("vectors") / "answers"


class Recorded:
    """One call: what was sent, and what came back. `name` is a file's, without ".json"."""

    def __init__(self, name: str) -> None:
        kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        self.method = kept["call"].rpartition("/")[2]
        self.path = "/" + kept["call"].partition(" ")[2]
        self.request: Any = kept.get("request", {})
        self.status: int = kept["http"]
        self.answer: Any = kept["answer"]

    @property
    def response(self) -> bytes:
        """The whole response, as it came over the wire."""
        if isinstance(self.answer, str):
            return http(self.status, self.answer.encode(), content_type="text/plain; charset=utf-8")
        if "messages" in self.answer:
            return stream(*map(frame, self.answer["messages"]), end_frame())
        return http_json(self.status, self.answer)
