"""Credentials for requests: a token, headers, a command's output, or the SDK's own login.

`auth_from()` makes them of what a user gives. No repr or message shows a credential.
"""

from __future__ import annotations

import asyncio
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from flyte_widgets.api import sdk
from flyte_widgets.api.credentials import CredentialAuth, bearer_header, checked_header, in_thread
from flyte_widgets.errors import ConfigError, UnauthenticatedError

#: When a login that nobody completes is given up.
LOGIN_LIMIT_S: Final = 300.0

AuthLike = str | Callable[[], str] | Mapping[str, str] | httpx.Auth | None
"""What `fw.connect(auth=...)` takes: a token, a function that gives one, headers, or any `httpx.Auth`."""


def auth_from(value: AuthLike) -> httpx.Auth | None:
    """Turn what a user gives as `auth` into an `httpx.Auth`. None stays None: no credentials."""
    if value is None or isinstance(value, httpx.Auth):
        return value
    if isinstance(value, Mapping):
        return HeadersAuth(value)
    if isinstance(value, str) or callable(value):
        return BearerAuth(value)
    raise ConfigError(
        f"auth is a {type(value).__name__}.",
        hint="Give a token (str), a function that returns one, a mapping of headers, or an httpx.Auth.",
    )


class HeadersAuth(CredentialAuth):
    """Fixed headers, sent as they are."""

    refreshable = False

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__()
        self._headers = {name.lower(): checked_header(value) for name, value in headers.items()}

    def __repr__(self) -> str:
        return f"HeadersAuth({', '.join(sorted(self._headers or ()))})"


class BearerAuth(CredentialAuth):
    """A token, or a function that gives one: called in a thread, again after the backend has refused its token."""

    def __init__(self, token: str | Callable[[], str]) -> None:
        super().__init__()
        self._token = token
        self.refreshable = not isinstance(token, str)
        if isinstance(token, str):
            self._headers = {"authorization": bearer_header(token)}

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        assert not isinstance(self._token, str)
        return {"authorization": bearer_header(await in_thread(self._token))}

    def __repr__(self) -> str:
        return f"BearerAuth({'<function>' if self.refreshable else '<token>'})"


class CommandAuth(CredentialAuth):
    """A command that prints a token. Run again after the backend has refused its token."""

    def __init__(self, argv: Sequence[str] | str, *, header: str = "authorization", timeout_s: float = 30.0) -> None:
        super().__init__()
        self._argv = shlex.split(argv) if isinstance(argv, str) else [str(part) for part in argv]
        if not self._argv:
            raise ConfigError("The command for the login is empty.", hint='Give a list: ["uctl", "get-token"].')
        self._header = header.lower()
        self._timeout_s = timeout_s

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        return {self._header: bearer_header(await in_thread(self._run))}

    def _run(self) -> str:
        """Run the command. What it prints, and its arguments, may be secret: only its name gets into errors."""
        hint = "Run it in a terminal to see what it says."
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
                self._argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=self._timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            what = f"The login command {self._name!r} did not end within {self._timeout_s:g} s."
            raise UnauthenticatedError(what, hint=hint) from None
        except (OSError, ValueError) as error:
            what = f"The login command {self._name!r} could not be started ({type(error).__name__})."
            raise UnauthenticatedError(what, hint="Check the command in the configuration.") from None
        if done.returncode != 0:
            what = f"The login command {self._name!r} failed with exit code {done.returncode}."
            raise UnauthenticatedError(what, hint=hint)
        return done.stdout

    @property
    def _name(self) -> str:
        return Path(self._argv[0]).name

    def __repr__(self) -> str:
        return f"CommandAuth({self._name!r})"


class SdkAuth(CredentialAuth):
    """The login that `flyte.init()` set up: its keyring, its browser or device flow, its refresh tokens."""

    def __init__(self, authenticators: Sequence[Any]) -> None:
        super().__init__()
        self._authenticators = tuple(authenticators)
        self._ids: sdk.CredentialIds = (None,) * len(self._authenticators)
        self.refreshable = bool(self._authenticators)

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        refused_ids = self._ids if refused else None

        def ask() -> tuple[sdk.CredentialIds, dict[str, str]]:
            return sdk.login_headers(self._authenticators, refused_ids, limit_s=LOGIN_LIMIT_S)

        try:
            self._ids, headers = await in_thread(ask)
        except asyncio.TimeoutError:
            raise UnauthenticatedError("Nobody completed the SDK's login: login needed.") from None
        return headers

    def __repr__(self) -> str:
        return "SdkAuth()"


class CombinedAuth(CredentialAuth):
    """Several credentials at once: one for Flyte, one for the proxy before it."""

    def __init__(self, *parts: CredentialAuth) -> None:
        super().__init__()
        self._parts = parts
        self.refreshable = any(part.refreshable for part in parts)

    async def headers(self) -> Mapping[str, str]:
        """Give all parts' headers."""
        return {name: value for part in self._parts for name, value in (await part.headers()).items()}

    async def refresh(self, used: Mapping[str, str] | None = None) -> bool:
        """Refresh every part: which of them was refused is not known."""
        return any([await part.refresh(used) for part in self._parts])

    async def aclose(self) -> None:
        """Give up fetches that are under way."""
        for part in self._parts:
            await part.aclose()

    def __repr__(self) -> str:
        return f"CombinedAuth({', '.join(map(repr, self._parts))})"
