"""Errors from a backend's own words: the class for a Connect code, and what of the words may be repeated."""

from __future__ import annotations

import re
from typing import Final

from flyte_widgets.errors import RpcError, UnavailableError, UnknownError
from flyte_widgets.redaction import redact
from flyte_widgets.untrusted import printable

RPC_ERRORS: Final = {cls.code: cls for cls in RpcError.__subclasses__()}
"""Connect code to class. A code that is not here is an `UnknownError`."""

_MAX_SERVER_WORDS: Final = 2_000
"""Characters of a backend's own words that are repeated."""
#: "failed to get run: failed to connect to `user=… database=…`: dial tcp 10.0.0.1:5432: connection refused"
_READ_FAILED: Final = re.compile(
    r"failed to (get|list|load|fetch|query|find|count|update|create) [\w -]{1,40}", re.IGNORECASE
)
_DATABASE: Final = re.compile(
    r"\b(dial|tcp|pq|sql|SQLSTATE|postgres\w*|pgx|lookup|database|conn\w*|host=|user=|dsn|EOF|timeout)\b", re.IGNORECASE
)


def rpc_error(code: str, message: str) -> RpcError:
    """Make the error for a Connect code. A code that nobody knows keeps its name in the message.

    `message` is the backend's: it may repeat what was sent, and be of any length.
    """
    message = server_words(without_database(message))
    read_failed = _READ_FAILED.search(message) if code == "not_found" else None
    if read_failed is not None and "not found" not in message[read_failed.end() :]:
        # An open-source backend whose database is away says so in these words. What was asked for may well be there.
        return UnavailableError(f"The backend could not read its own database ({read_failed[0].strip()}).")
    cls = RPC_ERRORS.get(code)
    if cls is None:
        return UnknownError(f"{message or 'no message'} (code {server_words(code)[:80]!r})")
    return cls(message or code.replace("_", " "))


def without_database(text: str) -> str:
    """Cut off why a backend could not reach its database: that names hosts and users which are nobody's business."""
    read_failed = _READ_FAILED.search(text)
    if read_failed is None or not _DATABASE.search(text, read_failed.end()):
        return text
    return f"{text[: read_failed.end()]}: its database does not answer"


def server_words(text: str) -> str:
    """Give a server's own words as they may be repeated: without secrets, printable, and not too long."""
    return printable(redact(text)[:_MAX_SERVER_WORDS])
