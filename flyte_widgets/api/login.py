"""Which login the configuration asks for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from flyte_widgets.api.auth import CommandAuth, HeadersAuth, SdkAuth, combined
from flyte_widgets.api.credentials import CredentialAuth
from flyte_widgets.api.oauth import ClientSecretAuth, LoginService
from flyte_widgets.api.settings import Settings
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ConfigError
from flyte_widgets.sdk import session as sdk

KINDS: Final = ("Pkce", "DeviceFlow", "ClientSecret", "ExternalCommand", "Passthrough")


def configured_login(settings: Settings, url: str, tls: TlsSettings) -> CredentialAuth | None:
    """Make the login for the backend at `url`; None where there is none.

    As in the SDK: a client secret that is there is used, whatever the kind of login; without TLS only the proxy gets
    credentials. Unlike it, a command without a kind of login is used, and the proxy's token goes to the proxy's header.
    """
    proxy = _proxy_login(settings)
    if url.startswith("http:"):
        return proxy
    service = LoginService(url, tls, proxy)
    login = _login(settings, service)
    return combined([login, proxy])


def _login(settings: Settings, service: LoginService) -> CredentialAuth | None:
    secret = _client_secret(settings)
    if secret:
        return ClientSecretAuth(service, settings.text("admin.clientId"), secret, scopes=settings.texts("admin.scopes"))
    kind = _kind(settings)
    command = settings.argv("admin.command", "FLYTE_AUTH_COMMAND")
    if kind == "ClientSecret":
        raise ConfigError(
            "The login is by client secret (authType), but there is none.",
            hint="Set clientSecretEnvVar to the name of a variable that holds it, or clientSecretLocation to a file.",
        )
    if kind == "ExternalCommand" and not command:
        raise ConfigError(
            "The login is by command (authType), but there is none.", hint="Set admin.command, or FLYTE_AUTH_COMMAND."
        )
    if command and kind in ("", "ExternalCommand"):
        return CommandAuth(command, header=service.header)
    if kind == "Passthrough":
        return HeadersAuth(sdk.passthrough_headers())
    login = sdk.BrowserLogin(
        kind or "Pkce", service, settings.texts("admin.scopes"), settings.flag("admin.disableKeyring")
    )
    return SdkAuth(login, header=service.header)


def _kind(settings: Settings) -> str:
    text = settings.text("admin.authType", "FLYTE_AUTH_TYPE")
    kind = next((kind for kind in KINDS if kind.lower() == text.lower()), "")
    if text and not kind:
        raise ConfigError(
            f"{settings.where('admin.authType', 'FLYTE_AUTH_TYPE')} is {text!r}.", hint=f"Accepted: {', '.join(KINDS)}."
        )
    return kind


def _client_secret(settings: Settings) -> str:
    """Read the secret from the variable or the file that is named; the variable wins, if it is set."""
    variable = settings.text("admin.clientSecretEnvVar")
    from_variable = os.environ.get(variable, "") if variable else ""
    if from_variable:
        return from_variable
    location = settings.text("admin.clientSecretLocation")
    if not location:
        return ""
    try:
        return Path(location).expanduser().read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        raise ConfigError(
            f"The file with the client secret, {location}, cannot be read ({error.strerror}).",
            hint=f"Check {settings.where('admin.clientSecretLocation')}.",
        ) from None


def _proxy_login(settings: Settings) -> CommandAuth | None:
    command = settings.argv("admin.proxyCommand", "FLYTE_AUTH_PROXY_COMMAND")
    return CommandAuth(command, header="proxy-authorization") if command else None
