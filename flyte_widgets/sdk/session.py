"""What is taken from the Flyte SDK: the connection and the login of `flyte.init()`, and its kinds of login.

It never imports the SDK to look: one that nobody has imported has not been initialised. One that was initialised, and
keeps its connection where it is not known, raises: another backend than the user's must not be taken in its place.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flyte_widgets.api.http_client import UNKEPT, make_http_client, unlogged
from flyte_widgets.api.oauth import LoginService
from flyte_widgets.errors import UnauthenticatedError
from flyte_widgets.redaction import register
from flyte_widgets.sdk import names
from flyte_widgets.tasks import within

_AUTH = "flyte.remote._client.auth"

CredentialIds = tuple[str | None, ...]
"""Which credentials an authenticator gave last, so that it knows whether they were refreshed since."""

Authenticators = Sequence[Any] | Callable[[], Sequence[Any]]
"""Some of the SDK's `Authenticator`, or a function that makes them."""


class SdkSession(NamedTuple):
    """The connection that `flyte.init()` made. `headers` are those of `flyte.remote.auth_metadata()`, if it is on."""

    endpoint: str
    org: str
    project: str
    domain: str
    insecure_skip_verify: bool
    ca_cert_pem: bytes | None
    authenticators: tuple[Any, ...]
    headers: dict[str, str] | None

    def __repr__(self) -> str:
        return f"SdkSession(project={self.project!r}, domain={self.domain!r})"


class Answer(NamedTuple):
    """What the SDK's authenticators gave."""

    authenticators: Sequence[Any]
    ids: CredentialIds
    headers: dict[str, str]

    def __repr__(self) -> str:
        return f"Answer({', '.join(self.headers)})"


def is_installed() -> bool:
    """Whether there is an SDK to log in with."""
    return importlib.util.find_spec("flyte") is not None


def initialised_session() -> SdkSession | None:
    """Give the connection of `flyte.init()`; None if the SDK was not imported, not initialised, or has no backend.

    Raises SdkError if the SDK is of a version that is not known.
    """
    if "flyte._initialize" not in sys.modules:
        return None
    get_config: Any = names.loaded("flyte._initialize", "_get_init_config")
    if get_config is None:
        raise names.not_known(names.LOGIN, "it has no flyte._initialize._get_init_config")
    config = get_config()
    try:
        session = config.client.session_config if config and config.client else None
        if config is None or session is None:
            return None
        names.require(names.LOGIN)
        is_passthrough = (session.auth_kwargs or {}).get("auth_type") == "Passthrough"
        return SdkSession(
            endpoint=str(session.endpoint),
            org=config.org or "",
            project=config.project or "",
            domain=config.domain or "",
            insecure_skip_verify=bool(session.insecure_skip_verify),
            ca_cert_pem=session.tls_ca_cert,
            authenticators=_authenticators(session.interceptors),
            headers=passthrough_headers() if is_passthrough else None,
        )
    except AttributeError as error:
        raise names.not_known(names.LOGIN, f"its configuration has no {error.name}") from None


def passthrough_headers() -> dict[str, str]:
    """Give the headers that `flyte.remote.auth_metadata()` sets in the caller's context."""
    get: Any = names.loaded("flyte.remote._auth_metadata", "get_auth_metadata")
    return {str(name).lower(): str(value) for name, value in get()} if get is not None else {}


def _authenticators(interceptors: Sequence[Any]) -> tuple[Any, ...]:
    """Take the authenticators of the unary calls; those of the streams are others, for the same login."""
    kind: Any = names.loaded(f"{_AUTH}._interceptors.auth", "AuthUnaryInterceptor")
    found = [i.authenticator for i in interceptors if kind is not None and isinstance(i, kind)]
    # Looked for only now: the SDK imports its kinds of login as it makes them.
    passthrough: Any = names.loaded(f"{_AUTH}._authenticators.passthrough", "PassthroughAuthenticator")
    return tuple(source for source in found if passthrough is None or not isinstance(source, passthrough))


@dataclass(frozen=True)
class BrowserLogin:
    """A login of the SDK for which only a configuration file stands: Pkce or DeviceFlow. Call it on the SDK's loop.

    The SDK's authenticator is given our own discovery and HTTP client, which know the CA of the configuration.
    """

    kind: str
    service: LoginService
    scopes: tuple[str, ...] = ()
    disable_keyring: bool = False

    def __call__(self) -> Sequence[Any]:
        """Make the authenticator."""
        try:
            from flyte.remote._client.auth._authenticators.factory import (  # noqa: PLC0415 - slow, and optional
                get_async_authenticator,
            )
        except ImportError as error:
            unknown = names.unknown_version(error, names.LOGIN)
            raise UnauthenticatedError(
                unknown.message if unknown else "The installed Flyte SDK cannot be asked to log in.",
                hint="Install flyte 2.12 or newer, call flyte.init(...) first, or give a token.",
            ) from None
        source = get_async_authenticator(
            endpoint=self.service.endpoint,
            cfg_store=_Discovery(self.service),
            auth_type=self.kind,
            http_session=make_http_client(tls=self.service.tls, limits=UNKEPT),
            scopes=list(self.scopes) or None,
            disable_keyring=self.disable_keyring,
        )
        return (source,)


class _Discovery:
    """The SDK's `ClientConfigStore`, over our transport."""

    def __init__(self, service: LoginService) -> None:
        self._service = service

    async def get_client_config(self) -> Any:
        from flyte.remote._client.auth._client_config import ClientConfig  # noqa: PLC0415 - the SDK is optional

        found = await self._service.discover()
        return ClientConfig(
            token_endpoint=found.token_endpoint,
            authorization_endpoint=found.authorization_endpoint,
            device_authorization_endpoint=found.device_authorization_endpoint or None,
            redirect_uri=found.redirect_uri,
            client_id=found.client_id,
            scopes=list(found.scopes),
            header_key=found.header,
            audience=found.audience or None,
        )


def login_headers(
    authenticators: Authenticators,
    refused: CredentialIds | None,
    *,
    header: Callable[[], Awaitable[str]] | None,
    limit_s: float,
) -> Answer:
    """Ask the SDK for its headers; with `refused`, after it has refreshed the credentials of these ids.

    Blocks, perhaps until a person has logged in: call it in a thread. The work is done on the SDK's own loop, where
    its locks and sessions live. Raises TimeoutError after `limit_s`, and whatever the SDK raises.
    """
    from flyte.syncify import syncify  # noqa: PLC0415 - the SDK is optional

    answers: list[Answer] = []  # not a result: asyncio's debug log shows the results of tasks

    async def ask() -> None:
        made = authenticators() if callable(authenticators) else authenticators
        ids: list[str | None] = []
        headers: dict[str, str] = {}
        for index, source in enumerate(made):
            if refused is not None:
                await source.refresh_credentials(creds_id=refused[index] if index < len(refused) else None)
            found = await source.get_auth_headers()
            ids.append(found.creds_id if found else None)
            if found:
                headers.update(await _named(found.headers, header))
        answers.append(Answer(made, tuple(ids), headers))

    async def ask_in_time() -> None:
        with unlogged():
            await within(limit_s, ask())

    syncify(ask_in_time)()
    return answers[0]


async def _named(headers: dict[str, str], header: Callable[[], Awaitable[str]] | None) -> dict[str, str]:
    """Put a token where the backend looks for it: the SDK learns that only from its first refusal, or never."""
    register(*headers.values())
    if header is not None and list(headers) == ["authorization"]:
        return {await header(): headers["authorization"]}
    return {name.lower(): value for name, value in headers.items()}
