"""What is taken from the Flyte SDK: the connection and the login of `flyte.init()`.

The only file that touches the SDK's private names. It never imports the SDK to look: one that nobody has imported
has not been initialised. Where a name is missing (another version), the SDK counts as not initialised.

Names used, of flyte 2.12: `flyte._initialize._get_init_config`, the config's `client.session_config`,
`flyte.remote._client.auth._interceptors.auth.AuthUnaryInterceptor.authenticator`, `flyte.syncify.syncify`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

CredentialIds = tuple[str | None, ...]
"""Which credentials an authenticator gave last, so that it knows whether they were refreshed since."""


class SdkSession(NamedTuple):
    """The connection that `flyte.init()` made."""

    endpoint: str
    org: str
    project: str
    domain: str
    insecure_skip_verify: bool
    ca_cert_pem: bytes | None
    authenticators: tuple[Any, ...]


def initialised_session() -> SdkSession | None:
    """Give the connection of `flyte.init()`; None if the SDK was not imported, not initialised, or has no backend."""
    initialize = sys.modules.get("flyte._initialize")
    try:
        config = initialize._get_init_config() if initialize else None  # noqa: SLF001
        session = config.client.session_config if config and config.client else None
        if config is None or session is None:
            return None
        return SdkSession(
            endpoint=str(session.endpoint),
            org=config.org or "",
            project=config.project or "",
            domain=config.domain or "",
            insecure_skip_verify=bool(session.insecure_skip_verify),
            ca_cert_pem=session.tls_ca_cert,
            authenticators=_authenticators(session.interceptors),
        )
    except AttributeError:
        return None


def _authenticators(interceptors: Sequence[Any]) -> tuple[Any, ...]:
    """Take the authenticators of the unary calls; those of the streams are others, for the same login."""
    module = sys.modules.get("flyte.remote._client.auth._interceptors.auth")
    kind = getattr(module, "AuthUnaryInterceptor", None)
    return tuple(i.authenticator for i in interceptors if kind is not None and isinstance(i, kind))


def login_headers(
    authenticators: Sequence[Any], refused: CredentialIds | None, *, limit_s: float
) -> tuple[CredentialIds, dict[str, str]]:
    """Ask the SDK for its headers; with `refused`, after it has refreshed the credentials of these ids.

    Blocks, perhaps until a person has logged in: call it in a thread. The work is done on the SDK's own loop, where
    its locks and sessions live. Raises asyncio.TimeoutError after `limit_s`, and whatever the SDK raises.
    """
    from flyte.syncify import syncify  # noqa: PLC0415 - the SDK is optional, and imported by now

    async def ask() -> tuple[CredentialIds, dict[str, str]]:
        ids: list[str | None] = []
        headers: dict[str, str] = {}
        for index, authenticator in enumerate(authenticators):
            if refused is not None:
                await authenticator.refresh_credentials(creds_id=refused[index])
            found = await authenticator.get_auth_headers()
            ids.append(found.creds_id if found else None)
            headers.update({name.lower(): value for name, value in found.headers.items()} if found else {})
        return tuple(ids), headers

    async def ask_in_time() -> tuple[CredentialIds, dict[str, str]]:
        return await asyncio.wait_for(ask(), limit_s)

    result: tuple[CredentialIds, dict[str, str]] = syncify(ask_in_time)()
    return result
