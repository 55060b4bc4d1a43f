"""Keeps secrets out of what people read: what is registered here never stands in an error of this package.

Whoever takes or sends a credential registers it: the credentials in `api/`, the HTTP client for every header that goes
out, the endpoint for its path. `FlyteWidgetsError` redacts itself when it is made. So a server that repeats a token in
its own error message is no leak, and nobody who writes an error has to think of it.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import threading
from collections.abc import Iterator
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import quote

MARK: Final = "[redacted]"
_SHORTEST: Final = 6
"""Shorter values are no secrets, and would blot out half of a text."""
_SCHEMES: Final = ("bearer ", "basic ")
_MOST: Final = 1_000
_ESCAPE: Final = re.compile("%[0-9A-F]{2}")

_lock = threading.Lock()
_secrets: dict[str, None] = {}
_by_length: tuple[str, ...] = ()


def register(*values: str) -> None:
    """Never show these values again. The newest 1,000 are kept: a process that runs for months gets many tokens."""
    global _by_length  # noqa: PLW0603 - one memory for the process: an error does not know whose secret it repeats
    forms = [form for value in values for form in _forms(value) if len(form) >= _SHORTEST]
    with _lock:
        if all(form in _secrets for form in forms):
            return
        for form in forms:
            _secrets.pop(form, None)
            _secrets[form] = None
        while len(_secrets) > _MOST:
            del _secrets[next(iter(_secrets))]
        _by_length = tuple(sorted(_secrets, key=len, reverse=True))


def redact(text: str) -> str:
    """Give `text` with every registered secret replaced. Do this before cutting: half a secret is not found."""
    for secret in _by_length:
        if secret in text:
            text = text.replace(secret, MARK)
    return text


def scrub(error: BaseException) -> None:
    """Redact the texts of an exception of another library, and of all that it was caused by, in place."""
    for cause in causes(error):
        if isinstance(cause, UnicodeError):
            # Its text is the very value that could not be encoded, escaped.
            cause.args = ()
            if isinstance(cause, (UnicodeEncodeError, UnicodeTranslateError)):
                cause.object = ""
            elif isinstance(cause, UnicodeDecodeError):
                cause.object = b""
        else:
            cause.args = tuple(redact(argument) if isinstance(argument, str) else argument for argument in cause.args)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Walk an exception, what caused it, and the members of groups of exceptions."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__context__, current.__cause__, *getattr(current, "exceptions", ())]


H = TypeVar("H")


class HoldsSecret:
    """Base of what holds a credential. It is not pickled: Flyte pickles what a task refers to, and uploads that.

    A copy of it is the thing itself: it stands for one connection or one login.
    """

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"A {type(self).__name__} holds credentials, so it is not pickled. Pickle an fw.Run or its name, "
            "and connect where it is loaded."
        )

    def __copy__(self: H) -> H:
        return self

    def __deepcopy__(self: H, _memo: Any) -> H:
        return self


def _forms(value: str) -> Iterator[str]:
    """Give the forms in which a value may be repeated: without its scheme, escaped, and what basic auth holds."""
    value = value.strip()
    yield value
    if value.lower().startswith(_SCHEMES):
        scheme, _, bare = value.partition(" ")
        yield bare.strip()
        if scheme.lower() == "basic":
            yield _password(bare)
        value = bare.strip()
    escaped = quote(value, safe="")
    yield from (escaped, _ESCAPE.sub(lambda found: found[0].lower(), escaped), quote(value))
    in_json = json.dumps(value)[1:-1]
    yield from (in_json, in_json.replace("/", "\\/"), html.escape(value), repr(value)[1:-1])


def _password(basic: str) -> str:
    try:
        return base64.b64decode(basic).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
