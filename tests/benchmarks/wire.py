"""Messages as a Flyte backend (Go) writes them: protobuf, protojson, and the frames of a Connect stream. Pure."""

from __future__ import annotations

import json
import struct
from typing import Any

from google.protobuf import json_format


def protojson(message: Any) -> bytes:
    """Write a message as Go's protojson does: compact, with the space after commas that half of its builds add."""
    told = json.loads(json_format.MessageToJson(message))
    return json.dumps(told, separators=(", ", ":"), ensure_ascii=False).encode()


def encode(message: Any, encoding: str) -> bytes:
    """Write a message as "proto" or "json"."""
    return bytes(message.SerializeToString()) if encoding == "proto" else protojson(message)


def frame(payload: bytes) -> bytes:
    """A message of a Connect stream."""
    return struct.pack(">BI", 0, len(payload)) + payload
