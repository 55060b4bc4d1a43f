"""The base of all credentials: headers that are kept until they expire or are refused, then fetched anew, once.

Getting them may take long (a command, a person in front of a login page), so it happens beside the requests: all
that need it wait for the same attempt, for a few seconds at most, and it goes on when they have given up.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

import httpx

from flyte_widgets.errors import (
    ApiError,
    ConfigError,
    FlyteWidgetsError,
    TransportError,
    UnauthenticatedError,
    copy_error,
)
from flyte_widgets.redaction import HoldsSecret, register, scrub

#: How long one request waits for credentials that are being fetched.
WAIT_S: Final = 5.0
_RENEW_BEFORE_S: Final = 60.0
"""So long before the end of its life a token is renewed, or after nine tenths of a shorter one."""
_RENEW_AGAIN_S: Final = 10.0
_LONGEST_PAUSE_S: Final = 1800.0

T = TypeVar("T")


class CredentialAuth(HoldsSecret, httpx.Auth):
    """Headers that come from somewhere, kept until they are refused. For `httpx.AsyncClient` only.

    A stream can end with "unauthenticated" inside a 200, which no `httpx.Auth` sees: call `refresh()` then.

    Two that were made of the same settings are equal, so that a connection that is discovered twice is one.
    """

    #: Whether there can be other headers when these are refused.
    refreshable = True
    #: Whether a person may have to do something for it.
    asks_a_person = True
    #: How long a login that failed is not tried again, doubled each time: each try may open a browser window.
    pause_after_failure_s = 0.0

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._headers: Mapping[str, str] | None = None
        self._life_s = self._expires_s = self._renew_s = math.inf
        self._fetching: asyncio.Task[None] | None = None
        self._failure: FlyteWidgetsError | None = None
        self._failures = 0
        self._not_before_s = 0.0
        if headers is not None:
            self._keep(headers)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CredentialAuth) or type(other) is not type(self):
            return NotImplemented
        return self._settings() == other._settings()

    def __hash__(self) -> int:
        return hash((type(self), self._settings()))

    def _settings(self) -> tuple[object, ...]:
        """Give what it was made of; by default it is equal to itself only."""
        return (id(self),)

    async def headers(self) -> Mapping[str, str]:
        """Give the headers to send; fetches them if there are none yet, or they expire. Raises UnauthenticatedError."""
        now_s = time.monotonic()
        if self._headers is None or now_s >= self._renew_s:
            try:
                await self._await_fetch(refused=False)
            except FlyteWidgetsError:
                if self._headers is None or now_s >= self._expires_s:
                    raise
                self._renew_s = now_s + _RENEW_AGAIN_S  # still good: there is time to try again
        return self._headers or {}

    async def refresh(self, used: Mapping[str, str] | None = None) -> bool:
        """Get new headers, once the backend has refused those that the request `used`.

        Returns whether trying again makes sense: False where these are the only ones.
        """
        if not self.refreshable:
            return False
        if used is not None and self._headers and any(used.get(k) != v for k, v in self._headers.items()):
            return True  # another call has got new ones meanwhile
        await self._await_fetch(refused=True)
        return True

    async def aclose(self) -> None:
        """Give up a fetch that is under way."""
        if self._fetching is not None and self._fetching.get_loop() is asyncio.get_running_loop():
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the headers; if they are refused, send new ones, once."""
        headers = await self.headers()
        request.headers.update(headers)
        response = yield request
        refused = response.status_code == 401 or (response.status_code == 403 and not headers)
        if refused and await self.refresh(request.headers):
            for name in headers:  # a new login may put the token into another header
                request.headers.pop(name, None)
            request.headers.update(await self.headers())
            yield request

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        """Get headers from where they come from. `refused`: the kept ones are no good. May set `_life_s`."""
        raise NotImplementedError

    def _keep(self, headers: Mapping[str, str]) -> None:
        register(*headers.values())
        self._headers = headers
        now_s, life_s = time.monotonic(), self._life_s
        self._expires_s = now_s + life_s
        self._renew_s = now_s + max(life_s - _RENEW_BEFORE_S, life_s * 0.9)

    async def _await_fetch(self, *, refused: bool) -> None:
        loop = asyncio.get_running_loop()
        fetching = self._fetching
        if fetching is None or fetching.done() or fetching.get_loop() is not loop:
            if self._failure is not None and time.monotonic() < self._not_before_s:
                raise copy_error(self._failure)
            fetching = self._fetching = loop.create_task(self._keep_fetch(refused=refused))
        await asyncio.wait([fetching], timeout=WAIT_S)
        if not fetching.done():
            if not self.asks_a_person:
                raise TransportError(f"The login server did not answer within {WAIT_S:g} s.")
            raise UnauthenticatedError(
                "A login is needed and has not been completed yet.",
                hint="Complete it in the browser, or give a token: fw.connect(endpoint=..., auth=...).",
            )
        if self._failure is not None:
            raise copy_error(self._failure)

    async def _keep_fetch(self, *, refused: bool) -> None:
        """Keep what a fetch brings, also its failure: the requests that started it may be gone by then."""
        failure: FlyteWidgetsError
        self._life_s = math.inf
        try:
            self._keep(await self._fetch(refused=refused))
        except FlyteWidgetsError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - kept, and raised where it is waited for
            scrub(error)
            kind = TransportError if isinstance(error, (httpx.HTTPError, OSError)) else UnauthenticatedError
            failure = kind(f"The login failed with {type(error).__name__}.")
            failure.__cause__ = error
        else:
            self._failure, self._failures = None, 0
            return
        self._failure = failure
        if not (isinstance(failure, ApiError) and failure.transient):
            pause_s = min(self.pause_after_failure_s * 2**self._failures, _LONGEST_PAUSE_S)
            self._not_before_s = time.monotonic() + pause_s
            self._failures = min(self._failures + 1, 16)


def bearer_header(token: str) -> str:
    """Make the header's value of a token. One that already names its scheme stays as it is."""
    token = checked_header(token.strip()) if isinstance(token, str) else ""
    if not token:
        raise UnauthenticatedError(
            "The function, command or variable that should give a token gave none.",
            hint="Check it, or give the token itself: fw.connect(endpoint=..., auth=...).",
        )
    return token if token.lower().startswith(("bearer ", "basic ")) else f"Bearer {token}"


def checked_header(value: str) -> str:
    """Refuse here what HTTP would refuse later, in an error that shows the value."""
    if not value.isascii() or not value.isprintable():
        raise ConfigError(
            "A credential holds a line break or another character that HTTP does not allow in a header.",
            hint="Was it cut or pasted wrongly? Give the bare token.",
        )
    return value


async def in_thread(function: Callable[[], T]) -> T:
    """Run what may block in a daemon thread: unlike an executor's, it does not hold up the process's exit.

    What it gives does not pass through a future or a callback's arguments: asyncio logs those in debug mode.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    results: list[T] = []
    failures: list[Exception] = []

    def settle() -> None:
        if not ended.done():
            ended.set_result(None)

    def run() -> None:
        try:
            results.append(function())
        except Exception as error:  # noqa: BLE001 - handed over to whoever waits
            failures.append(error)
        except SystemExit:  # ends a thread in silence; its text may be anything
            failures.append(RuntimeError("it called sys.exit()"))
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            loop.call_soon_threadsafe(settle)

    threading.Thread(target=run, name="flyte-widgets-login", daemon=True).start()
    await ended
    if failures:
        raise failures[0]
    return results[0]
