"""Credentials for requests: a token, headers, a command's output, or the SDK's own login.

`auth_from()` makes them of what a user gives. No repr or message shows a credential.
"""

from __future__ import annotations

import base64
import shlex
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from flyte_widgets.api.credentials import CredentialAuth, bearer_header, checked_header, in_thread
from flyte_widgets.errors import ConfigError, UnauthenticatedError
from flyte_widgets.redaction import register
from flyte_widgets.sdk import session as sdk

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
        f"auth has the type {type(value).__name__}.",
        hint="Give a token (str), a function that returns one, a mapping of headers, or an httpx.Auth.",
    )


class HeadersAuth(CredentialAuth):
    """Fixed headers, sent as they are."""

    refreshable = False

    def __init__(self, headers: Mapping[str, str]) -> None:
        if not all(isinstance(text, str) for pair in headers.items() for text in pair):
            raise ConfigError(
                "auth is a mapping that does not hold texts only.",
                hint='Give names and values of headers: auth={"authorization": "Bearer ..."}; or a token, or nothing.',
            )
        super().__init__({name.lower(): checked_header(value) for name, value in headers.items()})

    def _settings(self) -> tuple[object, ...]:
        return tuple(sorted((self._headers or {}).items()))

    def __repr__(self) -> str:
        return f"HeadersAuth({', '.join(sorted(self._headers or ()))})"


def basic_auth(user: str, password: str) -> HeadersAuth:
    """Make basic authentication, as of the userinfo of a URL."""
    register(password or user)
    return HeadersAuth({"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()})


class BearerAuth(CredentialAuth):
    """A token, or a function that gives one: called in a thread, again after the backend has refused its token."""

    def __init__(self, token: str | Callable[[], str]) -> None:
        super().__init__({"authorization": bearer_header(token)} if isinstance(token, str) else None)
        self._token = token
        self.refreshable = not isinstance(token, str)

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        assert not isinstance(self._token, str)
        return {"authorization": bearer_header(await in_thread(self._token))}

    def _settings(self) -> tuple[object, ...]:
        return (self._token,)

    def __repr__(self) -> str:
        return f"BearerAuth({'<function>' if self.refreshable else '<token>'})"


class CommandAuth(CredentialAuth):
    """A command that prints a token. Run again after the backend has refused its token.

    `header` is where the token goes, or finds that out: some backends want it under a name of their own.
    """

    def __init__(
        self,
        argv: Sequence[str] | str,
        *,
        header: str | Callable[[], Awaitable[str]] = "authorization",
        timeout_s: float = 30.0,
    ) -> None:
        super().__init__()
        self._argv = shlex.split(argv) if isinstance(argv, str) else [str(part) for part in argv]
        if not self._argv:
            raise ConfigError("The command for the login is empty.", hint='Give a list: ["uctl", "get-token"].')
        self._header = header
        self._timeout_s = timeout_s

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        value = bearer_header(await in_thread(self._run))
        return {self._header if isinstance(self._header, str) else await self._header(): value}

    def _settings(self) -> tuple[object, ...]:
        return (*self._argv, self._header if isinstance(self._header, str) else None)

    def _run(self) -> str:
        """Run the command. What it prints, and its arguments, may be secret: only its name gets into errors."""
        what, hint = "", "Run it in a terminal to see what it says."
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
                self._argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=self._timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            what = f"did not end within {self._timeout_s:g} s"
        except (OSError, ValueError) as error:
            what, hint = f"could not be started ({type(error).__name__})", "Check the command in the configuration."
        else:
            what = f"failed with exit code {done.returncode}" if done.returncode else ""
        if what:  # raised out here: the exceptions above hold arguments and output
            raise UnauthenticatedError(f"The login command {self._name!r} {what}.", hint=hint)
        return done.stdout.decode(errors="replace")

    @property
    def _name(self) -> str:
        return Path(self._argv[0]).name

    def __repr__(self) -> str:
        return f"CommandAuth({self._name!r})"


class SdkAuth(CredentialAuth):
    """The SDK's own login: its keyring, its browser or device flow, its refresh tokens.

    `authenticators` are those of `flyte.init()`, or a function that makes some like them: it is called on the SDK's
    loop, when there is something to ask. `header` finds out where the backend wants the token.
    """

    pause_after_failure_s = 60.0

    def __init__(
        self, authenticators: sdk.Authenticators, *, header: Callable[[], Awaitable[str]] | None = None
    ) -> None:
        super().__init__()
        self._source = self._authenticators = authenticators
        self._header = header
        self._ids: sdk.CredentialIds = ()
        self.refreshable = bool(authenticators)

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        if callable(self._authenticators) and not sdk.is_installed():
            if not refused:
                return {}  # perhaps it goes without
            raise UnauthenticatedError(
                "This backend asks for a login in the browser, which the Flyte SDK does, and it is not installed.",
                hint="Install flyte, or give a token: fw.connect(endpoint=..., auth=...).",
            )

        def ask() -> sdk.Answer:
            return sdk.login_headers(
                self._authenticators, self._ids if refused else None, header=self._header, limit_s=LOGIN_LIMIT_S
            )

        try:
            answer = await in_thread(ask)
        except TimeoutError:
            raise UnauthenticatedError(
                f"Nobody completed the SDK's login within {LOGIN_LIMIT_S / 60:g} min: login needed.",
                hint="Log in (flyte.init, then any call of the SDK), and connect anew: fw.connect().",
            ) from None
        self._authenticators, self._ids = answer.authenticators, answer.ids
        return answer.headers

    def _settings(self) -> tuple[object, ...]:
        return (self._source,) if callable(self._source) else tuple(map(id, self._source))

    def __repr__(self) -> str:
        return "SdkAuth()"


def combined(parts: Sequence[CredentialAuth | None]) -> CredentialAuth | None:
    """Make one of several, or of none."""
    found = [part for part in parts if part is not None]
    return CombinedAuth(*found) if len(found) > 1 else next(iter(found), None)


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

    def _settings(self) -> tuple[object, ...]:
        return self._parts

    def __repr__(self) -> str:
        return f"CombinedAuth({', '.join(map(repr, self._parts))})"
