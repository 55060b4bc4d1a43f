"""Text from outside: names, messages and links that anybody may have written. Pure.

The browser sets text as text; here it must fit, be of one line where that is meant, and do nothing to a terminal.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

#: Control characters but tab and line feed, characters that turn the direction of what follows, lone surrogates.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
#: What colours a text in a terminal, as a task's own traceback may be; anywhere else it is noise.
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOT_IN_URL: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_MOST_URL: Final = 4_000


def printable(text: str) -> str:
    """Give a text for a terminal: no escape sequence, no turned direction, nothing that cannot be encoded."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Give a text for one line of a terminal: as `printable`, and every run of white space is one blank."""
    return " ".join(printable(text).split())


def without_colours(text: str) -> str:
    """Take a terminal's colours out of a text."""
    return _COLOURS.sub("", text)


def shortened(text: str, limit: int) -> str:
    """Cut a text that is too long, and show that it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def web_address(url: str) -> str:
    """Give a link if it leads to the web, else "": `javascript:`, `data:`, `file:` and broken ones are none."""
    if len(url) > _MOST_URL or _NOT_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""
