"""OAuth2 as Flyte uses it: the backend says where to log in, and the client's id and secret buy a token there.

Source: `flyteidl2.auth.AuthMetadataService`, RFC 6749 section 4.4.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

import anyio
import httpx
import msgspec

from flyte_widgets.api.connect import ConnectTransport
from flyte_widgets.api.credentials import CredentialAuth, bearer_header
from flyte_widgets.api.failures import host_of, http_error, transport_error
from flyte_widgets.api.http_client import is_loopback, make_http_client, read_some, unlogged
from flyte_widgets.api.protojson import Message
from flyte_widgets.api.rpc_errors import server_words
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import (
    ApiError,
    ConfigError,
    FlyteWidgetsError,
    ProtocolError,
    TransportError,
    UnauthenticatedError,
    UnavailableError,
)
from flyte_widgets.redaction import register

AUTH_SERVICE: Final = "flyteidl2.auth.AuthMetadataService"
DEFAULT_HEADER: Final = "authorization"
TOKEN_TIMEOUT_S: Final = 30.0
_MAX_ANSWER_BYTES: Final = 256 * 1024
_HEADER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9\-_]*")


class OAuth2Metadata(Message, frozen=True):
    """`GetOAuth2MetadataResponse`."""

    authorization_endpoint: str = ""
    token_endpoint: str = ""
    device_authorization_endpoint: str = ""


class PublicClientConfig(Message, frozen=True):
    """`GetPublicClientConfigResponse`. `authorization_metadata_key` is the header that tokens are looked for in."""

    client_id: str = ""
    redirect_uri: str = ""
    scopes: tuple[str, ...] = ()
    authorization_metadata_key: str = ""
    audience: str = ""

    @property
    def header(self) -> str:
        """The header for tokens. One that is no header's name counts as not said."""
        name = self.authorization_metadata_key.strip().lower()
        return name if _HEADER_NAME.fullmatch(name) else DEFAULT_HEADER


@dataclass(frozen=True)
class Discovered:
    """What a backend says about logging in to it."""

    token_endpoint: str
    authorization_endpoint: str
    device_authorization_endpoint: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    audience: str
    header: str


@dataclass(frozen=True, repr=False)
class LoginService:
    """The part of a backend that anybody may ask how to log in. `proxy` is for what stands before it."""

    endpoint: str
    tls: TlsSettings
    proxy: CredentialAuth | None = None

    def __repr__(self) -> str:
        return f"LoginService({host_of(self.endpoint)!r})"

    async def discover(self) -> Discovered:
        """GetOAuth2Metadata and GetPublicClientConfig. Raises ApiError."""
        transport = self._transport()
        try:
            metadata = await transport.unary(AUTH_SERVICE, "GetOAuth2Metadata", {}, OAuth2Metadata)
            public = await transport.unary(AUTH_SERVICE, "GetPublicClientConfig", {}, PublicClientConfig)
        finally:
            await transport.aclose()
        return Discovered(
            token_endpoint=metadata.token_endpoint,
            authorization_endpoint=metadata.authorization_endpoint,
            device_authorization_endpoint=metadata.device_authorization_endpoint,
            client_id=public.client_id,
            redirect_uri=public.redirect_uri,
            scopes=public.scopes,
            audience=public.audience,
            header=public.header,
        )

    async def header(self) -> str:
        """Find out in which header the backend looks for tokens; the usual one where it does not say.

        Raises ApiError where asking again may help.
        """
        transport = self._transport()
        try:
            public = await transport.unary(AUTH_SERVICE, "GetPublicClientConfig", {}, PublicClientConfig)
        except ApiError as error:
            if isinstance(error, (TransportError, UnavailableError)):
                raise
            return DEFAULT_HEADER  # a backend without a login of its own does not have this call
        finally:
            await transport.aclose()
        return public.header

    def _transport(self) -> ConnectTransport:
        return ConnectTransport(self.endpoint, auth=self.proxy, tls=self.tls)


class _TokenAnswer(msgspec.Struct):
    access_token: str = ""
    expires_in: float | None = None
    error: str = ""
    error_description: str = ""


class ClientSecretAuth(CredentialAuth):
    """A client's id and secret, exchanged for tokens: before each runs out, and when one is refused.

    `scopes` override those that the backend names, as in the SDK.
    """

    asks_a_person = False

    def __init__(
        self, service: LoginService, client_id: str, client_secret: str, *, scopes: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        if not client_id or not client_secret:
            missing = "client secret" if client_id else "client id"
            raise ConfigError(
                f"The login by client secret has no {missing}.",
                hint="Set admin.clientId, and clientSecretEnvVar or clientSecretLocation, or give FLYTE_API_KEY.",
            )
        register(client_secret)
        self._service = service
        self._client_id = client_id
        self._client_secret = client_secret
        self._scopes = scopes

    def _settings(self) -> tuple[object, ...]:
        return (self._service, self._client_id, self._client_secret, self._scopes)

    def __repr__(self) -> str:
        return f"ClientSecretAuth({self._service!r})"

    async def _fetch(self, *, refused: bool) -> Mapping[str, str]:
        found = await self._service.discover()
        url = self._checked(found.token_endpoint)
        form = {"grant_type": "client_credentials", "audience": found.audience}
        form["scope"] = " ".join(self._scopes or found.scopes)
        answer = await self._buy(url, {name: value for name, value in form.items() if value})
        self._life_s = answer.expires_in if answer.expires_in and answer.expires_in > 0 else float("inf")
        return {found.header: bearer_header(f"Bearer {answer.access_token}")}

    def _checked(self, token_endpoint: str) -> str:
        """Refuse to send the secret where it could be read, whatever the backend says."""
        try:
            url = httpx.URL(token_endpoint)
        except httpx.InvalidURL:
            url = httpx.URL("")
        plain_is_wanted = self._service.endpoint.startswith("http:")
        if url.host and (
            url.scheme == "https" or (url.scheme == "http" and (plain_is_wanted or is_loopback(str(url))))
        ):
            return str(url)
        where = host_of(self._service.endpoint)
        raise ProtocolError(
            f"{where} names no token endpoint that a secret could be sent to.",
            hint="It must be an https:// URL: tell whoever runs the backend.",
        )

    async def _buy(self, url: str, form: Mapping[str, str]) -> _TokenAnswer:
        """Ask the token endpoint. Raises UnauthenticatedError if it refuses, and the ApiError of what else is wrong."""
        host = host_of(url)
        # The id as it is, the secret quoted: not what RFC 6749 says of both, but what the SDK does, and so what works.
        pair = f"{self._client_id}:{quote_plus(self._client_secret)}"
        headers = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode(), "accept": "application/json"}
        if self._service.proxy is not None and httpx.URL(url).netloc == httpx.URL(self._service.endpoint).netloc:
            headers.update(await self._service.proxy.headers())
        try:
            with unlogged(), anyio.fail_after(TOKEN_TIMEOUT_S):
                async with (
                    make_http_client(tls=self._service.tls) as client,
                    client.stream("POST", url, data=dict(form), headers=headers) as response,
                ):
                    body = await read_some(response, _MAX_ANSWER_BYTES)
        except FlyteWidgetsError:
            raise
        except TimeoutError:
            raise TransportError(f"The login server {host} did not answer in time.") from None
        except (httpx.HTTPError, UnicodeError, OSError) as error:
            raise transport_error(error, host) from error
        return _read_answer(response, body, host)


def _read_answer(response: httpx.Response, body: bytes, host: str) -> _TokenAnswer:
    answer = _TokenAnswer()
    is_json = True
    try:
        answer = msgspec.json.decode(body, type=_TokenAnswer, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        is_json = False
    if response.status_code in (400, 401, 403) and is_json:
        why = (
            ": ".join(part for part in (answer.error, server_words(answer.error_description)) if part)
            or "no reason given"
        )
        raise UnauthenticatedError(
            f"The login server {host} refused the client ({why}).", hint="Check the client id and its secret."
        )
    if not response.is_success:
        raise http_error(response, body)
    if not answer.access_token:
        raise ProtocolError(f"The login server {host} answered without a token.", hint="Is its address right?")
    return answer
