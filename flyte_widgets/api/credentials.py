"""The base of all credentials: headers that are kept until the backend refuses them, then fetched anew, once.

Getting them may take long (a command, a person in front of a login page), so it happens beside the requests: all
that need it wait for the same attempt, for a few seconds at most, and it goes on when they have given up.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

import httpx

from flyte_widgets.errors import ConfigError, FlyteWidgetsError, UnauthenticatedError

#: How long one request waits for credentials that are being fetched.
WAIT_S: Final = 5.0

T = TypeVar("T")


class CredentialAuth(httpx.Auth):
    """Headers that come from somewhere, kept until they are refused. For `httpx.AsyncClient` only.

    A stream can end with "unauthenticated" inside a 200, which no `httpx.Auth` sees: call `refresh()` then.
    """

    #: Whether there can be other headers when these are refused.
    refreshable = True

    def __init__(self) -> None:
        self._headers: Mapping[str, str] | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._failure: FlyteWidgetsError | None = None

    async def headers(self) -> Mapping[str, str]:
        """Give the headers to send; fetches them if there are none yet. Raises UnauthenticatedError."""
        if self._headers is None:
            await self._await_fetch(refused=False)
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
        """Get headers from where they come from. `refused`: the kept ones are no good."""
        raise NotImplementedError

    async def _await_fetch(self, *, refused: bool) -> None:
        loop = asyncio.get_running_loop()
        fetching = self._fetching
        if fetching is None or fetching.done() or fetching.get_loop() is not loop:
            fetching = self._fetching = loop.create_task(self._keep_fetch(refused=refused))
        await asyncio.wait([fetching], timeout=WAIT_S)
        if not fetching.done():
            raise UnauthenticatedError(
                "A login is needed and has not been completed yet.",
                hint="Complete it in the browser, or give a token: fw.connect(endpoint=..., auth=...).",
            )
        if self._failure is not None:
            raise self._failure

    async def _keep_fetch(self, *, refused: bool) -> None:
        """Keep what a fetch brings, also its failure: the requests that started it may be gone by then."""
        try:
            self._headers = await self._fetch(refused=refused)
            self._failure = None
        except FlyteWidgetsError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - kept, and raised where it is waited for
            self._failure = UnauthenticatedError(f"The login failed with {type(error).__name__}.")
            self._failure.__cause__ = error


def bearer_header(token: str) -> str:
    """Make the header's value of a token. One that already names its scheme stays as it is."""
    token = checked_header(token.strip()) if isinstance(token, str) else ""
    if not token:
        raise UnauthenticatedError("There is no token: what should give one gave nothing.")
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
    """Run what may block in a daemon thread: unlike an executor's, it does not hold up the process's exit."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failure = None, None
        try:
            result = function()
        except Exception as error:  # noqa: BLE001 - handed over to whoever waits
            failure = error
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="flyte-widgets-login", daemon=True).start()
    return await outcome
